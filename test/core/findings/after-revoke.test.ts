// What is said once a mapping is gone: when the last session from before must have ended, and what being let in later means.
import { describe, expect, it } from "vitest";
import { lastSessionEnd, lastTokenEnd } from "../../../lib/core/activity/session-end.ts";
import { DAY, HOUR, minute } from "../../../lib/core/base/time.ts";
import { daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { reconcileFindings as reconcile } from "../../../lib/core/findings/reconcile-findings.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const judge = (facts: Parameters<typeof auditView>[0]) => judgeWith(detectors)(auditView(facts));

describe("a finding about a mapping that is revoked", () => {
  it("ends with the last possible session end, counted from the snapshot that no longer had it", () => {
    const mapping = { to: "Old", role: "app" };
    const connections = daily("Other", 60, daysAgo(0));
    const mappings = [mapping, { to: "Other", role: "app" }];
    const before = judge(exampleFacts({ mappings, connections }));
    const open = reconcile([], before.observations, before.looks, EXAMPLE_NOW);
    expect(open.map(({ detector }) => detector)).toContain("never-used-mapping");
    const goneAt = EXAMPLE_NOW + HOUR;
    const now = EXAMPLE_NOW + 2 * HOUR;
    const gone = [
      { ...mapping, goneAt },
      { to: "Other", role: "app" },
    ];
    const after = judge(exampleFacts({ now, mappings: gone, connections }));
    const closed = reconcile(open, after.observations, after.looks, now, { gone: after.gone });
    const ended = closed.find(({ detector }) => detector === "never-used-mapping");
    expect(ended).toMatchObject({ status: "resolved" });
    expect(ended?.closedBecause).toContain(`the snapshot of ${minute(goneAt)} no longer has it`);
    expect(ended?.closedBecause).toContain(`Last possible session end: ${minute(goneAt + HOUR)}.`);
    expect(ended?.closedBecause).toContain(minute(goneAt + 7 * DAY));
  });

  it("says when it was used where it ended by a use, which stays true once the mapping is gone", () => {
    const mappings = [{ to: "Old", role: "app" }];
    const before = judge(exampleFacts({ mappings, connections: daily("Other", 60, daysAgo(0)) }));
    const open = reconcile([], before.observations, before.looks, EXAMPLE_NOW);
    const now = EXAMPLE_NOW + 2 * HOUR;
    const connections = [...daily("Other", 60, daysAgo(0)), { by: "Old", at: EXAMPLE_NOW + HOUR }];
    const after = judge(exampleFacts({ now, mappings, connections }));
    const ended = reconcile(open, after.observations, after.looks, now, { gone: after.gone }).find(
      ({ detector }) => detector === "never-used-mapping",
    );
    expect(ended?.closedBecause).toBe(`It was used at ${minute(EXAMPLE_NOW + HOUR)}.`);
  });

  it("rests on the limits that AWS documents: an hour for a connection, a week for a token", () => {
    expect([lastSessionEnd(0), lastTokenEnd(0)]).toEqual([3_600_000, 604_800_000]);
  });
});

describe("a connection after a revoke", () => {
  const mappings = [
    { to: "Orders", role: "app" },
    { to: "Old", role: "app", goneAt: daysAgo(5) },
  ];
  const usual = daily("Orders", 60, daysAgo(1));
  const found = (...again: { at: number; outcome?: "refused" }[]) =>
    judge(
      exampleFacts({ mappings, connections: [...usual, ...again.map((one) => ({ by: "Old", ...one }))] }),
    ).observations.filter(({ detector }) => detector === "revoked-connection");

  it("is critical where it was let in more than an hour after", () => {
    expect(found({ at: EXAMPLE_NOW - 6 * HOUR })).toMatchObject([
      { severity: "critical", evidence: { afterLastSession: true } },
    ]);
  });

  it("weighs as it always did where it was refused, and critical once one of many attempts was let in", () => {
    const refused = { at: EXAMPLE_NOW - 6 * HOUR, outcome: "refused" as const };
    expect(found(refused).map(({ severity }) => severity)).toEqual(["low"]);
    const [both] = found({ ...refused, at: EXAMPLE_NOW - 27 * HOUR }, { at: EXAMPLE_NOW - 6 * HOUR });
    expect(both).toMatchObject({ severity: "critical" });
    expect(both?.title).toContain("after the last possible end of any session");
  });
});
