// Whatever AWS answers, and whatever it refuses: a link that nobody could look at is neither ok nor broken.
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { TrailRead } from "../../lib/cloudtrail/trail-config.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR } from "../../lib/core/base/time.ts";
import type { AdvancedSelector } from "../../lib/core/coverage/trail-selectors.ts";
import { examine } from "../../lib/doctor/doctor.ts";
import type { Answer } from "../../lib/doctor/link.ts";
import type { AwsCluster, DoctorPorts } from "../../lib/doctor/ports.ts";
import { openStore } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Item } from "../../lib/store/table/table.ts";
import { cluster } from "../support/catalogs.ts";
import { fillWorld, NOW } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const tables = sqliteTables();
afterAll(() => tables.stop());

const refused: fc.Arbitrary<Answer<never>> = fc.constantFrom(
  { why: "AWS refused the question (AccessDenied)", permission: "x:Y" },
  { why: "AWS did not answer: ThrottlingException" },
  { why: "the AWS session has expired", next: "Sign in again." },
  { why: "AWS knows no such thing", missing: true },
);
const answer = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Answer<T>> =>
  fc.oneof(
    refused,
    value.map((one) => ({ value: one })),
  );
const arn = fc.constantFrom(
  ...["x", "arn:", "\u202e\n", "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"],
  "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxyz",
);
const clusters: fc.Arbitrary<AwsCluster[]> = fc.array(
  fc.record({
    arn,
    status: fc.constantFrom(null, "ACTIVE", "DELETED", "NEWLY_NAMED", ""),
    endpoint: fc.constantFrom(null, "", "host"),
    tags: fc.constantFrom(null, {}, { team: "shop" }),
  }),
  { maxLength: 3 },
);
const selectors = fc.constantFrom<readonly AdvancedSelector[]>(
  [],
  [{}],
  [{ FieldSelectors: [] }],
  [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Data"] }] }],
);
const trail: fc.Arbitrary<TrailRead> = fc.oneof(
  fc.record({ arn, unreadable: fc.constant("AccessDenied") }),
  fc.record({
    ...{ arn, selectors, multiRegion: fc.boolean(), validation: fc.boolean(), logging: fc.boolean() },
    ...{ homeRegion: fc.constantFrom(null, "us-east-1"), bucket: fc.constantFrom(null, "files") },
    ...{ prefix: fc.constant(null), deliveredAt: fc.constant(null), stoppedAt: fc.constant(null) },
    deliveryError: fc.constantFrom(null, "AccessDenied"),
  }),
);
const few = fc.nat(2);
const answers = fc.record({
  identity: answer(arn),
  clusters: answer(clusters),
  trails: answer(fc.array(trail, { maxLength: 3 })),
  bucketTells: answer(fc.boolean()),
  queue: answer(fc.record({ waiting: few, held: few })),
  listeners: answer(fc.record({ confirmed: few, pending: few })),
  sendTest: answer(fc.constant({ reference: "test-1" })),
  get: answer(fc.constantFrom(0, 200, 302, 403, 404, 429, 500)),
});
const linksOf = {
  ...{
    identity: ["identity"],
    clusters: ["clusters", "clusters in eu-west-1"],
    trails: ["trail", "digests"],
  },
  ...{ bucketTells: ["bucket events"], queue: ["queues", "dead letters"], listeners: ["subscriptions"] },
  ...{ get: ["API"], sendTest: ["test mail"] },
} as const;

it("says of no link that it holds or is broken where nobody answered, and ends at no answer", async () => {
  const table = await tables.fresh();
  await fillWorld(table);
  const store = openStore(table, { now: () => NOW });
  await store.deployments.ran(NOW, {
    ...{ stack: "audit", topic: "arn:aws:sns:us-east-1:111122223333:t", bucket: "files", prefix: "" },
    ...{ queues: { snapshot: "u" }, deadLetters: { plan: "v" }, api: "https://api", regions: "eu-west-1" },
  });
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      const asked = Object.entries(given).map(([name, one]) => [name, async () => one] as const);
      const silent = () => Promise.reject(new Error("no answer"));
      const ports = { ...Object.fromEntries(asked), simulate: silent, readIam: silent };
      const rows = await examine({
        ...{ store, reach: "", now: NOW, test: { token: "1" } },
        ports: ports as unknown as DoctorPorts,
      });
      for (const [name, links] of Object.entries(linksOf)) {
        const one = given[name as keyof typeof linksOf];
        if ("value" in one) continue;
        const own = rows.filter(({ link }) => (links as readonly string[]).includes(link));
        expect(own.length).toBeGreaterThan(0);
        for (const { link, state } of own)
          expect(one.missing ? ["broken", "unknown"] : ["unknown"], link).toContain(state);
      }
    }),
    { numRuns: 60 },
  );
});

describe("an item of the table that cannot be read", () => {
  const other = Cluster.parse("arn:aws:dsql:us-east-1:999900001111:cluster/other");
  const damaged = { v: 99 };
  const items: [string, Item][] = [
    ["a cluster that nobody watches", { ...keys.unwatchedCluster(other), ...damaged }],
    ["a day of such a cluster", { ...keys.day(other, floorTo(DAY, NOW - 2 * DAY)), ...damaged }],
    ["a login of the auditor", { ...keys.ownLogin(cluster, NOW - HOUR, "e"), ...damaged }],
    ["the state of a cluster's notices", { ...keys.noticeState(cluster), ...damaged }],
  ];
  it.each(items)("is %s: its links are unknown, and all others are looked at", async (_, item) => {
    const table = await tables.fresh();
    await fillWorld(table);
    const store = openStore(table, { now: () => NOW });
    await store.deployments.ran(NOW, {
      ...{ stack: "audit", topic: "arn:aws:sns:us-west-2:111122223333:t", bucket: "files", prefix: "" },
      ...{ queues: {}, deadLetters: {}, api: "", regions: "us-east-1", members: "", clusterTags: {} },
      channels: { "event-bus": "default", "security-hub": "off", chat: "off" },
    });
    await store.unwatched.note(other, NOW);
    await table.put(item);
    const silent = async () => ({ why: "AWS did not answer" });
    const ports = new Proxy({} as DoctorPorts, {
      get: (_none, name) => (name === "askTable" ? undefined : silent),
    });
    const rows = await examine({ store, reach: "", now: NOW, ports });
    for (const link of ["identity", "clusters not watched", "subscriptions"])
      expect(rows.map((row) => row.link)).toContain(link);
    expect(
      rows.filter(({ state, says }) => state === "unknown" && says.includes("cannot be read")).length,
    ).toBeGreaterThan(0);
  });
});
