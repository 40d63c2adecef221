// Who could have made a change: the principals that were connected as admin, or as its grantor, between two snapshots.
import type { Tally } from "../core/activity/activity.ts";
import { lastsInto, sessionsInto } from "../core/activity/session-end.ts";
import { withoutPath } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { type SessionHours, sessionHours } from "../core/coverage/session-hours.ts";
import { couldBeOf } from "../core/findings/mapping-uses.ts";
import type { RecordedChange } from "../core/history/change.ts";
import type { MappingPeriod } from "../core/history/mapping-period.ts";
import type { ReadStore } from "../store/open-store.ts";
import { type Database, databaseProof } from "./database.ts";
import { talliesIn } from "./tallies.ts";

/** Of a long timeline the newest stretches are looked at. */
const MOST_STRETCHES = 10;

export type CouldGrant = SessionHours & {
  /** Between these two snapshots something changed that somebody must have done. */
  readonly from: Instant;
  readonly to: Instant;
  /** Principals with an allowed connection as admin, sorted. */
  readonly admins: readonly string[];
  /** The same of each grantor that a change names, by the mappings of that time; roles without any are left out. */
  readonly grantors: readonly { readonly role: string; readonly principals: readonly string[] }[];
  /** Why the database may have endpoints that nobody looked at; null: these are all that anybody told of. */
  readonly peersUnread: string | null;
};

const isAct = ({ change }: RecordedChange): boolean =>
  change.kind !== "section-readable" &&
  change.kind !== "section-unreadable" &&
  change.kind !== "server-version" &&
  change.kind !== "iam";

const principals = (tallies: readonly Tally[]): string[] =>
  [...new Set(tallies.map(({ principal }) => principal))].sort();

/** Who could have acted as each grantor: principals with an allowed connection that may have been by a mapping to it. */
const ofGrantors = (
  changes: readonly RecordedChange[],
  tallies: readonly Tally[],
  periodsOf: (principal: string) => readonly MappingPeriod[],
): CouldGrant["grantors"] => {
  const roles = new Map<number, string>();
  for (const { change } of changes) {
    const named = change.kind === "other-object" ? change.grants.map(({ grantor }) => grantor) : [];
    for (const { oid, name } of "grantor" in change ? [change.grantor] : named)
      roles.set(oid, name ?? `role ${oid}`);
  }
  const asRoles = tallies
    .filter(({ action }) => action === "DbConnect")
    .map((tally) => ({
      tally,
      roles: new Set(couldBeOf(tally, periodsOf(tally.principal)).map(({ roleOid }) => roleOid)),
    }));
  return [...roles].flatMap(([oid, role]) => {
    const seen = principals(asRoles.filter((one) => one.roles.has(oid)).map(({ tally }) => tally));
    return seen.length ? [{ role, principals: seen }] : [];
  });
};

/** Through any endpoint of the database, for the newest stretches in which something changed, oldest first. A connection proves no grant: it makes one possible. */
export const whoCouldGrant = async (
  store: ReadStore,
  database: Database,
  changes: readonly RecordedChange[],
  now: Instant,
): Promise<CouldGrant[]> => {
  const byStretch = [...Map.groupBy(changes.filter(isAct), ({ from, to }) => `${from} ${to}`).values()];
  if (!byStretch.length) return [];
  const { periods } = await store.snapshots.mappingHistory(database.cluster);
  const byIdentity = Map.groupBy(periods, ({ arn }) => withoutPath(arn));
  const periodsOf = (principal: string) => byIdentity.get(withoutPath(principal)) ?? [];
  return Promise.all(
    byStretch.slice(-MOST_STRETCHES).map(async (some): Promise<CouldGrant> => {
      const [{ from, to } = { from: 0, to: 0 }] = some;
      const stretch = { from, to };
      const began = sessionsInto(stretch);
      const all = await talliesIn(store, database, began);
      const allowed = all.filter((tally) => tally.outcome === "allowed" && lastsInto(tally, stretch));
      const { uncovered, peersUnread } = await databaseProof(store, database, began, now);
      return {
        from,
        to,
        admins: principals(allowed.filter(({ action }) => action === "DbConnectAdmin")),
        grantors: ofGrantors(some, allowed, periodsOf),
        ...sessionHours(uncovered, stretch),
        peersUnread,
      };
    }),
  );
};
