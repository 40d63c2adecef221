// What the questions about one snapshot share: which it is, what the answer rests on, and the rows of a page by number.

import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { accessEngine } from "../core/privileges/effective.ts";
import { type Basis, basisOf } from "../queries/basis.ts";
import { type Grounds, groundsOfSnapshot } from "../queries/grounds.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { QueryDeps } from "./deps.ts";
import type { Placed } from "./page.ts";
import { pickAt, pickCluster } from "./params.ts";
import { pinnedSnapshot } from "./snapshot-ref.ts";

type Named = { readonly cluster?: string | undefined; readonly at?: string | undefined };

type AskedSnapshot = {
  readonly cluster: Cluster;
  readonly at: Instant;
  readonly snapshot: Snapshot;
  /** The snapshot's number, for cursors. */
  readonly seq: number;
  readonly grounds: Grounds;
  readonly basis: Basis;
};

/** Where a row stands in a list: the snapshot, and the number of the row. */
export const RowPlace = z.tuple([z.int().check(z.positive()), z.int().check(z.nonnegative())]);

/** The snapshot that is asked about; `seq`: the one that the first page rested on, and `at` its moment where it was kept. */
export const askSnapshot = async (
  deps: QueryDeps,
  params: Named,
  { seq, at: pinnedAt }: { readonly seq?: number | undefined; readonly at?: Instant | undefined } = {},
): Promise<AskedSnapshot> => {
  const cluster = await pickCluster(deps, params.cluster);
  const at = pinnedAt ?? pickAt(deps, params.at);
  const snapshot = await pinnedSnapshot(deps, cluster, at, seq);
  return {
    cluster,
    at,
    snapshot,
    seq: snapshot.manifest.seq,
    grounds: groundsOfSnapshot(deps.store, snapshot, at, {
      access: (one) => deps.access(one, accessEngine),
    }),
    basis: await basisOf(deps.store, cluster, snapshot, at),
  };
};

/** The rows behind `after`, as they are answered, each with its place. */
export const rowsAfter = <R, T>(
  rows: readonly R[],
  after: number | undefined,
  answer: (row: R) => T,
  place: (n: number) => unknown,
): Placed<T>[] => {
  const first = after === undefined ? 0 : after + 1;
  return rows.slice(first).map((row, i) => [answer(row), place(first + i)]);
};
