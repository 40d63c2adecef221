// New networks and the episodes that signs are joined into.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { networkRuns } from "../../../lib/core/anomaly/network-runs.ts";
import { DAY, HOUR, iso } from "../../../lib/core/base/time.ts";
import { defineDetector } from "../../../lib/core/findings/detector.ts";
import { exampleArn, exampleFacts, EXAMPLE_NOW as NOW } from "../../../lib/core/findings/example-facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";

const T = Date.UTC(2026, 0, 1);
const tally = (at: number, network: string): Tally => ({
  principal: exampleArn("Job"),
  action: "DbConnect",
  outcome: "allowed",
  network,
  client: "c",
  session: "s",
  role: "",
  count: 1,
  firstAt: at,
  lastAt: at,
  firstEventId: `e${at}`,
});
const options = { baselineDays: 90, learnDays: 7 };
const runsOf = (network: string, ats: readonly number[]) =>
  networkRuns(
    [
      ...Array.from({ length: 300 }, (_, day) => tally(T + day * DAY, "home")),
      ...ats.map((at) => tally(at, network)),
    ].toSorted((a, b) => a.firstAt - b.firstAt),
    options,
  )
    .filter((run) => run.network === network)
    .map((run) => run.tallies.map(({ firstAt }) => (firstAt - T) / HOUR));

describe("a network", () => {
  const day = 100 * 24;
  const hours = (...at: number[]) => at.map((hour) => T + (day + hour) * HOUR);

  it("is new until a day of silence", () => {
    expect(runsOf("new", hours(0, 5, 28, 52, 53))).toEqual([[day, day + 5, day + 28]]);
  });

  it("is learned after a week, even if it never fell silent", () => {
    const steady = Array.from({ length: 30 }, (_, i) => i * 12);
    expect(runsOf("new", hours(...steady))[0]?.at(-1)).toBe(day + 13 * 12);
  });

  it("is new again when it was not seen for the whole baseline", () => {
    expect(runsOf("new", hours(0, 90 * 24))).toHaveLength(1);
    expect(runsOf("new", hours(0, 90 * 24 + 1))).toHaveLength(2);
  });

  it("is none where the record tells none", () => {
    expect(runsOf("unknown", hours(0))).toEqual([]);
    expect(runsOf("…", hours(0))).toEqual([]);
  });
});

describe("signs", () => {
  const seer = (id: string, bits: number, at: readonly number[]) =>
    defineDetector({
      id,
      category: "anomalous",
      life: "episode",
      evidence: {},
      title: id,
      severity: "medium",
      docs: { why: "", fix: "", falsePositives: "", blindSpots: "" },
      options: z.object({}),
      signs: () =>
        at.map((firstAt) => ({
          principal: exampleArn("Job"),
          firstAt,
          lastAt: firstAt + HOUR,
          bits,
          says: `did ${id}`,
          evidence: { [id]: true },
          eventIds: [`${id}-${firstAt}`],
        })),
    });
  const judged = (...detectors: ReturnType<typeof seer>[]) =>
    judgeWith(detectors)(auditView(exampleFacts({}))).observations;
  const at = NOW - 3 * DAY;

  it("of one episode are one finding of the strongest, the others in its evidence", () => {
    const [finding, ...more] = judged(seer("weak", 3, [at]), seer("strong", 6, [at + 5 * HOUR]));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      detector: "strong",
      severity: "high",
      subject: { principal: exampleArn("Job"), facet: iso(at) },
      firstSeenAt: at,
      lastSeenAt: at + 6 * HOUR,
      title: "Job did strong, and 1 more unusual",
      evidence: { strong: true, bits: 9, signs: [{ detector: "strong" }, { detector: "weak" }] },
      eventIds: [`strong-${at + 5 * HOUR}`, `weak-${at}`],
    });
  });

  it("are apart after a day of quiet", () => {
    expect(judged(seer("strong", 6, [at, at + HOUR + DAY - 1]))).toHaveLength(1);
    expect(judged(seer("strong", 6, [at, at + HOUR + DAY]))).toHaveLength(2);
  });

  it("that are weak alone are quiet, also when one detector has many", () => {
    expect(judged(seer("weak", 3, [at, at + HOUR, at + 2 * HOUR]))).toEqual([]);
  });

  it("are no news when their episode has long been closed", () => {
    expect(judged(seer("strong", 6, [NOW - 15 * DAY - HOUR]))).toEqual([]);
    expect(judged(seer("strong", 6, [NOW - 15 * DAY - HOUR + 1]))).toHaveLength(1);
  });

  it("need detectors that exist and options that parse", () => {
    const config = expect.objectContaining({ code: "config" });
    expect(() => judgeWith([seer("a", 1, [])], { b: {} })).toThrow(config);
    expect(() =>
      judgeWith([{ ...seer("a", 1, []), options: z.object({ days: z.int() }) }], { a: { days: "x" } }),
    ).toThrow(config);
  });
});
