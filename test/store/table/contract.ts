// What every table keeps, whatever it is stored in: the suite that each adapter has to pass.
import type { Fresh } from "../../support/table-contract.ts";
import { keepsBatchesAndCost } from "./contract/batches.ts";
import { keepsTheIndexByTime } from "./contract/by-time.ts";
import { keepsConditions } from "./contract/conditions.ts";
import { keepsRanges } from "./contract/ranges.ts";
import { keepsValues } from "./contract/values.ts";

/** `fresh`: a new, empty table each time. */
export const keepsTheContract = (adapter: string, fresh: Fresh): void => {
  keepsConditions(adapter, fresh);
  keepsValues(adapter, fresh);
  keepsRanges(adapter, fresh);
  keepsTheIndexByTime(adapter, fresh);
  keepsBatchesAndCost(adapter, fresh);
};
