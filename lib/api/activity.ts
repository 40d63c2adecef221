// GET /activity/principals: who connected, how often, and when last; those who may and never did included.
import * as z from "zod";
import type { Profile, Tally } from "../core/activity/activity.ts";
import type { Cluster } from "../core/base/ids.ts";
import { withoutPath } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval, iso } from "../core/base/time.ts";
import { basisOf } from "../queries/basis.ts";
import { provenHours } from "../queries/proven-hours.ts";
import { readCursor } from "./cursor.ts";
import type { QueryDeps } from "./deps.ts";
import { type Placed, takePage } from "./page.ts";
import { clusterParam, intervalParams, pageParams, pickBounded, pickCluster } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Side, Time } from "./snapshot-ref.ts";

const path = "/activity/principals";
const DAYS = 90;

const PrincipalRow = z
  .object({
    principal: z.string(),
    lastUsedAt: z
      .nullable(Time)
      .meta({ description: "The last connection that was allowed; null: none was seen." }),
    lastAttemptAt: z.nullable(Time).meta({ description: "The last attempt, refused ones included." }),
    firstAttemptAt: z.nullable(Time),
    allowed: z.int(),
    refused: z.int(),
    admin: z.int().meta({ description: "How many of all attempts asked for the role admin." }),
    networks: z.int().meta({ description: "From how many networks, as far as they were kept apart." }),
    mappedTo: z.array(z.string()).meta({
      description: "The database roles that the principal is mapped to as of the end of the stretch.",
    }),
  })
  .meta({ id: "PrincipalActivity" });

const PrincipalList = z
  .object({
    cluster: z.string(),
    from: Time.meta({ description: "The beginning of the hour that `from` is in." }),
    to: Time,
    unprovenHours: z.int().meta({
      description:
        "Hours without proof of capture. While there are any, who is not seen may have connected all the same.",
    }),
    mappingsAsOf: z.nullable(Side).meta({
      description:
        "The snapshot that `mappedTo` rests on; null: there was none, nothing is known of mappings.",
    }),
    items: z.array(PrincipalRow),
    next: z.nullable(z.string()),
  })
  .meta({ id: "PrincipalList" });

/** Whole days as they were added up, and the hours before and after them. */
const profilesIn = async (deps: QueryDeps, cluster: Cluster, { from, to }: Interval): Promise<Profile[]> => {
  const firstDay = Math.min(to, floorTo(DAY, from + DAY - 1));
  const lastDay = Math.max(firstDay, floorTo(DAY, to));
  const [before, days, after] = await Promise.all([
    deps.store.activity.hours(cluster, { from, to: firstDay }),
    deps.store.activity.days(cluster, { from: firstDay, to: lastDay }),
    deps.store.activity.hours(cluster, { from: lastDay, to }),
  ]);
  return [...before, ...days, ...after];
};

const latest = (tallies: readonly Tally[]): Instant | undefined =>
  tallies.reduce<Instant | undefined>((last, { lastAt }) => Math.max(last ?? lastAt, lastAt), undefined);

const count = (tallies: readonly Tally[]): number => tallies.reduce((sum, tally) => sum + tally.count, 0);

const rowOf = (
  principal: string,
  tallies: readonly Tally[],
  mappedTo: readonly string[],
): z.input<typeof PrincipalRow> => {
  const allowed = tallies.filter(({ outcome }) => outcome === "allowed");
  const time = (at: Instant | undefined): string | null => (at === undefined ? null : iso(at));
  return {
    principal,
    lastUsedAt: time(latest(allowed)),
    lastAttemptAt: time(latest(tallies)),
    firstAttemptAt: tallies.length ? iso(Math.min(...tallies.map(({ firstAt }) => firstAt))) : null,
    allowed: count(allowed),
    refused: count(tallies) - count(allowed),
    admin: count(tallies.filter(({ action }) => action === "DbConnectAdmin")),
    networks: new Set(tallies.map(({ network }) => network)).size,
    mappedTo: [...mappedTo],
  };
};

export const principals: Route = route({
  path,
  summary: "Who connected, and when last",
  description:
    "Every principal that was seen in the stretch or is mapped to a database role at its end, by ARN. Whole hours, as of the last time that activity was added up.",
  params: z.strictObject({ ...clusterParam, ...intervalParams(DAYS), ...pageParams }),
  answer: PrincipalList,
  run: async (deps, params) => {
    const question = { path, params };
    const place = readCursor(z.string(), question);
    const cluster = await pickCluster(deps, params.cluster);
    const asked = pickBounded(deps, params, DAYS);
    const stretch = { from: floorTo(HOUR, asked.from), to: asked.to };
    const [profiles, periods, { uncovered }, last] = await Promise.all([
      profilesIn(deps, cluster, stretch),
      deps.store.snapshots.mappingPeriods(cluster, asked.to),
      provenHours(deps.store, cluster, stretch, deps.now),
      deps.store.snapshots.manifestAsOf(cluster, asked.to),
    ]);
    const seen = Map.groupBy(
      profiles.flatMap(({ tallies }) => tallies),
      ({ principal }) => principal as string,
    );
    const standing = periods.filter(({ goneAt }) => goneAt === null || goneAt > asked.to);
    const rolesOf = Map.groupBy(standing, ({ arn }) => withoutPath(arn));
    // A record may lack the path of a role's ARN: then the mapped one is not somebody else who never connected.
    const seenAs = new Set([...seen.keys()].map(withoutPath));
    const unseen = standing.map(({ arn }) => arn).filter((arn) => !seenAs.has(withoutPath(arn)));
    const names = [...new Set([...seen.keys(), ...unseen])].filter(
      (one) => place === undefined || one > place,
    );
    const placed = names.sort().map((name): Placed<z.input<typeof PrincipalRow>> => {
      const roles = (rolesOf.get(withoutPath(name)) ?? []).map(({ roleName }) => roleName).sort();
      return [rowOf(name, seen.get(name) ?? [], [...new Set(roles)]), name];
    });
    return {
      cluster,
      from: iso(stretch.from),
      to: iso(stretch.to),
      unprovenHours: uncovered.hoursIn(stretch),
      mappingsAsOf: last ? await basisOf(deps.store.snapshots, cluster, last) : null,
      ...(await takePage(placed, question)),
    };
  },
});
