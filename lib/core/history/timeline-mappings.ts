// How long each mapping stood, from the changes of the mappings section.

import type { Instant } from "../base/time.ts";
import { rowKey } from "../catalog/canonical-rows.ts";
import { Mapping } from "../catalog/catalog.ts";
import type { RecordedChange } from "./change.ts";
import type { MappingPeriod } from "./mapping-period.ts";

export type MappingHistory = {
  /** In the order in which they were first seen. */
  readonly periods: readonly MappingPeriod[];
  /** The first snapshot that could read the mappings; null: none could. */
  readonly firstReadAt: Instant | null;
};

/** A mapping whose ARN changed under one id would be another's access: it ends and begins. */
const continues = (before: Mapping, after: Mapping): boolean => before.arn === after.arn;

/**
 * The periods of all mappings that `changes` (the mappings' timeline, oldest first) tells of. `lastReadAt`: the last
 * snapshot that could read the mappings, up to which those that still stand were seen.
 */
export const mappingHistory = (changes: readonly RecordedChange[], lastReadAt: Instant): MappingHistory => {
  const periods: MappingPeriod[] = [];
  const open = new Map<string, number>();
  let firstReadAt: Instant | null = null;
  const begin = (row: Mapping, notSeenAt: Instant | null, firstSeenAt: Instant): void => {
    open.set(rowKey("mappings", row), periods.length);
    const { arn, iamOid, role, roleName } = row;
    // A clock that went back must not make a period that ends before it begins.
    const lastSeenAt = Math.max(firstSeenAt, lastReadAt);
    periods.push({ arn, iamOid, roleOid: role, roleName, notSeenAt, firstSeenAt, lastSeenAt, goneAt: null });
  };
  const amend = (key: string, with_: Partial<MappingPeriod>): void => {
    const at = open.get(key);
    const period = at === undefined ? undefined : periods[at];
    if (at !== undefined && period) periods[at] = { ...period, ...with_ };
  };
  const end = (row: Mapping, lastSeenAt: Instant, goneAt: Instant): void => {
    const key = rowKey("mappings", row);
    amend(key, { lastSeenAt, goneAt });
    open.delete(key);
  };
  for (const { from, to, change } of changes) {
    if (change.kind === "role-renamed") {
      for (const [key, at] of open)
        if (periods[at]?.roleOid === change.role.oid) amend(key, { roleName: change.to });
    } else if (change.kind === "section-readable" && change.section === "mappings") {
      firstReadAt ??= to;
      for (const row of change.first ?? []) begin(Mapping.parse(row), null, to);
    } else if (change.kind === "mapping") {
      const { before, after } = change;
      if (before && after && continues(before, after)) {
        amend(rowKey("mappings", before), { roleName: after.roleName });
        continue;
      }
      if (before) end(before, from, to);
      if (after) begin(after, from, to);
    }
  }
  return { periods, firstReadAt };
};
