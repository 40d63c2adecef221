// The work of the functions on an embedded store, ended at every one of its writes and done again: the result is the same.
import { afterAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { acknowledge } from "../../lib/core/findings/acknowledge.ts";
import { acknowledgeFinding, exemptFinding } from "../../lib/jobs/act-on-finding.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { sendNotices } from "../../lib/jobs/send-notices.ts";
import { openWholeStore, type WholeStore } from "../../lib/store/open-archive.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { acl, cluster, estate, role, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { Crash, dyingTable } from "../support/faulty-table.ts";
import { READER, WRITER } from "../support/query-world.ts";
import { sharedSns } from "../support/shared-sns.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

const T = Date.UTC(2026, 2, 1, 2);
/** From the day before to the third day. */
const COVERED = Array.from({ length: 4 * 24 }, (_, n) => T - DAY + n * HOUR);
const roles = [role(10, "admin"), role(100, "app_readonly"), role(101, "app_rw")];
const before = estate({ roles });
const after = estate({
  roles,
  relations: [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rd/10", "101=arw/10") })],
});
const seen = (id: string, at: number, more = {}) =>
  connection(id, at, { cluster, principal: READER, ...more });

const topicArn = "arn:aws:sns:us-east-1:111122223333:alerts";
const mail = sharedSns({ now: () => T, topics: [topicArn] });

/** Each as a function would do it, with a store of its own, by the time of that call. */
const steps: readonly (readonly [number, (store: WholeStore, now: number) => Promise<unknown>])[] = [
  [T, (store) => store.clusters.register(cluster)],
  [T, (store) => store.snapshots.save(cluster, before, T)],
  [
    T + HOUR,
    (store, now) =>
      store.activity.count(
        [seen("e1", T), seen("e2", T + 60_000, { principal: WRITER }), seen("e3", T)],
        now,
      ),
  ],
  [T + 2 * HOUR, (store) => store.activity.markHours(cluster, COVERED, "digest")],
  [T + 3 * HOUR, (store, now) => detectCluster(store, cluster, now, { dormantDays: 1 })],
  [T + 4 * HOUR, (store) => store.snapshots.save(cluster, after, T + 4 * HOUR)],
  [
    T + DAY + HOUR,
    (store, now) =>
      store.activity.count(
        [seen("e4", T + DAY, { network: "198.51.100.0/24" }), seen("e1", T), seen("e5", T + DAY)],
        now,
      ),
  ],
  [T + 2 * DAY, (store, now) => detectCluster(store, cluster, now, { dormantDays: 1 })],
  [
    T + 2 * DAY,
    (store, now) =>
      store.findings.update(cluster, (all) =>
        all.map((one) =>
          one.detector === "privilege-exceeds-archetype"
            ? acknowledge(one, now, { by: "a", note: undefined })
            : one,
        ),
      ),
  ],
  [T + 3 * DAY, (store, now) => detectCluster(store, cluster, now, { dormantDays: 1 })],
  [T + 3 * DAY, (store, now) => sendNotices({ store, sns: mail.sns, topicArn }, cluster, now)],
  [
    T + 3 * DAY + 1,
    async (store, at) => {
      const finding = (await store.findings.list(cluster)).find(
        ({ detector }) => detector === "dormant-mapping",
      );
      if (!finding) throw new Error("no dormant mapping");
      const acting = { by: "ana", via: "api" as const, at };
      await exemptFinding(store, finding, acting, { owner: "team", reason: "kept", until: at + DAY });
    },
  ],
  [
    T + 3 * DAY + 2,
    async (store, at) => {
      for (const finding of await store.findings.list(cluster))
        if (finding.status === "open")
          await acknowledgeFinding(store, finding, { by: "ben", via: "command line", at });
    },
  ],
  [T + 3 * DAY + 3, (store) => store.archive.retain(cluster, { keepDays: 1 })],
];

/** Every step until it is done; one that dies is begun again, as a queue or a schedule would. */
const run = async (db: Table, mortal: Table = db): Promise<number> => {
  let deaths = 0;
  for (const [now, work] of steps) {
    try {
      await work(openWholeStore(deaths ? db : mortal, { now: () => now }), now);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      deaths++;
      await work(openWholeStore(db, { now: () => now }), now);
    }
  }
  return deaths;
};

/** What people can ask of the store. */
const answers = async (db: Table) => {
  const now = T + 3 * DAY + HOUR;
  const store = openWholeStore(db, { now: () => now });
  const all = { from: T - DAY, to: now };
  const findings = await store.findings.list(cluster);
  return {
    // Who dies between a mail and its marks tells again rather than never: which mail told it may differ.
    findings: findings
      .map(({ noticedAt, noticedSeverity, toldAt, toldIn, ...finding }) => finding)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    look: await store.findings.lastLook(cluster),
    hours: await store.activity.hours(cluster, all),
    days: await store.activity.days(cluster, all),
    coverage: await store.activity.coverage(cluster, all),
    snapshots: (await Array.fromAsync(store.snapshots.list(cluster, all))).map(({ hash }) => hash),
    timeline: await store.snapshots.roleTimeline(cluster, 100),
    acts: await store.acts.list(cluster),
    exemptions: await store.findings.exemptions(cluster),
    told: await store.notices.read(cluster),
    next: (await detectCluster(store, cluster, now, { dormantDays: 1, dryRun: true })).findings.length,
  };
};

/** The long suite ends it at each of its writes. */
const STEP = Number(process.env.DEATH_STEP ?? 6);

describe("work that dies at a write", () => {
  it.each([
    ["before", false],
    ["after", true],
  ])(
    "%s it happens, and is done again, ends as if it had not died",
    async (_, happens) => {
      const reference = await sqlite.fresh();
      const counted = dyingTable(reference, Number.POSITIVE_INFINITY, false);
      expect(await run(counted)).toBe(0);
      const expected = await answers(reference);
      expect(expected.findings.map(({ detector }) => detector)).toContain("privilege-exceeds-archetype");
      expect(expected.findings.map(({ detector }) => detector)).toContain("dormant-mapping");
      expect(counted.writes()).toBeGreaterThan(30);
      for (let at = happens ? STEP >> 1 : 0; at < counted.writes(); at += STEP) {
        const db = await sqlite.fresh();
        expect(await run(db, dyingTable(db, at, happens)), `write ${at}`).toBe(1);
        expect(await answers(db), `write ${at}`).toEqual(expected);
      }
    },
    120_000,
  );
});
