// The newest answer of AWS to the question whether a cluster's connections are captured.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import type { CaptureCheck } from "../../core/coverage/capture-check.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const CheckItem = z.object({
  v: z.literal(FORMAT),
  check: z.object({
    at: z.int(),
    captured: z.enum(["yes", "no", "unknown"]),
    reasons: z.array(z.string()),
    doubtSince: z.nullable(z.int()),
    unanswered: z.array(
      z.object({ call: z.enum(["trails", "management-events", "call-count"]), why: z.string() }),
    ),
    listeners: z.optional(
      z.union([
        z.object({
          confirmed: z.int(),
          pending: z.int(),
          missing: z.optional(z.literal(true)),
          atLeast: z.optional(z.literal(true)),
        }),
        z.object({ why: z.string() }),
      ]),
    ),
  }),
});

export type CaptureChecks = {
  readonly last: (cluster: Cluster) => Promise<CaptureCheck | undefined>;
  readonly put: (cluster: Cluster, check: CaptureCheck) => Promise<void>;
};

export const captureChecks = (table: Table): CaptureChecks => ({
  last: async (cluster) => {
    const item = await table.get(keys.captureCheck(cluster), { consistent: true });
    return item && parseItem(CheckItem, item).check;
  },
  put: (cluster, check) => table.put({ ...keys.captureCheck(cluster), v: FORMAT, check }),
});
