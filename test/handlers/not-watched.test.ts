// Connections to a cluster that nobody chose to watch: they are counted and shown, and nobody is told of findings there.
import type { Context, SQSEvent } from "aws-lambda";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectHandler } from "../../handlers/detect.ts";
import type { Deployment } from "../../lib/config.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import { unwatchedLinks } from "../../lib/doctor/unwatched-links.ts";
import { unwatchedClusters } from "../../lib/queries/unwatched.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { estate } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { testTables } from "../support/table.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const arnOf = (region: string, account: string) =>
  Cluster.parse(`arn:aws:dsql:${region}:${account}:cluster/abc`);
const [OWN, MEMBER] = ["111122223333", "444455556666"];
const HERE = arnOf("us-east-1", OWN);
const THERE = arnOf("us-east-2", OWN);
const FOREIGN = arnOf("us-east-1", MEMBER);

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const deployment = (more: Partial<Deployment> = {}): Deployment => ({
  ...{ stack: "s", topic: `arn:aws:sns:us-east-1:${OWN}:topic`, queues: {}, deadLetters: {} },
  ...{ bucket: "", prefix: "", api: "", regions: "", members: "", clusterTags: {} },
  ...more,
});

const rootAt = (cluster: Cluster, id: string, at = NOW - HOUR) =>
  connection(id, at, { cluster, principal: Principal.parse(`arn:aws:iam::${OWN}:root`) });

const world = async (more?: Partial<Deployment>) => {
  const store = openStore(await tables.fresh(), { now: () => NOW });
  await store.deployments.ran(NOW - HOUR, more && deployment(more));
  const asked: unknown[] = [];
  const detect = async (cluster: Cluster, ifWatched = true, now = NOW) => {
    const handler = detectHandler({
      ...{ now: () => now, random: () => 0, sleep: async () => {}, store, options: {} },
      ...{ notify: async (jobs) => void asked.push(...jobs), count: () => {}, functionName: "detect" },
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    const job = { cluster, reason: "connections", ...(ifWatched && { ifWatched }) };
    const Records = [{ messageId: "m", body: JSON.stringify(job) }];
    const { batchItemFailures } = await handler({ Records } as unknown as SQSEvent, {} as Context);
    expect(batchItemFailures).toEqual([]);
  };
  const found = async (cluster: Cluster) =>
    (await store.findings.list(cluster)).map(({ detector, status }) => `${detector} ${status}`);
  return { store, asked, detect, found };
};

const seenBy = async (store: Store) =>
  (await unwatchedClusters(store, NOW)).rows.map(({ cluster, why, connections }) => [
    cluster,
    why.is,
    connections,
  ]);

describe("a cluster that nobody chose", () => {
  const kinds: [string, Cluster, Partial<Deployment>, string][] = [
    ["of another account", FOREIGN, {}, "account"],
    ["in another Region", THERE, {}, "region"],
    [
      "beside those that the deployment names",
      HERE,
      { named: [arnOf("us-east-1", OWN).replace("abc", "x")] },
      "not-named",
    ],
    ["without the tags", HERE, { clusterTags: { audit: "true" } }, "tags"],
  ];
  it.each(kinds)(
    "%s has no finding and nobody is told; its connections are counted and shown",
    async (_, cluster, more, why) => {
      const { store, asked, detect, found } = await world(more);
      await store.activity.count([rootAt(cluster, "a"), rootAt(cluster, "b")], NOW);
      for (let twice = 0; twice < 2; twice++) await detect(cluster);
      expect(await found(cluster)).toEqual([]);
      expect(asked).toEqual([]);
      expect(await seenBy(store)).toEqual([[cluster, why, 2]]);
      const [link] = unwatchedLinks(await unwatchedClusters(store, NOW));
      expect(link).toMatchObject({
        state: "unknown",
        says: expect.stringContaining(`2 connections in 7 days to a cluster that is not watched, ${cluster}`),
        next: expect.stringMatching(
          /^To watch it: (?:add .+ then npx serverless deploy|aws dsql tag-resource)/,
        ),
      });
    },
  );

  it("loses nothing: whenever it is watched, all that came before is looked at, in any order", async () => {
    const steps = fc.array(fc.constantFrom("event", "job", "watched"), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        const { store, detect, found } = await world({ clusterTags: { audit: "true" } });
        let n = 0;
        for (const step of [...order, "event", "job"] as const) {
          if (step === "event")
            await store.activity.count([rootAt(HERE, `e${n}`, NOW - 2 * HOUR + n * MINUTE)], NOW);
          if (step === "job") await detect(HERE);
          if (step === "watched") await store.clusters.register(HERE, NOW);
          n++;
        }
        // The schedule found it: it asks for every cluster that is chosen, and has read it.
        await store.clusters.register(HERE, NOW);
        await detect(HERE, false, NOW + MINUTE);
        expect(await found(HERE)).toEqual(["root-connection open"]);
        const [finding] = await store.findings.list(HERE);
        const events = order.filter((step) => step === "event").length + 1;
        expect(finding?.evidence).toMatchObject({ connections: events });
        expect(await seenBy(store)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it("that an earlier release evaluated has its findings closed, once, with the reason", async () => {
    const { store, asked, detect, found } = await world({});
    await store.activity.count([rootAt(FOREIGN, "a")], NOW);
    await detect(FOREIGN, false);
    expect(await found(FOREIGN)).toEqual(["root-connection open"]);
    asked.splice(0);
    await detect(FOREIGN, true, NOW + MINUTE);
    const [closed] = await store.findings.list(FOREIGN);
    expect(closed).toMatchObject({
      ...{ status: "resolved", closedAt: NOW + MINUTE },
      closedBecause: expect.stringContaining("does not watch the cluster"),
    });
    await detect(FOREIGN, true, NOW + HOUR);
    expect((await store.findings.list(FOREIGN))[0]).toMatchObject({ closedAt: NOW + MINUTE });
  });
});

describe("a cluster that is looked at", () => {
  const isLookedAt = async (
    more: Partial<Deployment> | undefined,
    cluster: Cluster,
    prepare?: (store: Store) => Promise<void>,
  ) => {
    const { store, detect, found } = await world(more);
    await prepare?.(store);
    await store.activity.count([rootAt(cluster, "a")], NOW);
    await detect(cluster);
    expect(await found(cluster)).toContain("root-connection open");
    expect(await seenBy(store)).toEqual([]);
  };

  it("is at once one that was made a minute ago where all are watched, in each Region and account of the deployment", async () => {
    await isLookedAt({}, HERE);
    await isLookedAt({ regions: "us-east-2", members: MEMBER }, arnOf("us-east-2", MEMBER as string));
    await isLookedAt({ named: [FOREIGN] }, FOREIGN);
  });

  it("is one that was ever read, and any where nobody knows which are watched", async () => {
    await isLookedAt({}, FOREIGN, (store) => store.clusters.register(FOREIGN));
    await isLookedAt(undefined, FOREIGN);
    const { members: _, ...before } = deployment();
    await isLookedAt({ members: undefined, ...before } as Partial<Deployment>, HERE);
  });

  it("is any in another Region where nobody could tell the peers of one that is watched: it may be one of them", async () => {
    await isLookedAt({}, THERE, async (store) => {
      await store.clusters.register(HERE);
      const own = { ...exampleCluster(HERE), peersUnread: "access denied" };
      const iam = exampleIam({ clusters: [own] });
      await store.snapshots.save(HERE, { ...estate(), cluster: HERE, iam }, NOW - DAY);
    });
  });

  it("is the peer of one that is watched, in a Region that is not: both are one database", async () => {
    await isLookedAt({}, THERE, async (store) => {
      await store.clusters.register(HERE);
      const clusters = [HERE, THERE].map((one) => exampleCluster(one));
      await store.snapshots.save(
        HERE,
        { ...estate(), cluster: HERE, iam: exampleIam({ clusters }) },
        NOW - DAY,
      );
    });
  });
});

it("an older deployment, which does not say what it watches, is not called complete", async () => {
  const { store } = await world();
  expect(unwatchedLinks(await unwatchedClusters(store, NOW))).toMatchObject([{ state: "unknown" }]);
  const told = await world({});
  expect(unwatchedLinks(await unwatchedClusters(told.store, NOW))).toMatchObject([{ state: "ok" }]);
});
