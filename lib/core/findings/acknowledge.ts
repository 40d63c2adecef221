// What people decide on a finding by hand.
import { AuditError } from "../../errors.ts";
import type { Instant } from "../base/time.ts";
import type { Finding } from "./finding.ts";
import { MAX_BY, MAX_WHY, said } from "./said.ts";
import { severityKnown } from "./told-of-it.ts";

/** Who acknowledges it, as they are called there, and why, where they say so. */
export type Acknowledging = { readonly by: string; readonly note?: string | undefined };

/**
 * Somebody has seen it. An episode is closed by that, for a past connection cannot be undone; anything else stays until
 * a look no longer finds it. Twice is once: the first who did it stays written down.
 * AuditError("usage") for what is resolved or exempt, and where nobody is named.
 */
export const acknowledge = (finding: Finding, now: Instant, { by, note }: Acknowledging): Finding => {
  if (finding.status === "acknowledged") return finding;
  if (finding.status === "resolved" || finding.status === "exempt") {
    throw new AuditError("usage", `the finding is ${finding.status}: there is nothing to acknowledge`);
  }
  const who = said(by, MAX_BY);
  if (!who) throw new AuditError("usage", "an acknowledgement needs the name of who makes it");
  const why = said(note, MAX_WHY);
  return {
    ...severityKnown(finding),
    status: "acknowledged",
    acknowledged: { at: now, by: who, ...(why && { note: why }) },
    ...(finding.life === "episode" && { closedAt: finding.closedAt ?? now }),
  };
};
