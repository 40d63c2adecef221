// What is done with a history as a whole: exported, checked, thinned. Apart from the other stores, which every function opens.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { defaultRetention, type RetentionDays } from "../core/findings/retention-days.ts";
import type { RestoreMarker } from "../core/history/restore-marker.ts";
import { KEEP_DAYS } from "../core/history/retention.ts";
import { exportHistory } from "./history/export.ts";
import { putMarker } from "./history/restores.ts";
import { applyRetention, type RetentionResult } from "./history/retention.ts";
import { putRetentionMark } from "./history/retention-mark.ts";
import { historyToVerify } from "./history/to-verify.ts";
import type { VerifyRequest } from "./history/verify-history.ts";
import { openStore, type Store, type StoreOptions } from "./open-store.ts";
import { assertDays, type RemovedOfPeople, retainPeople } from "./retain-people.ts";
import { eachToItsEnd } from "./table/in-parallel.ts";
import type { Table } from "./table/table.ts";

/** What is done with a history as a whole. */
export type Archive = {
  /** The lines of an export: see exportHistory. */
  readonly export: (cluster: Cluster) => AsyncIterable<string>;
  /** What verifyHistory needs of the table, the faults of its timelines included. */
  readonly toVerify: (cluster: Cluster) => Promise<VerifyRequest>;
  /** Thins old days, collects what nothing names any more, and removes what is over of people; with `apply: false` only says what it would do. */
  readonly retain: (
    cluster: Cluster,
    options: {
      readonly keepDays?: number;
      /** What is kept of people; the usual days. */
      readonly days?: RetentionDays;
      readonly apply?: boolean;
    },
  ) => Promise<RetentionResult & RemovedOfPeople>;
  readonly noteRestore: (marker: RestoreMarker) => Promise<void>;
};

/** Opens it over a table. Nothing is read or written by opening. */
export const openArchive = (table: Table, { now }: StoreOptions): Archive => ({
  export: (cluster) => exportHistory(table, cluster),
  toVerify: (cluster) => historyToVerify(table, cluster),
  retain: async (cluster, options) => {
    const { keepDays = KEEP_DAYS, days = defaultRetention, apply = true } = options;
    // What may not be kept so short is told before anything is removed.
    assertDays(days);
    // The daily run keeps the usual days, which verify knows of; it may not write to the table either.
    const beforeThinning = async (before: Instant): Promise<void> => {
      if (keepDays !== KEEP_DAYS) await putRetentionMark(table, cluster, { before, at: now(), keepDays });
    };
    const thin = () => applyRetention(table, cluster, { now, keepDays, apply, beforeThinning });
    // Neither waits for the other: a history that cannot be read, or a long one, must not keep what is over of people.
    const [result, removed] = await eachToItsEnd([
      thin(),
      retainPeople(table, cluster, { now: now(), days, apply }),
    ]);
    return { ...result, ...removed };
  },
  noteRestore: (marker) => putMarker(table, marker),
});

/** All that can be done with a table: for the command line. */
export type WholeStore = Store & { readonly archive: Archive };

export const openWholeStore = (table: Table, options: StoreOptions): WholeStore => ({
  ...openStore(table, options),
  archive: openArchive(table, options),
});
