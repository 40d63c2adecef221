// A catalog together with what was last known of the sections that it could not read.

import { Cluster, isClusterArn } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import * as z from "../base/zod.ts";
import type { Catalog, RowOf, SectionName } from "./catalog.ts";
import { sectionNames } from "./catalog.ts";
import { type IamPartName, type IamRowOf, iamPartNames } from "./iam-facts.ts";

/** The snapshot that last read a section. */
export type LastRead = { readonly at: Instant; readonly seq: number };

/** What the last snapshot that could read a section saw in it. */
type LastKnown<N extends SectionName> = LastRead & { readonly rows: readonly RowOf<N>[] };

/** What the last snapshot that could read a part of IAM saw in it: of unreadable parts only. */
export type LastIam = {
  readonly [N in IamPartName]?: LastRead & { readonly rows: readonly IamRowOf<N>[] };
};

/**
 * A peer that an earlier snapshot named and this one does not. `until`: the first snapshot that could tell and did not name
 * it; null: none could since.
 */
export const FormerPeer = z.object({
  cluster: Cluster.check(z.refine(isClusterArn)),
  until: z.nullable(z.int()),
});
export type FormerPeer = z.infer<typeof FormerPeer>;

/** `lastKnown` holds unreadable sections only; one that was never read is in neither place. `lastIam`: the same of IAM. */
export type KnownCatalog = Catalog & {
  readonly lastKnown?: { readonly [N in SectionName]?: LastKnown<N> };
  readonly lastIam?: LastIam;
  /** By ARN. They go with each snapshot to the next one, so that thinning takes none of them away. */
  readonly formerPeers?: readonly FormerPeer[];
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

/** The rows of a part of IAM as far as we know: read now, or when it was last read; null: never. */
export const knownIam = <N extends IamPartName>(
  { iam, lastIam }: KnownCatalog,
  name: N,
): readonly IamRowOf<N>[] | null => {
  const part = iam?.parts[name];
  if (part === undefined) return null;
  if (part.status === "read") return part.rows as IamRowOf<N>[];
  return (lastIam?.[name] as { readonly rows: readonly IamRowOf<N>[] } | undefined)?.rows ?? null;
};

/** What `before` knew of the parts of IAM that `next` could not read; undefined: nothing, or there are none. */
const carryIam = (before: KnownCatalog, last: LastRead, next: Catalog): LastIam | undefined => {
  if (!next.iam) return undefined;
  const carried: Record<string, LastRead & { rows: readonly unknown[] }> = {};
  for (const name of iamPartNames) {
    if (next.iam.parts[name].status === "read") continue;
    const seen = before.iam?.parts[name];
    const known = seen?.status === "read" ? { ...last, rows: seen.rows } : before.lastIam?.[name];
    if (known) carried[name] = known;
  }
  return Object.keys(carried).length ? (carried as LastIam) : undefined;
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
    ...(next.iam && { iam: next.iam }),
    ...(next.peers && { peers: next.peers }),
  };
  if (!before || !last) return plain;
  const lastKnown: Record<string, LastRead & { rows: readonly unknown[] }> = {};
  for (const name of sectionNames) {
    if (next.sections[name].status === "read") continue;
    const seen = before.sections[name];
    const known = seen.status === "read" ? { ...last, rows: seen.rows } : before.lastKnown?.[name];
    if (known) lastKnown[name] = known;
  }
  const lastIam = carryIam(before, last, next);
  return {
    ...plain,
    ...(Object.keys(lastKnown).length && { lastKnown: lastKnown as NonNullable<KnownCatalog["lastKnown"]> }),
    ...(lastIam && { lastIam }),
  };
};
