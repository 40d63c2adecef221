// Whether events of other accounts and Regions are handed over: by what EventBridge brought, and never called ok without that.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { handedOverLinks } from "../../lib/doctor/event-links.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { connection } from "../support/connections.ts";
import { testTables } from "../support/table.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const [OWN, MEMBER] = ["111122223333", "444455556666"];
const auditor = Principal.parse(`arn:aws:iam::${MEMBER}:role/auditor`);
const cluster = Cluster.parse(`arn:aws:dsql:us-east-1:${MEMBER}:cluster/abc`);
const topic = `arn:aws:sns:us-east-1:${OWN}:t`;

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const open = async (): Promise<Store> => openStore(await tables.fresh(), { now: () => NOW });
const login = (hoursAgo: number) =>
  connection(`e${hoursAgo}`, NOW - hoursAgo * HOUR, { cluster, principal: auditor });
const cameBack = (store: Store, way: "trail" | "event", ...hoursAgo: number[]) =>
  store.canaries.noteLogins(hoursAgo.map(login), auditor, way, NOW);
const linksOf = (store: Store, known: readonly Cluster[] = [cluster], more: object = {}) =>
  handedOverLinks({ store, known }, { topic, regions: "", members: MEMBER, ...more }, NOW);
const eventsOf = async (store: Store) =>
  (await linksOf(store)).find(({ link }) => link === `events of ${MEMBER} in us-east-1`);

const DEPLOY = `As account ${MEMBER}: aws cloudformation deploy --region us-east-1 --stack-name dsql-access-auditor-region --template-file deploy/forward-region.yml --capabilities CAPABILITY_IAM --parameter-overrides AuditorRegion=us-east-1 AuditorAccount=${OWN}`;

describe("events of a member account and Region", () => {
  it("are handed over where its newest canary login came by EventBridge, whatever the trail shows later", async () => {
    const store = await open();
    await cameBack(store, "event", 3, 2, 1);
    await cameBack(store, "trail", 3, 2, 1);
    const says = "the canary login of 2026-11-20 11:00 UTC came by EventBridge";
    expect(await eventsOf(store)).toMatchObject({ state: "ok", says, next: null });
    // The other way round too.
    const late = await open();
    await cameBack(late, "trail", 1);
    await cameBack(late, "event", 1);
    expect(await eventsOf(late)).toMatchObject({ state: "ok", says });
  });

  it("are not where several came in the trail's files alone, with the command to run there", async () => {
    const store = await open();
    await cameBack(store, "event", 9);
    await cameBack(store, "trail", 9, 8, 7);
    expect(await eventsOf(store)).toMatchObject({
      state: "unknown",
      says: "no canary login came by EventBridge since 2026-11-20 03:00 UTC",
      next: `If it is not there yet: ${DEPLOY}`,
    });
    await cameBack(store, "trail", 6, 5);
    expect(await eventsOf(store)).toMatchObject({
      state: "broken",
      says: "4 canary logins since 2026-11-20 03:00 UTC came in the trail's files, and not by EventBridge",
      next: DEPLOY,
    });
  });

  it("are unknown without any proof: nothing came, it is long ago, or no cluster was read there", async () => {
    const store = await open();
    const nothing = "no canary login came by EventBridge since";
    expect(await eventsOf(store)).toMatchObject({
      state: "unknown",
      says: `${nothing} 2026-11-13 12:00 UTC`,
    });
    await cameBack(store, "event", 30);
    expect(await eventsOf(store)).toMatchObject({
      state: "unknown",
      says: `${nothing} 2026-11-19 06:00 UTC`,
    });
    const [none] = await linksOf(store, []);
    expect(none).toMatchObject({
      state: "unknown",
      says: expect.stringContaining("no cluster of it was read"),
    });
  });

  it("are unknown where a release wrote the login that did not keep the way", async () => {
    const table = await tables.fresh();
    const store = openStore(table, { now: () => NOW });
    const at = NOW - HOUR;
    const old = (hoursAgo: number, trailAt: number | null) =>
      table.put({
        ...{
          pk: `LOGIN#${cluster}`,
          sk: `${new Date(NOW - hoursAgo * HOUR).toISOString()}#old${hoursAgo}`,
          v: 1,
        },
        ...{ at: NOW - hoursAgo * HOUR, eventId: `old${hoursAgo}`, trailAt },
      });
    for (const hours of [5, 4, 3, 2]) await old(hours, at);
    expect(await eventsOf(store)).toMatchObject({ state: "unknown" });
    // What no trail has shown can only have come by EventBridge.
    await old(1, null);
    expect(await eventsOf(store)).toMatchObject({ state: "ok" });
  });
});

describe("IAM's changes of a member account", () => {
  it("are handed over where one came lately; without one it is unknown, as there may have been none", async () => {
    const store = await open();
    const iamOf = async () => (await linksOf(store)).find(({ link }) => link === `IAM events of ${MEMBER}`);
    expect(await iamOf()).toMatchObject({
      state: "unknown",
      says: expect.stringContaining("since 2026-11-13 12:00 UTC, and there may have been none"),
      next: expect.stringContaining("deploy/forward-iam.yml"),
    });
    const event = {
      account: MEMBER as string,
      eventId: "i",
      name: "CreateRole",
      principal: auditor,
      target: "made",
    };
    await store.trailEvents.recordIam({ ...event, at: NOW - 3 * DAY });
    expect(await iamOf()).toMatchObject({ state: "unknown", says: expect.stringContaining("2026-11-17") });
    await store.trailEvents.recordIam({ ...event, eventId: "j", at: NOW - 5 * MINUTE });
    expect(await iamOf()).toMatchObject({ state: "ok" });
  });
});

it("every account has a link for each Region and for IAM; the auditor's own place needs none", async () => {
  const store = await open();
  const names = async (more: object) => (await linksOf(store, [cluster], more)).map(({ link }) => link);
  expect(await names({ members: "" })).toEqual([]);
  expect(await names({ regions: "eu-west-1" })).toEqual([
    `events of ${OWN} in eu-west-1`,
    ...[`events of ${MEMBER} in us-east-1`, `events of ${MEMBER} in eu-west-1`, `IAM events of ${MEMBER}`],
  ]);
  expect(await names({ members: "", topic: topic.replace("us-east-1", "eu-west-1") })).toEqual([
    `IAM events of ${OWN}`,
  ]);
});
