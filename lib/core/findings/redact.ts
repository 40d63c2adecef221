// Takes the name of one person out of findings, exemptions and acts: where they tell of a session, or of who decided.
import { REDACTED, redactedShape } from "../activity/redact.ts";
import { sessionShape } from "../activity/session-shape.ts";
import { principalName } from "../base/visible-text.ts";
import type { LifeSign } from "../history/cluster-life.ts";
import { type Act, isFindingAct } from "./act.ts";
import type { Exemption } from "./exemption.ts";
import type { Finding } from "./finding.ts";
import { firstStepAnew } from "./first-step.ts";

/** What a session name may consist of; a full stop or comma ends a sentence where nothing follows. */
const IN_NAME = String.raw`[\p{L}\p{N}_+=@-]`;

/** The least of a name that is taken for it where a line was cut: three letters may begin anybody's. */
const MIN_CUT = 4;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The name, its shape where that is another text ("ana*" of "ana1990"), and the name as a line that is too long cuts it. */
const formsOf = (person: string): string[] => {
  const shape = sessionShape(person);
  const beginnings = Array.from({ length: Math.max(0, person.length - MIN_CUT) }, (_, n) =>
    escaped(person.slice(0, person.length - 1 - n)),
  );
  return [
    escaped(person),
    ...(shape !== person && /[\p{L}\p{N}]/u.test(shape) ? [escaped(shape)] : []),
    ...(beginnings.length ? [`(?:${beginnings.join("|")})(?=…|\\.\\.\\.)`] : []),
  ];
};

/** What stands before a session in our own sentences: "session ana", "session (ana)", "client:ana". */
const BEFORE_SESSION = String.raw`(?<=\bsession \(?|\b[a-z]+:)`;

/**
 * Text without the name: whole words alone, in any case. In our own sentences a name of letters alone counts only as it is
 * written, or where a session is told of: "nobody" is a name, and "Nobody" begins many a title. The same text where it does
 * not stand there.
 */
export const redactor = (
  person: string,
  { ownSentence = false }: { readonly ownSentence?: boolean } = {},
): ((text: string) => string) => {
  const word = `(?<!${IN_NAME}|${IN_NAME}[.,])(?:${formsOf(person).join("|")})(?!${IN_NAME}|[.,]${IN_NAME})`;
  const isOrdinary = ownSentence && !/[^\p{L}]/u.test(person);
  const patterns = isOrdinary
    ? [new RegExp(word, "gu"), new RegExp(`${BEFORE_SESSION}${word}`, "giu")]
    : [new RegExp(word, "giu")];
  return (text) => patterns.reduce((left, pattern) => left.replace(pattern, REDACTED), text);
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

/** Its subject, its identity and its SQL stay; whom to ask first is told anew. */
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
    return firstStepAnew({
      ...finding,
      ...(sessionNames !== undefined && {
        evidence: { ...evidence, sessionNames: deep(sessionNames, text) },
      }),
      ...(by && { acknowledged: by }),
    });
  }
  return firstStepAnew({
    ...finding,
    title: ours(title),
    evidence: deep(evidence, text) as Finding["evidence"],
    ...(ends !== undefined && { ends: ours(ends) }),
    ...(closedBecause !== undefined && { closedBecause: ours(closedBecause) }),
    ...(threads && { threads: threads.map(text) }),
    ...(by && { acknowledged: by }),
  });
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
