// One item of what a deployment needs: a link of the set-up, with what it takes to make it hold.
import type { Link, LinkState } from "../../lib/doctor/link.ts";
import type { Merge, Merged } from "../../lib/doctor/merges.ts";
import type { Style } from "../colour.ts";

export type ItemState = "ok" | "missing" | "unknown";

/** What deploy-check prints. */
export type CheckItem = {
  readonly item: string;
  /** Of the deployment. */
  readonly when: "before" | "after";
  /** null: of all clusters. */
  readonly cluster: string | null;
  readonly state: ItemState;
  /** The auditor works without it. */
  readonly optional: boolean;
  readonly says: string;
  readonly next: string | null;
  readonly merge: Merge | null;
  /** What to run as admin in the cluster. */
  readonly sql: readonly string[] | null;
};

export const itemStyles: Readonly<Record<ItemState, Style>> = { ok: "good", missing: "bad", unknown: "warn" };

const states: Readonly<Record<LinkState, ItemState>> = { ok: "ok", broken: "missing", unknown: "unknown" };

export const itemOf = (
  when: CheckItem["when"],
  { link, state, says, next }: Link,
  more: Partial<Pick<CheckItem, "cluster" | "optional" | "merge" | "sql">> = {},
): CheckItem => ({
  ...{ item: link, when, cluster: null, state: states[state], optional: false, says, next },
  ...{ merge: null, sql: null },
  ...more,
});

/**
 * The item, where it is missing, with the merged setting in the place of advice; why there is none is said. What is unknown
 * may hold already: nobody is asked to change it.
 */
export const withMerge = (item: CheckItem, merged: Merged | undefined): CheckItem => {
  if (item.state !== "missing" || !merged) return item;
  return "why" in merged
    ? { ...item, says: `${item.says}. Nothing is merged: ${merged.why}`, next: merged.next ?? item.next }
    : { ...item, next: merged.command, merge: merged.merge };
};
