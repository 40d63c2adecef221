// What somebody altered in the table: every reader says which item it is, none takes it for granted or passes over it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EMPTY_ESTATE } from "../../lib/core/anomaly/estate.ts";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Interval } from "../../lib/core/base/time.ts";
import { Baseline } from "../../lib/core/baseline/baseline.ts";
import { doubtsOfTrails, type ManagementEvent } from "../../lib/core/coverage/management-event.ts";
import { exemptionOf } from "../../lib/core/findings/exemption.ts";
import { defaultSettings } from "../../lib/core/findings/settings.ts";
import { EMPTY_LEDGER } from "../../lib/core/findings/use-ledger.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import { keyText } from "../../lib/store/table/stored.ts";
import type { Item, Table } from "../../lib/store/table/table.ts";
import { TTL_ATTRIBUTE } from "../../lib/store/table/table-definition.ts";
import { cluster } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { fillWorld, findingOf, NOW, READER, T } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

const SCOPE = "111122223333/us-east-1";
const stretch: Interval = { from: T - 2 * DAY, to: NOW };
const who = { by: "ana", via: "command line" as const, at: NOW };
const finding = findingOf("seen-1");
const TODAY = Math.floor(NOW / DAY);
const trailEvent = (eventId: string, at: number): ManagementEvent => ({
  kind: "changed",
  ...{ eventId, at, name: "UpdateTrail", scope: SCOPE, principal: READER, target: "trail" },
});
const iamEvent = (eventId: string, at: number) => ({
  ...{ eventId, at, name: "PutRolePolicy", account: "111122223333" },
  ...{ principal: READER, target: "reader" },
});

/** Two of each kind that there may be several of: one of them is broken, and the other is not to be lost. */
const filled = async (): Promise<{ readonly db: Table; readonly store: Store }> => {
  const db = await sqlite.fresh();
  await fillWorld(db);
  const store = openStore(db, { now: () => NOW });
  await store.activity.count([connection("fresh", NOW - HOUR, { cluster, principal: READER })], NOW);
  await store.estates.keep(
    cluster,
    { ...EMPTY_ESTATE, day: TODAY - 2 },
    await store.estates.revision(cluster),
  );
  await store.ledgers.keep(
    cluster,
    { ...EMPTY_LEDGER, day: TODAY - 2 },
    await store.estates.revision(cluster),
  );
  await (await store.canaries.recordAttempt(cluster, { at: T, login: "a" }))(true);
  await store.canaries.noteLogins(
    [connection("own", T + 1000, { cluster, principal: READER })],
    Principal.parse(READER),
    "trail",
    NOW,
  );
  for (const n of [1, 2]) {
    await store.trailEvents.record(trailEvent(`t-${n}`, T + n * HOUR));
    await store.trailEvents.recordIam(iamEvent(`i-${n}`, T + n * HOUR));
    await store.digests.record(SCOPE, {
      ...{ from: T + n * HOUR, to: T + (n + 1) * HOUR, key: `d-${n}`, hash: "h" },
      ...{ previousKey: null, previousHash: null },
    });
    await store.sentNotices.note(cluster, {
      ...{ at: NOW + n, kind: "opened", severity: "high", subject: "s", incidents: [] },
    });
  }
  await store.doubts.replace(cluster, "test", [{ from: T, to: T + HOUR, reason: "a" }]);
  await store.captureChecks.put(cluster, {
    ...{ at: T, captured: "yes", reasons: [], doubtSince: null, unanswered: [] },
  });
  await store.leftOut.noteAsleep(cluster, { at: T, snapshotAt: T });
  await store.leftOut.noteUnchosen(cluster, { at: T, since: T });
  await store.unwatched.note(cluster, T);
  await store.acts.note({ ...who, cluster, kind: "ack", finding: "seen-1" });
  await store.findings.exempt(exemptionOf(finding, { owner: "ana", reason: "r", until: NOW + DAY }, NOW));
  await store.notices.note(cluster, { firstAt: T });
  await store.settings.write({ values: defaultSettings, source: "deployment", at: T, by: "ana" });
  await store.baselines.publish(cluster, Baseline.parse({ version: 1, components: [] }), "ana", T);
  await store.deployments.ran(T, undefined);
  await store.plannedLooks.planned(1000, T);
  return { db, store };
};

type Kind = {
  readonly kind: string;
  readonly at: { readonly pk: string; readonly prefix?: string };
  readonly read: (store: Store) => Promise<unknown>;
  /** How it is told; missing: by an error that names it. */
  readonly as?: "told" | "anew";
  /** What it is called by; missing: the key of its item. */
  readonly named?: (item: Item) => string;
};

const kinds: readonly Kind[] = [
  {
    kind: "a cluster of the register",
    at: { pk: keys.clusters() },
    read: (s) => s.clusters.entries(),
    named: ({ sk }) => sk,
  },
  {
    kind: "a segment of a minute",
    at: { pk: keys.slots(cluster, T + HOUR) },
    read: (s) => s.activity.countedIds(cluster, stretch),
  },
  {
    kind: "the mark of an hour",
    at: { pk: keys.dirtyHours(cluster) },
    read: (s) => s.activity.fold(cluster, NOW),
  },
  { kind: "an hour", at: { pk: keys.hours(cluster) }, read: (s) => s.activity.hours(cluster, stretch) },
  {
    kind: "a day",
    at: { pk: keys.days(cluster) },
    read: (s) => s.activity.days(cluster, { from: T - 2 * DAY, to: NOW - DAY }),
  },
  {
    kind: "what was usual",
    at: keys.estates(cluster),
    read: (s) => s.estates.newest(cluster, NOW),
    as: "anew",
  },
  {
    kind: "uses of mappings",
    at: keys.ledgers(cluster),
    read: (s) => s.ledgers.newest(cluster, NOW),
    as: "anew",
  },
  {
    kind: "changed days",
    at: { pk: keys.changedDays(cluster).pk, prefix: "CHANGED" },
    read: (s) => s.estates.revision(cluster),
  },
  {
    kind: "a login attempt",
    at: { pk: keys.loginAttempts(cluster) },
    read: (s) => s.canaries.look(cluster, stretch, NOW),
  },
  {
    kind: "the way of an own login",
    at: { pk: keys.ownLogins(cluster) },
    read: (s) => s.canaries.arrivals(cluster, stretch),
  },
  {
    kind: "an own login",
    at: { pk: keys.ownLogins(cluster) },
    read: (s) => s.canaries.look(cluster, stretch, NOW),
  },
  {
    kind: "an event of a trail",
    at: { pk: keys.trailEvents(SCOPE) },
    read: async (s) => doubtsOfTrails(await s.trailEvents.within(SCOPE, stretch), NOW),
    as: "told",
  },
  {
    kind: "an event of IAM",
    at: { pk: keys.trailEvents(keys.iamScope("111122223333")) },
    read: (s) => s.trailEvents.iamWithin("111122223333", stretch, 10),
    as: "told",
  },
  { kind: "a digest", at: { pk: keys.digests(SCOPE) }, read: (s) => s.digests.within(SCOPE, stretch) },
  {
    kind: "a doubt",
    at: { pk: keys.doubts(cluster) },
    read: (s) => s.doubts.within(cluster, stretch),
    as: "told",
  },
  {
    kind: "what AWS said of capture",
    at: { pk: keys.captureCheck(cluster).pk },
    read: (s) => s.captureChecks.last(cluster),
  },
  { kind: "why it was left out", at: { pk: keys.asleep(cluster).pk }, read: (s) => s.leftOut.last(cluster) },
  { kind: "who nobody watches", at: { pk: keys.unwatched() }, read: (s) => s.unwatched.list() },
  {
    kind: "proven hours",
    at: { pk: keys.coverage(cluster) },
    read: (s) => s.activity.coverage(cluster, stretch),
  },
  { kind: "a finding", at: { pk: keys.findings(cluster) }, read: (s) => s.findings.list(cluster) },
  { kind: "an act", at: { pk: keys.acts(cluster) }, read: (s) => s.acts.list(cluster) },
  {
    kind: "what mails remember",
    at: { pk: keys.noticeState(cluster).pk, prefix: "STATE" },
    read: (s) => s.notices.read(cluster),
  },
  { kind: "a mail", at: keys.sentNotices(cluster), read: (s) => s.sentNotices.list(cluster) },
  { kind: "an exemption", at: { pk: keys.exemptions(cluster) }, read: (s) => s.findings.exemptions(cluster) },
  { kind: "the settings", at: { pk: keys.settings().pk }, read: (s) => s.settings.read() },
  { kind: "the baseline", at: { pk: keys.baseline(cluster).pk }, read: (s) => s.baselines.read(cluster) },
  { kind: "the deployment", at: { pk: keys.deployment().pk }, read: (s) => s.deployments.read() },
  { kind: "a planned look", at: { pk: keys.plannedLook(1000).pk }, read: (s) => s.plannedLooks.dueAt(1000) },
  { kind: "the last look", at: { pk: keys.look(cluster).pk }, read: (s) => s.findings.lastLook(cluster) },
];

const isKept = (name: string): boolean => ["pk", "sk", TTL_ATTRIBUTE].includes(name);
const withAll = (item: Item, value: unknown): Item =>
  Object.fromEntries(
    Object.entries(item).flatMap(([name, held]) =>
      isKept(name) ? [[name, held]] : value === undefined ? [] : [[name, value]],
    ),
  ) as Item;

/** What an attacker, a later release or a broken copy leaves. */
const breaks: readonly (readonly [string, (item: Item) => Item])[] = [
  ["emptied", (item) => withAll(item, undefined)],
  ["filled with texts", (item) => withAll(item, "<script>")],
  ["filled with other bytes", (item) => withAll(item, new Uint8Array([1, 2, 3]))],
  ["filled with huge numbers", (item) => withAll(item, 9e15)],
];

describe.each(kinds)("$kind that is broken", ({ at, read, as, named = keyText }) => {
  it.each(breaks)("and %s is told by its key", async (_, change) => {
    const { db, store } = await filled();
    const items = await Array.fromAsync(db.query(at));
    const [item] = items;
    if (!item) throw new Error(`nothing of ${at.pk} is stored`);
    const before = await read(store).then(
      (value) => value,
      () => "failed",
    );
    expect(before).not.toBe("failed");
    await db.put(change(item));
    if (as === undefined) {
      await expect(read(store)).rejects.toMatchObject({ name: "AuditError", code: "store" });
      await expect(read(store)).rejects.toThrow(named(item));
    } else if (as === "anew") {
      expect(before).toBeDefined();
      expect(await read(store)).toBeUndefined();
    } else {
      const told = JSON.stringify(await read(store));
      expect(told).toContain(JSON.stringify(keyText(item)).slice(1, -1));
    }
  });
});

it("loses no other: those beside it are told as before", async () => {
  const { db, store } = await filled();
  const iam = () => store.trailEvents.iamWithin("111122223333", stretch, 10);
  const trail = () => store.trailEvents.within(SCOPE, stretch);
  for (const pk of [keys.trailEvents(SCOPE), keys.trailEvents(keys.iamScope("111122223333"))]) {
    const [item] = await Array.fromAsync(db.query({ pk }));
    if (item) await db.put(withAll(item, "x"));
  }
  expect(await iam()).toMatchObject({ events: [{ eventId: "i-2" }], unreadable: [expect.any(String)] });
  // What cannot be read may have been a stop: from then on nothing is proven.
  expect(await trail()).toMatchObject([{ kind: "unreadable", at: T + HOUR }, { eventId: "t-2" }]);
  expect(doubtsOfTrails(await trail(), NOW)).toMatchObject([
    {
      from: T + HOUR,
      to: NOW,
      reason: expect.stringMatching(/^a stored event of CloudTrail cannot be read: TRAILEVENT#/),
    },
    { from: T + 2 * HOUR, to: T + 3 * HOUR, reason: "a trail was changed" },
  ]);
  await db.put({ pk: keys.doubts(cluster), sk: "zz", v: 1, from: "x" });
  expect(await store.doubts.within(cluster, stretch)).toMatchObject([
    { from: 0, reason: expect.stringContaining(" / zz") },
    { from: T, to: T + HOUR, reason: "a" },
  ]);
  // Nor does it stop who says what he found, or who counts a login.
  await store.doubts.replace(cluster, "test", []);
  expect(await store.doubts.within(cluster, stretch)).toHaveLength(1);
});

it("is told of the addresses of a minute, and none is no fault: an earlier release kept none", async () => {
  const { db, store } = await filled();
  const [item] = await Array.fromAsync(db.query({ pk: keys.slots(cluster, T + HOUR) }));
  if (!item) throw new Error("nothing was counted");
  const read = () => store.activity.sightings(cluster, { from: T + HOUR, to: T + HOUR }, 10);
  const { seen: _, ...unseen } = item;
  await db.put(unseen as Item);
  expect(await read()).toEqual({ segments: [null], whole: true });
  for (const seen of ["x", 7, new Uint8Array([1, 2, 3])]) {
    await db.put({ ...item, seen });
    await expect(read()).rejects.toThrow(keyText(item));
  }
});

it("is asked of every kind of item but those of the history, which has a chain that tells of them", () => {
  const source = readFileSync(join(import.meta.dirname, "../../lib/store/table/keys.ts"), "utf8");
  const all = new Set([...source.matchAll(/(?:pk: |=> )[`"]([A-Z]+)/g)].map(([, name = ""]) => name));
  const history = ["CLUSTER", "RETAINED", "CHUNK", "RESTORE", "TIMELINE", "NAMED"];
  const asked = kinds.map(({ at }) => /^[A-Z]+/.exec(at.pk)?.[0] ?? "");
  expect([...all].toSorted()).toEqual([...new Set([...asked, ...history])].toSorted());
});
