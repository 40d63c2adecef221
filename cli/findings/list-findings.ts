// Which findings a list shows, in which order, and what it says of those that it does not show.
import { type Instant, iso } from "../../lib/core/base/time.ts";
import { type Finding, Severity, Status } from "../../lib/core/findings/finding.ts";
import { detectors } from "../../lib/detectors/index.ts";
import { AuditError } from "../../lib/errors.ts";
import type { LastLook } from "../../lib/store/findings/findings.ts";

export type Wanted = {
  readonly status?: string;
  readonly severity?: string;
  readonly detector?: string;
  /** Resolved ones too. */
  readonly all?: boolean;
};

const statusOrder: readonly string[] = ["open", "ended", "acknowledged", "exempt", "resolved"];
const severityOrder: readonly string[] = ["critical", "high", "medium", "low"];

/** One or several values with commas between; AuditError("usage") names those there are. */
const oneOf = (what: string, text: string | undefined, known: readonly string[]): ReadonlySet<string> => {
  const wanted = text === undefined ? known : text.split(",").map((value) => value.trim());
  const wrong = wanted.find((value) => !known.includes(value));
  if (wrong !== undefined) {
    throw new AuditError("usage", `there is no ${what} ${JSON.stringify(wrong)}`, {
      hint: `Known are: ${known.join(", ")}`,
    });
  }
  return new Set(wanted);
};

const worstFirst = (a: Finding, b: Finding): number =>
  statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) ||
  severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
  b.detectedAt - a.detectedAt ||
  (a.id < b.id ? -1 : 1);

/** `live`: what people still have to do with; `resolved`: what they have not, and asked for by --all or --status only. */
export type Listed = { readonly live: readonly Finding[]; readonly resolved: readonly Finding[] };

/** What is asked for, the worst of the open ones first. Reads the options before the store, so that a mistyped one is told at once. */
export const selector = (wanted: Wanted): ((findings: readonly Finding[]) => Listed) => {
  const status = oneOf("status", wanted.status, Status.options);
  const severity = oneOf("severity", wanted.severity, Severity.options);
  const ids = detectors.map(({ id }) => id);
  const detector = wanted.detector === undefined ? undefined : oneOf("detector", wanted.detector, ids);
  return (findings) => {
    const found = findings
      .filter((f) => status.has(f.status) && severity.has(f.severity) && (detector?.has(f.detector) ?? true))
      .toSorted(worstFirst);
    return {
      live: found.filter((f) => f.status !== "resolved"),
      resolved: found.filter((f) => f.status === "resolved"),
    };
  };
};

const ago = (ms: number): string => {
  const hours = Math.floor(ms / 3_600_000);
  return hours < 2
    ? "less than two hours ago"
    : hours < 48
      ? `${hours} hours ago`
      : `${Math.floor(hours / 24)} days ago`;
};

/** What a list says below itself: how many it hides, and the time that it is true of. */
export const footer = (hidden: number, look: LastLook | undefined, now: Instant): string =>
  [
    ...(hidden > 0
      ? [`${hidden} resolved ${hidden === 1 ? "finding is" : "findings are"} not shown: --all shows them.`]
      : []),
    look === undefined
      ? "The detectors have not run yet, so this says nothing about the cluster. Run: dsql-audit detect"
      : `As of the evaluation of ${iso(look.at).slice(0, 16).replace("T", " ")}Z, ${ago(Math.max(0, now - look.at))}.`,
  ].join("\n");
