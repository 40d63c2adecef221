import { describe, expect, it } from "vitest";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { dayFigures } from "../../../lib/core/anomaly/day-figures.ts";
import { dayContext } from "../../../lib/core/anomaly/estate.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { signRules } from "../../../lib/detectors/index.ts";
import { role, START, steady, surpriseFacts, tally } from "../../core/anomaly/support.ts";

const TODAY = 40;
const at = (hour: number, more: Partial<Tally> = {}, by = "orders"): Tally =>
  tally(by, START + TODAY * DAY + hour * HOUR, more);
/** Orders and a neighbour connect at ten for `days` days until yesterday. */
const history = (days = 30, more: Partial<Tally> = {}): Tally[] => [
  ...steady("orders", days, more, TODAY - days),
  ...steady("neighbour", 30, { network: "52.20.1.0/24", client: "Boto3/1.35" }, TODAY - 30),
];

const reached = (id: string, today: readonly Tally[], before = history()) => {
  const rule = signRules.find((one) => one.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  const now = START + TODAY * DAY;
  const facts = surpriseFacts([...before, ...today]);
  const estate = surprises(facts, signRules).estateBefore(now);
  const context = dayContext(estate, now / DAY, { ...facts, mappingAt: () => "mapped" });
  const principal = role("orders");
  return rule.reached(dayFigures(today), context.ownOf(principal), context.surroundingsOf(principal));
};
const levels = (...given: Parameters<typeof reached>): number[] =>
  reached(...given).map(({ level }) => level);

describe("new-network", () => {
  it.each([
    ["a known network", "52.10.1.0/24", []],
    ["a network beside a known one that nobody uses", "52.10.9.0/24", [2]],
    ["a network that another principal uses", "52.20.1.0/24", [3]],
    ["a network in a neighbourhood that nobody uses", "203.0.113.0/24", [4]],
    ["no network", "unknown", []],
  ])("for %s", (_, network, expected) => {
    expect(levels("new-network", [at(10, { network })])).toEqual(expected);
  });

  it("says one day in the singular", () => {
    expect(reached("new-network", [at(10, { network: "203.0.113.0/24" })], history(1))[0]?.what).toBe(
      "connected from 203.0.113.0/24 for the first time in 1 active day; nobody else uses 203.0.0.0/16",
    );
  });
});

describe("new-client", () => {
  it.each([
    ["another version of a known one", "aurora-dsql-nodejs-pg/9.9", []],
    ["one that another machine uses", "Boto3/1.36", [1]],
    ["one that nobody uses", "sqldump/1.0", [2]],
  ])("for %s", (_, client, expected) => {
    expect(levels("new-client", [at(10, { client })])).toEqual(expected);
  });
});

describe("connection-burst", () => {
  // The record is 8 in an hour: (n + 1) / (8 + 2), in half-doublings.
  it.each([
    [9, []],
    [12, [1]],
    [19, [2]],
    [39, [4]],
  ])("for %i connections in an hour where 8 were the most", (count, expected) => {
    expect(levels("connection-burst", [at(10, { count })], history(30, { count: 8 }))).toEqual(expected);
  });
});

describe("failed-attempts", () => {
  it.each([
    [4, []],
    [5, [6]],
    [32, [11]],
  ])("for %i refusals in an hour", (count, expected) => {
    expect(levels("failed-attempts", [at(10, { outcome: "refused", count })])).toEqual(expected);
  });

  it("tells that it was let in afterwards, and not before", () => {
    const refused = at(10.5, { outcome: "refused", count: 9 });
    const what = (other: Tally) => reached("failed-attempts", [refused, other])[0]?.what;
    expect(what(at(10.9))).toBe("was refused 9 times in one hour and then let in");
    expect(what(at(9))).toBe("was refused 9 times in one hour");
  });
});

describe("dormant-awakened", () => {
  const until = (silence: number) => steady("orders", 20, {}, TODAY - silence - 20);
  it("needs a fortnight of silence", () => {
    expect(levels("dormant-awakened", [at(10)], until(13))).toEqual([]);
    expect(reached("dormant-awakened", [at(10)], until(14))[0]).toMatchObject({
      level: 8,
      what: "connected after 14 days of silence; its longest before was less than a day",
    });
  });

  it("needs more than the longest silence before", () => {
    expect(
      levels("dormant-awakened", [at(10)], [...steady("orders", 3, {}, 0), ...steady("orders", 3, {}, 20)]),
    ).toEqual([]);
  });
});

describe("human-in-machine-role", () => {
  const session = "jane.doe@example.com";
  it("is 1 for a person's session, 2 with a tool that the machine never used", () => {
    expect(levels("human-in-machine-role", [at(10, { session })])).toEqual([1]);
    expect(levels("human-in-machine-role", [at(10, { session, client: "DBeaver/24" })])).toEqual([2]);
    expect(levels("human-in-machine-role", [at(10, { client: "DBeaver/24" })])).toEqual([]);
  });
});

describe("admin-connection", () => {
  it("is the first one only", () => {
    const admin = { action: "DbConnectAdmin" } as const;
    expect(levels("admin-connection", [at(10, admin)])).toEqual([1]);
    expect(levels("admin-connection", [at(10, admin)], history(30, admin))).toEqual([]);
  });
});

describe("off-hours", () => {
  const person = { session: "jane.doe@example.com", client: "DBeaver/24" } as const;
  it("is nothing four hours away, and more the further away and the more often", () => {
    const level = (hour: number, count = 1) =>
      levels("off-hours", [at(hour, { ...person, count })], history(30, person))[0] ?? 0;
    expect(level(11)).toBe(0);
    expect(level(14)).toBe(0);
    expect(level(15)).toBe(5);
    expect(level(22)).toBeGreaterThan(level(16));
    expect(level(22, 8)).toBe(level(22) + 6);
  });

  it("is for people alone", () => {
    expect(levels("off-hours", [at(22)])).toEqual([]);
  });
});
