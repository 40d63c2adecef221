// Signs that only several principals, keys or attempts show together.
import { describe, expect, it } from "vitest";
import { signRules } from "../../../bench/support/sign-rules.ts";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { dayFigures } from "../../../lib/core/anomaly/day-figures.ts";
import { dayContext, EMPTY_ESTATE } from "../../../lib/core/anomaly/estate.ts";
import { packEstate, unpackEstate } from "../../../lib/core/anomaly/estate-codec.ts";
import type { DaySign } from "../../../lib/core/anomaly/judge-day.ts";
import { refusedThenLetIn } from "../../../lib/core/anomaly/refusal-rules.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { role, START, steady, surpriseFacts, tally } from "./support.ts";

const TODAY = 40;
const at = (hour: number, minute = 0): number => START + TODAY * DAY + hour * HOUR + minute * 60_000;
/** Until today, but for eleven o'clock and later. */
const services = (more: (n: number) => Partial<Tally> = () => ({})): Tally[] =>
  Array.from({ length: 12 }, (_, n) =>
    steady(`service-${n}`, TODAY + 1, {
      network: `52.${n % 4}.1.0/24`,
      session: `service${n}-*`,
      ...more(n),
    }),
  ).flat();

const signsOf = (tallies: readonly Tally[], by: string, now = at(23)): readonly DaySign[] =>
  surprises(surpriseFacts(tallies), signRules)
    .at(now)
    .episodes.filter(({ principal }) => principal === role(by))
    .flatMap(({ signs }) => signs);

describe("one session name on several roles", () => {
  const used = (by: string, minute: number, session = "red.team") => {
    const n = Number(by.split("-")[1]);
    return tally(by, at(9, minute), { session, network: `52.${n % 4}.1.0/24` });
  };
  const three = ["service-0", "service-1", "service-2"].map((by, i) => used(by, i));
  const says = (tallies: readonly Tally[], by: string) =>
    signsOf(tallies, by).find(({ detector }) => detector === "concurrent-networks")?.says;

  it("is a sign where they never shared one before", () => {
    expect(says([...services(), ...three], "service-1")).toContain(
      "connected in the session red.team in the same hour as service-0, service-2, with which it never shared one before",
    );
  });

  it("is none for roles that have shared a name before", () => {
    const shared = ["service-0", "service-1", "service-2"].flatMap((by) =>
      steady(by, 3, { session: "release" }, 20),
    );
    expect(says([...services(), ...shared, ...three], "service-1")).toBeUndefined();
  });

  it("is none in different hours, nor for names that change", () => {
    const later = [used("service-0", 0), { ...used("service-1", 0), firstAt: at(11), lastAt: at(11) }];
    expect(says([...services(), ...later], "service-1")).toBeUndefined();
    const changing = three.map((one) => ({ ...one, session: "pool-*" }));
    expect(says([...services(), ...changing], "service-1")).toBeUndefined();
  });

  it("is none where most roles take up the name: a new way to deploy", () => {
    const all = Array.from({ length: 12 }, (_, n) => used(`service-${n}`, n));
    expect(says([...services(), ...all], "service-1")).toBeUndefined();
  });
});

describe("refusals and then a success", () => {
  const refused = (by: string, count: number, network: string) =>
    tally(by, at(9), { outcome: "refused", count, network, lastAt: at(9, 10) });

  it("are counted apart from refusals that nothing followed", () => {
    const attempts = refused("service-0", 40, "52.0.1.0/24");
    const letIn = tally("service-0", at(9, 12), { network: "52.0.1.0/24" });
    const elsewhere = { ...letIn, network: "52.3.1.0/24" };
    const earlier = tally("service-0", at(8), { network: "52.0.1.0/24" });
    const levels = (...tallies: readonly Tally[]): number[] => {
      const facts = { ...surpriseFacts(services()), mappingAt: () => "mapped" as const };
      const context = dayContext(EMPTY_ESTATE, at(0) / DAY, facts);
      const by = role("service-0");
      return refusedThenLetIn
        .reached(dayFigures(tallies), context.ownOf(by), context.surroundingsOf(by))
        .map(({ level }) => level);
    };
    expect(levels(attempts, letIn)).toEqual([12]);
    expect(levels(attempts)).toEqual([]);
    expect(levels(attempts, elsewhere)).toEqual([]);
    expect(levels(attempts, earlier)).toEqual([]);
    expect(levels({ ...attempts, count: 4 }, letIn)).toEqual([]);
  });

  it("from a network never seen are one sign with the network, not two", () => {
    const network = "203.0.113.0/24";
    const letIn = tally("service-0", at(9, 12), { network, session: "service0-*" });
    const found = signsOf([...services(), refused("service-0", 3, network), letIn], "service-0");
    expect(found.map(({ detector, group }) => [detector, group])).toEqual(
      expect.arrayContaining([
        ["failed-attempts", "network"],
        ["new-network", "network"],
      ]),
    );
    expect(found.find(({ detector }) => detector === "failed-attempts")?.what).toBe(
      "was refused 3 times from 203.0.113.0/24, a network that it never used, and then let in",
    );
  });

  it("are none where the success came before the refusals", () => {
    const network = "203.0.113.0/24";
    const before = tally("service-0", at(8), { network, session: "service0-*" });
    const found = signsOf([...services(), refused("service-0", 3, network), before], "service-0");
    expect(found.map(({ detector }) => detector)).not.toContain("failed-attempts");
  });
});

describe("access keys", () => {
  const key = (n: number): string => `${String(n).padStart(8, "0")}…KEY${n % 10}`;
  const holders = services((n) => ({ accessKey: key(n) }));
  const strange = (by: string, accessKey: string) =>
    tally(by, at(9), { accessKey, network: "203.0.113.0/24", session: "service0-*" });

  it("that is new on a new principal, far from where all others live, is a sign on the first day", () => {
    const [sign] = signsOf([...holders, strange("made-up", key(99))], "made-up");
    expect(sign).toMatchObject({ detector: "new-network" });
    // Twelve keys, none of which has a place to itself.
    expect(sign?.bits).toBeCloseTo(Math.log2(13 / 0.5), 9);
    expect(sign?.says).toContain("used the access key …KEY9 for the first time, from 203.0.113.0/24");
  });

  it("that is new among the others is none", () => {
    const near = { ...strange("made-up", key(99)), network: "52.1.7.0/24" };
    expect(signsOf([...holders, near], "made-up")).toEqual([]);
  });

  it("is no sign where everybody has a place to himself", () => {
    const apart = services((n) => ({ accessKey: key(n), network: `52.${n}.1.0/24` }));
    expect(signsOf([...apart, strange("made-up", key(99))], "made-up")).toEqual([]);
  });

  it("is no sign of a principal whose earlier records named no key", () => {
    const unknown = services((n) => (n === 0 ? {} : { accessKey: key(n) }));
    const found = signsOf([...unknown, strange("service-0", key(99))], "service-0");
    expect(found.some(({ says }) => says.includes("access key"))).toBe(false);
  });

  it("of another principal is a sign, of the one who took it up", () => {
    const taken = tally("service-1", at(9), {
      accessKey: key(0),
      network: "52.1.1.0/24",
      session: "service1-*",
    });
    expect(signsOf([...holders, taken], "service-1")).toMatchObject([
      { detector: "concurrent-networks", what: "used the access key …KEY0, which service-0 used before" },
    ]);
    expect(signsOf([...holders, taken], "service-0")).toEqual([]);
  });

  it("stay known in a stored estate", () => {
    const estate = surprises(surpriseFacts(holders), signRules).estateBefore(at(9));
    const text = packEstate(estate);
    const again = unpackEstate(text);
    expect(again?.principals.get(role("service-3"))?.keys.size).toBe(1);
    expect(again && packEstate(again)).toBe(text);
  });
});
