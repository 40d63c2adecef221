// What happened to a principal: its own mappings, and what happened to each role while it was mapped to it.

import type { Oid } from "../base/ids.ts";
import type { RecordedChange } from "./change.ts";
import { inOrder } from "./change-order.ts";
import type { MappingPeriod } from "./mapping-period.ts";

/** One change under several subjects is told with more or less of an ACL: what it is about identifies it. */
const identity = ({ toSeq, change }: RecordedChange): string => {
  if (change.kind === "object-created" || change.kind === "object-dropped") {
    return `${toSeq} ${change.kind} ${change.entry.section} ${change.entry.row.oid}`;
  }
  if (change.kind === "other-object") return `${toSeq} ${change.kind} ${change.section} ${change.oid}`;
  if (change.kind === "default-privilege") return `${toSeq} ${change.kind} ${change.oid}`;
  return `${toSeq} ${JSON.stringify(change)}`;
};

/** In the order of the snapshots, and within one in the order of its changes; a change that belongs to several timelines once, in its fullest form. */
export const mergeTimelines = (timelines: readonly (readonly RecordedChange[])[]): RecordedChange[] => {
  const merged = new Map<string, { readonly recorded: RecordedChange; readonly size: number }>();
  for (const recorded of timelines.flat()) {
    const key = identity(recorded);
    const size = JSON.stringify(recorded).length;
    if (size > (merged.get(key)?.size ?? 0)) merged.set(key, { recorded, size });
  }
  return inOrder([...merged.values()].map(({ recorded }) => recorded));
};

/** True where the change may have happened while the mapping stood. */
export const isDuring = ({ from, to }: Pick<RecordedChange, "from" | "to">, period: MappingPeriod): boolean =>
  to > (period.notSeenAt ?? period.firstSeenAt) && (period.goneAt === null || from < period.goneAt);

/** `periods`: all of the cluster; `mappings`: the mappings' timeline; `roles`: the timeline of each role once mapped. */
export const principalTimeline = (
  principal: string,
  periods: readonly MappingPeriod[],
  mappings: readonly RecordedChange[],
  roles: ReadonlyMap<Oid, readonly RecordedChange[]>,
): RecordedChange[] => {
  const own = mappings.filter(({ change }) => change.kind === "mapping" && change.principal === principal);
  const mine = periods.filter(({ arn }) => arn === principal);
  const ofRoles = mine.map((period) =>
    (roles.get(period.roleOid) ?? []).filter(
      // Another principal's mapping to the same role is that principal's affair.
      (recorded) => recorded.change.kind !== "mapping" && isDuring(recorded, period),
    ),
  );
  return mergeTimelines([own, ...ofRoles]);
};
