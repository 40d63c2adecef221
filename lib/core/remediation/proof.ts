// What a throw-away server said of a plan: its shape, and how a plan is judged; who runs the server is another matter.
import type { Catalog } from "../catalog/catalog.ts";
import type { ChangedPrivilege } from "./access-change.ts";

export type Proof = {
  /** `refused`: the server does not take a step. `not-proven`: it could not be tried, or did something else. */
  readonly status: "proven" | "refused" | "not-proven";
  /** Why it is not proven, in sentences; empty where it is. */
  readonly because: readonly string[];
  /** What is gone afterwards, of what was wanted. */
  readonly resolved: readonly string[];
  /** What is there afterwards and was not before: access that is left without what it was for. */
  readonly opened: readonly string[];
  /** Effective privileges that are lost and gained. */
  readonly changed: readonly ChangedPrivilege[];
};

/** The keys of what there is to end in a catalog: ids of findings, or differences from a baseline. */
export type Judge = (catalog: Catalog) => ReadonlySet<string>;

/** A plan that was not tried. */
export const notProven = (because: readonly string[], status: Proof["status"] = "not-proven"): Proof => ({
  status,
  because,
  resolved: [],
  opened: [],
  changed: [],
});
