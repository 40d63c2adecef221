// A store with the history of a watched cluster: 500 principals, 200 roles, 1,000 tables, 500 findings, proven hour by hour.
import { setTimeout as sleep } from "node:timers/promises";
import type { Tally } from "../../lib/core/activity/activity.ts";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { mergeTallies } from "../../lib/core/activity/tally.ts";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, iso, MINUTE } from "../../lib/core/base/time.ts";
import type { Catalog, Mapping } from "../../lib/core/catalog/catalog.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { packTallies } from "../../lib/store/activity/tally-codec.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import { openSqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import type { Item, Table } from "../../lib/store/table/table.ts";
import { seededRandom, uuidFrom } from "../../local/seeded-random.ts";
import { cluster, largeCatalog } from "./large-catalog.ts";
import { peakMegabytes } from "./peak-memory.ts";

/** Midnight: all days before it are over. */
export const HISTORY_END = Date.UTC(2026, 10, 1);
const PRINCIPALS = 500;
const OLD_FINDINGS = 200;
const SCOPE = "111122223333/us-east-1";
const AUDITOR = Principal.parse("arn:aws:iam::111122223333:role/dsql-access-auditor-snapshot");
/** Habits rest on the hours of four months. */
const HOURLY_DAYS = 125;

const principalOf = (n: number): Principal =>
  Principal.parse(`arn:aws:iam::111122223333:role/${n < 350 ? "service" : "people"}/principal-${n}`);

/** 500 principals, each mapped to one of the 200 roles. Names say nothing of a purpose, every 80th grant can be passed on. */
const catalogOf = (): Catalog => {
  const catalog = largeCatalog();
  const { roles, relations } = catalog.sections;
  const all = roles.status === "read" ? roles.rows : [];
  const named = all.map((role, n) => (role.name === "admin" ? role : { ...role, name: `role_${n}` }));
  const known = named.filter(({ name }) => name !== "admin");
  let grants = 0;
  const tables = relations.status === "read" ? relations.rows : [];
  const own = tables.map((table) => {
    if (!table.acl) return table;
    const entries = table.acl.entries.map((one) => ({ ...one, grantable: ++grants % 80 === 0 ? "r" : "" }));
    return { ...table, acl: { ...table.acl, entries } };
  });
  const rows = Array.from({ length: PRINCIPALS }, (_, n): Mapping => {
    const role = known[n % known.length];
    return { iamOid: 50_000 + n, arn: principalOf(n), role: role?.oid ?? 0, roleName: role?.name ?? "", grantor: 15_579 };
  });
  const read = <T>(some: readonly T[]) => ({ status: "read" as const, rows: [...some] });
  return { ...catalog, sections: { ...catalog.sections, roles: read(named), relations: read(own), mappings: read(rows) } };
}; // biome-ignore format: one glance

/** 200 services connect every hour, 150 jobs twice a day, 100 people in working hours; 50 principals never do. */
const connectsIn = (n: number, hour: number): boolean => {
  if (n < 200) return true;
  if (n < 350) return hour % 12 === n % 12;
  return n < 450 && hour >= 8 && hour < 18 && (n + hour) % 3 === 0;
};

const talliesOf = (hour: number, random: () => number): Tally[] => {
  const tallies: Tally[] = [];
  for (let n = 0; n < 450; n++) {
    if (!connectsIn(n, (hour % DAY) / HOUR)) continue;
    const firstAt = hour + Math.floor(random() * HOUR * 0.5);
    tallies.push({
      principal: principalOf(n),
      action: "DbConnect",
      outcome: "allowed",
      network: `10.${n % 50}.${Math.floor(random() * 2)}.0/24`,
      client: n < 350 ? "aurora-dsql-nodejs-pg/0.1.9" : "psql/16",
      session: n < 350 ? `service-${n}-*` : `person.name${n}`,
      role: "",
      count: 1 + Math.floor(random() * 12),
      firstAt,
      lastAt: firstAt + Math.floor(random() * HOUR * 0.5),
      firstEventId: uuidFrom(random),
    });
  }
  return tallies;
};

const writeActivity = async (table: Table, days: number): Promise<void> => {
  const random = seededRandom(3);
  const profile = (key: { pk: string; sk: string }, tallies: readonly Tally[]): Item => ({
    ...key,
    v: 1,
    rev: 1,
    folded: 0,
    tallies: packTallies(mergeTallies(tallies)),
  });
  for (let day = HISTORY_END - days * DAY; day <= HISTORY_END + DAY; day += DAY) {
    const ofDay: Tally[] = [];
    const items: Item[] = [];
    for (let hour = day; hour < day + DAY && hour < HISTORY_END + DAY + 14 * HOUR; hour += HOUR) {
      const tallies = talliesOf(hour, random);
      ofDay.push(...tallies);
      if (day >= HISTORY_END - HOURLY_DAYS * DAY) items.push(profile(keys.hour(cluster, hour), tallies));
    }
    items.push(profile(keys.day(cluster, day), ofDay));
    await table.putMany(items);
  }
};

const writeProof = async (table: Table, store: Store, days: number): Promise<void> => {
  const from = HISTORY_END - days * DAY;
  const until = HISTORY_END + 2 * DAY;
  const hours = Array.from({ length: (until - from) / HOUR }, (_, i) => from + i * HOUR);
  // Ten hours of the history were lost, and twenty trails stopped for a while.
  const proven = hours.filter((hour, i) => i % 720 !== 7 || hour > HISTORY_END - 100 * DAY);
  await store.activity.markHours(SCOPE, proven, "digest");
  await store.activity.markHours(cluster, proven, "canary");
  for (let n = 0; n < 20; n++) {
    const at = from + Math.floor((n / 20) * Math.max(2, days - 100) * DAY) + 90 * MINUTE;
    const event = { name: "trail", scope: SCOPE, principal: AUDITOR, target: "trail" } as const;
    await store.trailEvents.record({ ...event, eventId: `stop-${n}`, at, kind: "stopped" } as never);
    await store.trailEvents.record({ ...event, eventId: `start-${n}`, at: at + MINUTE, kind: "started" } as never);
    const reason = "CloudWatch counted 9 calls, 2 events came";
    await store.doubts.replace(cluster, "call-count", [{ from: at, to: at + HOUR, reason }], { from: at, to: at + 1 });
  }
  const random = seededRandom(5);
  for (const hour of hours.slice(-32 * 24)) {
    const at = hour + 5 * MINUTE;
    await table.put({ ...keys.loginAttempt(cluster, at, uuidFrom(random)), v: 1, at, connected: true });
    await table.put({ ...keys.ownLogin(cluster, at, uuidFrom(random)), v: 1, at, eventId: uuidFrom(random), trailAt: at + 6 * MINUTE });
  }
}; // biome-ignore format: one glance

/** Findings that were resolved in the course of the year, beside those that the first look opens. */
const oldFindings = (count: number): Finding[] =>
  Array.from({ length: count }, (_, n) => {
    const at = HISTORY_END - (1 + (n % 30)) * DAY;
    return {
      id: `resolved-${n}`.padEnd(32, "0"), detector: "grant-option", category: "over-privileged", life: "state",
      severity: "medium", cluster, subject: { role: `role_${n}`, roleOid: 26_400 + n, facet: `schema.table_${n}` },
      title: `role_${n} can pass on SELECT on schema.table_${n}`,
      evidence: { object: `schema.table_${n}`, privileges: ["SELECT", "INSERT"], grantor: "admin", why: "A holder of a grant option decides for itself who else reads the table." },
      firstSeenAt: at, lastSeenAt: at + HOUR, status: "resolved", detectedAt: at, confirmedAt: at + HOUR, closedAt: at + HOUR, reopened: 0,
    };
  }); // biome-ignore format: one glance

const inStore = async <T>(file: string, work: (store: Store, table: Table) => Promise<T>): Promise<T> => {
  const { table, close } = await openSqliteTable({
    file,
    mayCreate: true,
    sleep: (ms) => sleep(ms),
    random: Math.random,
  });
  try {
    return await work(openStore(table, { now: () => HISTORY_END }), table);
  } finally {
    await close();
  }
};

/** Writes the history of so many days up to HISTORY_END, and the day after it. */
export const writeJudgedStore = (file: string, days: number): Promise<void> =>
  inStore(file, async (store, table) => {
    await store.clusters.register(cluster);
    let catalog = catalogOf();
    const { mappings } = catalog.sections;
    const all = mappings.status === "read" ? mappings.rows : [];
    // A mapping comes every week.
    for (let week = 0; week * 7 < days; week++) {
      const rows = all.slice(0, PRINCIPALS - 60 + week);
      catalog = { ...catalog, sections: { ...catalog.sections, mappings: { status: "read", rows } } };
      await store.snapshots.save(cluster, catalog, HISTORY_END - days * DAY + week * 7 * DAY, {});
    }
    for (const at of [HISTORY_END, HISTORY_END + 3 * HOUR, HISTORY_END + DAY + 3 * HOUR, HISTORY_END + DAY + 13 * HOUR])
      await store.snapshots.save(cluster, catalog, at, {});
    await writeActivity(table, days);
    await writeProof(table, store, days);
    for (const finding of oldFindings(OLD_FINDINGS))
      await table.put({ ...keys.finding(cluster, finding.id), v: 1, rev: 1, finding });
  }); // biome-ignore format: one glance

export type Judged = {
  readonly at: string;
  readonly read: number;
  readonly write: number;
  readonly ms: number;
  /** Milliseconds of CPU, which other work on the machine does not add to. */
  readonly cpu: number;
  readonly megabytes: number;
  /** It kept what was worked out of the day before. */
  readonly keeps: boolean;
  /** It was due to write of findings that they were seen once more. */
  readonly refreshes: boolean;
  readonly findings: number;
};

const LOOKS = 6;

/** The connections of one minute, as events bring them. */
const connectionsAt = (at: number, random: () => number): Connection[] =>
  Array.from({ length: 20 }, () => {
    const n = Math.floor(random() * 350);
    return {
      eventId: uuidFrom(random),
      at: at - 90_000 + Math.floor(random() * 30_000),
      cluster,
      action: "DbConnect",
      outcome: "allowed",
      principal: principalOf(n),
      principalType: "role",
      sourceIp: `10.${n % 50}.0.7`,
      userAgent: "aurora-dsql-nodejs-pg/0.1.9",
      sessionName: `service-${n}-7f`,
    };
  });

/** Looks a minute apart from `at` on, each after the connections of its minute. Runs in a process of its own. */
export const judgeInStore = (file: string, at: number): Promise<Judged[]> =>
  inStore(file, async (store, table) => {
    const random = seededRandom(at / MINUTE);
    const judged: Judged[] = [];
    // What the running hour has seen before.
    for (let minute = at - 35 * MINUTE; minute < at; minute += MINUTE)
      await store.activity.count(connectionsAt(minute, random), at);
    for (let n = 0; n < LOOKS; n++) {
      const now = at + n * MINUTE;
      await store.activity.count(connectionsAt(now, random), now);
      const known = await store.ledgers.newest(cluster, now);
      const open = (await store.findings.list(cluster)).filter(({ status }) => status === "open");
      const refreshes = open.some(({ confirmedAt }) => now - confirmedAt >= 6 * HOUR);
      const before = table.consumed();
      const startedAt = performance.now();
      const cpuBefore = process.cpuUsage();
      const { findings } = await detectCluster(store, cluster, now, { auditor: AUDITOR });
      const ms = performance.now() - startedAt;
      const { user, system } = process.cpuUsage(cpuBefore);
      const after = table.consumed();
      const kept = await store.ledgers.newest(cluster, now);
      judged.push({
        at: iso(now),
        read: after.readUnits - before.readUnits,
        write: after.writeUnits - before.writeUnits,
        ms,
        cpu: (user + system) / 1_000,
        megabytes: peakMegabytes(),
        refreshes,
        keeps: kept?.day !== known?.day,
        findings: findings.length,
      });
    }
    return judged;
  });
