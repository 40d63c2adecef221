// The parameters that many routes share, and what they stand for.
import type { Cluster } from "../core/base/ids.ts";
import { parseInterval, parseTime } from "../core/base/parse-time.ts";
import { DAY, type Instant, type Interval, iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { AuditError } from "../errors.ts";
import { pickCluster as chooseCluster } from "../queries/pick-cluster.ts";
import type { QueryDeps } from "./deps.ts";

const MAX_TEXT = 2_048;
const time = "ISO 8601 (2026-03-01, 2026-03-01T02:00Z) or how long ago (90m, 24h, 7d)";

/** A parameter that is any text; what it may be is decided by what there is. */
export const text = (description: string) => z.string().check(z.maxLength(MAX_TEXT), z.meta({ description }));
export const optionalText = (description: string) =>
  z.optional(text(description)).check(z.meta({ description }));

export const clusterParam = {
  cluster: optionalText(
    "The cluster by its ARN or its id. May be left out where the store knows one cluster only.",
  ),
};
export const atParam = {
  at: z
    .optional(text(""))
    .check(z.meta({ description: `The moment asked about: ${time}. Now if left out.` })),
};
export const intervalParams = (defaultDays: number) => ({
  from: z
    .optional(text(""))
    .check(z.meta({ description: `The beginning: ${time}. ${defaultDays} days ago if left out.` })),
  to: z.optional(text("")).check(z.meta({ description: `The end: ${time}. Now if left out.` })),
});
export const pageParams = {
  limit: z
    ._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(1_000)), 100)
    .check(z.meta({ description: "Rows of a page, at most: a page ends before it outgrows a response." })),
  cursor: z.optional(text("")).check(z.meta({ description: "`next` of the page before, unchanged." })),
};

/** The cluster named, or the only one that the store knows. */
export const pickCluster = async ({ store }: QueryDeps, named: string | undefined): Promise<Cluster> =>
  chooseCluster(await store.clusters.list(), named, {
    none: "The first snapshot makes a cluster known.",
    several: () => "GET /clusters lists those that are known: name one by the parameter cluster.",
  });

/** The last instant that a store can order: what is later is a slip of the pen. */
const LAST = Date.UTC(9999, 11, 31);

const readTime = (text: string, now: Instant): Instant => {
  const at = parseTime(text, now);
  if (at <= LAST) return at;
  throw new AuditError("usage", `the time ${JSON.stringify(text)} is too far in the future`);
};

/** `at`, or the moment of the request. */
export const pickAt = ({ now }: QueryDeps, at: string | undefined): Instant =>
  at === undefined ? now : readTime(at, now);

/** Nothing that is counted is kept for longer: a longer stretch would only be a longer answer. */
export const MAX_DAYS = 800;

/** `from` and `to`. AuditError("usage") where they are the wrong way round, or too far apart to be answered at once. */
export const pickInterval = (
  { now }: QueryDeps,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  defaultDays: number,
): Interval => {
  const end = to === undefined ? now : readTime(to, now);
  const interval = parseInterval({ from }, now, { from: Math.max(0, end - defaultDays * DAY), to: end });
  if (interval.from < 0) {
    throw new AuditError("usage", `from ${iso(interval.from)} is before there were clusters`, {
      hint: "Ask from 1970-01-01 on.",
    });
  }
  return interval;
};

/** The same for what is answered hour by hour. */
export const pickBounded = (...args: Parameters<typeof pickInterval>): Interval => {
  const interval = pickInterval(...args);
  if (interval.to - interval.from > MAX_DAYS * DAY) {
    throw new AuditError("usage", `from and to are more than ${MAX_DAYS} days apart`, {
      hint: "Ask for a shorter stretch.",
    });
  }
  return interval;
};
