// The life of findings on a stretch of time: one that shrinks from its beginning is the same, one that does not touch is not.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import type { Look, Observation } from "../../../lib/core/findings/finding.ts";
import { findingId } from "../../../lib/core/findings/finding-id.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
const T = Date.UTC(2026, 3, 1);

describe("gaps", () => {
  const gap = (from: number, to: number): Observation => {
    const subject = { facet: new Date(T + from * HOUR).toISOString() };
    return {
      id: findingId("capture-gap", cluster, subject),
      detector: "capture-gap",
      ...{ category: "coverage", life: "stretch", severity: "medium", title: "gap", evidence: {} },
      ...{ cluster, subject },
      firstSeenAt: T + from * HOUR,
      lastSeenAt: T + to * HOUR,
    };
  };
  const looks: Look[] = [{ detector: "capture-gap", complete: true }];

  it("are the same finding while files that come late fill them from their beginning", () => {
    let state = reconcileFindings([], [gap(0, 6)], looks, T + 6 * HOUR);
    const id = state[0]?.id;
    for (let filled = 1; filled < 6; filled++) {
      const now = T + (6 + filled) * HOUR;
      state = reconcileFindings(state, [gap(filled, 6)], looks, now);
      expect(reconcileFindings(state, [gap(filled, 6)], looks, now)).toEqual(state);
      expect(state).toMatchObject([{ id, status: "open", firstSeenAt: T + filled * HOUR, reopened: 0 }]);
    }
    expect(reconcileFindings(state, [], looks, T + 13 * HOUR)).toMatchObject([{ id, status: "resolved" }]);
  });

  it("are another finding where one was closed or does not touch", () => {
    const first = reconcileFindings([], [gap(0, 6)], looks, T + 6 * HOUR);
    expect(reconcileFindings(first, [gap(0, 6), gap(7, 9)], looks, T + 9 * HOUR)).toHaveLength(2);
    const closed = reconcileFindings(first, [], looks, T + 7 * HOUR);
    expect(reconcileFindings(closed, [gap(3, 6)], looks, T + 8 * HOUR)).toMatchObject([
      { status: "resolved" },
      { status: "open", firstSeenAt: T + 3 * HOUR },
    ]);
  });
});
