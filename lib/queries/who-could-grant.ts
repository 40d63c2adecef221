// Who could have made a change: the principals that were connected as admin, or as its grantor, between two snapshots.
import type { Tally } from "../core/activity/activity.ts";
import { LONGEST_SESSION } from "../core/activity/session-end.ts";
import type { Cluster } from "../core/base/ids.ts";
import { floorTo, HOUR, type Instant } from "../core/base/time.ts";
import type { RecordedChange } from "../core/history/change.ts";
import type { MappingPeriod } from "../core/history/mapping-period.ts";
import type { ReadStore } from "../store/open-store.ts";
import { databaseAt, databaseProof } from "./database.ts";
import { talliesIn } from "./tallies.ts";

/** Of a long timeline the newest stretches are looked at. */
const MOST_STRETCHES = 10;

export type CouldGrant = {
  /** Between these two snapshots something changed that somebody must have done. */
  readonly from: Instant;
  readonly to: Instant;
  /** Principals with an allowed connection as admin, sorted. */
  readonly admins: readonly string[];
  /** The same of each grantor that a change names, by the mappings of that time; roles without any are left out. */
  readonly grantors: readonly { readonly role: string; readonly principals: readonly string[] }[];
  /** Hours that the stretch touches, and how many of them have no proof that all connections were captured. */
  readonly hours: number;
  readonly unprovenHours: number;
};

const isAct = ({ change }: RecordedChange): boolean =>
  change.kind !== "section-readable" &&
  change.kind !== "section-unreadable" &&
  change.kind !== "server-version" &&
  change.kind !== "iam";

const principals = (tallies: readonly Tally[]): string[] =>
  [...new Set(tallies.map(({ principal }) => principal))].sort();

/** Who could have acted as each grantor: principals mapped to it in the stretch that had an allowed connection. */
const ofGrantors = (
  changes: readonly RecordedChange[],
  tallies: readonly Tally[],
  periods: readonly MappingPeriod[],
): CouldGrant["grantors"] => {
  const roles = new Map<number, string>();
  for (const { change } of changes) {
    const named = change.kind === "other-object" ? change.grants.map(({ grantor }) => grantor) : [];
    for (const { oid, name } of "grantor" in change ? [change.grantor] : named)
      roles.set(oid, name ?? `role ${oid}`);
  }
  return [...roles].flatMap(([oid, role]) => {
    const mapped = new Set(periods.filter(({ roleOid }) => roleOid === oid).map(({ arn }) => arn));
    const seen = principals(
      tallies.filter(({ action, principal }) => action === "DbConnect" && mapped.has(principal)),
    );
    return seen.length ? [{ role, principals: seen }] : [];
  });
};

/** Through any endpoint of the database, for the newest stretches in which something changed, oldest first. A connection proves no grant: it makes one possible. */
export const whoCouldGrant = async (
  store: ReadStore,
  cluster: Cluster,
  changes: readonly RecordedChange[],
  now: Instant,
): Promise<CouldGrant[]> => {
  const byStretch = [...Map.groupBy(changes.filter(isAct), ({ from, to }) => `${from} ${to}`).values()];
  if (!byStretch.length) return [];
  const database = await databaseAt(store, cluster, now);
  const { periods } = await store.snapshots.mappingHistory(cluster);
  return Promise.all(
    byStretch.slice(-MOST_STRETCHES).map(async (some): Promise<CouldGrant> => {
      const [{ from, to } = { from: 0, to: 0 }] = some;
      const interval = { from: floorTo(HOUR, Math.max(0, from - LONGEST_SESSION)), to: to + 1 };
      const all = await talliesIn(store, database, interval);
      const allowed = all.filter(
        ({ outcome, lastAt }) => outcome === "allowed" && lastAt > from - LONGEST_SESSION,
      );
      const standing = periods.filter(
        ({ firstSeenAt, notSeenAt, goneAt }) =>
          (notSeenAt ?? firstSeenAt) < to && (goneAt === null || goneAt > from),
      );
      const { covered } = await databaseProof(store, database, interval, now);
      const hours: Instant[] = [];
      for (let hour = interval.from; hour < interval.to; hour += HOUR) hours.push(hour);
      const isProven = (hour: Instant): boolean =>
        covered.some((stretch) => stretch.from <= hour && stretch.to >= hour + HOUR);
      return {
        from,
        to,
        admins: principals(allowed.filter(({ action }) => action === "DbConnectAdmin")),
        grantors: ofGrantors(some, allowed, standing),
        hours: hours.length,
        unprovenHours: hours.filter((hour) => !isProven(hour)).length,
      };
    }),
  );
};
