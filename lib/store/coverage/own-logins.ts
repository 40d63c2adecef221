// The auditor's own logins that came back: by which of the two ways, EventBridge and the trail's files, each in its own time.
import type { Connection } from "../../core/activity/connection.ts";
import { identityOf } from "../../core/activity/identity.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, type Instant, type Interval, iso } from "../../core/base/time.ts";
import type { Arrival } from "../../core/coverage/arrivals.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const KEEP_DAYS = 400;

/** When its item goes by itself. */
export const expiry = (at: Instant) => ({ [TTL_ATTRIBUTE]: Math.ceil((at + KEEP_DAYS * DAY) / 1_000) });

export const instantOrNull = (value: unknown): Instant | null => (typeof value === "number" ? value : null);

/** Two ways in, each of which writes once or twice. */
const MAX_ROUNDS = 8;

/** When EventBridge brought it; 0: it did not yet. undefined: an earlier release wrote it once the trail had shown it. */
const eventAtOf = (item: Item): Instant | undefined => {
  if (typeof item.eventAt === "number") return item.eventAt;
  // Before the trail showed it, nothing else could have brought it.
  return instantOrNull(item.trailAt) === null && typeof item.at === "number" ? item.at : undefined;
};

/** What the other way may have written since it was read. */
const stillAs = (item: Item, way: "trail" | "event"): [string, number | undefined] =>
  way === "trail"
    ? ["eventAt", typeof item.eventAt === "number" ? item.eventAt : undefined]
    : ["trailAt", instantOrNull(item.trailAt) ?? undefined];

/**
 * Keeps one login of the auditor that came back by this way. What either way has shown stays shown, whichever comes late. Twice is
 * once. AuditError("conflict") where others wrote it again and again.
 */
export const noteLogin = async (
  table: Table,
  connection: Connection,
  way: "trail" | "event",
  now: Instant,
): Promise<void> => {
  const { cluster, at, action, outcome } = connection;
  const eventId = identityOf(connection);
  const key = keys.ownLogin(cluster, at, eventId);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const stored = await table.get(key, { consistent: true });
    // What either way has shown stays shown, whichever comes late.
    const trailAt = instantOrNull(stored?.trailAt) ?? (way === "trail" ? now : null);
    const before = stored ? eventAtOf(stored) : 0;
    const eventAt = way === "event" && !before ? now : before;
    if (stored && stored.trailAt === trailAt && before === eventAt) return;
    const ways = { trailAt, ...(eventAt !== undefined && { eventAt }) };
    const item = { ...key, v: 1, at, eventId, ...ways, ...expiry(at) };
    const refused = outcome === "refused" && { refused: true };
    const login = action === "DbConnectAdmin" ? { ...item, admin: true, ...refused } : item;
    const isWritten = stored
      ? await table.putIf(login, ...stillAs(stored, way))
      : await table.putIfAbsent(login);
    if (isWritten) return;
  }
  throw new AuditError("conflict", "a login of the auditor was noted by others again and again");
};

/** The logins of an interval that came back, by which way. */
export const loginArrivals = async (
  table: Pick<Table, "query">,
  cluster: Cluster,
  { from, to }: Interval,
): Promise<readonly Arrival[]> => {
  const found: Arrival[] = [];
  for await (const item of table.query({
    pk: keys.ownLogins(cluster),
    from: iso(from),
    to: `${iso(to)}~`,
  })) {
    const at = instantOrNull(item.at);
    const eventAt = eventAtOf(item);
    if (at !== null) found.push({ at, byEvent: eventAt === undefined ? undefined : eventAt > 0 });
  }
  return found;
};
