// What is deployed over this table, and when its schedule last ran: one item, written by the plan function.
import { Deployment } from "../../config.ts";
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const MOST_REASON = 500;
/** An item takes 400 KB. */
const MOST_FOUND = 1_000;
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
});
const DeploymentItem = z.extend(Running, { v: z.literal(FORMAT) });

/** `at`: when the schedule last ran. `deployment` null: the function was not told what it is a part of. */
export type Running = z.infer<typeof Running>;

export type Deployments = {
  /** undefined: no schedule ever ran over this table. */
  readonly read: () => Promise<Running | undefined>;
  /** The newest run stays, whatever comes late. */
  readonly ran: (at: Instant, deployment: Deployment | undefined) => Promise<void>;
  /** What was not listed at the newest time, and what was of other accounts; nothing where no schedule ever ran. */
  readonly listed: (
    at: Instant,
    unlisted: readonly z.infer<typeof Unlisted>[],
    found?: readonly string[],
  ) => Promise<void>;
};

export const deployments = (table: Table): Deployments => {
  const read = async (): Promise<Running | undefined> => {
    const item = await table.get(keys.deployment(), { consistent: true });
    return item && DeploymentItem.parse(item);
  };
  return {
    read,
    ran: async (at, deployment) => {
      const known = await read();
      if (known && known.at >= at) return;
      const heard = {
        ...(known?.unlisted && { unlisted: known.unlisted }),
        ...(known?.found && { found: known.found }),
      };
      await table.put({ ...keys.deployment(), v: FORMAT, at, deployment: deployment ?? null, ...heard });
    },
    listed: async (at, unlisted, found = []) => {
      const known = await read();
      if (!known || known.at > at) return;
      const shown = unlisted.map(({ account, region, reason, role }) => ({
        ...{ account, region, reason: reason.slice(0, MOST_REASON) },
        ...(role && { role }),
      }));
      const heard = { unlisted: shown, found: found.slice(0, MOST_FOUND) };
      await table.put({ ...keys.deployment(), v: FORMAT, ...known, ...heard });
    },
  };
};
