// Since when a role holds a privilege on an object, and by what change: asked of the engine where anything relevant changed.

import type { Cluster, Oid } from "../core/base/ids.ts";
import { PUBLIC } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { knownRows } from "../core/catalog/known-catalog.ts";
import { kindsOf, type Privilege, privilegeBit, privilegeLetters } from "../core/catalog/privileges.ts";
import { type RecordedChange, sectionOf } from "../core/history/change.ts";
import { objectSubject, roleSubject, SECTIONS } from "../core/history/change-subjects.ts";
import { mergeTimelines } from "../core/history/timeline-principal.ts";
import { type AccessEngine, accessEngine, type Certainty } from "../core/privileges/effective.ts";
import { type AccessObject, sectionOf as sectionOfKind } from "../core/privileges/effective-objects.ts";
import type { Snapshot, SnapshotStore } from "../store/history/snapshots.ts";

/** One stretch in which the answer stayed the same. */
export type HeldPeriod = {
  readonly holds: Certainty;
  /** Of a table on whose whole it is not held: the columns on which it is; null: it is not known. */
  readonly columns: readonly string[] | null;
  /** The last snapshot that showed the state before; null: it was so from the first snapshot on. */
  readonly after: Instant | null;
  /** The first snapshot that showed it. */
  readonly since: Instant;
  readonly seq: number;
  /** What changed between those two, of all that can matter. */
  readonly by: readonly RecordedChange[];
  /** Which role and which object bore the names then, by OID; null: none did. */
  readonly roleOid: Oid | null;
  readonly objectOid: Oid | null;
};

/** Whom a name may mean: several that bore it one after the other, and the texts that it is written as. */
export type Bearers = { readonly subjects: readonly string[]; readonly names: readonly string[] };

/** `columns`: where they are asked for and not their tables, each under its table's subject. */
export type ObjectBearers = Bearers & {
  readonly columns: readonly { readonly subject: string; readonly number: number; readonly name: string }[];
};

export type HeldQuestion = {
  readonly cluster: Cluster;
  readonly role: Bearers;
  readonly object: ObjectBearers;
  readonly privilege: Privilege;
};

type Reader = Pick<SnapshotStore, "timeline" | "bySeq" | "head" | "after">;

const oidOf = (subject: string): number => Number(subject.slice(subject.indexOf(":") + 1));

/** The timelines of the role and of every role that it is or ever was a member of, directly or not. */
const roleTimelines = async (
  store: Reader,
  cluster: Cluster,
  roles: readonly number[],
  catalogs: readonly Snapshot[],
): Promise<{ readonly seen: ReadonlySet<Oid>; readonly timeline: RecordedChange[] }> => {
  const seen = new Set<Oid>();
  const timelines: RecordedChange[][] = [];
  for (let next = [...roles, PUBLIC]; next.length; ) {
    const found: number[] = [];
    for (const oid of next) {
      if (seen.has(oid)) continue;
      seen.add(oid);
      const timeline = await store.timeline(cluster, roleSubject(oid));
      timelines.push(timeline);
      for (const { change } of timeline) {
        if (change.kind === "membership" && change.member.oid === oid) found.push(change.role.oid);
      }
      for (const { catalog } of catalogs) {
        for (const row of knownRows(catalog, "memberships") ?? [])
          if (row.member === oid) found.push(row.role);
      }
    }
    next = found;
  }
  return { seen, timeline: timelines.flat() };
};

/** pg_database_owner: whoever owns the database is a member of it without a row that says so. */
const DATABASE_OWNER = 6171;

/** A grant of something else, or to somebody whose grants the role never had, is no reason; where all are such, all stay. */
const reasons = (
  pending: readonly RecordedChange[],
  seen: ReadonlySet<Oid>,
  { privilege, object }: HeldQuestion,
  withColumns: boolean,
): readonly RecordedChange[] => {
  const letter = privilegeLetters(privilegeBit(privilege));
  const isAsked = (column: number | null): boolean =>
    column === null || withColumns || object.columns.some(({ number }) => number === column);
  const left = pending.filter(({ change }) => {
    if (change.kind !== "grant") return true;
    const letters = `${change.before?.privileges ?? ""}${change.after?.privileges ?? ""}`;
    const { oid } = change.grantee;
    return (
      letters.includes(letter) && isAsked(change.object.column) && (seen.has(oid) || oid === DATABASE_OWNER)
    );
  });
  return left.length ? left : pending;
};

/** Grants on other objects cannot change the answer, nor can mappings and what future objects will get. */
const matters = (objects: readonly string[], { change }: RecordedChange): boolean => {
  const section = sectionOf(change);
  if (section === "mappings" || section === "defaultPrivileges" || change.kind === "acl-form") return false;
  // Whether a section could be read matters where the answer rests on it: whose the role is, and the object's own.
  if (change.kind === "section-unreadable" || change.kind === "section-readable")
    return (
      ["roles", "memberships", "database"].includes(change.section) ||
      objects.some((subject) => subject.startsWith(`${change.section}:`)) ||
      (change.section === "columns" && objects.some((subject) => subject.startsWith("relations:")))
    );
  if (!("object" in change)) return true;
  const subject = objectSubject(change.object);
  return objects.includes(subject) || subject.startsWith("database:");
};

/** Of those that are there the one that bears the name then; where it was called otherwise, the first. */
const bearerOf = <T>(there: readonly T[], { names }: Bearers, nameOf: (one: T) => string): T | undefined =>
  there.find((one) => names.includes(nameOf(one))) ?? there[0];

const qualified = ({ schema, name }: AccessObject): string => (schema === null ? name : `${schema}.${name}`);

type Held = Pick<HeldPeriod, "holds" | "columns" | "roleOid" | "objectOid">;

/** A role by its number in the engine, or everybody. */
type Holder = { readonly id: number; readonly oid: Oid } | typeof EVERYBODY;
const EVERYBODY = "everybody";

const holdersIn = (engine: AccessEngine, subject: string): Holder[] => {
  if (subject === roleSubject(PUBLIC)) return [EVERYBODY];
  const oid = oidOf(subject);
  const id = engine.graph.idOf.get(oid);
  return id === undefined ? [] : [{ id, oid }];
};

const answer = (
  engine: AccessEngine,
  holder: Holder,
  privilege: Privilege,
  object: AccessObject,
): Certainty => {
  if (holder !== EVERYBODY) return engine.holds(holder.id, privilege, object);
  const bit = privilegeBit(privilege);
  return object.everyone & bit ? "yes" : object.doubt & bit ? "unknown" : "no";
};

/** Of a table and its columns. */
const onColumns = (
  engine: AccessEngine,
  holder: Holder,
  { object, privilege }: HeldQuestion,
  table: AccessObject,
): Pick<Held, "holds" | "columns"> => {
  const columns = engine.objects.filter(
    ({ kind, oid, columnNumber }) => kind === "column" && oid === table.oid && columnNumber > 0,
  );
  const whole = answer(engine, holder, privilege, table);
  const isBlind = engine.gaps.some(({ section }) => section === "columns");
  const numbers = object.columns.flatMap(({ subject, number }) =>
    oidOf(subject) === table.oid ? [number] : [],
  );
  if (numbers.length) {
    const asked = columns.filter(({ columnNumber }) => numbers.includes(columnNumber));
    const one = asked.find(({ column }) => object.columns.some(({ name }) => name === column)) ?? asked[0];
    // A column without privileges of its own follows its table.
    const holds = one
      ? answer(engine, holder, privilege, one)
      : isBlind && whole === "no"
        ? "unknown"
        : whole;
    return { holds, columns: [] };
  }
  const held = columns.flatMap((one) =>
    one.column !== null && answer(engine, holder, privilege, one) === "yes" ? [one.column] : [],
  );
  const isRelation = sectionOfKind(table.kind) === "relations";
  const canHave = isRelation && table.kind !== "sequence" && kindsOf(privilege).includes("column");
  return { holds: whole, columns: whole === "yes" || !canHave ? [] : isBlind ? null : held };
};

const holdsIn = ({ catalog }: Snapshot, question: HeldQuestion): Held => {
  const { role, object } = question;
  const engine = accessEngine(catalog);
  const holders = role.subjects.flatMap((subject) => holdersIn(engine, subject));
  const objects = object.subjects.flatMap((subject) =>
    engine.objects.filter(
      (one) => one.kind !== "column" && `${sectionOfKind(one.kind)}:${one.oid}` === subject,
    ),
  );
  const holder = bearerOf(holders, role, (one) =>
    one === EVERYBODY ? "PUBLIC" : (engine.graph.roles[one.id]?.name ?? ""),
  );
  const found = bearerOf(objects, object, qualified);
  const roleOid = holder === undefined ? null : holder === EVERYBODY ? PUBLIC : holder.oid;
  const about = { roleOid, objectOid: found?.oid ?? null };
  if (holder !== undefined && found) return { ...about, ...onColumns(engine, holder, question, found) };
  const sections = new Set(object.subjects.map((subject) => subject.split(":")[0]));
  // What is not there cannot be held; what could not be looked for may be.
  const blind = engine.gaps.some((gap) => gap.section === "roles" || sections.has(gap.section));
  return { ...about, holds: blind ? "unknown" : "no", columns: blind ? null : [] };
};

/** The same bearer, or a time in which nobody bore the name: that alone does not change a "no". */
const sameOne = (a: Oid | null, b: Oid | null): boolean => a === null || b === null || a === b;
const sameHeld = (a: Held | undefined, b: Held): boolean =>
  a?.holds === b.holds &&
  a.columns?.join("\0") === b.columns?.join("\0") &&
  sameOne(a.roleOid, b.roleOid) &&
  sameOne(a.objectOid, b.objectOid);

/**
 * The stretches from the first snapshot to the newest, oldest first; none where there is no snapshot. A stretch ends where
 * the answer changes, and where the name comes to mean another role or object.
 */
export const heldHistory = async (store: Reader, question: HeldQuestion): Promise<HeldPeriod[]> => {
  const { cluster, role, object } = question;
  const [first, head] = await Promise.all([store.bySeq(cluster, 1), store.head(cluster)]);
  const newest = head && (await store.bySeq(cluster, head.manifest.seq));
  if (!first || !newest) return [];
  // The owner of the database is an implicit member of pg_database_owner: a new owner may change anybody's answer.
  const databases = (knownRows(newest.catalog, "database") ?? []).map(({ oid }) => `database:${oid}`);
  const others = [...new Set([...object.subjects, SECTIONS, ...databases])];
  const ofRoles = await roleTimelines(store, cluster, role.subjects.map(oidOf), [first, newest]);
  const changes = mergeTimelines([
    ofRoles.timeline,
    ...(await Promise.all(others.map((subject) => store.timeline(cluster, subject)))),
  ]).filter((recorded) => matters(object.subjects, recorded));
  const begin = { after: null, since: first.manifest.takenAt, seq: 1, by: [] };
  const periods: HeldPeriod[] = [{ ...holdsIn(first, question), ...begin }];
  let pending: RecordedChange[] = [];
  for (const [at, recorded] of changes.entries()) {
    pending.push(recorded);
    if (changes[at + 1]?.toSeq === recorded.toSeq) continue;
    // Thinned out since: what it showed is asked of the next snapshot that is left.
    const snapshot = await store.bySeq(cluster, recorded.toSeq);
    if (!snapshot) continue;
    const held = holdsIn(snapshot, question);
    const before = periods.at(-1);
    if (!sameHeld(before, held)) {
      const after = Math.min(...pending.map(({ from }) => from));
      const ofColumns = Boolean(held.columns?.length || before?.columns?.length);
      const by = reasons(pending, ofRoles.seen, question, ofColumns);
      periods.push({ ...held, after, since: snapshot.manifest.takenAt, seq: recorded.toSeq, by });
    }
    pending = [];
  }
  return periods;
};
