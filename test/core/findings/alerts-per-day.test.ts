// What a replay adds up to: alerts per day.
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { alertsPerDay } from "../../../lib/core/findings/alerts-per-day.ts";
import { daysAgo, EXAMPLE_NOW, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { replay } from "../../../lib/core/findings/replay.ts";
import { dormantMapping } from "../../../lib/detectors/dormant/dormant-mapping.ts";

const facts = exampleFacts({
  mappings: [
    { to: "Early", role: "a" },
    { to: "Late", role: "b" },
  ],
  connections: [
    { by: "Early", at: daysAgo(41) },
    { by: "Late", at: daysAgo(33) + HOUR / 2 },
  ],
});
const range = { from: daysAgo(5), to: EXAMPLE_NOW };
const backtest = (days: number) => {
  const moments = replay(facts, judgeWith([dormantMapping], { "dormant-mapping": { days } }), {
    ...range,
    stepMs: HOUR,
  });
  for (;;) {
    const { done, value } = moments.next();
    if (done) return alertsPerDay(value, range).map(({ day, alerts, mailed }) => [day, alerts, mailed]);
  }
};

describe("alerts per day", () => {
  it("counts a finding on the day on which it began, and lists days without one", () => {
    expect(backtest(30)).toEqual([
      ["2026-06-26", 0, 0],
      ["2026-06-27", 0, 0],
      ["2026-06-28", 1, 0],
      ["2026-06-29", 0, 0],
      ["2026-06-30", 0, 0],
      ["2026-07-01", 0, 0],
    ]);
  });

  it("counts as mailed at once what is high or critical, and nothing else", () => {
    const found = (["low", "medium", "high", "critical"] as const).map(
      (severity) => ({ detectedAt: EXAMPLE_NOW, severity, title: severity }) as Finding,
    );
    expect(alertsPerDay(found, range).at(-1)).toMatchObject({ alerts: 4, mailed: 2 });
  });

  it("moves with the threshold", () => {
    expect(backtest(39).filter(([, alerts]) => alerts !== 0)).toEqual([["2026-06-29", 1, 0]]);
    expect(backtest(90).every(([, alerts]) => alerts === 0)).toBe(true);
  });

  it("leaves out what stood at the first moment", () => {
    const stood = backtest(20).reduce((sum, [, alerts]) => sum + Number(alerts), 0);
    expect(stood).toBe(0);
    expect(alertsPerDay([], { from: 0, to: DAY - 1 })).toEqual([
      { day: "1970-01-01", alerts: 0, mailed: 0, titles: [] },
    ]);
  });
});
