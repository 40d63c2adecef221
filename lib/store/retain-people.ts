// Removes what is kept of people once its days are over, and the proof of hours of which nothing is kept any more.
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, type Instant, iso } from "../core/base/time.ts";
import { ANY_SCOPE, scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import type { Act } from "../core/findings/act.ts";
import { type RetentionDays, retentionNames, retentionProblem } from "../core/findings/retention-days.ts";
import { AuditError } from "../errors.ts";
import { actKey, actStore } from "./findings/acts.ts";
import { exemptionItems } from "./findings/exemptions.ts";
import { createFindingStore } from "./findings/findings.ts";
import { eachToItsEnd, inParallel } from "./table/in-parallel.ts";
import { keys } from "./table/keys.ts";
import type { Key, Range, Table } from "./table/table.ts";

/** How much of each was removed, or would be. */
export type RemovedOfPeople = {
  /** Items of connections: minutes, hours and days. */
  readonly removedActivity: number;
  readonly removedFindings: number;
  /** Records of mails. */
  readonly removedNotices: number;
  /** Acts, and exemptions that ended. */
  readonly removedActs: number;
};

type Options = { readonly now: Instant; readonly days: RetentionDays; readonly apply: boolean };

const LANES = 16;

const remover =
  (table: Table, apply: boolean) =>
  async (found: readonly Key[]): Promise<number> => {
    if (apply) await inParallel(found, LANES, (key) => table.remove(key));
    return found.length;
  };

/** Keys alone: what stands in the items is large. */
const keysIn = async (table: Table, range: Range): Promise<Key[]> => {
  const found: Key[] = [];
  for await (const { pk, sk } of table.query(range)) found.push({ pk, sk });
  return found;
};

/** Hours, minutes and doubts expire a little after 400 days by themselves: no hour is proven for longer than these are there. */
const PROOF_DAYS = 398;

/**
 * The proof first, the days last: a run that dies half-way leaves hours that are unknown, and none that look proven and
 * empty. An hour goes after its minutes, which only it leads to.
 */
const retainActivity = async (
  table: Table,
  cluster: Cluster,
  { now, days: { activityDays }, apply }: Options,
): Promise<number> => {
  const remove = remover(table, apply);
  const before = (pk: string, days = activityDays): Promise<Key[]> =>
    keysIn(table, { pk, to: `${iso(floorTo(DAY, now) - (days + 1) * DAY).slice(0, 10)}~` });
  const scopes = [scopeOfCluster(cluster), cluster, ANY_SCOPE].filter((scope) => scope !== undefined);
  for (const scope of scopes)
    await remove(await before(keys.coverage(scope), Math.min(activityDays, PROOF_DAYS)));
  let removed = 0;
  for (const hour of await before(keys.hours(cluster))) {
    removed += await remove(await keysIn(table, { pk: keys.slots(cluster, Date.parse(hour.sk)) }));
    removed += await remove([hour]);
  }
  return removed + (await remove(await before(keys.days(cluster))));
};

/** An exemption is known for as long after its end as any other act after its time. */
const endOf = (act: Act): Instant =>
  "until" in act && act.until !== undefined ? Math.max(act.at, act.until) : act.at;

const retainActs = async (
  table: Table,
  cluster: Cluster,
  { now, days: { actDays }, apply }: Options,
): Promise<number> => {
  if (actDays === 0) return 0;
  const cutoff = now - actDays * DAY;
  const old = (await actStore(table).list(cluster)).filter((act) => endOf(act) < cutoff);
  const ended = (await exemptionItems(table).exemptions(cluster)).filter(({ until }) => until < cutoff);
  const remove = remover(table, apply);
  return (
    (await remove(old.map(actKey))) + (await remove(ended.map(({ key }) => keys.exemption(cluster, key))))
  );
};

/** One that was opened again meanwhile has another revision, and stays. */
const retainFindings = async (
  table: Table,
  cluster: Cluster,
  { now, days: { findingDays }, apply }: Options,
): Promise<number> => {
  const before = now - findingDays * DAY;
  const old = [...(await createFindingStore(table).read(cluster)).values()].filter(
    ({ finding: { closedAt } }) => closedAt !== undefined && closedAt < before,
  );
  if (!apply) return old.length;
  const removed = await inParallel(old, LANES, ({ finding, rev }) =>
    table.removeIf(keys.finding(cluster, finding.id), "rev", rev),
  );
  return removed.filter(Boolean).length;
};

/** To ask before anything is removed: AuditError("config") that says what may not be kept so short, and why. */
export const assertDays = (days: RetentionDays): void => {
  const problems = retentionNames.flatMap((name) => retentionProblem(name, days[name]) ?? []);
  if (problems.length) throw new AuditError("config", problems.join("; "));
};

const retainNotices = async (
  table: Table,
  cluster: Cluster,
  { now, days: { noticeDays }, apply }: Options,
): Promise<number> => {
  const { pk, prefix } = keys.sentNotices(cluster);
  const to = `${prefix}${iso(now - noticeDays * DAY)}`;
  return remover(table, apply)(await keysIn(table, { pk, from: prefix, to }));
};

/**
 * What is over for longer than `days` says. Counted from the clock, also of a cluster that is gone. Twice is once, and a run
 * that dies is ended by the next one. An item that cannot be read keeps none of another kind: the error comes last.
 */
export const retainPeople = async (
  table: Table,
  cluster: Cluster,
  options: Options,
): Promise<RemovedOfPeople> => {
  const [removedActivity, removedFindings, removedNotices, removedActs] = await eachToItsEnd([
    retainActivity(table, cluster, options),
    retainFindings(table, cluster, options),
    retainNotices(table, cluster, options),
    retainActs(table, cluster, options),
  ]);
  return { removedActivity, removedFindings, removedNotices, removedActs };
};
