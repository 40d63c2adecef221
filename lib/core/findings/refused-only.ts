// Whether what a finding tells of was refused: then nobody was let in by it, and there may be no mapping that could end.
import type { Finding } from "./finding.ts";

type Said = { readonly detector?: unknown; readonly evidence?: Readonly<Record<string, unknown>> };

/** What each of a finding's signs says, the finding's own where it has none. */
const signsIn = ({ detector, evidence }: Pick<Finding, "detector" | "evidence">): readonly Said[] => {
  const { signs } = evidence;
  return Array.isArray(signs) && signs.length ? (signs as Said[]) : [{ detector, evidence }];
};

const someIn = (value: unknown): boolean => typeof value === "number" && value > 0;

/**
 * Whether all that it tells of was refused, as far as was seen. false too where that is not told apart, and where a sign is
 * of connections: those were let in.
 */
export const isRefusedOnly = (finding: Pick<Finding, "detector" | "evidence">): boolean => {
  const { letIn, letInNotShown } = finding.evidence;
  if (Array.isArray(letIn)) return !letIn.length && !someIn(letInNotShown);
  return signsIn(finding).every(
    ({ detector, evidence }) =>
      evidence?.refused === true || (detector === "failed-attempts" && evidence?.thenAllowed === false),
  );
};

type Barred = "never" | "revoked";

/** Detectors whose sign says by itself that no mapping of the principal stood. */
const WITHOUT_MAPPING: Readonly<Record<string, Barred>> = {
  "unmapped-connection": "never",
  "revoked-connection": "revoked",
};

/** Others say it beside what they are of. */
const barredIn = ({ detector, evidence }: Said): readonly Barred[] => {
  const state = WITHOUT_MAPPING[String(detector)] ?? evidence?.mapping;
  return state === "never" || state === "revoked" ? [state] : [];
};

/**
 * Where all was refused and no mapping of the principal stood then: whether it never had one, or its last was revoked. Of such a
 * principal a permission in IAM is all that may be left. undefined: a mapping may stand, or somebody was let in.
 */
export const refusedWithoutMapping = (
  finding: Pick<Finding, "detector" | "evidence">,
): Barred | undefined => {
  if (!isRefusedOnly(finding)) return undefined;
  const signs = signsIn(finding);
  // The sign of refusals says nothing where a mapping stood, or where that is not known.
  if (signs.some((one) => one.detector === "failed-attempts" && !barredIn(one).length)) return undefined;
  const states = signs.flatMap(barredIn);
  return states.includes("revoked") ? "revoked" : states[0];
};
