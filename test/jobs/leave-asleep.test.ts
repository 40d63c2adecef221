// Which idle clusters are left asleep: those of which it is known that nothing can have changed since they were read.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { leaveAsleep } from "../../lib/jobs/leave-asleep.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { estate } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { iamFacts } from "../support/iam.ts";
import { CLUSTER } from "../support/records.ts";
import { sqliteTables } from "../support/table.ts";

const cluster = CLUSTER as Cluster;
const auditor = "arn:aws:iam::111122223333:role/auditor" as Principal;
const SCOPE = "111122223333/us-east-1";
/** When it was read last. */
const T = Date.parse("2026-11-02T10:20:00Z");
const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

let store: Store;
const save = (more: Parameters<typeof estate>[0] = {}, at = T) =>
  store.snapshots.save(cluster, { ...estate(more), cluster }, at);
const prove = (from: number, to: number) =>
  store.activity.markHours(
    SCOPE,
    Array.from({ length: to - from }, (_, n) => T - 20 * MINUTE + (from + n) * HOUR),
    "digest",
  );
/** Counted, and added up. */
const connects = async (principal: string, at: number, more: object = {}) => {
  await store.activity.count([connection(`e-${at}`, at, { cluster, principal, ...more })], at + HOUR);
  await store.activity.fold(cluster, at + HOUR);
};
const isLeft = (now: number, hours = 24) =>
  leaveAsleep(store, cluster, now, { auditor, longestMs: hours * HOUR });

/** A cluster that was read at T, by a login that came back; every hour of two days is proven. */
beforeEach(async () => {
  store = openStore(await sqlite.fresh(), { now: () => T });
  await save();
  await store.canaries.recordAttempt(cluster, { at: T + 1_000, login: "one" });
  await store.canaries.noteLogins(
    [connection("own", T + 2_000, { cluster, principal: auditor })],
    auditor,
    "trail",
    T,
  );
  await connects(auditor, T + 2_000);
  await prove(-24, 24);
});

describe("an idle cluster", () => {
  it("is left asleep while nobody else connects, a day at most, and each time it is written down", async () => {
    expect((await store.leftOut.last(cluster)).asleep).toBeUndefined();
    for (const hour of [1, 2, 12, 23]) {
      expect(await isLeft(T + hour * HOUR - 1_000), `after ${hour} hours`).toBe(true);
      expect((await store.leftOut.last(cluster)).asleep).toEqual({
        at: T + hour * HOUR - 1_000,
        snapshotAt: T,
      });
    }
    for (const hour of [24, 25, 90])
      expect(await isLeft(T + hour * HOUR - 1_000), `after ${hour} hours`).toBe(false);
    expect(await isLeft(T + 2 * HOUR, 3)).toBe(true);
    expect(await isLeft(T + 3 * HOUR, 3)).toBe(false);
    expect(await isLeft(T + HOUR, 1)).toBe(false);
  });

  it.each([
    ["somebody connected since", T + HOUR, {}, false],
    ["somebody was refused since", T + HOUR, { outcome: "refused" }, false],
    ["somebody connected before, whose session may have outlived the snapshot", T - 50 * MINUTE, {}, false],
    ["somebody connected before, whose session had ended by then", T - 61 * MINUTE, {}, true],
  ])("is read or left by who connected: %s", async (_, at, more, expected) => {
    await connects("arn:aws:iam::111122223333:role/app", at, more);
    expect(await isLeft(T + 5 * HOUR)).toBe(expected);
  });

  it("is read where a connection is not added up yet", async () => {
    await store.activity.count([connection("new", T + HOUR, { cluster, principal: auditor })], T + HOUR);
    expect(await isLeft(T + 5 * HOUR)).toBe(false);
  });

  it("is read where a settled hour is not proven, or in doubt; what is later does not matter", async () => {
    store = openStore(await sqlite.fresh(), { now: () => T });
    await save();
    await prove(-5, 4);
    expect(await isLeft(T + 6 * HOUR)).toBe(true);
    expect(await isLeft(T + 7 * HOUR)).toBe(true);
    expect(await isLeft(T + 8 * HOUR)).toBe(false);
    await store.doubts.replace(cluster, "trail-configuration", [
      { from: T, to: T + HOUR, reason: "stopped" },
    ]);
    expect(await isLeft(T + 6 * HOUR)).toBe(false);
  });

  it("is read where nothing was ever proven", async () => {
    store = openStore(await sqlite.fresh(), { now: () => T });
    await save();
    expect(await isLeft(T + HOUR)).toBe(false);
  });

  it("is read where none or not all of it was read last, or not all of IAM", async () => {
    const read = iamFacts();
    const users = { status: "unreadable", reason: "throttled", code: null } as const;
    for (const [iam, expected] of [
      [read, true],
      [{ ...read, parts: { ...read.parts, users } }, false],
    ] as const) {
      store = openStore(await sqlite.fresh(), { now: () => T });
      await prove(-24, 24);
      await store.snapshots.save(cluster, { ...estate({}), cluster, iam }, T);
      expect(await isLeft(T + 2 * HOUR)).toBe(expected);
    }
    await save({ functions: "unreadable" }, T + MINUTE);
    expect(await isLeft(T + 2 * HOUR)).toBe(false);
    store = openStore(await sqlite.fresh(), { now: () => T });
    expect(await isLeft(T + 2 * HOUR)).toBe(false);
  });

  it("has no finding of an overdue snapshot while it is left asleep, and one when the schedule falls silent", async () => {
    const overdue = async (now: number) => {
      const { findings } = await detectCluster(store, cluster, now, { auditor });
      return findings.find(({ detector }) => detector === "snapshot-overdue")?.status;
    };
    for (const hour of [4, 9, 20]) {
      expect(await isLeft(T + hour * HOUR)).toBe(true);
      expect(await overdue(T + hour * HOUR + 10 * MINUTE)).toBeUndefined();
    }
    expect(await overdue(T + 24 * HOUR)).toBe("open");
  });

  it("is read where a login of the auditor came to nothing, or is none of its own", async () => {
    const note = await store.canaries.recordAttempt(cluster, { at: T + 2 * HOUR, login: "two" });
    await note(false);
    expect(await isLeft(T + 3 * HOUR)).toBe(false);
    expect(await isLeft(T + DAY / 2)).toBe(false);
  });
});
