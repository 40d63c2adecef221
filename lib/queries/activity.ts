// Who connected when and from where: allowed and refused apart, the last use by principal or by mapping.
import type { Tally } from "../core/activity/activity.ts";
import { type ActivityRow, type Grouping, groupings } from "../core/activity/activity-row.ts";
import { foldArn } from "../core/activity/principal.ts";
import { type Cluster, withoutPath } from "../core/base/ids.ts";
import { floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { activityRows } from "../core/findings/activity-rows.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { AuditError } from "../errors.ts";
import type { ReadStore } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";
import { goneAsOf } from "./basis.ts";
import { connectionsOf, type Database, type DatabaseProof, databaseAt, databaseProof } from "./database.ts";
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
  const settled = { from: interval.from, to: Math.min(interval.to, settledUntil) };
  const rows = activityRows(
    {
      tallies: found,
      periods: periods.filter(({ arn }) => !wanted || withoutPath(arn) === wanted),
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
