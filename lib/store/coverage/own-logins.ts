// The auditor's own logins that came back: by which of the two ways, EventBridge and the trail's files, each in its own time.
import type { Connection } from "../../core/activity/connection.ts";
import { identityOf } from "../../core/activity/identity.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, type Instant, type Interval, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Arrival } from "../../core/coverage/arrivals.ts";
import type { OwnLogin } from "../../core/coverage/pair-logins.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const KEEP_DAYS = 400;

/** When its item goes by itself. */
export const expiry = (at: Instant) => ({ [TTL_ATTRIBUTE]: Math.ceil((at + KEEP_DAYS * DAY) / 1_000) });

const LoginItem = z.object({
  v: z.literal(1),
  ...{ at: z.int(), eventId: z.string(), trailAt: z.nullable(z.int()) },
  /** Missing: an earlier release wrote it. */
  eventAt: z.optional(z.int()),
  admin: z.optional(z.literal(true)),
  refused: z.optional(z.literal(true)),
});
type LoginItem = z.infer<typeof LoginItem>;

/** AuditError("store"), which names the item, for one that is none. */
export const loginOf = (item: Item): OwnLogin => {
  const { at, eventId, trailAt, admin, refused } = parseItem(LoginItem, item);
  return { at, eventId, seenInTrailAt: trailAt, ...(admin && { admin }), ...(refused && { refused }) };
};

/** Two ways in, each of which writes once or twice. */
const MAX_ROUNDS = 8;

/** When EventBridge brought it; 0: it did not yet. undefined: an earlier release wrote it once the trail had shown it. */
const eventAtOf = ({ eventAt, trailAt, at }: LoginItem): Instant | undefined =>
  // Before the trail showed it, nothing else could have brought it.
  eventAt ?? (trailAt === null ? at : undefined);

/** What the other way may have written since it was read. */
const stillAs = ({ eventAt, trailAt }: LoginItem, way: "trail" | "event"): [string, number | undefined] =>
  way === "trail" ? ["eventAt", eventAt] : ["trailAt", trailAt ?? undefined];

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
    const found = await table.get(key, { consistent: true });
    // One that cannot be read is written anew: all that it has to say stands in the record.
    const stored = found && LoginItem.safeParse(found).data;
    const trailAt = stored?.trailAt ?? (way === "trail" ? now : null);
    const before = stored ? eventAtOf(stored) : 0;
    const eventAt = way === "event" && !before ? now : before;
    if (stored && stored.trailAt === trailAt && before === eventAt) return;
    const ways = { trailAt, ...(eventAt !== undefined && { eventAt }) };
    const item = { ...key, v: 1, at, eventId, ...ways, ...expiry(at) };
    const refused = outcome === "refused" && { refused: true };
    const login = action === "DbConnectAdmin" ? { ...item, admin: true, ...refused } : item;
    if (found && !stored) return table.put(login);
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
    const login = parseItem(LoginItem, item);
    const eventAt = eventAtOf(login);
    found.push({ at: login.at, byEvent: eventAt === undefined ? undefined : eventAt > 0 });
  }
  return found;
};
