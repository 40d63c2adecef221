// What happened to a role, a principal or an object; since when a role holds a privilege.
import { ADMIN } from "../core/activity/admin-logins.ts";
import { foldArn } from "../core/activity/principal.ts";
import { principalNamed } from "../core/activity/principal-named.ts";
import { type Cluster, withoutPath } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { KnownCatalog } from "../core/catalog/known-catalog.ts";
import type { Privilege } from "../core/catalog/privileges.ts";
import type { RecordedChange } from "../core/history/change.ts";
import { MAPPINGS, roleSubject, subjectsOf } from "../core/history/change-subjects.ts";
import { isDuring, mergeTimelines, principalTimeline } from "../core/history/timeline-principal.ts";
import { type UnknownStretch, unknownStretches } from "../core/history/timeline-unknown.ts";
import { waysIn } from "../core/iam/ways-in.ts";
import { findPrivilege } from "../core/privileges/find-object.ts";
import { AuditError } from "../errors.ts";
import { findObjects } from "../store/history/find-objects.ts";
import { type FoundSubject, findRoles } from "../store/history/find-subject.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import { type Ambiguity, ambiguities, bearers, type Subjects } from "./ambiguities.ts";
import { databaseOf } from "./database.ts";
import { type Bearers, type HeldPeriod, heldHistory, type ObjectBearers } from "./held-history.ts";
import { type IamTimeline, principalIamTimeline, roleIamTimeline } from "./iam-timeline.ts";
import { principalsIn } from "./known-principals.ts";
import { type CouldGrant, whoCouldGrant } from "./who-could-grant.ts";

/** A principal alone, or a role, an object or both; a privilege only with both. */
export type TimelineQuestion = {
  readonly role?: string | undefined;
  /** An IAM ARN, or a name that one principal is known by. */
  readonly principal?: string | undefined;
  readonly object?: string | undefined;
  readonly privilege?: Privilege | undefined;
};

export type Timeline = {
  /** Oldest first, each once. */
  readonly changes: readonly RecordedChange[];
  /** Where role, object and privilege are given. */
  readonly held: readonly HeldPeriod[] | undefined;
  /** Names that meant several roles or objects in this time, each with its bearers. */
  readonly namesakes: readonly Ambiguity[];
  /** Who could have made the newest changes: who was connected as admin, or as the grantor, in between. */
  readonly couldGrant: readonly CouldGrant[];
  /** Stretches in which a section could not be read: what happened there is not known. */
  readonly unknown: readonly UnknownStretch[];
  /** What IAM says of ways in was not weighed before this time: its snapshots are too many, or gone; null: all of it was. */
  readonly notWeighedBefore: Instant | null;
  /** When the first snapshot was taken: what was before is not known. */
  readonly first: Instant;
};

/** What a person asked, checked. AuditError("usage") for parts that do not go together, or a privilege that is none. */
export const timelineQuestion = (
  asked: {
    readonly [part in keyof TimelineQuestion]?: string | undefined;
  },
): TimelineQuestion => {
  const { role, principal, object, privilege } = asked;
  if ((principal === undefined) === (role === undefined && object === undefined))
    throw new AuditError("usage", "give a role, an object or both, or else a principal");
  if (privilege === undefined) return { role, principal, object };
  if (role === undefined || object === undefined)
    throw new AuditError("usage", "a privilege needs both a role and an object");
  return { role, object, privilege: findPrivilege(privilege) };
};

type Snapshots = ReadStore["snapshots"];

/** Whether the account has, or may have, such an identity, as far as the snapshot read its IAM. */
const isInIam = ({ catalog }: Snapshot, principal: string): boolean => {
  const kind = waysIn(catalog, null).of(principal, "DbConnect")?.row.kind;
  return kind === "role" || kind === "user" || kind === "root" || kind === "service-linked-role";
};

const ofPrincipal = async (
  snapshots: Snapshots,
  cluster: Cluster,
  written: string,
  newest: Snapshot,
): Promise<IamTimeline> => {
  const [{ periods }, mappings] = await Promise.all([
    snapshots.mappingHistory(cluster),
    snapshots.timeline(cluster, MAPPINGS),
  ]);
  const asked = principalNamed(written, [...periods.map(({ arn }) => arn), ...principalsIn(newest.catalog)]);
  // A record may have lost the path of an ARN, which a mapping has.
  const principal =
    periods.find(({ arn }) => withoutPath(arn) === withoutPath(foldArn(asked)))?.arn ?? foldArn(asked);
  const mapped = periods.filter(({ arn }) => arn === principal).map(({ roleOid }) => roleOid);
  const iam = await principalIamTimeline(snapshots, cluster, principal, newest.manifest.seq);
  const isKnown = mapped.length > 0 || isInIam(newest, principal) || isNamed(iam, principal);
  if (!isKnown) {
    throw new AuditError("not-found", `no mapping of ${JSON.stringify(asked)} was ever seen`, {
      hint: "Give the IAM ARN as it stands in sys.iam_pg_role_mappings, or that of an identity that IAM was seen to have.",
    });
  }
  const roles = new Map<number, RecordedChange[]>();
  for (const oid of new Set(mapped)) roles.set(oid, await snapshots.roleTimeline(cluster, oid));
  const inside = principalTimeline(principal, periods, mappings, roles);
  return { ...iam, changes: mergeTimelines([inside, iam.changes]) };
};

/** Whether a change in IAM was about the principal itself. */
const isNamed = ({ changes }: IamTimeline, principal: string): boolean =>
  changes.some(
    ({ change }) =>
      change.kind === "iam" &&
      change.arn !== null &&
      change.what !== "access" &&
      withoutPath(change.arn) === withoutPath(principal),
  );

/** How IAM opened and closed the ways to a role: to admin for everybody, to another for those who were mapped to it. */
const iamOfRole = async (
  snapshots: Snapshots,
  cluster: Cluster,
  { subjects, names }: Bearers,
  last: number,
): Promise<IamTimeline> => {
  if (names.includes(ADMIN))
    return roleIamTimeline(snapshots, cluster, "DbConnectAdmin", last, () => undefined);
  const { periods } = await snapshots.mappingHistory(cluster);
  const mine = periods.filter(({ roleOid }) => subjects.includes(roleSubject(roleOid)));
  return roleIamTimeline(snapshots, cluster, "DbConnect", last, (span) => [
    ...new Set(mine.filter((period) => isDuring(span, period)).map(({ arn }) => arn)),
  ]);
};

const subjectsIn = async (
  snapshots: Snapshots,
  cluster: Cluster,
  catalog: KnownCatalog,
  { role, object, privilege }: TimelineQuestion,
): Promise<Subjects> => ({
  roles: role === undefined ? [] : await findRoles(snapshots, cluster, catalog, role),
  objects: object === undefined ? [] : await findObjects(snapshots, cluster, catalog, object, privilege),
});

const objectBearers = (found: readonly FoundSubject[]): ObjectBearers => ({
  ...bearers(found),
  columns: found.flatMap(({ subject, column }) => (column ? [{ subject, ...column }] : [])),
});

/** What concerns one of these columns or its whole table; everything where no columns are asked for. */
const isOfColumns = ({ change }: RecordedChange, columns: ObjectBearers["columns"]): boolean =>
  columns.length === 0 ||
  !("object" in change) ||
  change.object.column === null ||
  columns.some(
    ({ subject, number }) => number === change.object.column && subjectsOf(change).includes(subject),
  );

/** Of several subjects each change once; of a role and an object what concerns both. */
const ofSubjects = async (
  snapshots: Snapshots,
  cluster: Cluster,
  roles: readonly string[],
  { subjects: objects, columns }: ObjectBearers,
): Promise<RecordedChange[]> => {
  const all = await Promise.all(
    [...roles, ...objects].map((subject) => snapshots.timeline(cluster, subject)),
  );
  const changes = mergeTimelines(all).filter((recorded) => isOfColumns(recorded, columns));
  if (!roles.length || !objects.length) return changes;
  return changes.filter(({ change }) => {
    if (change.kind === "other-object") {
      const about = subjectsOf(change);
      return [roles, objects].every((wanted) => about.some((subject) => wanted.includes(subject)));
    }
    if ("grantee" in change && !roles.includes(roleSubject(change.grantee.oid))) return false;
    return !("object" in change) || subjectsOf(change).some((subject) => objects.includes(subject));
  });
};

/** Of a role alone also how IAM opened and closed the ways to it, up to the snapshot `iamUpTo`. */
const ofNamed = async (
  snapshots: Snapshots,
  cluster: Cluster,
  { role, object }: { readonly role: Bearers; readonly object: ObjectBearers },
  iamUpTo: number | undefined,
): Promise<IamTimeline> => {
  const inside = await ofSubjects(snapshots, cluster, role.subjects, object);
  if (iamUpTo === undefined) return { changes: inside, notWeighedBefore: null };
  const iam = await iamOfRole(snapshots, cluster, role, iamUpTo);
  return { ...iam, changes: mergeTimelines([inside, iam.changes]) };
};

/** The timeline up to the snapshot `newest`. AuditError("not-found") for a name that nothing ever bore. */
export const timelineOf = async (
  store: ReadStore,
  cluster: Cluster,
  question: TimelineQuestion,
  { newest, now }: { readonly newest: Snapshot; readonly now: Instant },
): Promise<Timeline> => {
  const { snapshots } = store;
  const { principal, privilege } = question;
  const subjects = await subjectsIn(snapshots, cluster, newest.catalog, question);
  const [role, object] = [bearers(subjects.roles), objectBearers(subjects.objects)];
  const { seq } = newest.manifest;
  const isOfRole = question.role !== undefined && question.object === undefined;
  const { changes, notWeighedBefore } =
    principal === undefined
      ? await ofNamed(snapshots, cluster, { role, object }, isOfRole ? seq : undefined)
      : await ofPrincipal(snapshots, cluster, principal, newest);
  const [first, sections] = await Promise.all([
    snapshots.bySeq(cluster, 1),
    snapshots.sectionTimeline(cluster),
  ]);
  const held =
    privilege !== undefined ? await heldHistory(snapshots, { cluster, role, object, privilege }) : undefined;
  const shown = changes.filter(({ toSeq }) => toSeq <= seq);
  return {
    changes: shown,
    notWeighedBefore,
    couldGrant: await whoCouldGrant(store, databaseOf(newest), shown, now),
    held,
    namesakes: await ambiguities(snapshots, cluster, subjects, newest),
    unknown: first ? unknownStretches(first.manifest, sections) : [],
    first: (first ?? newest).manifest.takenAt,
  };
};

/** The snapshot stored last. AuditError("not-found") where there is none. */
export const newestSnapshot = async ({ snapshots }: ReadStore, cluster: Cluster): Promise<Snapshot> => {
  const head = await snapshots.head(cluster);
  if (head) return snapshots.open(cluster, head);
  throw new AuditError("not-found", `there is no snapshot of ${cluster} yet`, {
    hint: "Take one with: dsql-audit snapshot",
  });
};
