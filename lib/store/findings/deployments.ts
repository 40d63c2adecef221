// What is deployed over this table, and when its schedule last ran: one item, written by the plan function.
import { Deployment } from "../../config.ts";
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
/** An item takes 400 KB: so many of each, with reasons of so many letters, and shorter ones where there are many. */
const MOST_FOUND = 1_000;
const MOST_UNLISTED = 1_000;
const reasonLength = (count: number): number => (count > 200 ? 100 : 500);
const Unlisted = z.object({
  account: z.string(),
  region: z.string(),
  reason: z.string(),
  /** The account refuses to give the auditor its role. */
  role: z.optional(z.literal("refused")),
});
const Running = z.object({
  at: z.int(),
  deployment: z.nullable(Deployment),
  /** The accounts and Regions whose clusters AWS did not list last, and why; missing: it was not asked yet. */
  unlisted: z.optional(z.array(Unlisted)),
  /** The clusters of other accounts that AWS listed last, as many as fit; missing: an earlier release asked. */
  found: z.optional(z.array(z.string())),
  /** How many of each were left out; missing: an earlier release asked, which cut `found` and did not say so. */
  leftOut: z.optional(z.object({ unlisted: z.int(), found: z.int() })),
});
const DeploymentItem = z.extend(Running, { v: z.literal(FORMAT) });

/** `at`: when the schedule last ran. `deployment` null: the function was not told what it is a part of. */
export type Running = z.infer<typeof Running>;

/**
 * How many of the found clusters of other accounts, and of the places that were not listed, are not kept; undefined: nobody counted
 * them, and what is kept may not be all.
 */
export const leftOutOf = ({ found, leftOut }: Pick<Running, "found" | "leftOut">): Running["leftOut"] =>
  leftOut ?? ((found?.length ?? 0) < MOST_FOUND ? { unlisted: 0, found: 0 } : undefined);

export type Deployments = {
  /** undefined: no schedule ever ran over this table. */
  readonly read: () => Promise<Running | undefined>;
  /** The newest run stays, whatever comes late. */
  readonly ran: (at: Instant, deployment: Deployment | undefined) => Promise<void>;
  /**
   * What was not listed at the newest time, and what was of other accounts; nothing where no schedule ever ran. What does not
   * fit is counted.
   */
  readonly listed: (
    at: Instant,
    unlisted: readonly z.infer<typeof Unlisted>[],
    found?: readonly string[],
  ) => Promise<void>;
};

export const deployments = (table: Table): Deployments => {
  const read = async (): Promise<Running | undefined> => {
    const item = await table.get(keys.deployment(), { consistent: true });
    return item && parseItem(DeploymentItem, item);
  };
  return {
    read,
    ran: async (at, deployment) => {
      const known = await read();
      if (known && known.at >= at) return;
      const heard = {
        ...(known?.unlisted && { unlisted: known.unlisted }),
        ...(known?.found && { found: known.found }),
        ...(known?.leftOut && { leftOut: known.leftOut }),
      };
      await table.put({ ...keys.deployment(), v: FORMAT, at, deployment: deployment ?? null, ...heard });
    },
    listed: async (at, unlisted, found = []) => {
      const known = await read();
      if (!known || known.at > at) return;
      const most = reasonLength(unlisted.length);
      const shown = unlisted.slice(0, MOST_UNLISTED).map(({ account, region, reason, role }) => ({
        ...{ account, region, reason: reason.slice(0, most) },
        ...(role && { role }),
      }));
      const kept = found.slice(0, MOST_FOUND);
      const leftOut = { unlisted: unlisted.length - shown.length, found: found.length - kept.length };
      const heard = { unlisted: shown, found: kept, leftOut };
      await table.put({ ...keys.deployment(), v: FORMAT, ...known, ...heard });
    },
  };
};
