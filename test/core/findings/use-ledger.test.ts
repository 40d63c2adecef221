// Verdicts that rest on the ledger of uses say what all activity says, however the ledger came about.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { activityIndex } from "../../../lib/core/activity/activity-index.ts";
import { Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { exampleArn, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { holds, type UseLedger } from "../../../lib/core/findings/use-ledger.ts";
import { packLedger, unpackLedger } from "../../../lib/core/findings/use-ledger-codec.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import type { MappingPeriod } from "../../../lib/core/history/mapping-period.ts";
import { extended, useLedger } from "../../support/ledgers.ts";

const START = Date.UTC(2026, 0, 1);
const FIRST = START / DAY;
const DAYS = 12;
const names = ["a", "b"].flatMap((name) => [
  exampleArn(name),
  Principal.parse(`arn:aws:iam::111122223333:role/team/${name}`),
]);

const instant = fc.integer({ min: 0, max: DAYS * 24 * 4 }).map((quarter) => START + (quarter * HOUR) / 4);

const tally = fc
  .record({
    principal: fc.constantFrom(...names),
    at: instant,
    length: fc.constantFrom(0, 1, HOUR / 4, HOUR, 9 * HOUR),
    role: fc.constantFrom("", "", "r0", "r1"),
    outcome: fc.constantFrom("allowed" as const, "allowed" as const, "refused" as const),
    action: fc.constantFrom("DbConnect" as const, "DbConnect" as const, "DbConnectAdmin" as const),
    id: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ principal, at, length, id, ...rest }): Tally => {
    const end = Math.floor(at / DAY) * DAY + DAY - 1;
    return {
      principal,
      ...rest,
      network: "10.0.0.0/24",
      client: "psql",
      session: "",
      count: 1,
      firstAt: at,
      lastAt: Math.min(at + length, end),
      firstEventId: `event-${id}`,
    };
  });

const period = fc
  .record({
    arn: fc.constantFrom(...names),
    role: fc.integer({ min: 0, max: 2 }),
    madeAt: fc.option(instant, { nil: null }),
    unseen: fc.constantFrom(1, HOUR, 3 * DAY),
    stood: fc.option(fc.constantFrom(HOUR, DAY, 4 * DAY), { nil: null }),
  })
  .map(
    ({ arn, role, madeAt, unseen, stood }, n = 0): MappingPeriod => ({
      arn,
      iamOid: n,
      roleOid: 20_000 + role,
      roleName: `r${role}`,
      notSeenAt: madeAt === null ? null : madeAt - unseen,
      firstSeenAt: madeAt ?? START,
      lastSeenAt: START + DAYS * DAY,
      goneAt: stood === null ? null : (madeAt ?? START) + stood,
    }),
  );

const world = fc.record({
  tallies: fc.array(tally, { maxLength: 40 }),
  periods: fc
    .array(period, { minLength: 1, maxLength: 6 })
    .map((all) => all.map((one, n) => ({ ...one, iamOid: n }))),
  days: fc.uniqueArray(fc.integer({ min: 0, max: DAYS - 1 }), { minLength: 1, maxLength: 4 }),
  after: fc.integer({ min: 0, max: 3 * 24 }),
});

/** The periods as they are known at an instant. */
const knownAt = (periods: readonly MappingPeriod[], now: number): MappingPeriod[] =>
  periods
    .filter(({ firstSeenAt }) => firstSeenAt <= now)
    .map((one) => (one.goneAt !== null && one.goneAt > now ? { ...one, goneAt: null } : one));

const until = (tallies: readonly Tally[], day: number, from = 0): Tally[] =>
  tallies.filter(({ firstAt }) => firstAt >= from * DAY && firstAt < (day + 1) * DAY);

/** The ledger as it comes about day by day, made anew where it does not hold. */
const stepByStep = (
  tallies: readonly Tally[],
  periods: readonly MappingPeriod[],
  days: readonly number[],
): UseLedger | undefined => {
  let ledger: UseLedger | undefined;
  for (const offset of days.toSorted((a, b) => a - b)) {
    const day = FIRST + offset;
    const known = knownAt(periods, (day + 1) * DAY + 3 * HOUR);
    ledger =
      ledger && holds(ledger, known)
        ? extended(ledger, day, until(tallies, day, ledger.day + 1), known)
        : useLedger(day, until(tallies, day), known);
  }
  return ledger;
};

const factsOf = (
  tallies: readonly Tally[],
  periods: readonly MappingPeriod[],
  now: number,
  earlierUses?: UseLedger,
): Facts => ({
  ...exampleFacts({ now, coveredFrom: START - 100 * DAY, firstSnapshotAt: START - 100 * DAY }),
  mappingPeriods: periods,
  activity: activityIndex([{ tallies }]),
  ...(earlierUses && { earlierUses }),
});

const verdictsOf = (facts: Facts) => {
  const { mappings, activity } = auditView(facts);
  const uses = mappings.standing.map((mapping) => [
    mapping.period.iamOid,
    ...[1, 3, 90].map((days) => mappings.useOf(mapping, days)),
  ]);
  return [...uses, ...activity.adminLogins()];
};

describe("the ledger of uses", () => {
  it("gives the verdicts, the last uses and the logins as admin that all activity gives", () => {
    fc.assert(
      fc.property(world, ({ tallies, periods, days, after }) => {
        const ledger = stepByStep(tallies, periods, days);
        if (!ledger) throw new Error("there is a day");
        const now = (ledger.day + 1) * DAY + 3 * HOUR + after * HOUR;
        const known = knownAt(periods, now);
        fc.pre(holds(ledger, known));
        const later = tallies.filter(({ firstAt }) => firstAt >= (ledger.day + 1) * DAY);
        const all = verdictsOf(factsOf(tallies, known, now));
        expect(verdictsOf(factsOf(later, known, now, ledger))).toEqual(all);
        // Who knows older activity too does not count it twice.
        expect(verdictsOf(factsOf(tallies, known, now, ledger))).toEqual(all);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is the same day by day, at once, in any order, twice, and after a late file", () => {
    fc.assert(
      fc.property(world, fc.array(tally, { maxLength: 5 }), ({ tallies, periods, days }, late) => {
        const last = FIRST + Math.max(...days);
        const known = knownAt(periods, (last + 1) * DAY + 3 * HOUR);
        const bytesOf = (some: readonly Tally[]) => packLedger(useLedger(last, until(some, last), known));
        const stepwise = stepByStep(tallies, periods, days);
        expect(stepwise && packLedger(stepwise)).toBe(bytesOf(tallies));
        expect(bytesOf([...tallies, ...tallies].toReversed())).toBe(bytesOf(tallies));
        // A late file: the ledger before its first day still holds, and is carried on from there.
        const all = [...tallies, ...late];
        const changed = Math.min(...late.map(({ firstAt }) => Math.floor(firstAt / DAY)));
        const before = days.filter((offset) => FIRST + offset < changed);
        const base = stepByStep(tallies, periods, before);
        const carried =
          base && holds(base, known)
            ? extended(base, last, until(all, last, base.day + 1), known)
            : useLedger(last, until(all, last), known);
        expect(packLedger(carried)).toBe(bytesOf(all));
        expect(unpackLedger(packLedger(carried))).toEqual(carried);
      }),
      { numRuns: 500 },
    );
  });

  it("does not hold once a mapping turns out to have been made or gone within its days", () => {
    const one: MappingPeriod = {
      arn: exampleArn("a"),
      iamOid: 1,
      roleOid: 1,
      roleName: "r1",
      notSeenAt: null,
      firstSeenAt: START,
      lastSeenAt: START,
      goneAt: null,
    };
    const ledger = useLedger(FIRST + 3, [], [one]);
    expect(holds(ledger, [one])).toBe(true);
    expect(holds(ledger, [{ ...one, goneAt: START + 2 * DAY }])).toBe(false);
    expect(holds(ledger, [{ ...one, goneAt: START + 4 * DAY }])).toBe(true);
    const made = { ...one, iamOid: 2, notSeenAt: START + DAY, firstSeenAt: START + 5 * DAY };
    expect(holds(ledger, [one, made])).toBe(false);
  });

  it("forgets uses of more than 400 days ago, whichever way it came about", () => {
    const use = (day: number): Tally => ({
      ...(fc.sample(tally, { seed: 1, numRuns: 1 })[0] as Tally),
      action: "DbConnect",
      outcome: "allowed",
      firstAt: day * DAY,
      lastAt: day * DAY,
    });
    const day = FIRST + 400;
    expect(useLedger(day, [use(FIRST)], []).uses).toEqual([]);
    expect(extended(useLedger(FIRST, [use(FIRST)], []), day, [], []).uses).toEqual([]);
    expect(extended(useLedger(FIRST, [use(FIRST)], []), day - 1, [], []).uses).toHaveLength(1);
  });

  it("is no ledger of another version", () => {
    const text = packLedger(useLedger(FIRST, [], []));
    expect(unpackLedger(text)).toBeDefined();
    expect(unpackLedger(text.replace('"v":2', '"v":1'))).toBeUndefined();
    expect(unpackLedger("{")).toBeUndefined();
  });
});
