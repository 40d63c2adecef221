// Which hours are proven, by scope, day and kind of proof: 24 bits an item.

import type { Cluster } from "../../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Coverage, Proof } from "../../core/coverage/coverage.ts";
import { Proof as ProofName } from "../../core/coverage/coverage.ts";
import { ANY_SCOPE, type Scope, scopeOfCluster } from "../../core/coverage/coverage-scope.ts";
import { coverageOf } from "../../core/coverage/covered-hours.ts";
import { AuditError } from "../../errors.ts";
import { inParallel } from "../table/in-parallel.ts";
import * as keys from "../table/keys.ts";
import { parseItem, readItem } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";

const MAX_ROUNDS = 20;
const LANES = 8;

/** 24 bits, an hour each. */
const DayItem = z.object({
  v: z.literal(1),
  rev: z.int(),
  hours: z.int().check(z.gte(0), z.lt(2 ** 24)),
});

/** The day and the name of the proof stand in the key. */
const dayOf = (item: Item): { readonly day: Instant; readonly name: string; readonly hours: number } =>
  readItem(item, ({ sk }) => {
    const [text = "", name = ""] = sk.split("#");
    const day = Date.parse(text);
    if (Number.isNaN(day)) throw new AuditError("store", "its key names no day");
    return { day, name, hours: DayItem.parse(item).hours };
  });

export type CoverageHours = {
  /** Marks hours (their starts) as proven for a scope, `<account>/<region>` or a cluster's ARN. Writes only what is new. */
  readonly markHours: (scope: Scope | Cluster, hours: Iterable<Instant>, proof: Proof) => Promise<void>;
  /** What is proven for a cluster: by its account and Region, for itself alone, and by files that name neither. */
  readonly coverage: (cluster: Cluster, interval: Interval) => Promise<Coverage>;
};

export const coverageHours = (table: Table): CoverageHours => {
  const markDay = async (scope: string, day: Instant, bits: number, proof: Proof): Promise<void> => {
    const key = keys.coverageDay(scope, day, proof);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const stored = await table.get(key, { consistent: true });
      const { hours: known, rev } = stored ? parseItem(DayItem, stored) : { hours: 0, rev: undefined };
      if ((known | bits) === known) return;
      if (await table.putIf({ ...key, v: 1, rev: (rev ?? 0) + 1, hours: known | bits }, "rev", rev)) return;
    }
    throw new AuditError("conflict", "The proven hours of a day changed too many times");
  };
  /** What is marked already, by day: one query for all of them, and what it does not show yet is only written again. */
  const markedOf = async (scope: string, days: readonly Instant[], proof: Proof) => {
    const range = { from: iso(Math.min(...days)), to: `${iso(Math.max(...days))}~` };
    const marked = new Map<Instant, number>();
    for await (const item of table.query({ pk: keys.coverage(scope), ...range })) {
      const { day, name, hours } = dayOf(item);
      if (name === proof) marked.set(day, hours);
    }
    return marked;
  };
  return {
    markHours: async (scope, hours, proof) => {
      const days = new Map<Instant, number>();
      for (const hour of hours) {
        const day = floorTo(DAY, hour);
        days.set(day, (days.get(day) ?? 0) | (1 << Math.floor((hour - day) / HOUR)));
      }
      const marked =
        days.size > 1 ? await markedOf(scope, [...days.keys()], proof) : new Map<Instant, number>();
      const news = [...days].filter(([day, bits]) => bits & ~(marked.get(day) ?? 0));
      await inParallel(news, LANES, ([day, bits]) => markDay(scope, day, bits, proof));
    },
    coverage: async (cluster, { from, to }) => {
      const proven: [Instant, Proof][] = [];
      const scopes = [scopeOfCluster(cluster), cluster, ANY_SCOPE].filter((scope) => scope !== undefined);
      for (const scope of to > from ? scopes : []) {
        const days = { from: iso(floorTo(DAY, from)), to: iso(to) };
        for await (const item of table.query({ pk: keys.coverage(scope), ...days })) {
          const { day, name, hours } = dayOf(item);
          const proof = ProofName.safeParse(name);
          // A proof that a later release knows and this one does not is no proof to this one.
          if (!proof.success) continue;
          for (let hour = 0; hour < 24; hour++) {
            const at = day + hour * HOUR;
            if (hours & (1 << hour) && at + HOUR > from && at < to) proven.push([at, proof.data]);
          }
        }
      }
      return coverageOf(proven);
    },
  };
};
