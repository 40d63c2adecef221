// For how long what is stored is kept: as the deployment over this store says, else the usual days.
import {
  defaultRetention,
  type RetentionDays,
  retentionNames,
  retentionProblem,
} from "../core/findings/retention-days.ts";
import { KEEP_DAYS } from "../core/history/retention.ts";
import type { ReadStore } from "../store/open-store.ts";

export type Retention = {
  /** Of snapshots: before, the first of each day. */
  readonly keepDays: number;
  readonly days: RetentionDays;
  /** Who says so. */
  readonly source: "deployment" | "default";
};

/** What an earlier release left, or what could not be kept so short, counts as not said. */
export const retentionOf = async ({ deployments }: Pick<ReadStore, "deployments">): Promise<Retention> => {
  const said = (await deployments.read())?.deployment?.retention;
  if (!said) return { keepDays: KEEP_DAYS, days: defaultRetention, source: "default" };
  const own = retentionNames.flatMap((name) => {
    const days = said[name];
    return days !== undefined && retentionProblem(name, days) === undefined ? [[name, days] as const] : [];
  });
  const days = { ...defaultRetention, ...Object.fromEntries(own) };
  return { keepDays: said.keepDays ?? KEEP_DAYS, days, source: "deployment" };
};
