// Who connected when and from where: allowed and refused apart, the last use by principal or by mapping.
import type { Tally } from "../core/activity/activity.ts";
import type { ActivityRow, LastUse } from "../core/activity/activity-row.ts";
import { ADMIN } from "../core/activity/admin-logins.ts";
import { foldArn } from "../core/activity/principal.ts";
import { type Cluster, withoutPath } from "../core/base/ids.ts";
import { floorTo, HOUR, type Instant, type Interval, iso } from "../core/base/time.ts";
import { couldBeOf } from "../core/findings/mapping-uses.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import type { MappingPeriod } from "../core/history/mapping-period.ts";
import { AuditError } from "../errors.ts";
import type { ReadStore } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";
import { goneAsOf } from "./basis.ts";
import { connectionsOf, type Database, type DatabaseProof, databaseAt, databaseProof } from "./database.ts";
import { profilesIn, talliesUntil } from "./tallies.ts";

/** What a row stands for; a principal's own always. */
export const groupings = ["principal", "mapping", "hour", "network"] as const;
export type Grouping = (typeof groupings)[number];

/** "mapping,hour" as groupings. AuditError("usage") names those there are. */
export const parseGroupings = (text: string | undefined): Grouping[] => {
  const wanted = (text ?? "principal").split(",").map((word) => word.trim());
  return wanted.map((word) => {
    const found = groupings.find((one) => one === word);
    if (found) return found;
    throw new AuditError("usage", `activity cannot be grouped by ${JSON.stringify(word)}`, {
      hint: `Known are: ${groupings.join(", ")}; several with commas between.`,
    });
  });
};

export type ActivityQuestion = {
  /** Whole hours from the one that `from` is in. */
  readonly interval: Interval;
  readonly by: readonly Grouping[];
  /** An ARN; a session's is folded to its role. */
  readonly principal?: string | undefined;
  /** Only connections that could be of this role, and the principals mapped to it. */
  readonly role?: string | undefined;
};

export type Activity = Pick<DatabaseProof, "peers" | "peersUnread"> & {
  readonly interval: Interval;
  readonly hours: number;
  readonly unprovenHours: number;
  /** Principals that were too many to be kept apart: at least so many stand together in the row `unknown:others`. */
  readonly others: number;
  /** Later hours may still be proven: proof comes late. */
  readonly settledUntil: Instant;
  /** What `mappedTo` and `role` rest on; undefined: nothing is known of mappings. */
  readonly mappingsAsOf: SealedManifest | undefined;
  /** Since when the cluster is gone, in a sentence: nobody can connect to it any more. null: it was watched at the end. */
  readonly gone: string | null;
  /** By principal, role, hour and network. */
  readonly rows: readonly ActivityRow[];
};

/** What one row stands for; `possibleRoles` only where the role is not known. */
type Key = Pick<ActivityRow, "principal" | "role" | "possibleRoles" | "hour" | "network">;
type Group = { readonly key: Key; readonly tallies: Tally[] };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort(byText);

/** The roles that a connection may have been through; one alone: that one. */
const rolesOf = (tally: Tally, periods: readonly MappingPeriod[]): string[] => {
  if (tally.action === "DbConnectAdmin") return [ADMIN];
  const mapped = sorted(couldBeOf(tally, periods).map(({ roleName }) => roleName));
  return mapped.length === 0 && tally.role !== "" ? [tally.role] : mapped;
};

const groupsOf = (
  tallies: readonly Tally[],
  { by, role }: ActivityQuestion,
  periodsOf: (principal: string) => readonly MappingPeriod[],
): Group[] => {
  const groups = new Map<string, Group>();
  for (const tally of tallies) {
    const roles = rolesOf(tally, periodsOf(tally.principal));
    if (role !== undefined && !roles.includes(role)) continue;
    const [only, another] = roles;
    const ofRole =
      only !== undefined && another === undefined ? { role: only } : { role: null, possibleRoles: roles };
    const key: Key = {
      principal: tally.principal,
      ...(by.includes("mapping") && ofRole),
      ...(by.includes("hour") && { hour: iso(floorTo(HOUR, tally.firstAt)) }),
      ...(by.includes("network") && { network: tally.network }),
    };
    const id = JSON.stringify(key);
    const group = groups.get(id) ?? { key, tallies: [] };
    groups.set(id, group);
    group.tallies.push(tally);
  }
  return [...groups.values()];
};

const count = (tallies: readonly Tally[]): number => tallies.reduce((sum, tally) => sum + tally.count, 0);
const time = (at: Instant | undefined): string | null => (at === undefined ? null : iso(at));
const latest = (tallies: readonly Tally[]): Instant | undefined =>
  tallies.reduce<Instant | undefined>((last, { lastAt }) => Math.max(last ?? lastAt, lastAt), undefined);

const rowOf = ({ key, tallies }: Group, mappedTo: readonly string[], unseen: LastUse): ActivityRow => {
  const allowed = tallies.filter(({ outcome }) => outcome === "allowed");
  const firstAt = tallies.reduce<Instant | undefined>(
    (first, tally) => Math.min(first ?? tally.firstAt, tally.firstAt),
    undefined,
  );
  return {
    ...key,
    allowed: count(allowed),
    refused: count(tallies) - count(allowed),
    admin: count(tallies.filter(({ action }) => action === "DbConnectAdmin")),
    firstAt: time(firstAt),
    lastAt: time(latest(tallies)),
    lastUseAt: time(latest(allowed)),
    lastUse: allowed.length ? "seen" : unseen,
    networks: sorted(tallies.map(({ network }) => network)),
    clients: sorted(tallies.map(({ client }) => client)),
    mappedTo,
  };
};

/** A principal or a mapping that nothing was seen of is a row too: of it the question is asked most. */
const withUnseen = (
  groups: readonly Group[],
  standing: readonly MappingPeriod[],
  { by, role }: ActivityQuestion,
): Group[] => {
  if (by.includes("hour") || by.includes("network")) return [...groups];
  const perRole = by.includes("mapping");
  const idOf = (principal: string, of: string | null | undefined): string =>
    JSON.stringify([withoutPath(principal), perRole ? of : ""]);
  const known = new Set(groups.map(({ key }) => idOf(key.principal, key.role)));
  const unseen: Group[] = [];
  for (const { arn, roleName } of standing) {
    const id = idOf(arn, roleName);
    if (known.has(id) || (role !== undefined && roleName !== role)) continue;
    known.add(id);
    unseen.push({ key: { principal: arn, ...(perRole && { role: roleName }) }, tallies: [] });
  }
  return [...groups, ...unseen];
};

const tallies = async (
  store: ReadStore,
  database: Database,
  { interval, by, principal }: ActivityQuestion,
): Promise<{ readonly found: Tally[]; readonly others: number }> => {
  // By the hour only hours tell; days have added them up.
  const profiles = by.includes("hour")
    ? await connectionsOf(store, database, "hours", interval)
    : await profilesIn(store, database, interval);
  const all = talliesUntil(profiles, interval.to);
  const others = profiles.reduce((most, profile) => Math.max(most, profile.others ?? 0), 0);
  if (principal === undefined) return { found: all, others };
  const wanted = withoutPath(foldArn(principal));
  return { found: all.filter((tally) => withoutPath(tally.principal) === wanted), others };
};

/** The activity of a stretch, through whichever endpoint of the database, as of the last time that connections were added up. */
export const activityOf = async (
  store: ReadStore,
  cluster: Cluster,
  asked: ActivityQuestion,
  now: Instant,
): Promise<Activity> => {
  const interval = { from: floorTo(HOUR, asked.interval.from), to: asked.interval.to };
  const question = { ...asked, interval };
  const database = await databaseAt(store, cluster, interval.to);
  const { found, others } = await tallies(store, database, question);
  const { periods } = await store.snapshots.mappingHistory(cluster, interval.to);
  const mappingsAsOf = await store.snapshots.manifestAsOf(cluster, interval.to);
  const gone = await goneAsOf(store, cluster, interval.to);
  const proof = await databaseProof(store, database, interval, now);
  const { uncovered, settledUntil, peers, peersUnread } = proof;

  const wanted = asked.principal && withoutPath(foldArn(asked.principal));
  const own = periods.filter(({ arn }) => !wanted || withoutPath(arn) === wanted);
  const byIdentity = Map.groupBy(own, ({ arn }) => withoutPath(arn));
  const periodsOf = (principal: string) => byIdentity.get(withoutPath(principal)) ?? [];
  const standing = own.filter(({ goneAt }) => goneAt === null || goneAt > interval.to);
  const standingOf = Map.groupBy(standing, ({ arn }) => withoutPath(arn));

  const groups = groupsOf(found, question, periodsOf);
  const settled = { from: interval.from, to: Math.min(interval.to, settledUntil) };
  const isProven = peersUnread === null && uncovered.hoursIn(settled) === 0;
  const possible = new Set(
    groups.flatMap(({ key, tallies: some }) =>
      some.some(({ outcome }) => outcome === "allowed")
        ? (key.possibleRoles ?? []).map((role) => JSON.stringify([withoutPath(key.principal), role]))
        : [],
    ),
  );
  const rows = withUnseen(groups, standing, question).map((group): ActivityRow => {
    const { principal, role } = group.key;
    const identity = withoutPath(principal);
    const mappedTo = sorted((standingOf.get(identity) ?? []).map(({ roleName }) => roleName));
    const unseen = possible.has(JSON.stringify([identity, role]))
      ? "possible"
      : isProven
        ? "never"
        : "unknown";
    return rowOf(group, mappedTo, unseen);
  });
  return {
    interval,
    hours: Math.ceil((interval.to - interval.from) / HOUR),
    unprovenHours: uncovered.hoursIn(interval),
    others,
    settledUntil,
    peers,
    peersUnread,
    mappingsAsOf,
    gone: gone ? goneText(gone) : null,
    rows: rows.toSorted(
      (a, b) =>
        byText(a.principal, b.principal) ||
        byText(a.role ?? "", b.role ?? "") ||
        byText(a.hour ?? "", b.hour ?? "") ||
        byText(a.network ?? "", b.network ?? ""),
    ),
  };
};
