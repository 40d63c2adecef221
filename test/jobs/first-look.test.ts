// The first look at a store with a long history: what it holds is let go as it is read, and the judgement is the same.
import { afterAll, describe, expect, it } from "vitest";
import { activityIndex } from "../../lib/core/activity/activity-index.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import { detectors } from "../../lib/detectors/index.ts";
import { loadAll } from "../../lib/jobs/load-facts.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { seededRandom } from "../../local/seeded-random.ts";
import { acl, catalog, cluster, publicSchema, role, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { useLedger } from "../support/ledgers.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

const NOW = Date.UTC(2026, 5, 1, 9, 30);
const DAYS = 150;
const people = [0, 1, 2, 3, 4].map((n) => `arn:aws:iam::111122223333:role/person-${n}`);

/** Five who connect on most days, some from elsewhere, as admin, or refused; the last hours are not added up yet. */
const filled = async (): Promise<Store> => {
  const store = openStore(await sqlite.fresh(), { now: () => NOW });
  const roles = [role(10, "admin"), role(100, "app_ro"), role(101, "orders_app")];
  const mappings = people.map((arn, n) => {
    const of = n % 2 ? { role: 100, roleName: "app_ro" } : { role: 101, roleName: "orders_app" };
    return { iamOid: 500 + n, arn, ...of, grantor: 10 };
  });
  const relations = [table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rw/10", "101=arw/10") })];
  const found = catalog({ roles, schemas: [publicSchema], relations, mappings });
  await store.snapshots.save(cluster, found, NOW - 140 * DAY);
  await store.snapshots.save(cluster, found, NOW - 3 * HOUR);
  const random = seededRandom(7);
  let n = 0;
  for (let day = NOW - DAYS * DAY; day <= NOW; day += DAY) {
    const all = people.flatMap((principal, who) => {
      if (random() < 0.2) return [];
      return Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
        const at = Math.min(NOW - MINUTE, day + Math.floor((random() * 8 - 4) * HOUR));
        return connection(`event-${n++}`, at, {
          cluster,
          principal,
          action: random() < 0.05 ? "DbConnectAdmin" : "DbConnect",
          outcome: random() < 0.1 ? "refused" : "allowed",
          sourceIp: random() < 0.05 ? `203.0.${n % 200}.7` : `10.20.${who}.7`,
          userAgent: random() < 0.03 ? "psql/16" : "aurora-dsql-nodejs-pg/0.1.9",
        });
      });
    });
    await store.activity.count(all, day + 4 * HOUR);
    if (day < NOW - 2 * DAY) await store.activity.fold(cluster, day + 12 * HOUR);
  }
  return store;
};

describe("a first look", () => {
  it("judges and keeps, byte for byte, what it would with all of the activity at hand", async () => {
    const store = await filled();
    const loaded = await loadAll(store, cluster, NOW);
    const { facts, ledger } = loaded;
    const hourlyFrom = (Math.floor(NOW / DAY) - 120 + 1) * DAY;
    const hours = await store.activity.hours(cluster, { from: hourlyFrom, to: NOW + HOUR });
    const held = { ...facts, activity: activityIndex(hours) };
    expect(hours.length).toBeGreaterThan(300);

    const texts = [facts, held].map((one) => {
      const { observations, looks, settled } = judgeWith(detectors)(auditView(one));
      const estate = settled();
      return JSON.stringify([observations, looks, estate && [...estate.principals], estate]);
    });
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toContain("new-network");

    const day = ledger?.day ?? 0;
    const days = await store.activity.days(cluster, { from: (day - 399) * DAY, to: (day + 1) * DAY });
    const tallies = days.flatMap((one) => one.tallies);
    expect(tallies.length).toBeGreaterThan(300);
    expect(JSON.stringify(ledger)).toBe(JSON.stringify(useLedger(day, tallies, facts.mappingPeriods)));
  });

  it("reads the same days and hours one after the other as at once, those that are open among them", async () => {
    const store = await filled();
    for (const [from, to] of [
      [NOW - DAYS * DAY, NOW + DAY],
      [NOW - 5 * DAY, NOW - DAY],
      [NOW, NOW],
    ] as const) {
      const { eachDay, eachHour, days, hours } = store.activity;
      const interval = { from, to };
      expect(await Array.fromAsync(eachDay(cluster, interval))).toEqual(await days(cluster, interval));
      expect(await Array.fromAsync(eachHour(cluster, interval))).toEqual(await hours(cluster, interval));
    }
  });
});
