import { describe, expect, it } from "vitest";
import { signRules } from "../../../bench/support/sign-rules.ts";
import { isEventDay } from "../../../lib/core/anomaly/event-day.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { role, START, steady, surpriseFacts, tally } from "./support.ts";

const never = { days: 2_000, atLeast: () => 0, top: 0 };

describe("a day on which many do the same", () => {
  it("is an event from three principals on, where nobody ever did it", () => {
    expect(isEventDay(40, never, (level) => (level <= 4 ? 3 : 0))).toBe(true);
    expect(isEventDay(40, never, (level) => (level <= 4 ? 2 : 0))).toBe(false);
  });

  it("is none where three of forty do it on any day", () => {
    const usual = { days: 2_000, atLeast: (level: number) => (level <= 4 ? 150 : 0), top: 4 };
    expect(isEventDay(40, usual, (level) => (level <= 4 ? 3 : 0))).toBe(false);
  });
});

const services = (count: number, days: number) =>
  Array.from({ length: count }, (_, n) =>
    steady(`service-${n}`, days, { network: `52.${n}.1.0/24`, count: 5 }),
  ).flat();
const foundAt = (tallies: Parameters<typeof surpriseFacts>[0], day: number) =>
  surprises(surpriseFacts(tallies), signRules)
    .at(START + day * DAY + 12 * HOUR)
    .episodes.filter(({ severity, lastAt }) => severity !== undefined && lastAt >= START + day * DAY)
    .map(({ principal }) => principal)
    .sort();

describe("what one event of the estate looks like", () => {
  it("hides the largest of a storm of retries as well as the others", () => {
    const storm = Array.from({ length: 10 }, (_, n) =>
      tally(`service-${n}`, START + 60 * DAY + 11 * HOUR + n, { outcome: "refused", count: 20 + 6 * n }),
    );
    expect(foundAt([...services(24, 60), ...storm], 60)).toEqual([]);
    expect(foundAt([...services(24, 60), ...storm.slice(9)], 60)).toEqual([role("service-9")]);
  });

  it("keeps three of twenty that are let in from one strange place: a thief comes from one place, too", () => {
    const from = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        tally(`service-${n}`, START + 60 * DAY + 11 * HOUR + n, { network: "203.0.113.0/24" }),
      );
    expect(foundAt([...services(20, 61), ...from(3)], 60)).toHaveLength(3);
    expect(foundAt([...services(20, 61), ...from(12)], 60)).toEqual([]);
  });

  it("follows a library that is rolled out over a fortnight, and not a tool that one after the other uses once", () => {
    const rolled = (library: string, stays: boolean) =>
      Array.from({ length: 6 }, (_, n) =>
        Array.from({ length: stays ? 12 - 2 * n : 1 }, (_, day) =>
          tally(`service-${n}`, START + (50 + 2 * n + day) * DAY + 11 * HOUR, {
            client: `${library}/1.0`,
            network: `52.${n}.1.0/24`,
          }),
        ),
      ).flat();
    expect(foundAt([...services(20, 61), ...rolled("new-driver", true)], 60)).toEqual([]);
    expect(foundAt([...services(20, 61), ...rolled("strange-tool", false)], 60)).toEqual([role("service-5")]);
  });
});
