// For how long what is stored is kept: as the deployment over this store says, else the usual days.
import {
  defaultRetention,
  type RetentionDays,
  retentionNames,
  retentionProblem,
} from "../core/findings/retention-days.ts";
import { KEEP_DAYS } from "../core/history/retention.ts";
import { AuditError } from "../errors.ts";
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

/**
 * The days of one cluster where `asked` stands in the place of what the deployment says. AuditError("usage") for what may not
 * be kept so short: by itself, or because the clusters of a store share the proof that capture worked.
 */
export const retentionAsked = async (
  store: Pick<ReadStore, "clusters" | "deployments" | "settings">,
  asked: Partial<RetentionDays>,
): Promise<RetentionDays> => {
  const { days: deployed } = await retentionOf(store);
  const dormantDays = (await store.settings.read())?.values.dormantDays;
  const days = { ...deployed, ...asked };
  const problems = retentionNames.flatMap((name) =>
    asked[name] === undefined ? [] : (retentionProblem(name, asked[name], dormantDays) ?? []),
  );
  if (days.activityDays < deployed.activityDays && (await store.clusters.list()).length > 1)
    problems.push(
      `activityDays is ${days.activityDays}, and ${deployed.activityDays} for the other clusters of this store: all share the proof that capture worked. Set the parameter activityDays of the deployment`,
    );
  if (problems.length) throw new AuditError("usage", problems.join("; "));
  return days;
};
