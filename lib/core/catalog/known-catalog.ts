// A catalog together with what was last known of the sections that it could not read.

import type { Instant } from "../base/time.ts";
import type { Catalog, RowOf, SectionName } from "./catalog.ts";
import { sectionNames } from "./catalog.ts";

/** The snapshot that last read a section. */
export type LastRead = { readonly at: Instant; readonly seq: number };

/** What the last snapshot that could read a section saw in it. */
type LastKnown<N extends SectionName> = LastRead & { readonly rows: readonly RowOf<N>[] };

/** `lastKnown` holds unreadable sections only; one that was never read is in neither place. */
export type KnownCatalog = Catalog & {
  readonly lastKnown?: { readonly [N in SectionName]?: LastKnown<N> };
};

/** The rows of a section as far as we know: read now, or when it was last read; null: never. */
export const knownRows = <N extends SectionName>(
  catalog: KnownCatalog,
  name: N,
): readonly RowOf<N>[] | null => {
  const section = catalog.sections[name];
  if (section.status === "read") return section.rows as RowOf<N>[];
  return (catalog.lastKnown?.[name] as LastKnown<N> | undefined)?.rows ?? null;
};

/** `next` with the rows that `before`, taken at `last`, knew of the sections that `next` could not read. */
export const carryKnown = (
  before: KnownCatalog | undefined,
  last: LastRead | undefined,
  next: Catalog,
): KnownCatalog => {
  const plain: Catalog = {
    format: next.format,
    cluster: next.cluster,
    serverVersion: next.serverVersion,
    sections: next.sections,
    ...(next.extras && { extras: next.extras }),
  };
  if (!before || !last) return plain;
  const lastKnown: Record<string, LastRead & { rows: readonly unknown[] }> = {};
  for (const name of sectionNames) {
    if (next.sections[name].status === "read") continue;
    const seen = before.sections[name];
    const known = seen.status === "read" ? { ...last, rows: seen.rows } : before.lastKnown?.[name];
    if (known) lastKnown[name] = known;
  }
  return Object.keys(lastKnown).length
    ? { ...plain, lastKnown: lastKnown as NonNullable<KnownCatalog["lastKnown"]> }
    : plain;
};
