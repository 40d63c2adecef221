// Whether `plan` has a script for a finding, as far as the finding itself tells.
import type { Finding } from "../findings/finding.ts";
import { isRemediedInIam } from "./iam/iam-wishes.ts";

/** A statement ends with a semicolon; anything else is advice. */
export const isSql = (fix: string): boolean => /;\s*(?:--.*)?$/m.test(fix);

/** Nothing but the end of its role ends a finding of these. */
const MUST_DROP: ReadonlySet<string> = new Set(["leftover-role"]);
export const endsWithItsRole = (detector: string): boolean => MUST_DROP.has(detector);

/** Findings that end with the access that they are about, by statements or in IAM; of others a plan could say nothing. */
export const hasPlan = ({
  category,
  closedAt,
  detector,
  fix,
}: Pick<Finding, "category" | "closedAt" | "detector" | "fix">): boolean =>
  closedAt === undefined &&
  (category === "dormant" || category === "over-privileged") &&
  (isRemediedInIam(detector) ||
    detector === "baseline-drift" ||
    endsWithItsRole(detector) ||
    (fix !== undefined && isSql(fix)));
