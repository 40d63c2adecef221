// GET /history/diff and /history/changes: what differs between two moments, and all that changed between them.
import type { Cluster } from "../core/base/ids.ts";
import { type Instant, iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { type ExtraName, extraNames } from "../core/catalog/extras.ts";
import { AuditError } from "../errors.ts";
import { basisOf } from "../queries/basis.ts";
import { diffBetween } from "../queries/history-diff.ts";
import { toldChange, toldRecord } from "../queries/told-change.ts";
import type { SnapshotStore } from "../store/history/snapshots.ts";
import { ChangeAnswer, RecordedChangeAnswer } from "./change-answer.ts";
import { Moment, readCursor } from "./cursor.ts";
import type { QueryDeps } from "./deps.ts";
import { type Placed, takePage } from "./page.ts";
import { clusterParam, intervalParams, pageParams, pickCluster, pickInterval, text } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Side, Time } from "./snapshot-ref.ts";

const NotTold = z
  .object({
    kind: z.enum(extraNames as [ExtraName, ...ExtraName[]]),
    names: z.array(z.string()).check(z.meta({ description: "Of this kind these are not the same." })),
    reason: z
      .nullable(z.string())
      .check(z.meta({ description: "Why the kind could not be compared; null: it was." })),
  })
  .register(z.globalRegistry, {
    id: "NotTold",
    description: "What a comparison cannot tell change by change.",
  });

const DiffAnswer = z
  .object({
    cluster: z.string(),
    from: Side.check(z.meta({ description: "The last snapshot at or before `from`." })),
    to: Side.check(z.meta({ description: "The last snapshot at or before `to`." })),
    notTold: z.array(NotTold).check(
      z.meta({
        description:
          "Kinds that have no changes of their own and are not proven to be the same in both snapshots.",
      }),
    ),
    items: z.array(ChangeAnswer),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, {
    id: "DiffAnswer",
    description:
      "What differs between two snapshots. What could not be read on either side is unknown, and no change.",
  });

const diffPath = "/history/diff";
/** The times and numbers of both snapshots, and the number of the change. */
const DiffPlace = z.tuple([Moment, z.int(), Moment, z.int(), z.int().check(z.nonnegative())]);
const DIFF_DAYS = 1;

/** Later pages differ between the same two snapshots as the first, or not at all. */
const requireKept = async (
  { store: { snapshots } }: QueryDeps,
  cluster: Cluster,
  [from, fromSeq, to, toSeq]: z.output<typeof DiffPlace>,
): Promise<void> => {
  const [a, b] = await Promise.all([
    snapshots.manifestAsOf(cluster, from),
    snapshots.manifestAsOf(cluster, to),
  ]);
  if (a?.manifest.seq === fromSeq && b?.manifest.seq === toSeq) return;
  throw new AuditError("usage", "the cursor's snapshots are no longer kept", {
    hint: "Begin anew without a cursor.",
  });
};

export const historyDiff: Route = route({
  path: diffPath,
  summary: "What differs between two moments",
  description:
    "Also whom IAM lets in now and did not, or the other way round. What came and went in between is not in it: /history/changes tells that.",
  params: z.strictObject({
    ...clusterParam,
    from: text("").check(z.meta({ description: "The earlier moment." })),
    to: intervalParams(DIFF_DAYS).to.check(z.meta({ description: "The later moment. Now if left out." })),
    ...pageParams,
  }),
  answer: DiffAnswer,
  run: async (deps, params) => {
    const question = { path: diffPath, params };
    const place = readCursor(DiffPlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const asked = pickInterval(deps, params, DIFF_DAYS);
    if (place) await requireKept(deps, cluster, place);
    const [start, end] = place ? [place[0], place[2]] : [asked.from, asked.to];
    const { from, to, changes, notTold } = await diffBetween(deps.store.snapshots, cluster, start, end);
    const [a, b] = [from.manifest, to.manifest];
    const first = place ? place[4] + 1 : 0;
    const placed = changes
      .slice(first)
      .map(
        (change, i): Placed<z.input<typeof ChangeAnswer>> => [
          toldChange(change),
          [a.takenAt, a.seq, b.takenAt, b.seq, first + i],
        ],
      );
    return {
      cluster,
      from: await basisOf(deps.store, cluster, from, start),
      to: await basisOf(deps.store, cluster, to, end),
      notTold: notTold.map(({ kind, names, reason }) => ({
        kind,
        names: [...names],
        reason,
      })),
      ...(await takePage(placed, question)),
    };
  },
});

const ChangesAnswer = z
  .object({
    cluster: z.string(),
    from: Time,
    to: Time,
    first: z.nullable(Side).check(
      z.meta({
        description: "The snapshot as of `from`; null: there was none yet, what was before is not known.",
      }),
    ),
    last: z
      .nullable(Side)
      .check(z.meta({ description: "The snapshot as of `to`; null: there was none yet." })),
    items: z.array(RecordedChangeAnswer),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "ChangesAnswer" });

const changesPath = "/history/changes";
const CHANGES_DAYS = 7;
/** The stretch that the first page fixed, the snapshot's time and number, and the number of the change in it. */
const ChangePlace = z.tuple([Moment, Moment, Moment, z.int(), z.int().check(z.nonnegative())]);

const changesAfter = async function* (
  changes: SnapshotStore["changes"],
  cluster: Cluster,
  [from, to]: readonly [Instant, Instant],
  place: z.output<typeof ChangePlace> | undefined,
): AsyncGenerator<Placed<z.input<typeof RecordedChangeAnswer>>> {
  const [, , takenAt, seq, number] = place ?? [0, 0, from + 1, 0, 0];
  let at = { seq: -1, number: 0 };
  // Up to and not after the last page's snapshot there is nothing to read: the history may be long.
  for await (const recorded of changes(cluster, Math.max(from, takenAt - 1), to)) {
    at = { seq: recorded.toSeq, number: recorded.toSeq === at.seq ? at.number + 1 : 0 };
    if (place && recorded.to === takenAt) {
      if (at.seq < seq || (at.seq === seq && at.number <= number)) continue;
    }
    yield [toldRecord(recorded), [from, to, recorded.to, at.seq, at.number]];
  }
};

export const historyChanges: Route = route({
  path: changesPath,
  summary: "Every change between two moments",
  description:
    "In the order of the snapshots that first showed them, which is all that is known of their order. Whose way in a change in IAM moved is told by /history/timeline and /history/diff.",
  params: z.strictObject({ ...clusterParam, ...intervalParams(CHANGES_DAYS), ...pageParams }),
  answer: ChangesAnswer,
  run: async (deps, params) => {
    const question = { path: changesPath, params };
    const place = readCursor(ChangePlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const asked = pickInterval(deps, params, CHANGES_DAYS);
    const [from, to] = place ? [place[0], place[1]] : [asked.from, asked.to];
    const [first, last] = await Promise.all([
      deps.store.snapshots.manifestAsOf(cluster, from),
      deps.store.snapshots.manifestAsOf(cluster, to),
    ]);
    return {
      cluster,
      from: iso(from),
      to: iso(to),
      first: first ? await basisOf(deps.store, cluster, first, from) : null,
      last: last ? await basisOf(deps.store, cluster, last, to) : null,
      ...(await takePage(changesAfter(deps.store.snapshots.changes, cluster, [from, to], place), question)),
    };
  },
});
