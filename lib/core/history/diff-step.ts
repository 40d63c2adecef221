// What every step of a diff works on: the state reached so far, the state to reach, and what was found on the way.
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Acl, SectionName } from "../catalog/catalog.ts";
import type { Change } from "./change.ts";
import type { Names } from "./diff-names.ts";
import type { Working } from "./working-catalog.ts";

export const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

export type Step = {
  readonly now: Working;
  readonly target: Working;
  readonly names: Names;
  /** ACLs as they were before their grants were compared, by section and key: a column's table is compared first. */
  readonly aclBefore: Map<string, Acl>;
  /** Applies the change and keeps it: what follows from it is then no change of its own. */
  readonly found: (change: Change) => void;
};

/** The rows on both sides, where both are known. */
export const both = (
  { now, target }: Step,
  name: SectionName,
): { readonly from: Map<string, AnyRow>; readonly to: Map<string, AnyRow> } | undefined => {
  const from = now.sections[name].rows;
  const to = target.sections[name].rows;
  return from && to ? { from, to } : undefined;
};

/** Every key of either side, the ones that go first: what is made again under a new key reads as drop, then create. */
export const keysOf = ({ from, to }: { from: Map<string, AnyRow>; to: Map<string, AnyRow> }): string[] => [
  ...[...from.keys()].filter((key) => !to.has(key)),
  ...to.keys(),
];
