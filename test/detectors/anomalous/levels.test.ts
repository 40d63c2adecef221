import { describe, expect, it } from "vitest";
import { signRules } from "../../../bench/support/sign-rules.ts";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { dayFigures } from "../../../lib/core/anomaly/day-figures.ts";
import { dayContext } from "../../../lib/core/anomaly/estate.ts";
import type { Surroundings } from "../../../lib/core/anomaly/sign-rule.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { role, START, steady, surpriseFacts, tally } from "../../core/anomaly/support.ts";

const TODAY = 40;
const at = (hour: number, more: Partial<Tally> = {}, by = "orders"): Tally =>
  tally(by, START + TODAY * DAY + hour * HOUR, more);
/** Orders and a neighbour connect at ten for `days` days until yesterday. */
const history = (days = 30, more: Partial<Tally> = {}): Tally[] => [
  ...steady("orders", days, more, TODAY - days),
  ...steady("neighbour", 30, { network: "52.20.1.0/24", client: "Boto3/1.35" }, TODAY - 30),
];

/** What a rule makes of a day of one principal, which is the first that the day shows. */
const reached = (
  id: string,
  today: readonly Tally[],
  before = history(),
  more: { mappingAt?: Surroundings["mappingAt"]; clusterAccount?: string | undefined } = {},
) => {
  const rule = signRules.find((one) => one.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  const now = START + TODAY * DAY;
  const facts = surpriseFacts([...before, ...today]);
  const estate = surprises(facts, signRules).estateBefore(now);
  const context = dayContext(estate, now / DAY, { ...facts, mappingAt: () => "mapped", ...more });
  const principal = today[0]?.principal ?? role("orders");
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
      "connected from 203.0.113.0/24 for the first time in 1 active day; no other machine uses 203.0.0.0/16",
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

  it("counts an hour of time, wherever the clock stands in it", () => {
    const refused = (hour: number, count: number) => at(hour, { outcome: "refused", count });
    const most = (...today: readonly Tally[]) => Math.max(0, ...levels("failed-attempts", today));
    expect(most(refused(10.6, 20), refused(11.2, 12))).toBe(11);
    expect(most(refused(10.6, 3), refused(11.2, 2))).toBe(6);
    expect(most(refused(10.1, 20), refused(11.2, 12))).toBe(10);
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

  it("names the hour, of whose minutes it knows nothing", () => {
    expect(reached("off-hours", [at(1, { ...person, count: 2 })], history(30, person))[0]?.what).toBe(
      "connected 2 times in the hour from 01:00 UTC, when it hardly ever did in 30 active days",
    );
  });

  it("is for people alone", () => {
    expect(levels("off-hours", [at(22)])).toEqual([]);
  });
});

describe("concurrent-networks", () => {
  const person = { session: "jane.doe@example.com", client: "DBeaver/24.1" };
  const here = at(10, person);
  const there = (network: string, hour = 10.2) => at(hour, { ...person, network });
  const level = (today: readonly Tally[], before = history(30, person)) =>
    levels("concurrent-networks", today, before);

  it("is 2 beside a neighbourhood that no other person uses, 1 beside one that others do", () => {
    const colleague = steady("colleague", 30, { ...person, network: "86.1.1.0/24" }, TODAY - 30);
    expect(level([here, there("203.0.113.0/24")])).toEqual([2]);
    expect(level([here, there("52.20.7.0/24")])).toEqual([2]);
    expect(level([here, there("86.1.7.0/24")], [...history(30, person), ...colleague])).toEqual([1]);
  });

  it("takes one session, one hour, and two neighbourhoods, one of which is new", () => {
    expect(level([here, there("203.0.113.0/24", 11.1)])).toEqual([]);
    expect(level([here, { ...there("203.0.113.0/24"), session: "john.roe@example.com" }])).toEqual([]);
    expect(level([here, there("52.10.77.0/24")])).toEqual([]);
    const both = [
      ...history(30, person),
      ...steady("orders", 30, { ...person, network: "203.0.113.0/24" }, TODAY - 30),
    ];
    expect(level([here, there("203.0.113.0/24")], both)).toEqual([]);
  });

  it("is nothing for a machine, or for a person who is new in the role", () => {
    expect(level([at(10), at(10.2, { network: "203.0.113.0/24" })], history())).toEqual([]);
    const newcomer = { session: "new.comer@example.com" };
    expect(level([here, there("203.0.113.0/24")].map((one) => ({ ...one, ...newcomer })))).toEqual([]);
  });

  it("knows a person in a machine's role by name", () => {
    expect(level([here, there("203.0.113.0/24")], history())).toEqual([2]);
  });
});

describe("cross-account", () => {
  const foreign = (hour = 10): Tally => ({
    ...at(hour),
    principal: Principal.parse("arn:aws:iam::999900001111:role/partner"),
  });
  const known = (days: number): Tally[] => [
    ...history(),
    ...Array.from({ length: days }, (_, n) => ({
      ...foreign(),
      firstAt: START + (TODAY - 1 - n) * DAY,
      lastAt: START + (TODAY - 1 - n) * DAY,
    })),
  ];

  it("is a fact of each of the first seven days, and a habit then", () => {
    expect(levels("cross-account", [foreign()], known(0))).toEqual([1]);
    expect(levels("cross-account", [foreign()], known(6))).toEqual([1]);
    expect(levels("cross-account", [foreign()], known(7))).toEqual([]);
  });

  it("is nothing within the account, or where the cluster's account is not known", () => {
    expect(levels("cross-account", [at(10)])).toEqual([]);
    expect(levels("cross-account", [foreign()], history(), { clusterAccount: undefined })).toEqual([]);
  });
});

describe("root-connection", () => {
  const by = (arn: string): Tally => ({ ...at(10), principal: Principal.parse(arn) });

  it("is the root user of any account and partition, however often it came before", () => {
    expect(levels("root-connection", [by("arn:aws:iam::111122223333:root")])).toEqual([1]);
    expect(levels("root-connection", [by("arn:aws-us-gov:iam::999900001111:root")])).toEqual([1]);
  });

  it("is no role or user of that name", () => {
    expect(levels("root-connection", [by("arn:aws:iam::111122223333:role/root")])).toEqual([]);
    expect(levels("root-connection", [by("arn:aws:iam::111122223333:user/root")])).toEqual([]);
  });
});

describe.each([
  ["unmapped-connection", "never", "revoked"],
  ["revoked-connection", "revoked", "never"],
] as const)("%s", (id, its, other) => {
  const level = (state: ReturnType<Surroundings["mappingAt"]>, today = [at(10)]) =>
    levels(id, today, history(), { mappingAt: () => state });

  it(`is a connection whose mapping is ${its}`, () => {
    expect(level(its)).toEqual([1]);
    expect(level(other)).toEqual([]);
    expect(level("mapped")).toEqual([]);
  });

  it("is nothing where mappings were not read, or for admin, who needs none", () => {
    expect(level("unknown")).toEqual([]);
    expect(level(its, [at(10, { action: "DbConnectAdmin" })])).toEqual([]);
  });

  it("tells attempts that were all refused", () => {
    const facts = { mappingAt: () => its };
    const refused = at(10, { outcome: "refused", count: 3 });
    expect(reached(id, [refused], history(), facts)[0]?.evidence).toEqual({ connections: 3, refused: true });
    expect(reached(id, [refused, at(11)], history(), facts)[0]?.evidence).toMatchObject({
      connections: 4,
      refused: false,
    });
  });

  it("is a condition that stands once it was so for a week", () => {
    const rule = signRules.find((one) => one.id === id);
    const facts = surpriseFacts(history(), { mappingStates: () => () => its });
    const on = (days: number, outcome: "allowed" | "refused" = "refused") => {
      const now = START + (TODAY - 30 + days) * DAY;
      const estate = surprises(facts, signRules).estateBefore(now);
      const context = dayContext(estate, now / DAY, { ...facts, mappingAt: () => its });
      const today = dayFigures([{ ...tally("orders", now + 10 * HOUR), outcome }]);
      return (
        rule?.reached(today, context.ownOf(role("orders")), context.surroundingsOf(role("orders"))) ?? []
      );
    };
    expect(on(6)).toHaveLength(1);
    expect(on(7)).toEqual([]);
    // To be let in is never a condition that stands, once no session of before can explain it.
    expect(on(7, "allowed")).toHaveLength(id === "revoked-connection" ? 1 : 0);
  });
});

describe("revoked-connection", () => {
  const REVOKED = START + TODAY * DAY + 9 * HOUR;
  const mappingAt: Surroundings["mappingAt"] = (_, when) => (when < REVOKED ? "mapped" : "revoked");
  const late = (hour: number, more: Partial<Tally> = {}) =>
    reached("revoked-connection", [at(hour, more)], history(), { mappingAt })[0]?.evidence.afterLastSession;

  it("says when a principal was let in after the last possible session end, and not of attempts", () => {
    expect(late(9)).toBeUndefined();
    expect(late(10)).toBe(true);
    expect(late(12, { outcome: "refused" })).toBeUndefined();
    expect(late(8)).toBeUndefined();
  });
});
