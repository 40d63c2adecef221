// A replay to its end, without the moments in between.
import type { Facts } from "../../lib/core/findings/facts.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import type { Judged } from "../../lib/core/findings/judge.ts";
import { type ReplayRange, replay } from "../../lib/core/findings/replay.ts";
import type { AuditView } from "../../lib/core/findings/view.ts";

export const replayAll = (
  facts: Facts,
  judge: (view: AuditView) => Judged,
  range: ReplayRange,
): Finding[] => {
  const moments = replay(facts, judge, range);
  for (;;) {
    const { done, value } = moments.next();
    if (done) return value;
  }
};
