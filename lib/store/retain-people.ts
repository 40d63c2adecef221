// Removes what is kept of people once its days are over, and the proof of hours of which nothing is kept any more.
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, type Instant, iso } from "../core/base/time.ts";
import { ANY_SCOPE, scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import type { Act } from "../core/findings/act.ts";
import { type RetentionDays, retentionNames, retentionProblem } from "../core/findings/retention-days.ts";
import { AuditError, oneError } from "../errors.ts";
import { actOfItem } from "./findings/acts.ts";
import { exemptionOfItem } from "./findings/exemptions.ts";
import { findingOfItem } from "./findings/findings.ts";
import { eachToItsEnd, inParallel } from "./table/in-parallel.ts";
import * as keys from "./table/keys.ts";
import { readItem } from "./table/stored.ts";
import type { Item, Key, Range, Table } from "./table/table.ts";

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

type Readable<T> = {
  readonly found: readonly { readonly key: Key; readonly value: T }[];
  readonly errors: readonly unknown[];
};

/** What `read` makes of each by itself: one that cannot be read keeps none of the others. */
const readKeys = <K extends Key, T>(items: readonly K[], read: (item: K) => T): Readable<T> => {
  const found: { key: Key; value: T }[] = [];
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      found.push({ key: { pk: item.pk, sk: item.sk }, value: read(item) });
    } catch (error) {
      errors.push(error);
    }
  }
  return { found, errors };
};

const readEach = async <T>(table: Table, pk: string, read: (item: Item) => T): Promise<Readable<T>> =>
  readKeys(await Array.fromAsync(table.query({ pk })), read);

/** What cannot be read is told once all the rest is done. */
const endWith = (...all: readonly Readable<unknown>[]): void => {
  const errors = all.flatMap((one) => one.errors);
  if (errors.length) throw oneError(errors);
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
  const hours = readKeys(await before(keys.hours(cluster)), (hour) =>
    readItem(hour, ({ sk }) => keys.slots(cluster, Date.parse(sk))),
  );
  for (const { key, value: pk } of hours.found) {
    removed += await remove(await keysIn(table, { pk }));
    removed += await remove([key]);
  }
  removed += await remove(await before(keys.days(cluster)));
  endWith(hours);
  return removed;
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
  const acts = await readEach(table, keys.acts(cluster), actOfItem);
  const exemptions = await readEach(table, keys.exemptions(cluster), exemptionOfItem);
  const over = [
    ...acts.found.filter(({ value }) => endOf(value) < cutoff),
    ...exemptions.found.filter(({ value }) => value.until < cutoff),
  ];
  const removed = await remover(table, apply)(over.map(({ key }) => key));
  endWith(acts, exemptions);
  return removed;
};

/** One that was opened again meanwhile has another revision, and stays. */
const retainFindings = async (
  table: Table,
  cluster: Cluster,
  { now, days: { findingDays }, apply }: Options,
): Promise<number> => {
  const before = now - findingDays * DAY;
  const findings = await readEach(table, keys.findings(cluster), findingOfItem);
  const old = findings.found.filter(
    ({ value: { finding } }) => finding.closedAt !== undefined && finding.closedAt < before,
  );
  const removed = apply
    ? await inParallel(old, LANES, ({ key, value: { rev } }) => table.removeIf(key, "rev", rev))
    : old;
  endWith(findings);
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
 * that dies is ended by the next one. An item that cannot be read keeps none of the others: the error, which names it, comes last.
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
