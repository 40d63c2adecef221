// What is left of declarations whose end is past: access that is still there, though nothing declares it any more.
import type { Instant } from "../base/time.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { accessKey, byKey } from "./access.ts";
import { couldNotSee, expand, followsFrom } from "./against-live.ts";
import type { Baseline } from "./baseline.ts";
import { type Declared, declaredAccess, isOver } from "./declared-access.ts";
import { liveAccess } from "./live-access.ts";

/** What the catalog still allows of one declaration whose end is past. */
export type Outlived = {
  /** Keys of the accesses that are there. */
  readonly live: readonly string[];
  /** Those of them that something else declares, which has not ended. */
  readonly stillDeclared: readonly string[];
  /** Some of it could not be looked for. */
  readonly unseen: boolean;
};

/** Looks for declarations that are over at `at`: one that another component, or another entry, declares on is no leftover. */
export const outlivedIn = (
  baseline: Baseline,
  catalog: Catalog,
  at: Instant,
): ((one: Declared) => Outlived) => {
  const live = liveAccess(catalog);
  const found = byKey(live.accesses);
  const notRead = couldNotSee(live.unread);
  const isUnseen = (one: Declared): boolean =>
    notRead(one) || (one.role !== null && live.leftOut.has(one.role) && !found.has(accessKey(one)));
  const standing = expand(declaredAccess(baseline), live).filter((one) => !isOver(one, at));
  const open = byKey(standing);
  const follows = followsFrom(standing, live);
  return (one) => {
    const there = expand([one], live).flatMap((each) => found.get(accessKey(each)) ?? []);
    return {
      live: there.map(accessKey),
      stillDeclared: there.filter((each) => open.has(accessKey(each)) || follows(each)).map(accessKey),
      unseen: isUnseen(one) || expand([one], live).some(isUnseen),
    };
  };
};
