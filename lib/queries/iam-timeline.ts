// What happened to a principal, or to the principals of a role, in IAM: the changes themselves, and whose way in they moved.
import type { Cluster } from "../core/base/ids.ts";
import type { RecordedChange } from "../core/history/change.ts";
import { IAM } from "../core/history/change-subjects.ts";
import type { IamChange } from "../core/history/iam-change.ts";
import { accessChanges, concernsPrincipal } from "../core/iam/access-changes.ts";
import type { ConnectAction } from "../core/iam/may-connect.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";

type Snapshots = Pick<ReadStore["snapshots"], "timeline" | "bySeq">;

/** Both snapshots of each stretch are read: of a long history the newest stretches are judged. */
const MOST_STRETCHES = 60;

type Stretch = {
  readonly span: Omit<RecordedChange, "change">;
  readonly changes: readonly IamChange[];
};

/** The changes in IAM, those of two snapshots together, oldest first. */
const stretchesOf = async (snapshots: Snapshots, cluster: Cluster, last: number): Promise<Stretch[]> => {
  const recorded = await snapshots.timeline(cluster, IAM, { last });
  return [...Map.groupBy(recorded, ({ fromSeq, toSeq }) => `${fromSeq} ${toSeq}`).values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const { change: _, ...span } = first;
    const changes = all.flatMap(({ change }) => (change.kind === "iam" ? [change] : []));
    return [{ span, changes }];
  });
};

export type IamTimeline = {
  readonly changes: readonly RecordedChange[];
  /** Changes of policies before this one were not weighed, for there are too many, or their snapshots are gone; null: all were. */
  readonly notWeighedBefore: number | null;
};

type Told = (
  before: Snapshot["catalog"],
  after: Snapshot["catalog"],
  stretch: Stretch,
) => readonly IamChange[];

/** Reads both snapshots of each stretch, and tells what `told` makes of them. */
const weighEach = async (
  snapshots: Snapshots,
  cluster: Cluster,
  stretches: readonly Stretch[],
  told: Told,
): Promise<IamTimeline> => {
  const changes: RecordedChange[] = [];
  const left = stretches.slice(0, -MOST_STRETCHES);
  let notWeighedBefore = left.at(-1)?.span.to ?? null;
  for (const stretch of stretches.slice(-MOST_STRETCHES)) {
    const { span } = stretch;
    const [before, after] = await Promise.all([
      snapshots.bySeq(cluster, span.fromSeq),
      snapshots.bySeq(cluster, span.toSeq),
    ]);
    if (!before || !after) {
      notWeighedBefore = span.to;
      continue;
    }
    for (const change of told(before.catalog, after.catalog, stretch)) changes.push({ ...span, change });
  }
  return { changes, notWeighedBefore };
};

const BOTH: readonly ConnectAction[] = ["DbConnect", "DbConnectAdmin"];

/** What concerns the principal, and how its own way in changed, up to the snapshot `last`. */
export const principalIamTimeline = async (
  snapshots: Snapshots,
  cluster: Cluster,
  principal: string,
  last: number,
): Promise<IamTimeline> => {
  const stretches = await stretchesOf(snapshots, cluster, last);
  return weighEach(snapshots, cluster, stretches, (before, after, { changes }) => {
    const own = changes.filter(concernsPrincipal(before, after, principal));
    return own.length
      ? [...own, ...accessChanges(before, after, own, { of: [principal], actions: BOTH })]
      : [];
  });
};

/** Whose "no" and "not known" are news: of all the others of an account they say nothing. */
const isNews = ({ before, after, arn }: IamChange, told: ReadonlySet<string | null>): boolean =>
  told.has(arn) || [before, after].some((verdict) => verdict === "allowed" || verdict === "conditional");

/**
 * How the ways in to a role changed, up to the snapshot `last`. `principalsOf`: who was mapped to it in a stretch; undefined:
 * everybody, for it needs no mapping.
 */
export const roleIamTimeline = async (
  snapshots: Snapshots,
  cluster: Cluster,
  action: ConnectAction,
  last: number,
  principalsOf: (span: Stretch["span"]) => readonly string[] | undefined,
): Promise<IamTimeline> => {
  const stretches = await stretchesOf(snapshots, cluster, last);
  const mine = stretches.filter(({ span }) => principalsOf(span)?.length !== 0);
  const told = new Set<string | null>();
  return weighEach(snapshots, cluster, mine, (before, after, { span, changes }) => {
    const of = principalsOf(span);
    const all = accessChanges(before, after, changes, { ...(of && { of }), actions: [action] });
    const news = of ? all : all.filter((change) => isNews(change, told));
    for (const { arn } of news) told.add(arn);
    return news;
  });
};

/**
 * Whose way in the changes between two snapshots moved: all who may connect, or might, before or after. Where one of them
 * holds nothing of IAM, that is the news, and everybody is not.
 */
export const accessNews = (
  before: Snapshot["catalog"],
  after: Snapshot["catalog"],
  changes: readonly IamChange[],
): IamChange[] =>
  before.iam && after.iam
    ? accessChanges(before, after, changes, { actions: BOTH }).filter((change) => isNews(change, new Set()))
    : [];
