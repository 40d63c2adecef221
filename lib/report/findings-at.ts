// Findings as they stood at an earlier instant, as far as their present state tells.

import type { Instant } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";

/**
 * Leaves out what was not judged yet at `at`, and opens again what was closed only later. A finding keeps no history of
 * its status: one that was acknowledged or exempted since is shown as it is now.
 */
export const findingsAt = (findings: readonly Finding[], at: Instant): readonly Finding[] =>
  findings
    .filter(({ detectedAt }) => detectedAt <= at)
    .map((finding) => {
      const { closedAt, ...standing } = finding;
      return closedAt !== undefined && closedAt > at ? { ...standing, status: "open" as const } : finding;
    });
