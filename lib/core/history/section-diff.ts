// How each section is compared: its rows, and what is granted on them. A new section does not compile until it stands here.
import type { SectionName } from "../catalog/catalog.ts";
import { diffDefaults } from "./diff-defaults.ts";
import { diffGrants, diffObjects } from "./diff-objects.ts";
import { diffMappings, diffMemberships, diffRoles } from "./diff-roles.ts";
import type { Step } from "./diff-step.ts";

type SectionDiff = {
  /** What came, went and was renamed. All sections' rows are compared before any grants. */
  readonly rows: (step: Step) => void;
  /** Grants are compared on what owners and names have left behind; null: nothing is granted on its rows. */
  readonly grants: ((step: Step) => void) | null;
};

const nothing = (): void => {};

/** Memberships, mappings and default privileges are themselves what somebody was granted. */
export const sectionDiffs: { readonly [N in SectionName]: SectionDiff } = {
  roles: { rows: diffRoles, grants: null },
  memberships: { rows: diffMemberships, grants: null },
  mappings: { rows: diffMappings, grants: null },
  schemas: { rows: (step) => diffObjects(step, "schemas"), grants: (step) => diffGrants(step, "schemas") },
  relations: {
    rows: (step) => diffObjects(step, "relations"),
    grants: (step) => diffGrants(step, "relations"),
  },
  // A column is there as long as something is granted on it.
  columns: { rows: nothing, grants: (step) => diffGrants(step, "columns") },
  functions: {
    rows: (step) => diffObjects(step, "functions"),
    grants: (step) => diffGrants(step, "functions"),
  },
  types: { rows: (step) => diffObjects(step, "types"), grants: (step) => diffGrants(step, "types") },
  defaultPrivileges: { rows: nothing, grants: diffDefaults },
  database: { rows: (step) => diffObjects(step, "database"), grants: (step) => diffGrants(step, "database") },
};
