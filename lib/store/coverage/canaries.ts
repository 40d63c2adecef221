// The auditor's own logins in the store: what it attempted, what came back, and the hours that this proves.
import { randomUUID } from "node:crypto";
import type { Connection } from "../../core/activity/connection.ts";
import type { Cluster, Principal } from "../../core/base/ids.ts";
import { DAY, type Instant, type Interval, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Arrival } from "../../core/coverage/arrivals.ts";
import { hoursProvenByCanaries, matchCanaries, missedCanaries } from "../../core/coverage/canary-match.ts";
import type { Canary } from "../../core/coverage/coverage.ts";
import type { LoginAttempt, OwnLogin } from "../../core/coverage/pair-logins.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";
import type { CoverageHours } from "./coverage-hours.ts";
import { expiry, loginArrivals, loginOf, noteLogin } from "./own-logins.ts";

type CanaryLook = {
  readonly canaries: readonly Canary[];
  /** When logins were tried that never got in. Their events may have come back all the same. */
  readonly failed: readonly Instant[];
  /** Not back after 30 minutes. */
  readonly missed: readonly Canary[];
  /** Logins under the auditor's ARN that it did not make. */
  readonly surplus: readonly OwnLogin[];
};

export type CanaryStore = {
  /**
   * Before each login, also before one that is tried again: what is not written down looks like an intruder. Resolves to
   * what notes afterwards whether it got in.
   */
  readonly recordAttempt: (
    cluster: Cluster,
    attempt: Omit<LoginAttempt, "connected">,
  ) => Promise<(connected: boolean) => Promise<void>>;
  /** Keeps the logins of `auditor` among connections. `way` "trail": they came in a trail's file. Idempotent. */
  readonly noteLogins: (
    connections: readonly Connection[],
    auditor: Principal,
    way: "trail" | "event",
    now: Instant,
  ) => Promise<void>;
  /** Matches attempts and logins of the interval. */
  readonly look: (cluster: Cluster, interval: Interval, now: Instant) => Promise<CanaryLook>;
  /** The logins under the auditor's ARN that came back, by which way. */
  readonly arrivals: (cluster: Cluster, interval: Interval) => Promise<readonly Arrival[]>;
  /** Marks the hours that canaries of the interval prove; `doubtful`: when a trail was stopped or changed. */
  readonly prove: (cluster: Cluster, interval: Interval, doubtful: readonly Instant[]) => Promise<void>;
};

const AttemptItem = z.object({
  v: z.literal(1),
  at: z.int(),
  login: z.optional(z.string()),
  connected: z.optional(z.boolean()),
  admin: z.optional(z.literal(true)),
});

const attemptOf = (item: Item): LoginAttempt => {
  const { at, login, connected, admin } = parseItem(AttemptItem, item);
  return {
    at,
    ...(admin && { admin }),
    ...(login !== undefined && { login }),
    ...(connected !== undefined && { connected }),
  };
};

export const canaryStore = (table: Table, coverage: Pick<CoverageHours, "markHours">): CanaryStore => {
  /** In the order of time: the last day consistently; what is older has long been everywhere, for half of the price. */
  const inOrder = async function* (pk: string, { from, to }: Interval): AsyncGenerator<Item> {
    const lately = Math.max(from, to - DAY);
    if (from < lately) yield* table.query({ pk, from: iso(from), to: `${iso(lately - 1)}~` });
    yield* table.query({ pk, from: iso(lately), to: `${iso(to)}~`, consistent: true });
  };

  const read = async (cluster: Cluster, interval: Interval) => {
    // Logins first: an attempt is written down before its login, so none of them can be missing beside it.
    const logins: OwnLogin[] = [];
    for await (const item of inOrder(keys.ownLogins(cluster), interval)) logins.push(loginOf(item));
    const attempts: LoginAttempt[] = [];
    for await (const item of inOrder(keys.loginAttempts(cluster), interval)) attempts.push(attemptOf(item));
    return matchCanaries(attempts, logins);
  };

  return {
    recordAttempt: async (cluster, { at, login, admin }) => {
      const key = keys.loginAttempt(cluster, at, randomUUID());
      const how = { ...(login !== undefined && { login }), ...(admin && { admin }) };
      const item = { ...key, v: 1, at, ...how, ...expiry(at) };
      await table.put(item);
      return (connected) => table.put({ ...item, connected });
    },
    noteLogins: async (connections, auditor, way, now) => {
      for (const connection of connections) {
        if (connection.principal === auditor) await noteLogin(table, connection, way, now);
      }
    },
    look: async (cluster, interval, now) => {
      const { canaries, failed, surplus } = await read(cluster, interval);
      return { canaries, failed, missed: missedCanaries(canaries, now), surplus };
    },
    arrivals: (cluster, interval) => loginArrivals(table, cluster, interval),
    prove: async (cluster, interval, doubtful) => {
      const { canaries } = await read(cluster, interval);
      const hours = hoursProvenByCanaries(canaries, doubtful);
      if (hours.length) await coverage.markHours(cluster, hours, "canary");
    },
  };
};
