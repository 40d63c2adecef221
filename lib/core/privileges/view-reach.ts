// What a role reaches through views: a view reads and writes the tables under it with its owner's rights, not its
// caller's, unless it is a `security_invoker` view. https://www.postgresql.org/docs/16/rules-privileges.html

import type { Oid } from "../base/ids.ts";
import { extraOf, type ViewRule } from "../catalog/extras.ts";
import { type Privilege, type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import { type AccessObject, isSystemSchema } from "./effective-objects.ts";
import { cellOf } from "./effective-rows.ts";

/** One table that a view gives beyond what the role may do with it itself. */
export type ViewReach = {
  readonly view: AccessObject;
  readonly relation: AccessObject;
  readonly privileges: readonly Privilege[];
  /** With whose rights the table is reached. */
  readonly as: RoleId;
  /** false: the view names several tables, and the write goes to one of them. */
  readonly certain: boolean;
};

export type ViewReaches = {
  readonly reaches: readonly ViewReach[];
  /** Views that run with another's rights, or may, and could not be followed; with what the role may do with each. */
  readonly unfollowed: readonly { readonly view: AccessObject; readonly privileges: readonly Privilege[] }[];
  /** Why; null where all were followed. */
  readonly reason: string | null;
};

/** In the order in which they are told; the number is the bit of pg_relation_is_updatable(). */
const ways = [
  ["SELECT", 0],
  ["INSERT", 8],
  ["UPDATE", 4],
  ["DELETE", 16],
] as const satisfies readonly (readonly [Privilege, number])[];

/** What a role has on a relation: on the whole of it or on any column; a column that is `fixed` is not written. */
export type MaskOn = (role: RoleId, relation: AccessObject) => PrivilegeMask;

const WRITES_OF_COLUMNS = privilegeBit("INSERT") | privilegeBit("UPDATE");

const maskOn = (engine: AccessEngine, of: (role: RoleId, object: AccessObject) => PrivilegeMask): MaskOn => {
  const columns = Map.groupBy(
    engine.objects.filter(({ kind, columnNumber }) => kind === "column" && columnNumber > 0),
    ({ oid }) => oid,
  );
  const fixed = new Map(
    (extraOf(engine.catalog, "viewRules").rows ?? []).flatMap((rule) =>
      rule.event ? [] : [[rule.view, new Set(rule.fixed)]],
    ),
  );
  return (role, relation) =>
    [relation, ...(columns.get(relation.oid) ?? [])].reduce((mask, object) => {
      const isFixed = object.kind === "column" && fixed.get(object.oid)?.has(object.columnNumber);
      return mask | (of(role, object) & (isFixed ? ~WRITES_OF_COLUMNS : ~0));
    }, 0);
};

/** What a role can use, at once or after SET ROLE. */
export const usableOf = (engine: AccessEngine): MaskOn =>
  maskOn(engine, (role, object) => {
    const cell = cellOf(engine.matrix, role, object);
    return cell.settableUsable | (engine.matrix.usable(role, object) ? cell.held : 0);
  });

/** What a role holds: a view's owner needs no USAGE on the schema any more. */
export const heldOf = (engine: AccessEngine): MaskOn =>
  maskOn(engine, (role, object) => cellOf(engine.matrix, role, object).held);

type Follow = {
  readonly byOid: ReadonlyMap<Oid, AccessObject>;
  readonly rules: ReadonlyMap<Oid, ViewRule>;
  /** `view/statement` of what a rule stands instead of: it does not go through the view itself. */
  readonly replaced: ReadonlySet<string>;
  readonly invokers: ReadonlySet<Oid>;
  readonly engine: AccessEngine;
  readonly held: MaskOn;
};

type Found = { readonly relation: AccessObject; readonly as: RoleId; readonly certain: boolean };

const isView = ({ letter, kind }: AccessObject): boolean => kind === "view" && /^[vm]$/.test(letter);

/** The tables that one action on a view ends at, and with whose rights, through views upon views. */
const follow = (
  it: Follow,
  view: AccessObject,
  [privilege, updatable]: (typeof ways)[number],
  caller: RoleId,
  seen: ReadonlySet<Oid>,
): Found[] => {
  const rule = it.rules.get(view.oid);
  const owner = it.engine.graph.idOf.get(view.owner);
  const acting = it.invokers.has(view.oid) ? caller : owner;
  if (!rule || acting === undefined || (privilege !== "SELECT" && !(rule.updatable & updatable))) return [];
  if (it.replaced.has(`${view.oid}/${privilege}`)) return [];
  const bit = privilegeBit(privilege);
  return rule.relations.flatMap((oid): Found[] => {
    const relation = it.byOid.get(oid);
    if (!relation || seen.has(oid) || (it.held(acting, relation) & bit) === 0) return [];
    // Of several tables one is written; of one whose owner may write some columns alone, perhaps none that the view shows.
    const whole = (cellOf(it.engine.matrix, acting, relation).held & bit) !== 0;
    const certain = privilege === "SELECT" || (rule.relations.length === 1 && whole);
    if (!isView(relation)) return [{ relation, as: acting, certain }];
    const under = follow(it, relation, [privilege, updatable] as never, acting, new Set([...seen, oid]));
    return under.map((found) => ({ ...found, certain: found.certain && certain }));
  });
};

/** The views of users, made once per engine; a materialised one shows what its owner read at the last refresh. */
const viewsOf = (engine: AccessEngine): AccessObject[] =>
  engine.objects.filter((object) => isView(object) && !isSystemSchema(object.schema));

const privilegesIn = (mask: PrivilegeMask): Privilege[] =>
  ways.flatMap(([privilege]) => (mask & privilegeBit(privilege) ? [privilege] : []));

/** A function that answers for one role after the other over the same catalog. */
export const viewReachesOf = (engine: AccessEngine): ((role: RoleId) => ViewReaches) => {
  const { graph, catalog } = engine;
  const views = viewsOf(engine);
  const usable = usableOf(engine);
  const rights = extraOf(catalog, "views");
  const rules = extraOf(catalog, "viewRules");
  const invokers = new Set((rights.rows ?? []).flatMap(({ oid, invoker }) => (invoker ? [oid] : [])));
  const runsAsOwner = (role: RoleId, view: AccessObject): boolean =>
    !invokers.has(view.oid) && graph.idOf.get(view.owner) !== role;
  if (rights.rows === null || rules.rows === null) {
    const reason = rights.rows === null ? rights.reason : rules.rows === null ? rules.reason : null;
    return (role) => ({
      reaches: [],
      reason,
      unfollowed: views.flatMap((view) => {
        const privileges = runsAsOwner(role, view) ? privilegesIn(usable(role, view)) : [];
        return privileges.length ? [{ view, privileges }] : [];
      }),
    });
  }
  const it: Follow = {
    engine,
    byOid: new Map(
      engine.objects.flatMap((o) => (o.kind === "table" || o.kind === "view" ? [[o.oid, o]] : [])),
    ),
    rules: new Map(rules.rows.flatMap((rule) => (rule.event ? [] : [[rule.view, rule]]))),
    replaced: new Set(
      rules.rows.flatMap(({ view, event, instead }) => (event && instead ? [`${view}/${event}`] : [])),
    ),
    invokers,
    held: heldOf(engine),
  };
  return (role) => {
    const reaches = new Map<string, ViewReach>();
    for (const view of views) {
      const mask = usable(role, view);
      for (const way of ways) {
        const [privilege] = way;
        if (!(mask & privilegeBit(privilege))) continue;
        for (const { relation, as, certain } of follow(it, view, way, role, new Set([view.oid]))) {
          if (as === role || usable(role, relation) & privilegeBit(privilege)) continue;
          const key = `${view.oid} ${relation.oid} ${as} ${certain}`;
          const known = reaches.get(key);
          const privileges = [...new Set([...(known?.privileges ?? []), privilege])];
          reaches.set(key, { view, relation, as, certain, privileges });
        }
      }
    }
    return { reaches: [...reaches.values()], unfollowed: [], reason: null };
  };
};
