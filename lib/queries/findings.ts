// Which findings there are: a list by status, severity and detector, and the one that an id means.
import type { Cluster } from "../core/base/ids.ts";
import { acceptsGrants, type Exemption } from "../core/findings/exemption.ts";
import { type Finding, Severity, Status } from "../core/findings/finding.ts";
import { exemptionKeys } from "../core/findings/finding-id.ts";
import { detectorIds } from "../detectors/words.ts";
import { AuditError } from "../errors.ts";
import type { FindingStore } from "../store/findings/findings.ts";
import type { LastLook } from "../store/findings/looks.ts";
import type { ReadStore } from "../store/open-store.ts";
import { type About, findingsAbout } from "./findings-about.ts";

/** Each one value, or several with commas between; what is left out is not asked about. */
export type Wanted = {
  readonly status?: string | undefined;
  readonly severity?: string | undefined;
  readonly detector?: string | undefined;
};

/** Whether a finding is among those that are wanted. */
export type Selection = (finding: Finding) => boolean;

const statusOrder: readonly string[] = ["open", "ended", "acknowledged", "exempt", "resolved"];
const severityOrder: readonly string[] = ["critical", "high", "medium", "low"];

/** The words that a list with commas names; undefined: all. AuditError("usage") names the words there are. */
export const oneOf = (
  what: string,
  text: string | undefined,
  known: readonly string[],
): ReadonlySet<string> | undefined => {
  if (text === undefined) return undefined;
  const wanted = text.split(",").map((value) => value.trim());
  const wrong = wanted.find((value) => !known.includes(value));
  if (wrong === undefined) return new Set(wanted);
  throw new AuditError("usage", `there is no ${what} ${JSON.stringify(wrong)}`, {
    hint: `Known are: ${known.join(", ")}`,
  });
};

/** Before any store is opened, so that a mistyped word is told at once. AuditError("usage") names the words there are. */
export const parseWanted = (wanted: Wanted): Selection => {
  const status = oneOf("status", wanted.status, Status.options);
  const severity = oneOf("severity", wanted.severity, Severity.options);
  const detector = oneOf("detector", wanted.detector, detectorIds());
  return (finding) =>
    (status?.has(finding.status) ?? true) &&
    (severity?.has(finding.severity) ?? true) &&
    (detector?.has(finding.detector) ?? true);
};

const worstFirst = (a: Finding, b: Finding): number =>
  statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) ||
  severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
  b.detectedAt - a.detectedAt ||
  (a.id < b.id ? -1 : 1);

export type FindingList = {
  /** What people still have to do with, the worst of the open ones first. */
  readonly live: readonly Finding[];
  /** What they have not. */
  readonly resolved: readonly Finding[];
  /** When findings were last looked for; undefined: never, so that none says nothing about the cluster. */
  readonly look: LastLook | undefined;
};

/** The findings of a cluster that are wanted, by what was last judged. AuditError as `findingsAbout`. */
export const listFindings = async (
  { findings, snapshots }: Pick<ReadStore, "findings" | "snapshots">,
  cluster: Cluster,
  isWanted: Selection,
  about: About,
): Promise<FindingList> => {
  const [all, look] = await Promise.all([findings.list(cluster), findings.lastLook(cluster)]);
  const found = (await findingsAbout({ snapshots }, cluster, all, about))
    .filter(isWanted)
    .toSorted(worstFirst);
  return {
    live: found.filter(({ status }) => status !== "resolved"),
    resolved: found.filter(({ status }) => status === "resolved"),
    look,
  };
};

/**
 * Who accepted an exempt finding, until when and why; undefined: it is not exempt. One that is over stands until an evaluation
 * opens the finding again.
 */
export const exemptionOn = async (
  findings: Pick<FindingStore, "exemptions">,
  finding: Finding,
): Promise<Exemption | undefined> => {
  if (finding.status !== "exempt") return undefined;
  const keys = exemptionKeys(finding);
  const own = (await findings.exemptions(finding.cluster)).filter(
    (one) => keys.includes(one.key) && acceptsGrants(one, finding),
  );
  return own.toSorted((a, b) => b.until - a.until)[0];
};

/** The longest key that a table takes; what is longer names nothing. */
const MAX_ID_BYTES = 1_024;
/** Fewer characters would name a finding by chance. */
const MIN_PREFIX = 4;

const hashOf = (id: string): string => id.slice(id.lastIndexOf("-") + 1);

/**
 * The finding of an id, or the only one whose id, or the part of it that lists show, begins so. `list`: how whoever asks
 * lists them. AuditError("not-found"), ("usage") where several begin so.
 */
export const findFinding = async (
  findings: Pick<FindingStore, "get" | "list">,
  cluster: Cluster,
  id: string,
  list: string,
): Promise<Finding> => {
  const isKey = id !== "" && Buffer.byteLength(id) <= MAX_ID_BYTES;
  const exact = isKey ? await findings.get(cluster, id) : undefined;
  if (exact) return exact;
  const found =
    isKey && id.length >= MIN_PREFIX
      ? (await findings.list(cluster)).filter(
          (finding) => finding.id.startsWith(id) || hashOf(finding.id).startsWith(id),
        )
      : [];
  const [only, second] = found;
  if (only && !second) return only;
  if (second) {
    throw new AuditError("usage", `${found.length} findings begin with ${id}`, {
      hint: `Give more of the id. Listed by: ${list}`,
    });
  }
  throw new AuditError("not-found", `there is no finding ${id || '""'}`, {
    hint: `List them with: ${list}`,
  });
};
