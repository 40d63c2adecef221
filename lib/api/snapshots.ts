// GET /snapshots and /snapshots/as-of: which snapshots there are, and what one of them holds.
import { iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import type { AnyRow } from "../core/catalog/canonical-rows.ts";
import { sectionNames } from "../core/catalog/catalog.ts";
import { type KnownCatalog, knownRows } from "../core/catalog/known-catalog.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { basisOf, snapshotRef, unreadableIn } from "../queries/basis.ts";
import { Moment, readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import {
  atParam,
  clusterParam,
  intervalParams,
  pageParams,
  pickAt,
  pickCluster,
  pickInterval,
} from "./params.ts";
import { type Route, route } from "./route.ts";
import { Basis, pinnedSnapshot, Section, SnapshotRef, Time, Unreadable } from "./snapshot-ref.ts";

const Counts = z.record(z.string(), z.nullable(z.int())).check(
  z.meta({
    description: "Rows by section; of an unreadable one what was last known, null where nothing ever was.",
  }),
);

const SnapshotList = z
  .object({
    cluster: z.string(),
    items: z.array(
      z.object({
        ...SnapshotRef.shape,
        previousHash: z
          .nullable(z.string())
          .check(z.meta({ description: "The manifest before; null for the first." })),
        changes: z.int().check(z.meta({ description: "How much differs from the snapshot before." })),
        rows: Counts,
        unreadable: z.array(Unreadable),
      }),
    ),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "SnapshotList" });

const countsOf = ({ manifest }: SealedManifest): Record<string, number | null> =>
  Object.fromEntries(sectionNames.map((name, i) => [name, manifest.rows[i] ?? null]));

const listPath = "/snapshots";
/** The last row of a page, and the end of the stretch that the first page fixed. */
const ListPlace = z.tuple([Moment, z.int(), Moment, Moment]);
const ALL_DAYS = 36_500;
/** Snapshots of one instant that a page may have to step over; more of them only cost another read. */
const TIES = 16;

export const snapshotList: Route = route({
  path: listPath,
  summary: "The snapshots of a cluster",
  description: "By the time they were taken, the newest first.",
  params: z.strictObject({
    ...clusterParam,
    from: intervalParams(0).from.check(
      z.meta({ description: "Taken at or after this time. All if left out." }),
    ),
    to: intervalParams(0).to.check(z.meta({ description: "Taken at or before this time. Now if left out." })),
    ...pageParams,
  }),
  answer: SnapshotList,
  run: async (deps, params) => {
    const question = { path: listPath, params };
    const place = readCursor(ListPlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const asked = pickInterval(deps, { ...params, from: params.from ?? "1970-01-01" }, ALL_DAYS);
    const [takenAt, seq, from, to] = place ?? [undefined, undefined, asked.from, asked.to];
    const read = async (limit: number | undefined): Promise<{ all: number; rest: SealedManifest[] }> => {
      const range = { from, to: takenAt ?? to, backward: true, ...(limit !== undefined && { limit }) };
      const all = await Array.fromAsync(deps.store.snapshots.list(cluster, range));
      const rest = all.filter(
        ({ manifest }) => takenAt === undefined || manifest.takenAt < takenAt || manifest.seq < (seq ?? 0),
      );
      return { all: all.length, rest };
    };
    const enough = params.limit + 1 + TIES;
    let found = await read(enough);
    if (found.all === enough && found.rest.length <= params.limit) found = await read(undefined);
    const placed = found.rest.map((sealed): Placed<z.input<typeof SnapshotList>["items"][number]> => {
      const { manifest } = sealed;
      return [
        {
          ...snapshotRef(sealed),
          previousHash: manifest.previous,
          changes: manifest.changes?.count ?? 0,
          rows: countsOf(sealed),
          unreadable: unreadableIn(sealed),
        },
        [manifest.takenAt, manifest.seq, from, to],
      ];
    });
    return { cluster, ...(await takePage(placed, question)) };
  },
});

const SnapshotAnswer = z
  .object({
    cluster: z.string(),
    ...Basis,
    serverVersion: z
      .int()
      .check(z.meta({ description: "server_version_num; 0 where it could not be read." })),
    sections: z.array(
      z.object({
        section: Section,
        status: z.enum(["read", "unreadable"]),
        rows: z
          .nullable(z.int())
          .check(z.meta({ description: "Of an unreadable section what was last known." })),
        lastReadAt: z.nullable(Time),
        reason: z.optional(z.string()).check(z.meta({ description: "Why it could not be read." })),
      }),
    ),
    items: z
      .array(z.object({ section: Section, row: z.record(z.string(), z.unknown()) }))
      .check(z.meta({ description: "The rows, section by section, with OIDs as PostgreSQL has them." })),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "SnapshotAnswer", description: "A snapshot's catalog, page by page." });

const asOfPath = "/snapshots/as-of";
/** The snapshot, the section's and the row's number. */
const RowPlace = z.tuple([
  z.int().check(z.positive()),
  z.int().check(z.nonnegative()),
  z.int().check(z.nonnegative()),
]);

const rowsAfter = function* (
  catalog: KnownCatalog,
  seq: number,
  only: string | undefined,
  [, firstSection, firstRow]: z.output<typeof RowPlace> = [1, 0, -1],
): Generator<Placed<z.input<typeof SnapshotAnswer>["items"][number]>> {
  for (const [at, section] of sectionNames.entries()) {
    if (at < firstSection || (only !== undefined && only !== section)) continue;
    const rows = (knownRows(catalog, section) ?? []) as readonly AnyRow[];
    for (let n = at === firstSection ? firstRow + 1 : 0; n < rows.length; n++) {
      yield [{ section, row: { ...rows[n] } }, [seq, at, n]];
    }
  }
};

export const snapshotAsOf: Route = route({
  path: asOfPath,
  summary: "What was true at a moment",
  description: "The catalog as of the last snapshot at or before the moment. Pages rest on one snapshot.",
  params: z.strictObject({
    ...clusterParam,
    ...atParam,
    section: z.optional(Section).check(z.meta({ description: "Only this section's rows." })),
    ...pageParams,
  }),
  answer: SnapshotAnswer,
  run: async (deps, params) => {
    const question = { path: asOfPath, params };
    const place = readCursor(RowPlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const at = pickAt(deps, params.at);
    const snapshot = await pinnedSnapshot(deps, cluster, at, place?.[0]);
    const { catalog, manifest } = snapshot;
    const sections = sectionNames.map((section) => {
      const found = catalog.sections[section];
      const rows = knownRows(catalog, section)?.length ?? null;
      if (found.status === "read")
        return { section, status: "read" as const, rows, lastReadAt: iso(manifest.takenAt) };
      const last = catalog.lastKnown?.[section];
      const lastReadAt = last ? iso(last.at) : null;
      return { section, status: "unreadable" as const, rows, lastReadAt, reason: found.reason };
    });
    return {
      cluster,
      ...(await basisOf(deps.store, cluster, snapshot, at)),
      serverVersion: catalog.serverVersion,
      sections,
      ...(await takePage(rowsAfter(catalog, manifest.seq, params.section, place), question)),
    };
  },
});
