// GET /activity and /activity/principals: who connected, how often, and when last; those who may and never did included.
import { type ActivityRow, groupings } from "../core/activity/activity-row.ts";
import { DAY, type Instant, type Interval, iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { type Activity, type ActivityQuestion, activityOf, parseGroupings } from "../queries/activity.ts";
import { basisOf } from "../queries/basis.ts";
import { Moment, readCursor } from "./cursor.ts";
import type { QueryDeps } from "./deps.ts";
import { type Placed, takePage } from "./page.ts";
import {
  clusterParam,
  intervalParams,
  MAX_DAYS,
  optionalText,
  pageParams,
  pickBounded,
  pickCluster,
} from "./params.ts";
import { peerFields } from "./peers.ts";
import { type Route, route } from "./route.ts";
import { Side, Time } from "./snapshot-ref.ts";

const DAYS = 90;

const Stretch = {
  from: Time.check(z.meta({ description: "The beginning of the hour that `from` is in." })),
  to: Time,
  hours: z.int().check(z.meta({ description: "The hours of the stretch, begun ones included." })),
  unprovenHours: z.int().check(
    z.meta({
      description:
        "Hours without proof of capture. While there are any, who is not seen may have connected all the same.",
    }),
  ),
  others: z.int().check(
    z.meta({
      description:
        "Principals that were too many to be kept apart: at least so many stand together as `unknown:others`.",
    }),
  ),
  settledUntil: Time.check(z.meta({ description: "Later hours may still be proven: proof comes late." })),
  ...peerFields,
  mappingsAsOf: z.nullable(Side).check(
    z.meta({
      description: "The snapshot that roles rest on; null: there was none, nothing is known of mappings.",
    }),
  ),
  gone: z
    .nullable(z.string())
    .check(z.meta({ description: "Since when the cluster is gone. null: it was watched at the end." })),
} as const;

const ActivityRowAnswer = z
  .object({
    principal: z.string(),
    role: z.optional(z.nullable(z.string())).check(
      z.meta({
        description: "By mapping: the role; null: it is not known which.",
      }),
    ),
    possibleRoles: z.optional(z.array(z.string())).check(
      z.meta({
        description: "Where the role is not known: those it may have been; none: no mapping stood.",
      }),
    ),
    hour: z.optional(Time).check(z.meta({ description: "By hour: its beginning." })),
    network: z.optional(z.string()).check(z.meta({ description: "By network." })),
    allowed: z.int(),
    refused: z.int().check(z.meta({ description: "Attempts that were refused: no use of anything." })),
    admin: z.int().check(z.meta({ description: "How many of all attempts asked for the role admin." })),
    firstAt: z.nullable(Time).check(z.meta({ description: "The first attempt, refused ones included." })),
    lastAt: z.nullable(Time).check(z.meta({ description: "The last attempt, refused ones included." })),
    lastUseAt: z.nullable(Time).check(z.meta({ description: "The last connection that was allowed." })),
    lastUse: z.enum(["seen", "possible", "never", "unknown"]).check(
      z.meta({
        description:
          "`possible`: an allowed connection may have been through this mapping or another. `never`: none, and all settled hours are proven. `unknown`: none was seen, in hours that are not.",
      }),
    ),
    networks: z
      .array(z.string())
      .check(z.meta({ description: "As far as kept apart: … stands for others." })),
    clients: z.array(z.string()),
    mappedTo: z.array(z.string()).check(
      z.meta({
        description: "The roles that the principal is mapped to at the end of the stretch.",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "ActivityRow" });

const ActivityAnswer = z
  .object({
    cluster: z.string(),
    ...Stretch,
    items: z.array(ActivityRowAnswer),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "ActivityAnswer" });

const stretchOf = async ({ store }: QueryDeps, cluster: Parameters<typeof basisOf>[1], found: Activity) => ({
  from: iso(found.interval.from),
  to: iso(found.interval.to),
  hours: found.hours,
  unprovenHours: found.unprovenHours,
  others: found.others,
  settledUntil: iso(found.settledUntil),
  peers: [...found.peers],
  peersUnread: found.peersUnread,
  gone: found.gone,
  mappingsAsOf: found.mappingsAsOf
    ? await basisOf(store, cluster, found.mappingsAsOf, found.interval.to)
    : null,
});

const rowAnswer = (row: ActivityRow): z.input<typeof ActivityRowAnswer> => {
  const { possibleRoles, networks, clients, mappedTo, ...rest } = row;
  return {
    ...rest,
    ...(possibleRoles && { possibleRoles: [...possibleRoles] }),
    networks: [...networks],
    clients: [...clients],
    mappedTo: [...mappedTo],
  };
};

/** The end of the first page's stretch, and the number of the row. */
const RowPlace = z
  .tuple([Moment, Moment, z.int().check(z.nonnegative())])
  .check(z.refine(([from, to]) => from <= to && to - from <= MAX_DAYS * DAY));

/** Later pages are of the stretch that the first one fixed. */
const intervalOf = (asked: Interval, place: readonly [Instant, Instant, number] | undefined): Interval =>
  place ? { from: place[0], to: place[1] } : asked;

export const activity: Route = route({
  path: "/activity",
  summary: "Who connected when and from where",
  description:
    "Allowed and refused attempts apart, the last use, networks and clients; by principal, or as `by` says. Principals and mappings that nothing was seen of are rows too, unless by hour or network.",
  params: z.strictObject({
    ...clusterParam,
    principal: optionalText("Only of this principal, by its IAM ARN or by its name."),
    role: optionalText("Only connections that may have been as this role, and the principals mapped to it."),
    by: optionalText(`What a row stands for: ${groupings.join(", ")}; several with commas between.`),
    ...intervalParams(DAYS),
    ...pageParams,
  }),
  answer: ActivityAnswer,
  run: async (deps, params) => {
    const question = { path: "/activity", params };
    const by = parseGroupings(params.by);
    const place = readCursor(RowPlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const interval = intervalOf(pickBounded(deps, params, DAYS), place);
    const asked: ActivityQuestion = { interval, by, principal: params.principal, role: params.role };
    const found = await activityOf(deps.store, cluster, asked, deps.now);
    const first = place ? place[2] + 1 : 0;
    const placed = found.rows
      .slice(first)
      .map(
        (row, i): Placed<z.input<typeof ActivityRowAnswer>> => [
          rowAnswer(row),
          [interval.from, interval.to, first + i],
        ],
      );
    return { cluster, ...(await stretchOf(deps, cluster, found)), ...(await takePage(placed, question)) };
  },
});

const PrincipalRow = z
  .object({
    principal: z.string(),
    lastUsedAt: z
      .nullable(Time)
      .check(z.meta({ description: "The last connection that was allowed; null: none was seen." })),
    lastAttemptAt: z
      .nullable(Time)
      .check(z.meta({ description: "The last attempt, refused ones included." })),
    firstAttemptAt: z.nullable(Time),
    allowed: z.int(),
    refused: z.int(),
    admin: z.int().check(z.meta({ description: "How many of all attempts asked for the role admin." })),
    networks: z
      .int()
      .check(z.meta({ description: "From how many networks, as far as they were kept apart." })),
    mappedTo: z.array(z.string()).check(
      z.meta({
        description: "The database roles that the principal is mapped to as of the end of the stretch.",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "PrincipalActivity" });

const PrincipalList = z
  .object({
    cluster: z.string(),
    ...Stretch,
    items: z.array(PrincipalRow),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "PrincipalList" });

const principalAnswer = (row: ActivityRow): z.input<typeof PrincipalRow> => ({
  principal: row.principal,
  lastUsedAt: row.lastUseAt,
  lastAttemptAt: row.lastAt,
  firstAttemptAt: row.firstAt,
  allowed: row.allowed,
  refused: row.refused,
  admin: row.admin,
  networks: row.networks.length,
  mappedTo: [...row.mappedTo],
});

export const principals: Route = route({
  path: "/activity/principals",
  summary: "Who connected, and when last",
  description:
    "Every principal that was seen in the stretch or is mapped to a database role at its end, by ARN: /activity in short. Whole hours, as of the last time that activity was added up.",
  params: z.strictObject({ ...clusterParam, ...intervalParams(DAYS), ...pageParams }),
  answer: PrincipalList,
  run: async (deps, params) => {
    const question = { path: "/activity/principals", params };
    const place = readCursor(z.string(), question);
    const cluster = await pickCluster(deps, params.cluster);
    const interval = pickBounded(deps, params, DAYS);
    const found = await activityOf(deps.store, cluster, { interval, by: ["principal"] }, deps.now);
    const placed = found.rows
      .filter(({ principal }) => place === undefined || principal > place)
      .map((row): Placed<z.input<typeof PrincipalRow>> => [principalAnswer(row), row.principal]);
    return { cluster, ...(await stretchOf(deps, cluster, found)), ...(await takePage(placed, question)) };
  },
});
