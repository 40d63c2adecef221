// Second opinions of the snapshot job, over a real store: asked when due, kept beside the policies, and free while nothing changes.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { IamFacts } from "../../lib/core/iam/facts.ts";
import type { ConnectAction } from "../../lib/core/iam/may-connect.ts";
import { MOST_KEPT } from "../../lib/core/iam/plan-asking.ts";
import { whoMay } from "../../lib/core/iam/who-may.ts";
import { type OpinionPorts, opinionsOf } from "../../lib/jobs/ask-opinions.ts";
import { tableHistory } from "../../lib/store/history/export.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../lib/store/history/verify-history.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { allow, type FactsGiven, iamFacts, policy, roleArn } from "../support/iam-facts.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 10, 2, 9);
const OPS = roleArn("ops");
const open = policy(allow());
const factsOf = (given: FactsGiven = { roles: { ops: { policies: [open] } } }): IamFacts =>
  iamFacts(given, cluster);
const taken = (iam: IamFacts): Catalog => ({ ...estate(), iam });

/** A store and a clock, and AWS saying `decision` of everybody, or refusing. */
const world = async () => {
  const db = await tables.fresh();
  const state = { now: T, decision: "allowed" as "allowed" | "denied", refusal: "", asked: 0 };
  const store = createSnapshotStore(db, { now: () => state.now });
  const simulator: OpinionPorts["simulator"] = (mayCall) => async () => {
    if (!mayCall()) return { why: "no more" };
    state.asked += 1;
    if (state.refusal) return { why: state.refusal, permission: "iam:SimulatePrincipalPolicy" };
    const one = { decision: state.decision, missing: [], inOrganization: null };
    return {
      value: new Map<ConnectAction, typeof one>([
        ["DbConnect", one],
        ["DbConnectAdmin", one],
      ]),
    };
  };
  const snap = async (at: number, facts = factsOf()) => {
    state.now = at;
    const opine = opinionsOf({ simulator, now: () => state.now }, facts, cluster, []);
    return store.save(cluster, taken(facts), at, {}, opine);
  };
  const iamAt = async (at: number) => (await store.asOf(cluster, at))?.catalog.iam;
  const verdictAt = async (at: number) => {
    const facts = await iamAt(at);
    return facts && whoMay({ facts, cluster }).verdictOf(OPS, "DbConnect").verdict;
  };
  return { db, store, state, snap, iamAt, verdictAt };
};

describe("second opinions of the snapshot job", () => {
  it("stand beside the policies, and cost nothing while these are the same", async () => {
    const { db, state, snap, iamAt } = await world();
    await snap(T);
    expect((await iamAt(T))?.opinions).toMatchObject({
      identities: [{ arn: OPS, askedAt: T, answers: { DbConnect: { decision: "allowed" } } }],
      refused: null,
      waiting: 0,
    });
    expect(state.asked).toBe(1);
    const before = db.consumed();
    for (let n = 1; n <= 3; n += 1)
      expect(await snap(T + n * HOUR)).toMatchObject({ unchanged: true, changes: [] });
    // One query and one manifest each, as without any opinion.
    expect(db.consumed().calls - before.calls).toBe(6);
    expect(state.asked).toBe(1);
    expect((await iamAt(T + 3 * HOUR))?.opinions?.identities).toHaveLength(1);
  });

  it("cost half a read unit at most where the snapshot is read, a hundred of them", async () => {
    const { db, store, snap, iamAt } = await world();
    const roles = Object.fromEntries(
      Array.from({ length: MOST_KEPT }, (_, n) => [`service-${n}`, { policies: [open] }]),
    );
    const facts = factsOf({ roles });
    await store.save(cluster, taken(facts), T);
    const read = async (at: number): Promise<number> => {
      const before = db.consumed().readUnits;
      await iamAt(at);
      return db.consumed().readUnits - before;
    };
    const without = await read(T);
    for (let at = T + HOUR; at < T + 6 * DAY; at += 5 * HOUR) await snap(at, facts);
    const end = T + 6 * DAY;
    expect((await iamAt(end))?.opinions).toMatchObject({ identities: { length: MOST_KEPT }, waiting: 0 });
    expect((await read(end)) - without).toBeLessThanOrEqual(0.5);
  });

  it("makes the verdict unknown from the snapshot on in which AWS says something else", async () => {
    const { db, state, snap, verdictAt } = await world();
    await snap(T);
    state.decision = "denied";
    const other = factsOf({
      roles: { ops: { policies: [open, policy(allow({ Action: "dsql:DbConnect" }))] } },
    });
    await snap(T + HOUR, other);
    expect([await verdictAt(T), await verdictAt(T + HOUR)]).toEqual(["allowed", "unknown"]);
    // Asked anew after a day, though nothing changed in the cluster.
    state.decision = "allowed";
    expect(await snap(T + 2 * HOUR, other)).toMatchObject({ unchanged: true });
    expect(await verdictAt(T + 2 * HOUR)).toBe("unknown");
    expect(await snap(T + HOUR + DAY, other)).toMatchObject({ unchanged: false, changes: [] });
    expect(await verdictAt(T + HOUR + DAY)).toBe("allowed");
    expect((await verifyHistory(await tableHistory(db, cluster))).faults).toEqual([]);
    expect(await verdictAt(T + 2 * HOUR)).toBe("unknown");
  });

  it("counts for nothing once the policies are others, until those were asked about", async () => {
    const { state, snap, verdictAt, iamAt } = await world();
    state.decision = "denied";
    await snap(T);
    expect(await verdictAt(T)).toBe("unknown");
    // Within the hour nobody is asked.
    const other = factsOf({ roles: { ops: { policies: [open, open] } } });
    await snap(T + HOUR / 2, other);
    expect(await verdictAt(T + HOUR / 2)).toBe("allowed");
    expect((await iamAt(T + HOUR / 2))?.opinions).toMatchObject({ waiting: 1 });
    await snap(T + HOUR, other);
    expect(await verdictAt(T + HOUR)).toBe("unknown");
  });

  it("says that nobody was asked and why where it is denied, and stores the snapshot all the same", async () => {
    const { state, snap, iamAt, verdictAt, db } = await world();
    state.refusal = "AWS refused the question";
    await snap(T);
    expect((await iamAt(T))?.opinions).toEqual({
      cluster,
      identities: [],
      refused: { why: "AWS refused the question", permission: "iam:SimulatePrincipalPolicy", since: T },
      waiting: 1,
    });
    expect(await verdictAt(T)).toBe("allowed");
    const before = db.consumed();
    for (let n = 1; n <= 14; n += 1) expect(await snap(T + n * HOUR)).toMatchObject({ unchanged: true });
    expect(db.consumed().calls - before.calls).toBe(2 * 14);
    expect(state.asked).toBe(1);
    // Once a day it is tried again; the same refusal is the same snapshot.
    expect(await snap(T + DAY)).toMatchObject({ unchanged: true });
    expect(state.asked).toBe(2);
  });

  it("are kept by a snapshot that asks nobody", async () => {
    const { store, snap, iamAt } = await world();
    await snap(T);
    const other = factsOf({ roles: { ops: { policies: [open] }, more: {} } });
    await store.save(cluster, taken(other), T + HOUR);
    expect((await iamAt(T + HOUR))?.opinions?.identities).toHaveLength(1);
  });

  it("come once of a run that comes twice, and of one that loses the race for its number", async () => {
    const { db, state, snap, store } = await world();
    await snap(T);
    expect(await snap(T)).toMatchObject({ duplicate: true });
    const facts = factsOf({ roles: { ops: { policies: [open] }, two: { policies: [open] } } });
    state.now = T + HOUR;
    const rival = createSnapshotStore(db, { now: () => state.now });
    let beaten = false;
    const simulator: OpinionPorts["simulator"] = () => async () => {
      if (!beaten) await rival.save(cluster, taken(facts), T + HOUR - 1);
      beaten = true;
      state.asked += 1;
      const one = { decision: "allowed" as const, missing: [], inOrganization: null };
      return { value: new Map([["DbConnect" as const, one]]) };
    };
    const before = state.asked;
    const opine = opinionsOf({ simulator, now: () => state.now }, facts, cluster, []);
    const saved = await store.save(cluster, taken(facts), T + HOUR, {}, opine);
    expect([saved.seq, state.asked - before]).toEqual([3, 1]);
    const held = (await store.asOf(cluster, T + HOUR))?.catalog.iam?.opinions;
    expect(held?.identities.map(({ arn }) => arn)).toEqual([OPS, roleArn("two")]);
  });

  it("of an earlier release there are none, and the store opens", async () => {
    const { store, snap, iamAt } = await world();
    await store.save(cluster, taken(factsOf()), T);
    expect((await store.head(cluster))?.body).not.toContain('"o":');
    expect((await iamAt(T))?.opinions).toBeUndefined();
    expect(await snap(T + HOUR)).toMatchObject({ changes: [] });
    expect((await iamAt(T + HOUR))?.opinions?.identities).toHaveLength(1);
  });
});
