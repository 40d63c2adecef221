// What an outage explains: refusals of its own hours, from where each principal usually comes. An attack of the same day stays.
import { describe, expect, it } from "vitest";
import { signRules } from "../../../bench/support/sign-rules.ts";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import { role, START, steady, surpriseFacts, tally } from "./support.ts";

const TODAY = 40;
const SERVICES = 20;
const at = (hour: number, minute = 0): number => START + TODAY * DAY + hour * HOUR + minute * MINUTE;
const networkOf = (n: number): string => `52.${n}.1.0/24`;
const services = Array.from({ length: SERVICES }, (_, n) =>
  steady(`service-${n}`, TODAY, { network: networkOf(n) }),
).flat();
const people = Array.from({ length: 5 }, (_, n) =>
  steady(`AWSReservedSSO_Dev_${n}`, TODAY, { network: "198.51.100.0/24", session: `jo.doe${n}@example.com` }),
).flat();

/** At two in the afternoon everybody is refused for a while, and then let in again. */
const outage: readonly Tally[] = [
  ...Array.from({ length: SERVICES }, (_, n) => ({
    by: `service-${n}`,
    network: networkOf(n),
    session: "app-*",
  })),
  {
    by: "AWSReservedSSO_Dev_1",
    network: "198.51.100.0/24",
    session: "jo.doe1@example.com",
  },
].flatMap(({ by, network, session }, n) => [
  tally(by, at(14, n), { network, session, outcome: "refused", count: 30 + n, lastAt: at(14, 40) }),
  tally(by, at(14, 45), { network, session }),
]);

const foundAt = (tallies: readonly Tally[], now: number) =>
  surprises(surpriseFacts([...services, ...people, ...tallies]), signRules)
    .at(now)
    .episodes.filter(({ severity }) => severity !== undefined);
const foundOf = (tallies: readonly Tally[], by: string) =>
  foundAt(tallies, at(23)).find(({ principal }) => principal === role(by));

/** Refused 40 times and then let in, of the service whose number is 3. */
const guesses = (hour: number, network: string): Tally[] => [
  tally("service-3", at(hour, 2), { network, outcome: "refused", count: 40, lastAt: at(hour, 30) }),
  tally("service-3", at(hour, 35), { network }),
];
const STRANGE = "203.0.113.0/24";

describe("an outage that refuses everybody", () => {
  it("is no finding of any of them, nor of the one person among them", () => {
    expect(foundAt(outage, at(23))).toEqual([]);
  });

  it("explains no guesses before it began, wherever they came from", () => {
    for (const network of [networkOf(3), STRANGE]) {
      const alone = foundOf(guesses(9, network), "service-3");
      const beside = foundOf([...guesses(9, network), ...outage], "service-3");
      const bitsOf = (found: typeof alone) =>
        found?.signs.find((sign) => sign.detector === "failed-attempts")?.bits;
      expect(bitsOf(alone)).toBeGreaterThan(7);
      expect(bitsOf(beside)).toBe(bitsOf(alone));
      expect(foundAt([...guesses(9, network), ...outage], at(23))).toHaveLength(1);
    }
  });

  it("explains no guesses of its own hour from a network that the principal never used, nor the success", () => {
    const found = foundOf([...guesses(14, STRANGE), ...outage], "service-3");
    expect(found?.signs.map(({ detector, group }) => `${detector} ${group}`)).toEqual(
      expect.arrayContaining(["failed-attempts refusals", "new-network network"]),
    );
    expect(found?.severity).toBe("high");
  });

  it("explains guesses of its own hour from the usual network: nobody can tell them from it", () => {
    const inside = guesses(14, networkOf(3)).slice(0, 1);
    expect(foundOf([...inside, ...outage], "service-3")).toBeUndefined();
  });

  it("takes nothing back that was found before it", () => {
    const all = surprises(surpriseFacts([...services, ...guesses(9, STRANGE), ...outage]), signRules);
    const weightAt = (now: number) =>
      all.at(now).episodes.find(({ principal }) => principal === role("service-3"))?.weight ?? 0;
    const before = weightAt(at(13));
    expect(before).toBeGreaterThan(10);
    for (const hour of [14.5, 15, 20]) expect(weightAt(at(hour))).toBeGreaterThanOrEqual(before);
  });

  it("explains the refusals of functions whose addresses roam", () => {
    const roaming = (day: number, n: number) => ({ network: `18.${n}.${day}.0/24`, session: "fn-*" });
    const roamers = Array.from({ length: 6 }, (_, n) =>
      Array.from({ length: TODAY }, (_, day) =>
        tally(`fn-${n}`, START + day * DAY + 10 * HOUR, roaming(day, n)),
      ),
    ).flat();
    const caught = Array.from({ length: 6 }, (_, n) => [
      tally(`fn-${n}`, at(14, n), { ...roaming(200, n), outcome: "refused", count: 25, lastAt: at(14, 40) }),
      tally(`fn-${n}`, at(14, 50), roaming(200, n)),
    ]).flat();
    expect(foundAt([...roamers, ...outage, ...caught], at(23))).toEqual([]);
  });
});
