import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signRules } from "../../../bench/support/sign-rules.ts";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { packEstate, unpackEstate } from "../../../lib/core/anomaly/estate-codec.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { DAY, HOUR, type Instant, minute } from "../../../lib/core/base/time.ts";
import { detectorOf } from "../../../lib/detectors/index.ts";
import { evidenceLines } from "../../../lib/wording/evidence-text.ts";
import { role, START, steady, surpriseFacts, tally } from "./support.ts";

/** Twenty services of 60 days, each from a network of its own. */
const estate = (days = 60): Tally[] =>
  Array.from({ length: 20 }, (_, n) =>
    steady(`service-${n}`, days, { network: `52.${n}.1.0/24`, count: 5 }),
  ).flat();

const foundAt = (tallies: readonly Tally[], now: Instant, more = {}) =>
  surprises(surpriseFacts(tallies, more), signRules)
    .at(now)
    .episodes.filter(({ severity }) => severity !== undefined);

describe("surprise", () => {
  const now = START + 60 * DAY + 12 * HOUR;
  const stranger = tally("service-3", START + 60 * DAY + 11 * HOUR, { network: "203.0.113.0/24" });

  it("finds a network that nobody ever used, and says so in figures", () => {
    const [found, ...others] = foundAt([...estate(), stranger], now);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ principal: role("service-3"), detector: "new-network" });
    expect(found?.signs[0]?.says).toBe(
      "connected from 203.0.113.0/24 for the first time in 60 active days; no other machine uses 203.0.0.0/16; no such day is on record, neither in its own 59 days nor in 988 days of the other machines",
    );
  });

  it("holds who is alone against all of its own days: every day more makes a first time rarer", () => {
    const signAfter = (days: number, others: readonly Tally[] = []) => {
      const moved = tally("service-0", START + days * DAY + 10 * HOUR, { network: "203.0.113.0/24" });
      const own = steady("service-0", days, { network: "52.0.1.0/24" });
      const found = surprises(surpriseFacts([...own, moved, ...others]), signRules)
        .at(START + days * DAY + 11 * HOUR)
        .episodes.find(({ principal }) => principal === role("service-0"));
      return found?.signs.find(({ detector }) => detector === "new-network");
    };
    // Half a day like that of so many and one; below four bits nothing is a sign.
    for (const days of [8, 9, 12, 20, 31, 32, 40])
      expect(signAfter(days)?.bits).toBeCloseTo(Math.log2(2 * days), 9);
    expect(signAfter(32)?.says).toContain(
      "no such day is on record in its own 31 days; no other machine has been known for long enough to compare it with",
    );
    // A newcomer is no peer yet; somebody who was there all the time is one.
    const newcomer = steady("service-1", 4, { network: "52.1.1.0/24" }, 28);
    expect(signAfter(32, newcomer)?.bits).toBe(6);
    const peer = steady("service-1", 32, { network: "52.1.1.0/24" });
    expect(signAfter(32, peer)?.says).toContain(
      "neither in its own 31 days nor in 24 days of the other machines",
    );
  });

  it("takes a provider's range where people live for no place of a machine", () => {
    const people = Array.from({ length: 8 }, (_, n) =>
      steady(`AWSReservedSSO_Dev_${n}`, 60, {
        network: `86.${n % 2}.${n}.0/24`,
        session: `jo.doe${n}@example.com`,
      }),
    ).flat();
    const fromHome = tally("service-3", now - HOUR, { network: "86.1.77.0/24" });
    const levelOf = (all: readonly Tally[]) => foundAt([...all, fromHome], now)[0]?.signs[0]?.level;
    expect(levelOf([...estate(), ...people])).toBe(4);
    expect(levelOf([...estate(), ...steady("service-21", 60, { network: "86.1.5.0/24" })])).toBe(3);
  });

  it("says nothing of an ordinary day", () => {
    expect(foundAt([...estate(61)], now)).toEqual([]);
  });

  it("says nothing before the connection was made", () => {
    expect(foundAt([...estate(), stranger], START + 60 * DAY + 11 * HOUR)).toEqual([]);
  });

  it("takes back what it said when the others follow: an office or a library moved", () => {
    const moved = Array.from({ length: 12 }, (_, n) =>
      tally(`service-${n}`, START + 60 * DAY + 11 * HOUR + n, { network: "203.0.113.0/24" }),
    );
    expect(foundAt([...estate(), ...moved.slice(0, 1)], now)).toHaveLength(1);
    expect(foundAt([...estate(), ...moved], now)).toEqual([]);
  });

  it("holds who never moved against those who never moved, not against those who roam", () => {
    const roaming = Array.from({ length: 4 }, (_, n) =>
      Array.from({ length: 60 }, (_, day) =>
        tally(`roamer-${n}`, START + day * DAY + 10 * HOUR, { network: `${60 + n}.${day}.1.0/24` }),
      ),
    ).flat();
    expect(foundAt([...estate(), ...roaming, stranger], now)).toMatchObject([
      { principal: role("service-3"), detector: "new-network" },
    ]);
    // And a roamer's next network is one of many.
    const next = tally("roamer-1", now - HOUR, { network: "77.1.1.0/24" });
    expect(foundAt([...estate(), ...roaming, next], now)).toEqual([]);
  });

  it("finds three of many services in one new place, and not half of them", () => {
    const moved = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        tally(`service-${n}`, START + 60 * DAY + 11 * HOUR + n, { network: "52.19.1.0/24" }),
      );
    expect(foundAt([...estate(61), ...moved(3)], now)).toHaveLength(3);
    expect(foundAt([...estate(61), ...moved(10)], now)).toEqual([]);
  });

  it("does not take what a crowd does today for an excuse of something else", () => {
    const others = Array.from({ length: 8 }, (_, n) =>
      tally(`service-${n + 4}`, START + 60 * DAY + 9 * HOUR + n, { client: "new-driver/1.0" }),
    );
    const tool = tally("service-3", now - HOUR, { client: "psql/16.2" });
    expect(foundAt([...estate(), ...others, tool], now)).toMatchObject([
      { principal: role("service-3"), detector: "new-client" },
    ]);
  });

  it("finds who is refused many times and then let in", () => {
    const refused = tally("service-5", START + 60 * DAY + 10.5 * HOUR, { outcome: "refused", count: 80 });
    const then = tally("service-5", START + 60 * DAY + 10.9 * HOUR);
    const [letIn] = foundAt([...estate(), refused, then], now);
    expect(letIn).toMatchObject({ detector: "failed-attempts" });
    // Nobody is known to be kept out: of who was not let in it says how far the day was seen.
    const [notYet] = foundAt([...estate(), refused], now);
    const words = detectorOf("failed-attempts")?.evidence;
    expect([letIn, notYet].map((found) => evidenceLines(found?.signs[0]?.evidence ?? {}, words))).toEqual([
      expect.arrayContaining(["Let in afterwards: yes"]),
      expect.arrayContaining([
        "Let in afterwards: not seen so far",
        `Last attempt seen that day: ${minute(refused.lastAt)}`,
      ]),
    ]);
  });

  it("finds a principal that no mapping names, on its very first day", () => {
    const [found] = foundAt([...estate(), tally("stranger", now - HOUR, { outcome: "refused" })], now, {
      mappingStates: () => (principal: string) => (principal.endsWith("stranger") ? "never" : "mapped"),
    });
    expect(found).toMatchObject({ principal: role("stranger"), detector: "unmapped-connection" });
  });

  it("does not learn an attack, and learns what somebody vouched for", () => {
    const burst = (day: number) => tally("service-7", START + day * DAY + 11 * HOUR, { count: 60 });
    const again = START + 76 * DAY + 12 * HOUR;
    const history = [...estate(77), burst(60)];
    const own = {
      principal: role("service-7"),
      from: START + 60 * DAY,
      to: START + 60 * DAY,
      at: START + 61 * DAY,
    };
    const weightOf = (more = {}) => foundAt([...history, burst(76)], again, more)[0]?.weight ?? 0;
    // The record of the burst itself counts for both: a thing is reported once.
    expect(weightOf({ acknowledged: [own] })).toBeLessThanOrEqual(weightOf());
  });

  it("keeps the auditor's own logins out", () => {
    expect(foundAt([...estate(), stranger], now, { auditor: role("service-3") })).toEqual([]);
  });

  it("is the same whatever the order in which connections came", () => {
    const all = [...estate(20), stranger];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        const one = surprises(surpriseFacts(shuffled), signRules).estateBefore(START + 25 * DAY);
        const other = surprises(surpriseFacts(all), signRules).estateBefore(START + 25 * DAY);
        expect(packEstate(one)).toBe(packEstate(other));
      }),
      { numRuns: 10 },
    );
  });

  it("is the same byte for byte from any day that was kept as from the beginning", () => {
    const random = fc.sample(
      fc.record({
        by: fc.constantFrom("a", "b", "c", "d"),
        day: fc.integer({ min: 0, max: 29 }),
        hour: fc.integer({ min: 0, max: 23 }),
        count: fc.integer({ min: 1, max: 40 }),
        network: fc.constantFrom("52.1.1.0/24", "52.1.2.0/24", "10.1.2.0/24", "203.0.113.0/24", "unknown"),
        client: fc.constantFrom("psql/16.1", "aurora-dsql-nodejs-pg/0.1.9", "unknown"),
        session: fc.constantFrom("", "app-*", "jane.doe@example.com"),
        outcome: fc.constantFrom("allowed" as const, "refused" as const),
      }),
      { numRuns: 400, seed: 7 },
    );
    const all = random.map(({ by, day, hour, ...more }) => tally(by, START + day * DAY + hour * HOUR, more));
    const end = START + 31 * DAY;
    const whole = packEstate(surprises(surpriseFacts(all), signRules).estateBefore(end));
    for (const kept of [1, 9, 17, 28]) {
      const until = surprises(surpriseFacts(all), signRules).estateBefore(START + kept * DAY);
      const estate = unpackEstate(packEstate(until));
      if (!estate) throw new Error("an estate that was packed can be read");
      expect(packEstate(surprises(surpriseFacts(all, { estate }), signRules).estateBefore(end))).toBe(whole);
    }
  });

  it("says the same of a moment whether or not earlier moments were asked", () => {
    const all = [...estate(), stranger, tally("service-3", now - 30 * 60_000, { count: 70 })];
    const stepwise = surprises(surpriseFacts(all), signRules);
    for (let at = START + 58 * DAY; at <= now; at += HOUR) stepwise.at(at);
    const { episodes, spread } = surprises(surpriseFacts(all), signRules).at(now);
    expect(stepwise.at(now)).toMatchObject({ episodes, spread });
  });
});

describe("refusals spread over many roles", () => {
  const hour = START + 30 * DAY + 10 * HOUR;
  const tries = (network: string, count: number) =>
    Array.from({ length: count }, (_, n) =>
      tally(`service-${n}`, hour + n * 1_000, { network, outcome: "refused" }),
    );
  const spreadAt = (tallies: readonly Tally[]) =>
    surprises(surpriseFacts(tallies), signRules).at(hour + HOUR).spread;

  it("are seen from three roles on, from a network that none of them uses", () => {
    expect(spreadAt([...estate(30), ...tries("203.0.113.0/24", 3)])).toMatchObject([
      {
        by: "network",
        value: "203.0.113.0/24",
        severity: "high",
        principals: [role("service-0"), role("service-1"), role("service-2")],
        attempts: 3,
      },
    ]);
    expect(spreadAt([...estate(30), ...tries("203.0.113.0/24", 2)])).toEqual([]);
  });

  it("tell who was let in from there in that hour or since, and nobody who has used it before", () => {
    const network = "203.0.113.0/24";
    const known = Array.from({ length: 30 }, (_, n) => tally("partner", START + n * DAY, { network }));
    const letIn = [
      tally("service-1", hour + 5_000, { network }),
      tally("service-9", hour + 30_000, { network }),
      tally("service-4", hour - HOUR, { network }),
      tally("service-5", hour + 5_000),
      tally("partner", hour + 5_000, { network }),
    ];
    const all = [...estate(30), ...tries(network, 3), ...known];
    expect(spreadAt(all)).toMatchObject([{ letIn: [] }]);
    expect(spreadAt([...all, ...letIn])).toMatchObject([{ letIn: [role("service-1"), role("service-9")] }]);
    const client = { client: "sqlmap/1.9" };
    const withClient = tries("10.1.0.0/24", 3).map((one, n) => ({
      ...one,
      ...client,
      network: `52.${n}.1.0/24`,
    }));
    expect(spreadAt([...estate(30), ...withClient, tally("service-7", hour + 5_000, client)])).toMatchObject([
      { by: "client", letIn: [role("service-7")] },
    ]);
  });

  it("are not seen where services are refused from their own networks: an outage of their own", () => {
    const own = Array.from({ length: 9 }, (_, n) =>
      tally(`service-${n}`, hour + n, { network: `52.${n}.1.0/24`, outcome: "refused", count: 50 }),
    );
    expect(spreadAt([...estate(30), ...own])).toEqual([]);
  });
});
