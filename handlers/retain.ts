// Thins the history of every cluster once a day, collects what no snapshot names any more, and removes what is over of people.
import { counted } from "../lib/core/base/counted.ts";
import type { RetentionDays } from "../lib/core/findings/retention-days.ts";
import { AuditError, errorsIn, oneError } from "../lib/errors.ts";
import { errorFields } from "../lib/log.ts";
import { keptClusters } from "../lib/queries/kept-clusters.ts";
import { openWholeStore, type WholeStore } from "../lib/store/open-archive.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { type Runtime, runtime, settings, tableOf } from "./wiring.ts";

/** So many of what cannot be read have a line in the log, of each cluster: more are mended by other means than one by one. */
const MOST_LOGGED = 50;

export type RetainDeps = Runtime & {
  readonly store: WholeStore;
  /** Every snapshot of so many days is kept, before them the first of each day. */
  readonly keepDays: number;
  /** For how long what is kept of people stays. */
  readonly days: RetentionDays;
};

export const retainHandler = (deps: RetainDeps): LambdaHandler<unknown, { clusters: number }> =>
  lambda(deps, async () => {
    const { store, keepDays, days, log } = deps;
    const { clusters, unreadable } = await keptClusters(store);
    // Another one first each time: those that a run out of time did not come to have their turn in the next.
    const first = Math.floor(deps.random() * clusters.length);
    const failures: unknown[] = [];
    for (const error of unreadable.slice(0, MOST_LOGGED))
      log.error("a cluster's entry cannot be read, and counts by its key", errorFields(error));
    for (const cluster of [...clusters.slice(first), ...clusters.slice(0, first)]) {
      try {
        log.info("retained", { cluster, ...(await store.archive.retain(cluster, { keepDays, days })) });
      } catch (error) {
        failures.push(error);
        for (const one of errorsIn(error).slice(0, MOST_LOGGED))
          log.error("retention failed", { cluster, ...errorFields(one) });
      }
    }
    if (failures.length || unreadable.length) {
      const said = [
        ...(failures.length
          ? [`retention failed for ${failures.length} of ${clusters.length} clusters`]
          : []),
        ...(unreadable.length
          ? [`${counted(unreadable.length, "entry", "entries")} in the list of clusters cannot be read`]
          : []),
      ];
      throw new AuditError("store", said.join(", and "), {
        cause: oneError([...failures, ...unreadable]),
        hint: "The log names them, up to 50 of each cluster. Nothing is half done: the next run goes on.",
      });
    }
    return { clusters: clusters.length };
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const given = settings(
    ...(["TABLE_NAME", "KEEP_DAYS", "ACTIVITY_DAYS", "FINDING_DAYS", "NOTICE_DAYS", "ACT_DAYS"] as const),
  );
  return retainHandler({
    ...{
      ...shared,
      store: openWholeStore(tableOf(given.TABLE_NAME, shared), shared),
      keepDays: given.KEEP_DAYS,
    },
    days: {
      activityDays: given.ACTIVITY_DAYS,
      findingDays: given.FINDING_DAYS,
      noticeDays: given.NOTICE_DAYS,
      actDays: given.ACT_DAYS,
    },
  });
};

export const handler = onLambda(() => wire(runtime()));
