// What is deployed over this table, and when its schedule last ran: one item, written by the plan function.
import { Deployment } from "../../config.ts";
import type { Instant } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { keys } from "../table/keys.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const Running = z.object({ at: z.int(), deployment: z.nullable(Deployment) });
const DeploymentItem = z.extend(Running, { v: z.literal(FORMAT) });

/** `at`: when the schedule last ran. `deployment` null: the function was not told what it is a part of. */
export type Running = z.infer<typeof Running>;

export type Deployments = {
  /** undefined: no schedule ever ran over this table. */
  readonly read: () => Promise<Running | undefined>;
  /** The newest run stays, whatever comes late. */
  readonly ran: (at: Instant, deployment: Deployment | undefined) => Promise<void>;
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
      await table.put({ ...keys.deployment(), v: FORMAT, at, deployment: deployment ?? null });
    },
  };
};
