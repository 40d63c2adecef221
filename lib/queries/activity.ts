// Who connected when and from where: allowed and refused apart, the last use by principal or by mapping.
import type { Tally } from "../core/activity/activity.ts";
import { type ActivityRow, type Grouping, groupings } from "../core/activity/activity-row.ts";
import { ADMIN } from "../core/activity/admin-logins.ts";
import { foldArn } from "../core/activity/principal.ts";
import { isArn, principalNamed } from "../core/activity/principal-named.ts";
import { type Cluster, withoutPath } from "../core/base/ids.ts";
import { upToNow } from "../core/base/parse-time.ts";
import { floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { type KnownCatalog, knownRows } from "../core/catalog/known-catalog.ts";
import { activityRows } from "../core/findings/activity-rows.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { AuditError } from "../errors.ts";
import { findRoles } from "../store/history/find-subject.ts";
import type { ReadStore } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";
import { goneAsOf } from "./basis.ts";
import { connectionsOf, type Database, type DatabaseProof, databaseAt, databaseProof } from "./database.ts";
import { principalsIn } from "./known-principals.ts";
import { profilesIn, talliesUntil } from "./tallies.ts";

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
  /** An ARN, of which a session's is folded to its role, or a name that one principal is known by. */
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

const tallies = async (
  store: ReadStore,
  database: Database,
  { interval, by }: ActivityQuestion,
): Promise<{ readonly all: Tally[]; readonly others: number }> => {
  // By the hour only hours tell; days have added them up.
  const profiles = by.includes("hour")
    ? await connectionsOf(store, database, "hours", interval)
    : await profilesIn(store, database, interval);
  const others = profiles.reduce((most, profile) => Math.max(most, profile.others ?? 0), 0);
  return { all: talliesUntil(profiles, interval.to), others };
};

/** The principal that was asked for, without its path: undefined where none was. AuditError as `principalNamed`. */
const wantedOf = async (
  asked: string | undefined,
  seen: readonly string[],
  catalogThen: () => Promise<KnownCatalog | undefined>,
): Promise<string | undefined> => {
  if (asked === undefined) return undefined;
  const catalog = isArn(asked) ? undefined : await catalogThen();
  const known = [...seen, ...(catalog ? principalsIn(catalog) : [])];
  return withoutPath(foldArn(principalNamed(asked, known)));
};

/**
 * The activity of a stretch, through whichever endpoint of the database, as of the last time that connections were added up.
 * AuditError("not-found") for a role that no snapshot up to then saw, and for a name that no principal is known by; "usage" for
 * one that several are, and for an interval that has not begun.
 */
export const activityOf = async (
  store: ReadStore,
  cluster: Cluster,
  asked: ActivityQuestion,
  now: Instant,
): Promise<Activity> => {
  const { from, to } = upToNow(asked.interval, now);
  const interval = { from: floorTo(HOUR, from), to };
  const question = { ...asked, interval };
  const database = await databaseAt(store, cluster, interval.to);
  const { all, others } = await tallies(store, database, question);
  const { periods } = await store.snapshots.mappingHistory(cluster, interval.to);
  const catalogThen = async () => (await store.snapshots.asOf(cluster, interval.to))?.catalog;
  const isMapped = asked.role === ADMIN || periods.some(({ roleName }) => roleName === asked.role);
  if (asked.role !== undefined && !isMapped) {
    const catalog = await catalogThen();
    // Of roles that nobody could read a name may be one.
    if (catalog && knownRows(catalog, "roles"))
      await findRoles(store.snapshots, cluster, catalog, asked.role);
  }
  const named = [...all.map(({ principal }) => principal), ...periods.map(({ arn }) => arn)];
  const wanted = await wantedOf(asked.principal, named, catalogThen);
  const isWanted = (arn: string): boolean => wanted === undefined || withoutPath(arn) === wanted;
  const mappingsAsOf = await store.snapshots.manifestAsOf(cluster, interval.to);
  const gone = await goneAsOf(store, cluster, interval.to);
  const proof = await databaseProof(store, database, interval, now);
  const { uncovered, settledUntil, peers, peersUnread } = proof;

  const settled = { from: interval.from, to: Math.min(interval.to, settledUntil) };
  const rows = activityRows(
    {
      tallies: all.filter(({ principal }) => isWanted(principal)),
      periods: periods.filter(({ arn }) => isWanted(arn)),
      to: interval.to,
      // Of a stretch without a settled hour nothing is proven.
      isProven: peersUnread === null && settled.from < settled.to && uncovered.hoursIn(settled) === 0,
    },
    question,
  );
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
    rows,
  };
};
