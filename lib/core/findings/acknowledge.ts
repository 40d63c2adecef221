// What people decide on a finding by hand.
import { AuditError } from "../../errors.ts";
import type { Instant } from "../base/time.ts";
import type { Finding } from "./finding.ts";

/**
 * Somebody has seen it. An anomaly is closed by that, for a past connection cannot be undone; anything else stays until
 * a look no longer finds it. Twice is once. AuditError("usage") for what is resolved or exempt.
 */
export const acknowledge = (finding: Finding, now: Instant): Finding => {
  if (finding.status === "acknowledged") return finding;
  if (finding.status === "resolved" || finding.status === "exempt") {
    throw new AuditError("usage", `the finding is ${finding.status}: there is nothing to acknowledge`);
  }
  return {
    ...finding,
    status: "acknowledged",
    noticedSeverity: finding.severity,
    ...(finding.life === "episode" && { closedAt: finding.closedAt ?? now }),
  };
};
