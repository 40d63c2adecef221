// One mail of each kind, from the same little world, with any names in it.
import { expect } from "vitest";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, iso, MINUTE } from "../../lib/core/base/time.ts";
import { closeGone } from "../../lib/core/findings/close-gone.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { firstStepAnew, firstStepOf } from "../../lib/core/findings/first-step.ts";
import type { Gone } from "../../lib/core/history/cluster-life.ts";
import { incidentsOf } from "../../lib/core/incidents/incident.ts";
import { joinIncidents } from "../../lib/core/incidents/threads.ts";
import { name, sql } from "../../lib/core/sql/guard.ts";
import { revokeMappingSql } from "../../lib/core/sql/statements.ts";
import { goneNotice, goneWeekNotice } from "../../lib/notices/gone-text.ts";
import { dailyNotice, missedNotice } from "../../lib/notices/list-text.ts";
import type { Notice } from "../../lib/notices/notice.ts";
import { summaryChanges } from "../../lib/notices/plan-notices.ts";
import type { Reach } from "../../lib/notices/reach-text.ts";
import { type Week, weeklyNotice } from "../../lib/notices/weekly-text.ts";
import { afterTelling, dueNow } from "../support/notices.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/k7abcdefghij1234567890orders");
/** A Thursday, seven minutes past two in the morning. */
const T = Date.UTC(2026, 9, 29, 2, 7);
const store = ["--table", "dsql-access-auditor", "--region", "us-east-1"];
const arn = (name: string): Principal => Principal.parse(`arn:aws:iam::111122223333:role/service/${name}`);

type Names = {
  readonly principal: string;
  readonly role: string;
  readonly object: string;
  readonly session: string;
};
export const PLAIN: Names = {
  principal: "UserService",
  role: "user_service",
  object: "public.orders",
  session: "user-7c1",
};

/** What the newest snapshot says of who is mapped to nothing and is not let in as admin. */
const BARRED: Reach = {
  ...{ roles: [], asAdmin: "denied", peers: [] },
  notKnown:
    "No mapping names it, and IAM does not let it connect as admin: there is nothing that it can reach.",
};

const revokeSql = (role: string): string => String(sql`REVOKE DELETE ON public.orders FROM ${name(role)};`);

const base: Omit<Finding, "id" | "detector" | "subject" | "title" | "evidence"> = {
  ...{ cluster, status: "open", reopened: 0, severity: "high", category: "over-privileged", life: "state" },
  ...{ firstSeenAt: T - HOUR, lastSeenAt: T, detectedAt: T, confirmedAt: T },
};

/** What the mails below are about, with these names in it: what others choose. */
const worldOf = ({ principal, role, object, session }: Names) => {
  const at = { firstAt: iso(T - 50 * MINUTE), lastAt: iso(T - 48 * MINUTE) };
  const attack = (name: string, id: string): Finding => ({
    ...base,
    ...{ id, detector: "new-network", category: "anomalous", life: "episode" },
    subject: { principal: arn(name), facet: iso(T - HOUR) },
    title: `${name} connected from 203.0.113.0/24 for the first time in 87 active days`,
    evidence: {
      network: "203.0.113.0/24",
      connections: 3,
      activeDays: 87,
      why: "No other machine uses 203.0.0.0/16; no such day is on record, neither in its own 86 days nor in 480 days of the other machines.",
      signs: [
        { isTitle: true, detector: "new-network", says: "connected from 203.0.113.0/24", ...at },
        { detector: "new-client", says: "used psql for the first time in 87 active days", ...at },
      ],
      addresses: ["203.0.113.77", "2001:db8:85a3:8d3:1319:8a2e:370:7348"],
      addressesNotShown: null,
      sessionNames: [session, "user-service-9aa"],
      sessionNamesNotShown: 3,
      notAllKnown: false,
    },
    eventIds: ["7cd7ec29-d4b3-42aa-a4fe-d437d9890982", "9d8f7f1e-2f7b-4f0c-8c5e-0d7a4f6c1b2a"],
    threads: ["network:203.0.113.0/24"],
    fix: firstStepOf(arn(name), cluster),
    ...{ firstSeenAt: T - 50 * MINUTE, lastSeenAt: T - 48 * MINUTE },
  });
  /** Of who was refused, for no mapping stood any more. */
  const refused = firstStepAnew<Finding>({
    ...base,
    ...{ id: "revoked-connection-2b7e151628aed2a6", detector: "revoked-connection" },
    ...{ category: "anomalous", life: "episode", fix: "" },
    subject: { principal: arn(principal), facet: iso(T - HOUR) },
    title: `${principal} tried to connect though its mapping was revoked`,
    evidence: {
      ...{ connections: 4, refused: true },
      signs: [
        {
          ...{ isTitle: true, detector: "revoked-connection", ...at },
          says: "tried to connect though its mapping was revoked",
          evidence: { connections: 4, refused: true },
        },
      ],
      ...{ addresses: ["10.20.4.7"], addressesNotShown: null },
      ...{ sessionNames: [session], sessionNamesNotShown: null, notAllKnown: false },
    },
    eventIds: ["3c1f0d52-8a4e-4b6f-9a57-6f1f3d2c9b10"],
    ...{ firstSeenAt: T - 50 * MINUTE, lastSeenAt: T - 48 * MINUTE },
  });
  const grant: Finding = {
    ...base,
    ...{ id: "privilege-exceeds-archetype-1ff6c16ffda73c13", detector: "privilege-exceeds-archetype" },
    subject: { role, roleOid: 16_400, object, facet: "16400 r d" },
    title: `${role} can DELETE from ${object}`,
    evidence: {
      ...{ readOnlyBecause: "declared", privilege: "DELETE" },
      ...{ object: { kind: "table", name: object, oid: 16_500 }, path: [role], usable: true },
      since: { after: iso(T - HOUR), by: iso(T) },
    },
    // As the writer of SQL quotes names, whatever they hold.
    fix: revokeSql(role),
  };
  const dormant: Finding = {
    ...base,
    ...{
      id: "mapping-5d1c9b7e3f2a4068",
      detector: "dormant-mapping",
      family: "mapping",
      category: "dormant",
    },
    ...{ severity: "medium", verdict: "dormant", firstSeenAt: T - 91 * DAY },
    subject: { principal: arn(principal), role, roleOid: 16_400, facet: "" },
    title: `Unused mapping: ${principal} as ${role}, last used 91 days ago`,
    evidence: { lastUseAt: iso(T - 91 * DAY), uncoveredHours: 0 },
    fix: revokeMappingSql(role, arn(principal)),
  };
  const gap: Finding = {
    ...base,
    ...{ id: "capture-gap-f94193f031e61094", detector: "capture-gap", category: "coverage", life: "stretch" },
    subject: { facet: iso(T - 12 * HOUR) },
    title: `CloudTrail capture gap: 12 hours from ${iso(T - 12 * HOUR)
      .slice(0, 16)
      .replace("T", " ")} UTC`,
    evidence: { hours: 12 },
    threads: ["capture-outage"],
    ...{ firstSeenAt: T - 12 * HOUR, lastSeenAt: T - HOUR },
  };
  const reachOf = (who: Principal): Reach => {
    const isBackup = who === arn("LogicalBackup");
    const own = isBackup ? "backup_user" : role;
    const privileges = isBackup ? ["SELECT on 7 tables"] : [`SELECT on ${object}`, "INSERT on 4 tables"];
    const revoke = revokeMappingSql(own, who);
    return { roles: [{ role: own, privileges, revoke }], peers: [] };
  };
  return { attack, refused, grant, dormant, gap, reachOf, principal, role };
};

const one = (notices: readonly Notice[]): Notice => {
  expect(notices).toHaveLength(1);
  return notices[0] as Notice;
};
const given = { store, cluster };

/** One mail of each kind, from the same little world. */
export const mailsOf = (names: Names): Readonly<Record<string, Notice>> => {
  const { attack, refused, grant, dormant, gap, reachOf, principal, role } = worldOf(names);
  const first = [attack(principal, "new-network-68355486cabd6044")];
  const options = { ...given, reachOf };
  const opened = one(dueNow(first, T, options));
  const known = afterTelling(first, [opened], T);
  const second = {
    ...attack("LogicalBackup", "new-network-0c1d2e3f4a5b6c7d"),
    ...{ firstSeenAt: T - 40 * MINUTE, lastSeenAt: T - 38 * MINUTE, detectedAt: T + 5 * MINUTE },
  };
  const two = joinIncidents([...known, second]);
  const more = one(dueNow(two, T + HOUR, options));
  const told = afterTelling(two, [more], T + HOUR);
  const worse = one(
    dueNow(
      told.map((finding, n) => (n ? finding : { ...finding, severity: "critical" as const })),
      T + 2 * HOUR,
      options,
    ),
  );
  const over = one(
    dueNow(
      told.map((finding) => ({ ...finding, status: "ended" as const })),
      T + 2 * DAY,
      options,
    ),
  );
  const outage = afterTelling([gap], dueNow([gap], T, given), T);
  const ended = one(
    dueNow(
      outage.map((finding) => ({
        ...finding,
        ...{ status: "ended" as const, endedAt: T + 73 * HOUR },
        ends: "Capture is proven again from 2026-11-01 03:00 UTC. The hours before stay unproven, unless their trail files or digests are ingested. They are in the window until 2027-01-30.",
      })),
      T + 74 * HOUR,
      given,
    ),
  );
  const access = one(dueNow([grant], T, given));
  const resolved = one(
    dueNow(
      afterTelling([grant], [access], T).map((finding) => ({
        ...finding,
        ...{ status: "resolved" as const, closedAt: T + DAY },
        closedBecause: `DELETE on the table was revoked between two snapshots from ${role}.`,
      })),
      T + DAY,
      given,
    ),
  );
  const many = Array.from({ length: 12 }, (_, n) => ({
    ...grant,
    ...{
      id: `privilege-exceeds-archetype-${(0x1ff6c16f + n * 0x1010101).toString(16)}0a1b2c3d`,
      subject: { role, facet: `${n}` },
    },
    severity: n === 7 ? ("critical" as const) : ("high" as const),
  }));
  const quiet = [dormant, { ...gap, ...{ severity: "medium" as const, threads: undefined } }] as Finding[];
  const changes = summaryChanges({ findings: quiet });
  const daily = dailyNotice(cluster, changes, T - DAY, store);
  const week: Week = {
    from: T - 7 * DAY,
    findings: [
      { ...grant, detectedAt: T - 16 * DAY },
      ...afterTelling(quiet, [], T),
      { ...resolvedOf(grant, T - DAY), title: `${role} could TRUNCATE` },
      {
        ...attack(principal, "new-network-5a6b7c8d9e0f1a2b"),
        ...{ firstSeenAt: T - 4 * DAY, lastSeenAt: T - 4 * DAY, status: "ended", noticedAt: T - 3 * DAY },
      },
    ],
    coverage: { hours: 168, unprovenHours: 12, pendingHours: 2 },
    leastUsed: [{ principal: arn(principal), role, lastUseAt: T - 71 * DAY }],
    quietDays: 60,
    exemptionsEnding: [
      {
        ...{
          cluster,
          key: "x",
          owner: names.session,
          reason: "yearly",
          until: T + 9 * DAY,
          at: T - 80 * DAY,
        },
        ...{ detector: "grant-option", subject: { role, facet: "" } },
      } as unknown as Week["exemptionsEnding"][number],
    ],
  };
  if (!daily) throw new Error("nothing is due of the day");
  const gone: Gone = { at: T + DAY, reason: "retired", by: arn(principal), note: names.session };
  const closed = closeGone(
    [...afterTelling([grant], [access], T), ...first],
    gone.at,
    "The cluster is gone.",
    T + DAY,
  );
  return {
    gone: goneNotice(cluster, gone, closed, store),
    missed: missedNotice(
      cluster,
      incidentsOf([...told, dormant, resolvedOf(grant, T - DAY)]),
      T - HOUR,
      store,
    ),
    "weekly-gone": goneWeekNotice(cluster, gone, closed, { fresh: [], risen: [], ended: [] }, store),
    opened,
    more,
    worse,
    over,
    "opened-refused": one(dueNow([refused], T, { ...given, reachOf: () => BARRED })),
    "over-outage": ended,
    "opened-access": access,
    "over-access": resolved,
    first: one(dueNow([grant, dormant, ...first], T, { ...given, state: {} })),
    storm: one(dueNow(many, T, given)),
    daily,
    weekly: weeklyNotice(cluster, week, changes, T, store),
    "weekly-all-well": weeklyNotice(
      cluster,
      {
        ...week,
        findings: [],
        coverage: { hours: 168, unprovenHours: 0, pendingHours: 0 },
        leastUsed: [],
        exemptionsEnding: [],
      },
      summaryChanges({ findings: [] }),
      T,
      store,
    ),
  };
};

const resolvedOf = (finding: Finding, at: number): Finding => ({
  ...finding,
  ...{ id: "grant-option-0a1b2c3d4e5f6071", status: "resolved", closedAt: at, noticedAt: at - DAY },
  closedBecause: "The grant option was revoked.",
});

export const shown = ({ subject, short, body }: Notice): string =>
  `Subject: ${subject}\nText message: ${short}\n\n${body}`;
