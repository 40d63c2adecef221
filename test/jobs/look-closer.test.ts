// Exact addresses, session names and events of unusual connections, as they were counted.
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activityIndex } from "../../lib/core/activity/activity-index.ts";
import { type Sighting, sightingsOf } from "../../lib/core/activity/sighting.ts";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import type { Finding, Observation } from "../../lib/core/findings/finding.ts";
import { reconcileFindings } from "../../lib/core/findings/reconcile-findings.ts";
import { lookCloser } from "../../lib/jobs/look-closer.ts";
import { packSightings, unpackSightings } from "../../lib/store/activity/sighting-codec.ts";
import { openStore } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import { cluster } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { testTables } from "../support/table.ts";

const T = Date.UTC(2026, 2, 4, 3);
const principal = Principal.parse("arn:aws:iam::111122223333:role/OrdersApi");
const other = Principal.parse("arn:aws:iam::111122223333:role/UserService");
let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const observation = (change: Partial<Observation> = {}): Observation => ({
  ...{ id: "new-network-1", detector: "new-network", category: "anomalous", life: "episode", cluster },
  ...{ severity: "high", title: "t", subject: { principal, facet: "x" }, eventIds: ["first"] },
  ...{ evidence: { network: "203.0.113.0/24" }, threads: ["network:203.0.113.0/24"] },
  ...{ firstSeenAt: T, lastSeenAt: T + 30 * MINUTE },
  ...change,
});

/** A thief from two addresses beside the usual traffic of the same role. */
const thief = (n: number, at: number, ip = `203.0.113.${n % 2 ? 9 : 77}`) =>
  connection(`thief-${n}`, at, { cluster, principal, sourceIp: ip, sessionName: `stolen-${n}` });
const usual = (n: number, at: number) =>
  connection(`usual-${n}`, at, { cluster, principal, sourceIp: "10.20.4.17", sessionName: `orders-${n}` });

const worldOf = async (connections: Parameters<ReturnType<typeof openStore>["activity"]["count"]>[0]) => {
  const db = await tables.fresh();
  const store = openStore(db, { now: () => T });
  await store.activity.count(connections, T + HOUR);
  await store.activity.fold(cluster, T + HOUR);
  const look = async (observations: readonly Observation[], known: readonly Finding[] = []) => {
    const hours = await store.activity.hours(cluster, { from: T - DAY, to: T + DAY });
    return lookCloser(store, [{ cluster, activity: activityIndex(hours) }], known, observations);
  };
  return { db, store, look };
};

describe("a closer look", () => {
  it("names the addresses and sessions of the unusual connections, and of no others", async () => {
    const { look } = await worldOf([
      ...[0, 1, 2].map((n) => thief(n, T + n * MINUTE)),
      ...[0, 1, 2, 3].map((n) => usual(n, T + n * MINUTE)),
      connection("else", T, { cluster, principal: other, sourceIp: "203.0.113.200" }),
    ]);
    const [found] = await look([observation()]);
    expect(found?.evidence).toEqual({
      network: "203.0.113.0/24",
      addresses: ["203.0.113.77", "203.0.113.9"],
      addressesNotShown: null,
      sessionNames: ["stolen-0", "stolen-1", "stolen-2"],
      sessionNamesNotShown: null,
      notAllKnown: false,
    });
    expect(found?.eventIds).toEqual(expect.arrayContaining(["first", "thief-0"]));
    expect(found?.eventIds?.some((id) => id.startsWith("usual"))).toBe(false);
  });

  it("asks whoever the sessions of an IAM Identity Center role are named after, and goes on doing so", async () => {
    const role = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Support_a1b2c3d4e5f60718";
    const support = Principal.parse(`arn:aws:iam::111122223333:${role}`);
    const { look } = await worldOf([
      connection("a", T, { cluster, principal: support, sourceIp: "203.0.113.9", sessionName: "ana" }),
    ]);
    const fresh = observation({ subject: { principal: support, facet: "x" }, fix: "Ask." });
    const looked = await look([fresh]);
    expect(looked[0]?.fix).toMatch(/^Ask "ana": the session is named so/);
    const found = reconcileFindings([], looked, [], T + HOUR);
    // Nothing new was to be seen: nobody looked again.
    const later = reconcileFindings(found, [fresh], [], T + 2 * HOUR);
    expect(later[0]?.fix).toBe(looked[0]?.fix);
  });

  it("names the addresses of all principals where the finding is about a network", async () => {
    const { look } = await worldOf([
      connection("a", T, { cluster, principal, sourceIp: "198.18.7.20", outcome: "refused" }),
      connection("b", T + MINUTE, { cluster, principal: other, sourceIp: "198.18.7.21" }),
      usual(1, T),
    ]);
    const [found] = await look([
      observation({
        ...{ life: "stretch", subject: { object: "network 198.18.7.0/24", facet: "h" } },
        threads: ["network:198.18.7.0/24"],
      }),
    ]);
    expect(found?.evidence).toMatchObject({ addresses: ["198.18.7.20", "198.18.7.21"] });
  });

  it("names the addresses of both places of a session, and of no other session there", async () => {
    const person = { cluster, principal };
    const { look } = await worldOf([
      connection("office", T, { ...person, sourceIp: "198.51.100.32", sessionName: "lea@example.com" }),
      connection("away", T + MINUTE, { ...person, sourceIp: "3fff:abc::7", sessionName: "lea@example.com" }),
      connection("tom", T + MINUTE, { ...person, sourceIp: "198.51.100.33", sessionName: "tom@example.com" }),
    ]);
    const places = { networks: ["198.51.0.0/16", "3fff:abc::/32"], session: "lea@example.com" };
    for (const evidence of [places, { networks: "?", signs: [{}, { evidence: places }] }]) {
      const [found] = await look([observation({ evidence, threads: ["network:3fff:abc::/32"] })]);
      expect(found?.evidence).toMatchObject({
        addresses: ["198.51.100.32", "3fff:abc::7"],
        sessionNames: ["lea@example.com"],
      });
    }
  });

  it("says that addresses are not known where an earlier release counted", async () => {
    const { db, look } = await worldOf([thief(0, T)]);
    const key = keys.segment(cluster, T, 1);
    const item = await db.get(key);
    const earlier = Object.fromEntries(Object.entries(item ?? {}).filter(([name]) => name !== "seen"));
    await db.put({ ...earlier, ...key });
    const [found] = await look([observation()]);
    expect(found?.evidence).toMatchObject({ addresses: [], notAllKnown: true });
  });

  it("shows twenty and counts the rest", async () => {
    const { look } = await worldOf(
      Array.from({ length: 30 }, (_, n) => thief(n, T + n * MINUTE, `203.0.113.${100 + n}`)),
    );
    const [found] = await look([observation()]);
    expect(found?.evidence.addresses).toHaveLength(20);
    expect(found?.evidence).toMatchObject({ addressesNotShown: 10, sessionNamesNotShown: 10 });
  });

  it("keeps what it saw, and reads again only where something came", async () => {
    const { store, look } = await worldOf([thief(0, T)]);
    const first = observation({ lastSeenAt: T });
    const known = reconcileFindings([], await look([first]), [], T + HOUR);
    expect(await look([first], known)).toEqual([first]);
    const again = reconcileFindings(known, [first], [], T + HOUR + 1);
    expect(again[0]?.evidence).toEqual(known[0]?.evidence);
    expect(again[0]?.eventIds).toEqual(known[0]?.eventIds);

    await store.activity.count([thief(1, T + 20 * MINUTE)], T + HOUR);
    await store.activity.fold(cluster, T + HOUR);
    const more = observation({ lastSeenAt: T + 20 * MINUTE });
    const next = reconcileFindings(known, await look([more], known), [], T + HOUR + 1);
    expect(next[0]?.evidence.addresses).toEqual(["203.0.113.77", "203.0.113.9"]);
  });

  it("leaves alone what nobody is told of", async () => {
    const { look } = await worldOf([thief(0, T)]);
    const quiet = [observation({ severity: "low" }), observation({ category: "coverage", id: "x" })];
    expect(await look(quiet)).toEqual(quiet);
  });
});

describe("what a segment keeps of addresses", () => {
  const text = fc.string({ unit: "binary", maxLength: 80 });

  it("comes back as it was, whatever records hold", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ip: text, name: text, who: fc.nat(3) }), { maxLength: 200 }),
        (all) => {
          const seen = sightingsOf(
            all.map(({ ip, name, who }, n) =>
              connection(`e${n}`, T, { principal: `role-${who}`, sourceIp: ip, sessionName: name }),
            ),
          );
          expect(seen.rows.length).toBeLessThanOrEqual(64);
          expect(unpackSightings(packSightings(seen))).toEqual(JSON.parse(JSON.stringify(seen)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps the one that is rare beside thousands of others, and says of whom some are left out", () => {
    const crowd = Array.from({ length: 5_000 }, (_, n) =>
      connection(`c${n}`, T, { principal: other, sourceIp: `10.20.4.${n % 250}`, sessionName: `s-${n}` }),
    );
    const { rows, cut } = sightingsOf([...crowd, thief(1, T)]);
    expect(rows.map(({ address }: Sighting) => address)).toContain("203.0.113.9");
    expect(cut).toEqual([other]);
  });

  it("can be read however many long principals were refused in the minute, and says that anybody may be left out", async () => {
    const strangers = Array.from({ length: 1_500 }, (_, n) =>
      connection(`m${n}`, T, {
        cluster,
        principal: Principal.parse(`unknown:${n}-${"\u0001".repeat(2_000)}`),
        outcome: "refused",
        sourceIp: "198.51.100.7",
      }),
    );
    const { look } = await worldOf([...strangers, thief(1, T)]);
    const [found] = await look([observation({ lastSeenAt: T })]);
    expect(found?.evidence).toMatchObject({ addresses: ["203.0.113.9"], notAllKnown: true });
  });
});
