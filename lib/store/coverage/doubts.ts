// Why stretches of time that look covered are not: what digests, CloudTrail's configuration and CloudWatch said.
import { createHash } from "node:crypto";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, type Interval, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Doubt } from "../../core/coverage/coverage.ts";
import { type Scope, scopeOfCluster } from "../../core/coverage/coverage-scope.ts";
import * as keys from "../table/keys.ts";
import { keyText } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const KEEP_DAYS = 400;

export type DoubtStore = {
  /**
   * All that one source says of a scope or a cluster: what it said before and says no more is withdrawn. `among`: only
   * what begins in this stretch is looked at; without, everything of the source. Writes only what is new.
   */
  readonly replace: (
    scope: Scope | Cluster,
    source: string,
    doubts: readonly Doubt[],
    among?: Interval,
  ) => Promise<void>;
  readonly ofSource: (scope: Scope | Cluster, source: string) => Promise<Doubt[]>;
  /** The doubts about a cluster that overlap the interval: about itself, and about its account and Region. */
  readonly within: (cluster: Cluster, interval: Interval) => Promise<Doubt[]>;
};

const MAX_REASON = 500;
const always: Interval = { from: 0, to: Number.MAX_SAFE_INTEGER };

const DoubtItem = z.object({ v: z.literal(1), from: z.int(), to: z.int(), reason: z.string() });

/**
 * Withdrawn doubts are empty stretches: whoever writes may not be allowed to remove. One that cannot be read is a doubt about
 * all the time that it may have been about, and says which item it is: nothing is proven by what somebody broke.
 */
const doubtOf = (item: Item): Doubt | undefined => {
  const parsed = DoubtItem.safeParse(item);
  if (!parsed.success) return { ...always, reason: `a stored doubt cannot be read: ${keyText(item)}` };
  const { from, to, reason } = parsed.data;
  return from < to ? { from, to, reason } : undefined;
};

export const doubtStore = (table: Table): DoubtStore => {
  const prefixOf = (source: string): string =>
    `${createHash("sha256").update(source).digest("hex").slice(0, 16)}#`;
  const read = async (scope: string, source: string): Promise<Doubt[]> => {
    const found: Doubt[] = [];
    const range = { pk: keys.doubts(scope), prefix: prefixOf(source), consistent: true };
    // One that cannot be read is told of by `within`, and stops nobody who says what he found.
    for await (const item of table.query(range))
      if (DoubtItem.safeParse(item).success) found.push(...[doubtOf(item) ?? []].flat());
    return found;
  };
  return {
    replace: async (scope, source, doubts, among) => {
      const known = await read(scope, source);
      const said = new Map(doubts.map((d) => [d.from, { ...d, reason: d.reason.slice(0, MAX_REASON) }]));
      for (const { from, reason } of known) {
        const looked = among === undefined || (from >= among.from && from < among.to);
        if (looked && !said.has(from)) said.set(from, { from, to: from, reason });
      }
      for (const { from, to, reason } of said.values()) {
        if (known.some((k) => k.from === from && k.to === to && k.reason === reason)) continue;
        const expires = Math.ceil((Math.max(from, to) + KEEP_DAYS * DAY) / 1_000);
        const key = { pk: keys.doubts(scope), sk: `${prefixOf(source)}${iso(from)}` };
        await table.put({ ...key, v: 1, source, from, to, reason, [TTL_ATTRIBUTE]: expires });
      }
    },
    ofSource: read,
    within: async (cluster, { from, to }) => {
      const found: Doubt[] = [];
      for (const scope of [cluster, scopeOfCluster(cluster)]) {
        if (scope === undefined) continue;
        for await (const item of table.query({ pk: keys.doubts(scope) })) {
          const doubt = doubtOf(item);
          if (doubt && doubt.from < to && doubt.to > from) found.push(doubt);
        }
      }
      return found.sort((a, b) => a.from - b.from);
    },
  };
};
