// Small made-up estates for the examples that detectors carry: plain facts, said in a few words.

import type { Tally } from "../activity/activity.ts";
import { activityIndex } from "../activity/activity-index.ts";
import { Cluster, Principal } from "../base/ids.ts";
import { DAY, HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Catalog, RowOf, SectionName } from "../catalog/catalog.ts";
import type { IamFacts } from "../catalog/iam-facts.ts";
import type { CaptureCheck } from "../coverage/capture-check.ts";
import type { Change } from "../history/change.ts";
import type { AsAdmin } from "../history/manifest.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import { type ExampleLogins, ownLoginsOf } from "./example-logins.ts";
import type { Facts } from "./facts.ts";

/** One example of a detector: with these facts it finds exactly these subjects (role, else principal's name, else object). */
export type Case = {
  readonly name: string;
  readonly facts: Facts;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly expect: readonly string[];
};

export const EXAMPLE_NOW: Instant = Date.UTC(2026, 6, 1);
export const daysAgo = (days: number): Instant => EXAMPLE_NOW - days * DAY;
export const exampleArn = (name: string): Principal =>
  Principal.parse(`arn:aws:iam::111122223333:role/${name}`);

export const EXAMPLE_CLUSTER = Cluster.parse(
  "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxyz",
);

type ExampleMapping = {
  readonly to: string;
  readonly role: string;
  /** When the first snapshot showed it; without, the first snapshot of all had it. */
  readonly madeAt?: Instant;
  readonly goneAt?: Instant;
  readonly arn?: string;
};
export type ExampleConnection = {
  readonly by: string;
  readonly at: Instant;
  readonly network?: string;
  readonly outcome?: "refused";
  readonly action?: "DbConnectAdmin";
  readonly role?: string;
  readonly client?: string;
  readonly session?: string;
  /** The mark of a long-term access key. */
  readonly accessKey?: string;
  readonly count?: number;
  readonly arn?: string;
};
export type Example = {
  readonly now?: Instant;
  readonly firstSnapshotAt?: Instant;
  readonly coveredFrom?: Instant;
  readonly gaps?: readonly Interval[];
  readonly mappings?: readonly ExampleMapping[];
  readonly connections?: readonly ExampleConnection[];
  readonly catalog?: Partial<{ readonly [N in SectionName]: readonly RowOf<N>[] | string }>;
  readonly declared?: Facts["archetypes"];
  readonly baseline?: Facts["baseline"];
  readonly own?: ExampleLogins;
  /** Changes in the snapshot, since the one of an hour before. */
  readonly changes?: readonly Change[];
  readonly asked?: Partial<CaptureCheck>;
  /** What IAM says: see `exampleIam`. */
  readonly iam?: IamFacts;
  /** How the mappings were read where auditAsAdmin is on. */
  readonly asAdmin?: AsAdmin;
};

const oidOf = (names: string[], name: string): number => {
  if (!names.includes(name)) names.push(name);
  return 20_000 + names.indexOf(name);
};

const tallyOf = (connection: ExampleConnection, index: number): Tally => ({
  principal: connection.arn === undefined ? exampleArn(connection.by) : Principal.parse(connection.arn),
  action: connection.action ?? "DbConnect",
  outcome: connection.outcome ?? "allowed",
  network: connection.network ?? "10.20.4.0/24",
  client: connection.client ?? "aurora-dsql-nodejs-pg/0.1.9",
  session: connection.session ?? "app-*",
  role: connection.role ?? "",
  ...(connection.accessKey !== undefined && { accessKey: connection.accessKey }),
  count: connection.count ?? 1,
  firstAt: connection.at,
  lastAt: connection.at,
  firstEventId: `event-${index}`,
});

/** One connection a day for `days` days that end `until`. */
export const daily = (by: string, days: number, until: Instant, network?: string): ExampleConnection[] =>
  Array.from({ length: days }, (_, i) => ({ by, at: until - i * DAY - HOUR, ...(network && { network }) }));

const sectionOf = (given: readonly unknown[] | string | undefined): unknown =>
  typeof given === "string"
    ? { status: "unreadable", reason: given, code: null }
    : { status: "read", rows: given ?? [] };

const sectionNames: readonly SectionName[] = [
  "roles", "memberships", "mappings", "schemas", "relations", "columns", "functions", "types", "defaultPrivileges",
  "database",
]; // biome-ignore format: one glance

/** Where an example does not speak of mappings, everybody who connects is mapped. */
const mappedIn = ({ mappings, connections = [] }: Example): readonly ExampleMapping[] =>
  mappings ??
  [...new Map(connections.map((c) => [c.by, c])).values()].map(({ by, arn }) => ({
    to: by,
    role: `role of ${by}`,
    ...(arn !== undefined && { arn }),
  }));

const periodsOf = (example: Example, now: Instant, firstSnapshotAt: Instant): readonly MappingPeriod[] => {
  const names: string[] = [];
  return mappedIn(example).map(
    (mapping, i): MappingPeriod => ({
      arn: mapping.arn ?? exampleArn(mapping.to),
      iamOid: 30_000 + i,
      roleOid: oidOf(names, mapping.role),
      roleName: mapping.role,
      notSeenAt: mapping.madeAt === undefined ? null : mapping.madeAt - HOUR,
      firstSeenAt: mapping.madeAt ?? firstSnapshotAt,
      lastSeenAt: mapping.goneAt === undefined ? now : mapping.goneAt - HOUR,
      goneAt: mapping.goneAt ?? null,
    }),
  );
};

/** An example that says nothing of the catalog and of IAM has no snapshot. */
const snapshotOf = ({ catalog, iam, asAdmin }: Example, now: Instant): Facts["snapshot"] => {
  if (!catalog && !iam) return null;
  const sections = Object.fromEntries(sectionNames.map((name) => [name, sectionOf(catalog?.[name])]));
  return {
    catalog: {
      format: 1,
      cluster: EXAMPLE_CLUSTER,
      serverVersion: 160_014,
      sections,
      ...(iam && { iam }),
    } as unknown as Catalog,
    takenAt: now,
    seq: 1,
    ...(asAdmin && { asAdmin }),
  };
};

/** Facts of a cluster that was watched for a year, covered throughout, with all that the example adds or takes away. */
export const exampleFacts = (example: Example): Facts => {
  const now = example.now ?? EXAMPLE_NOW;
  const firstSnapshotAt = example.firstSnapshotAt ?? now - 365 * DAY;
  const coveredFrom = example.coveredFrom ?? now - 365 * DAY;
  const tallies = (example.connections ?? []).map(tallyOf);
  return {
    cluster: EXAMPLE_CLUSTER,
    now,
    snapshot: snapshotOf(example, now),
    ...(example.changes && {
      recentChanges: {
        from: now - HOUR,
        to: now,
        changes: example.changes.map((change) => ({
          fromSeq: 1,
          from: now - HOUR,
          toSeq: 2,
          to: now,
          change,
        })),
      },
    }),
    firstSnapshotAt,
    mappingPeriods: periodsOf(example, now, firstSnapshotAt),
    activity: activityIndex([{ tallies }]),
    coverage: [{ from: coveredFrom, to: now, proof: "digest" }],
    doubts: (example.gaps ?? []).map((gap) => ({ ...gap, reason: "the trail was stopped" })),
    captureExpectedFrom: null,
    settleMs: 0,
    archetypes: example.declared ?? {},
    ...(example.baseline && { baseline: example.baseline }),
    auditor: example.own ? exampleArn("Auditor") : null,
    ...(example.own && { ownLogins: ownLoginsOf(example.own, now) }),
    ...(example.asked && {
      captureCheck: {
        at: now,
        captured: "yes",
        reasons: [],
        doubtSince: null,
        unanswered: [],
        ...example.asked,
      },
    }),
  };
};
