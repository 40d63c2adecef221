// Who connects when in the demonstration: pools that renew hourly, nightly jobs, people in office hours.
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import type { Shot } from "./attacks.ts";
import { type Chance, chance } from "./chance.ts";
import type { PrincipalKey } from "./estate.ts";
import { iamEventOf, lifetimeOf, type Story } from "./story.ts";

/** One connection that somebody makes; `at` counts from the first midnight. */
export type Attempt = Shot & {
  readonly session: string;
  readonly ip: string;
  readonly agent: string;
  readonly vpce?: string;
  readonly eventId: string;
};

type Habit = {
  readonly session: (c: Chance) => string;
  readonly ip: (c: Chance) => string;
  readonly agent: string;
  readonly vpce?: string;
};

const NODE_AGENT = "aurora-dsql-nodejs-pg/0.1.9";
const pod =
  (name: string) =>
  (c: Chance): string =>
    `${name}-${c.below(16).toString(16)}${c.below(256).toString(16)}`;
const inNetwork =
  (prefix: string) =>
  (c: Chance): string =>
    `${prefix}.${10 + c.below(60)}`;

const habits = {
  ordersApi: {
    session: pod("orders-api"),
    ip: inNetwork("10.20.4"),
    agent: NODE_AGENT,
    vpce: "vpce-0a1b2c3d4e5f67890",
  },
  catalogApi: { session: pod("catalog-api"), ip: inNetwork("10.20.5"), agent: NODE_AGENT },
  userService: { session: pod("user-service"), ip: inNetwork("10.20.6"), agent: NODE_AGENT },
  reporting: {
    session: () => "nightly-reports",
    ip: inNetwork("10.20.9"),
    agent: "aurora-dsql-python-psycopg/0.2.1",
  },
  migrations: { session: () => "schema-migrations", ip: inNetwork("10.20.12"), agent: "flyway/11.2" },
  analytics: { session: () => "mira@example.com", ip: inNetwork("198.51.100"), agent: "DBeaver/25.2" },
  backup: { session: () => "logical-backup", ip: inNetwork("10.20.9"), agent: "pg_dump/16.4" },
  contractor: { session: () => "nils", ip: inNetwork("192.0.2"), agent: "psql/16.4" },
  support: {
    session: (c) => (c.below(2) ? "lea@example.com" : "tom@example.com"),
    ip: inNetwork("198.51.100"),
    agent: "DataGrip/2026.2",
  },
  partner: { session: () => "dashboards", ip: inNetwork("198.19.4"), agent: "Superset/5.0" },
  staging: { session: pod("billing-worker"), ip: inNetwork("10.30.1"), agent: NODE_AGENT },
  warehouse: { session: () => "warehouse-sync", ip: inNetwork("10.20.9"), agent: "psycopg/3.2" },
  inventory: { session: () => "inventory-loader", ip: inNetwork("10.20.12"), agent: NODE_AGENT },
  cron: { session: () => "", ip: inNetwork("10.20.9"), agent: "psql/14.9" },
} as const satisfies Partial<Record<PrincipalKey, Habit>>;

/** How many connections a service's pool opens each time it renews; DSQL ends connections after 60 minutes. */
const POOL = 3;
/** The shop's hours; at night only jobs connect. */
const OPENS = 6;
const CLOSES = 22;

/** On Fridays support works from wherever it is, each week in another network of the block that is set aside for examples. */
const travelling = (day: number): string => `3fff:${(0x100 + day).toString(16)}::1`;

/**
 * Every connection of the story in the order of time, the day that it ends in included; the same seed gives the same life.
 */
export const life = (story: Story, seed: number): Attempt[] => {
  const c = chance(seed);
  const attempts: Attempt[] = [];
  const connect = (who: PrincipalKey, at: number, change: Partial<Attempt> = {}): void => {
    const { session, ip, agent, vpce }: Habit = habitOf(who);
    attempts.push({
      at,
      who,
      session: session(c),
      ip: ip(c),
      agent,
      // Who comes from elsewhere does not come through the endpoint.
      ...(vpce && change.ip === undefined && { vpce }),
      eventId: c.uuid(),
      ...change,
    });
  };
  for (let day = 0; day <= story.days; day++) {
    const midnight = day * DAY;
    const weekday = (day + 1) % 7 < 5;
    const friday = (day + 1) % 7 === 4;
    for (let hour = OPENS; hour < CLOSES; hour++) {
      for (const who of ["ordersApi", "catalogApi", "userService"] as const) {
        for (let i = 0; i < POOL; i++) connect(who, midnight + hour * HOUR + 7 * MINUTE + i * 900);
      }
    }
    connect("backup", midnight + HOUR + 30 * MINUTE);
    connect("reporting", midnight + 4 * HOUR + 15 * MINUTE);
    connect("cron", midnight + 3 * HOUR + 40 * MINUTE);
    const synced = midnight + 2 * HOUR + 20 * MINUTE;
    if (synced < (iamEventOf(story, "warehouse", "deleted") ?? Infinity)) connect("warehouse", synced);
    const loaded = midnight + 5 * HOUR + 10 * MINUTE;
    // Once a week it tries: whoever was made again under its name is refused.
    if (loaded < (iamEventOf(story, "inventory", "remade") ?? Infinity)) connect("inventory", loaded);
    else if (day % 7 === 3) connect("inventory", loaded, { refused: true, madeAgain: true });
    if (day % 7 === 1) connect("migrations", midnight + 13 * HOUR + c.below(40) * MINUTE);
    for (const asked of weekday ? [8, 10, 13, 15] : [])
      connect(
        "support",
        midnight + asked * HOUR + c.below(50) * MINUTE,
        friday ? { ip: travelling(day) } : {},
      );
    const analysed = midnight + 11 * HOUR + 5 * MINUTE;
    if (weekday && analysed <= lifetimeOf(story, "analytics").to) connect("analytics", analysed);
    const contracted = midnight + 15 * HOUR + 20 * MINUTE;
    const { from: mappedAt, to: lastUsed } = lifetimeOf(story, "contractor");
    if (contracted > mappedAt && contracted <= lastUsed) connect("contractor", contracted);
    if (day % 17 === 9) connect("analytics", midnight + 16 * HOUR, { refused: true });
  }
  for (const { shots } of story.attacks) for (const { who, at, ...change } of shots) connect(who, at, change);
  return attempts.sort((a, b) => a.at - b.at);
};

/** Who has no habits of its own connects by hand. */
const byHand: Habit = { session: () => "operator", ip: inNetwork("198.51.100"), agent: "psql/16.4" };
const habitOf = (who: PrincipalKey): Habit => (habits as Partial<Record<PrincipalKey, Habit>>)[who] ?? byHand;

/** What a principal's real clients of the last minute look like in their records: as it always did. */
export const homeOf = (
  who: PrincipalKey,
): { readonly sourceIp?: string; readonly vpcEndpointId?: string; readonly sessionName: string } => {
  const habit: Habit | undefined = (habits as Partial<Record<PrincipalKey, Habit>>)[who];
  if (!habit) return { sessionName: who };
  const c = chance(0);
  return {
    sourceIp: habit.ip(c),
    sessionName: habit.session(c),
    ...(habit.vpce && { vpcEndpointId: habit.vpce }),
  };
};
