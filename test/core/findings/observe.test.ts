// New detectors of a running installation: what they find is listed, and mailed two days later.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { HOUR } from "../../../lib/core/base/time.ts";
import { defineDetector } from "../../../lib/core/findings/detector.ts";
import { EXAMPLE_NOW, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Category, Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { firstLooksOf, OBSERVE_MS, observedUntil } from "../../../lib/core/findings/observe.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { dueNow } from "../../support/notices.ts";

const detectorNamed = (id: string, category: Exclude<Category, "anomalous"> = "over-privileged") =>
  defineDetector<object, { readonly n: number }>({
    id,
    category,
    title: "Something",
    severity: "high",
    life: "state",
    docs: { why: "", fix: "", falsePositives: "", blindSpots: "" },
    evidence: { n: "N" },
    options: z.object({}),
    detect: ({ now }) => [
      {
        subject: { role: "app", facet: "x" },
        title: "Something",
        evidence: { n: 1 },
        firstSeenAt: now,
        lastSeenAt: now,
      },
    ],
  });

/** One look at `now`, as the detect function makes it. */
const look = (
  before: readonly Finding[],
  last: Parameters<typeof firstLooksOf>[0],
  ids: readonly string[],
  now: number,
  category?: Exclude<Category, "anomalous">,
) => {
  const judge = judgeWith(ids.map((id) => detectorNamed(id, category)));
  const { observations, looks } = judge(auditView({ ...exampleFacts({}), now }));
  const firstLooks = firstLooksOf(last, ids, now);
  const findings = reconcileFindings(before, observations, looks, now, {
    observedUntil: (finding) => observedUntil(firstLooks, finding, now),
  });
  return { findings, firstLooks };
};
const mailed = (findings: readonly Finding[]): string[] =>
  dueNow(findings, EXAMPLE_NOW + 100 * HOUR, { cluster: exampleFacts({}).cluster }).flatMap(({ told }) =>
    told.map(({ id }) => id.split("-", 1)[0] ?? ""),
  );

describe("a detector that an upgrade adds", () => {
  const first = look([], undefined, ["old"], EXAMPLE_NOW);
  const second = look(first.findings, first, ["old", "new"], EXAMPLE_NOW + HOUR);

  it("lists what it finds as open, and mails it 48 hours after its first look", () => {
    expect(second.findings.map(({ status }) => status)).toEqual(["open", "open"]);
    expect(mailed(second.findings)).toEqual(["old"]);
    const before = look(second.findings, second, ["old", "new"], EXAMPLE_NOW + HOUR + OBSERVE_MS - 1);
    expect(mailed(before.findings)).toEqual(["old"]);
    const after = look(before.findings, before, ["old", "new"], EXAMPLE_NOW + HOUR + OBSERVE_MS);
    expect(mailed(after.findings)).toEqual(["old", "new"]);
    expect(after.findings.some((finding) => "observedUntil" in finding)).toBe(false);
  });

  it("mails what begins after these 48 hours at once", () => {
    const later = look(first.findings, second, ["old", "new"], EXAMPLE_NOW + HOUR + OBSERVE_MS);
    expect(mailed(later.findings)).toEqual(["old", "new"]);
  });

  it("does not wait where it tells of gaps in the record", () => {
    const coverage = look(first.findings, first, ["old", "new"], EXAMPLE_NOW + HOUR, "coverage");
    expect(mailed(coverage.findings)).toEqual(["old", "new"]);
  });

  it("is told from those of earlier releases, which wrote no first looks down", () => {
    const upgraded = look([], {}, ["dormant-mapping", "public-access"], EXAMPLE_NOW);
    expect(upgraded.firstLooks["dormant-mapping"]).toBe(0);
    expect(upgraded.firstLooks["public-access"]).toBe(EXAMPLE_NOW);
    expect(mailed(upgraded.findings)).toEqual(["dormant"]);
  });

  it("does not wait in a new installation, nor when a look is made twice", () => {
    expect(mailed(first.findings)).toEqual(["old"]);
    expect(mailed(look(first.findings, first, ["old"], EXAMPLE_NOW).findings)).toEqual(["old"]);
  });
});
