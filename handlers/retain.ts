// Thins the history of every cluster once a day, and collects what no snapshot names any more.
import { AuditError } from "../lib/errors.ts";
import { errorFields } from "../lib/log.ts";
import type { Store } from "../lib/store/open-store.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { type Runtime, runtime, settings, storeOf } from "./wiring.ts";

export type RetainDeps = Runtime & {
  readonly store: Store;
  /** Every snapshot of so many days is kept, before them the first of each day. */
  readonly keepDays: number;
};

export const retainHandler = (deps: RetainDeps): LambdaHandler<unknown, { clusters: number }> =>
  lambda(deps, async () => {
    const { store, keepDays, log } = deps;
    const clusters = await store.clusters.list();
    // Another one first each time: those that a run out of time did not come to have their turn in the next.
    const first = Math.floor(deps.random() * clusters.length);
    const failures: unknown[] = [];
    for (const cluster of [...clusters.slice(first), ...clusters.slice(0, first)]) {
      try {
        log.info("retained", { cluster, ...(await store.archive.retain(cluster, { keepDays })) });
      } catch (error) {
        failures.push(error);
        log.error("retention failed", { cluster, ...errorFields(error) });
      }
    }
    if (failures.length) {
      throw new AuditError(
        "store",
        `retention failed for ${failures.length} of ${clusters.length} clusters`,
        {
          cause: failures[0],
          hint: "The log names each. Nothing is half done: the next run goes on.",
        },
      );
    }
    return { clusters: clusters.length };
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME, KEEP_DAYS } = settings("TABLE_NAME", "KEEP_DAYS");
  return retainHandler({ ...shared, store: storeOf(TABLE_NAME, shared), keepDays: KEEP_DAYS });
};

export const handler = onLambda(() => wire(runtime()));
