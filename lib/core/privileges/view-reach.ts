// What a role reaches through views: a view reads and writes the tables under it with its owner's rights, not its
// caller's, unless it is a `security_invoker` view. https://www.postgresql.org/docs/16/rules-privileges.html

import { type Privilege, type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import { type AccessObject, isSystemSchema } from "./effective-objects.ts";
import { type Ended, followerOf, invokersOf, isView, usableOf, viewWays, wholeOf } from "./view-follow.ts";

/** One table that a view gives beyond what the role may do with it itself. */
export type ViewReach = {
  readonly view: AccessObject;
  readonly relation: AccessObject;
  readonly privileges: readonly Privilege[];
  /** With whose rights the table is reached. */
  readonly as: RoleId;
  /** false: the view names several tables and the write goes to one of them; or the role may do it to some columns anyway. */
  readonly certain: boolean;
};

/** An object of the system, by its name, that a view gives: one that PUBLIC may not read. */
export type SystemReach = Omit<ViewReach, "relation"> & { readonly relation: string };

export type ViewReaches = {
  readonly reaches: readonly ViewReach[];
  readonly system: readonly SystemReach[];
  /** Views that run with another's rights, or may, and could not be followed; with what the role may do with each. */
  readonly unfollowed: readonly { readonly view: AccessObject; readonly privileges: readonly Privilege[] }[];
  /** Why; null where all were followed. */
  readonly reason: string | null;
};

/** The views of users, made once per engine; a materialised one shows what its owner read at the last refresh. */
const viewsOf = (engine: AccessEngine): AccessObject[] =>
  engine.objects.filter((object) => isView(object) && !isSystemSchema(object.schema));

const privilegesIn = (mask: PrivilegeMask): Privilege[] =>
  viewWays.flatMap(([privilege]) => (mask & privilegeBit(privilege) ? [privilege] : []));

type Reach = Omit<ViewReach, "relation"> & Pick<Ended, "relation">;

const isOfSystem = (reach: Reach): reach is SystemReach => typeof reach.relation === "string";
const isOfUsers = (reach: Reach): reach is ViewReach => typeof reach.relation !== "string";

/** A function that answers for one role after the other over the same catalog. */
export const viewReachesOf = (engine: AccessEngine): ((role: RoleId) => ViewReaches) => {
  const views = viewsOf(engine);
  const usable = usableOf(engine);
  const whole = wholeOf(engine);
  const follow = followerOf(engine);
  if (typeof follow !== "function") {
    const invokers = invokersOf(engine);
    const runsAsOwner = (role: RoleId, view: AccessObject): boolean =>
      !invokers.has(view.oid) && engine.graph.idOf.get(view.owner) !== role;
    return (role) => ({
      reaches: [],
      system: [],
      reason: follow.reason,
      unfollowed: views.flatMap((view) => {
        const privileges = runsAsOwner(role, view) ? privilegesIn(usable(role, view)) : [];
        return privileges.length ? [{ view, privileges }] : [];
      }),
    });
  }
  return (role) => {
    const reaches = new Map<string, Reach>();
    for (const view of views) {
      const mask = usable(role, view);
      for (const way of viewWays) {
        const [privilege] = way;
        const bit = privilegeBit(privilege);
        if (!(mask & bit)) continue;
        for (const { relation, as, certain: ends } of follow(view, way, role)) {
          const own = typeof relation === "string" ? null : relation;
          if (as === role || (own && whole(role, own) & bit)) continue;
          // Which columns the view shows is not known: perhaps those alone that the role may read or write anyway.
          const certain = ends && !(own && usable(role, own) & bit);
          const key = `${view.oid} ${own?.oid ?? String(relation)} ${as} ${certain}`;
          const privileges = [...new Set([...(reaches.get(key)?.privileges ?? []), privilege])];
          reaches.set(key, { view, relation, as, certain, privileges });
        }
      }
    }
    const all = [...reaches.values()];
    return { reaches: all.filter(isOfUsers), system: all.filter(isOfSystem), unfollowed: [], reason: null };
  };
};
