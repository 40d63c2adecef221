// What detectors may see of the baseline: the access that is declared, and where the live access differs.
import type { Instant } from "../base/time.ts";
import type { Baseline } from "../baseline/baseline.ts";
import { type DriftRow, driftOf } from "../baseline/drift.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Facts } from "./facts.ts";
import type { MappingsView } from "./view-mappings.ts";

export type BaselineView = {
  /** null: none was published, and nothing is judged by it. */
  readonly declared: Baseline | null;
  /** Every difference at the moment of the view, unknown ones included; none without a baseline or a snapshot. */
  readonly drift: () => readonly DriftRow[];
};

/** The catalog with the mappings as they stood, where they come from a file of their own. */
const withMappings = (catalog: Catalog, { standing, unreadable }: MappingsView): Catalog => ({
  ...catalog,
  sections: {
    ...catalog.sections,
    mappings:
      unreadable === undefined
        ? {
            status: "read",
            rows: standing.map(({ principal, role, roleOid, period }) => ({
              iamOid: period.iamOid,
              arn: principal,
              role: roleOid,
              roleName: role,
              grantor: 0,
            })),
          }
        : { status: "unreadable", reason: unreadable, code: null },
  },
});

export const baselineView = (
  { baseline, snapshot, mappingsApart }: Pick<Facts, "baseline" | "snapshot" | "mappingsApart">,
  now: Instant,
  mappings: MappingsView,
): BaselineView => {
  let found: readonly DriftRow[] | undefined;
  return {
    declared: baseline ?? null,
    drift: () => {
      if (found || !baseline || !snapshot) return found ?? [];
      const { catalog } = snapshot;
      found = driftOf(baseline, mappingsApart ? withMappings(catalog, mappings) : catalog, now);
      return found;
    },
  };
};
