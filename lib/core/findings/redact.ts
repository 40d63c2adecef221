// Takes the name of one person out of findings, exemptions and acts: where they tell of a session, or of who decided.
import { REDACTED, redactedShape } from "../activity/redact.ts";
import { principalName } from "../base/visible-text.ts";
import type { LifeSign } from "../history/cluster-life.ts";
import { type Act, isFindingAct } from "./act.ts";
import type { Exemption } from "./exemption.ts";
import type { Finding } from "./finding.ts";

/** What a session name may consist of; a full stop or comma ends a sentence where nothing follows. */
const IN_NAME = String.raw`[\p{L}\p{N}_+=@-]`;

/**
 * Text without the name: whole words alone, in any case. In our own sentences a name of letters alone counts only as it is
 * written: "nobody" is a name, and "Nobody" begins many a title. The same text where it does not stand there.
 */
export const redactor = (
  person: string,
  { ownSentence = false }: { readonly ownSentence?: boolean } = {},
): ((text: string) => string) => {
  const escaped = person.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const flags = ownSentence && !/[^\p{L}]/u.test(person) ? "gu" : "giu";
  const word = new RegExp(`(?<!${IN_NAME}|${IN_NAME}[.,])${escaped}(?!${IN_NAME}|[.,]${IN_NAME})`, flags);
  return (text) => text.replace(word, REDACTED);
};

const deep = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => deep(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [change(name), deep(held, change)]));
};

/**
 * What is named as the person is: a role, an object, a principal of this finding. There the name stays in what is told of
 * it, but for the list of session names.
 */
const isNamedAlike = ({ subject }: Finding, person: string): boolean =>
  [subject.role, subject.object, subject.principal && principalName(subject.principal)].some(
    (name) => name?.toLowerCase() === person.toLowerCase(),
  );

/** Its subject, its identity and its SQL stay. */
export const redactFinding = (finding: Finding, person: string): Finding => {
  const words = redactor(person);
  const ours = redactor(person, { ownSentence: true });
  const shape = redactedShape(person);
  const text = (one: string): string =>
    one.toLowerCase() === person.toLowerCase() ? REDACTED : ours(shape(one));
  const { evidence, acknowledged, threads, ends, closedBecause, title } = finding;
  const by = acknowledged && {
    ...acknowledged,
    by: words(acknowledged.by),
    ...(acknowledged.note !== undefined && { note: words(acknowledged.note) }),
  };
  if (isNamedAlike(finding, person)) {
    const { sessionNames } = evidence;
    return {
      ...finding,
      ...(sessionNames !== undefined && {
        evidence: { ...evidence, sessionNames: deep(sessionNames, text) },
      }),
      ...(by && { acknowledged: by }),
    };
  }
  return {
    ...finding,
    title: ours(title),
    evidence: deep(evidence, text) as Finding["evidence"],
    ...(ends !== undefined && { ends: ours(ends) }),
    ...(closedBecause !== undefined && { closedBecause: ours(closedBecause) }),
    ...(threads && { threads: threads.map(text) }),
    ...(by && { acknowledged: by }),
  };
};

/** Who decided, and the texts that they wrote. */
export const redactAct = (act: Act, person: string): Act => {
  const text = redactor(person);
  const said = { by: text(act.by), ...(act.note !== undefined && { note: text(act.note) }) };
  if (!isFindingAct(act)) return { ...act, ...said };
  const { owner, reason } = act;
  return {
    ...act,
    ...said,
    ...(owner !== undefined && { owner: text(owner) }),
    ...(reason !== undefined && { reason: text(reason) }),
  };
};

/** Who retired or restored a cluster, and why; who deleted it is an IAM user or role, whose name stays. */
export const redactSign = (sign: LifeSign, person: string): LifeSign => {
  if (sign.kind !== "retired" && sign.kind !== "restored") return sign;
  const text = redactor(person);
  const { by, note } = sign;
  return {
    ...sign,
    ...(by !== undefined && { by: text(by) }),
    ...(note !== undefined && { note: text(note) }),
  };
};

export const redactExemption = (exemption: Exemption, person: string): Exemption => {
  const text = redactor(person);
  const { owner, reason, createdBy } = exemption;
  return {
    ...exemption,
    owner: text(owner),
    reason: text(reason),
    ...(createdBy !== undefined && { createdBy: text(createdBy) }),
  };
};
