// Follows one action on a view to the tables that it ends at, through views upon views, and says with whose rights.
// https://www.postgresql.org/docs/16/sql-createview.html

import type { Oid } from "../base/ids.ts";
import { extraOf, type ViewRule } from "../catalog/extras.ts";
import { type Privilege, type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";
import { cellOf } from "./effective-rows.ts";

/** In the order in which they are told; the number is the bit of pg_relation_is_updatable(). */
export const viewWays = [
  ["SELECT", 0],
  ["INSERT", 8],
  ["UPDATE", 4],
  ["DELETE", 16],
] as const satisfies readonly (readonly [Privilege, number])[];
export type ViewWay = (typeof viewWays)[number];

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

const usableCell = (engine: AccessEngine, role: RoleId, object: AccessObject): PrivilegeMask => {
  const cell = cellOf(engine.matrix, role, object);
  return cell.settableUsable | (engine.matrix.usable(role, object) ? cell.held : 0);
};

/** What a role can use, at once or after SET ROLE. */
export const usableOf = (engine: AccessEngine): MaskOn =>
  maskOn(engine, (role, object) => usableCell(engine, role, object));

/** The same of the whole relation: who may read one column of a table gains the others by a view. */
export const wholeOf =
  (engine: AccessEngine): MaskOn =>
  (role, relation) =>
    usableCell(engine, role, relation);

/** What a role holds: a view's owner needs no USAGE on the schema any more. */
export const heldOf = (engine: AccessEngine): MaskOn =>
  maskOn(engine, (role, object) => cellOf(engine.matrix, role, object).held);

/** Where an action ends: at a table, or at an object of the system that PUBLIC may not read, by its name. */
export type Ended = {
  readonly relation: AccessObject | string;
  /** With whose rights. */
  readonly as: RoleId;
  /** false: it may; of several tables which is written, or what a materialised view still shows. */
  readonly certain: boolean;
};
/** One action of `caller` on a view. */
export type Follower = (view: AccessObject, way: ViewWay, caller: RoleId) => readonly Ended[];

export const isView = ({ letter, kind }: AccessObject): boolean => kind === "view" && /^[vm]$/.test(letter);

/** Tables and views by OID. */
export const relationsByOid = (engine: AccessEngine): ReadonlyMap<Oid, AccessObject> =>
  new Map(engine.objects.flatMap((o) => (o.kind === "table" || o.kind === "view" ? [[o.oid, o]] : [])));

/** Views that check their caller's rights. */
export const invokersOf = (engine: AccessEngine): ReadonlySet<Oid> =>
  new Set(
    (extraOf(engine.catalog, "views").rows ?? []).flatMap(({ oid, invoker }) => (invoker ? [oid] : [])),
  );

type Follow = {
  readonly byOid: ReadonlyMap<Oid, AccessObject>;
  readonly rules: ReadonlyMap<Oid, ViewRule>;
  /** `view/statement` of what a rule stands instead of: it does not go through the view itself. */
  readonly replaced: ReadonlySet<string>;
  readonly invokers: ReadonlySet<Oid>;
  readonly engine: AccessEngine;
  readonly held: MaskOn;
};

/** Nobody but a superuser, and who may read all data, reads what the system keeps from PUBLIC and gave to nobody. */
const systemEnds = (it: Follow, rule: ViewRule, [privilege]: ViewWay, as: RoleId): Ended[] => {
  const { graph } = it.engine;
  const readsAll = graph.idOfName.get("pg_read_all_data");
  const superuser = graph.roles[as]?.superuser ?? false;
  if (!superuser && privilege !== "SELECT") return [];
  const certain = superuser || (readsAll !== undefined && it.engine.isMember(as, readsAll, "USAGE"));
  return (rule.secret ?? []).map((relation) => ({ relation, as, certain }));
};

/**
 * `caller`: who began the statement, whose rights a `security_invoker` view checks however deep it stands; `seen`: the
 * views on the way.
 */
const follow = (
  it: Follow,
  view: AccessObject,
  way: ViewWay,
  caller: RoleId,
  seen: ReadonlySet<Oid>,
): readonly Ended[] => {
  const [privilege, updatable] = way;
  const rule = it.rules.get(view.oid);
  const owner = it.engine.graph.idOf.get(view.owner);
  const acting = it.invokers.has(view.oid) ? caller : owner;
  if (!rule || acting === undefined || (privilege !== "SELECT" && !(rule.updatable & updatable))) return [];
  if (it.replaced.has(`${view.oid}/${privilege}`)) return [];
  // It shows what its owner could read when it was filled, and was filled as the owner.
  const filled = view.letter === "m";
  const bit = privilegeBit(privilege);
  const found = rule.relations.flatMap((oid): readonly Ended[] => {
    const relation = it.byOid.get(oid);
    if (!relation || seen.has(oid)) return [];
    const may = (it.held(acting, relation) & bit) !== 0;
    if (!may && !filled) return [];
    // Of several tables one is written; of one whose owner may write some columns alone, perhaps none that the view shows.
    const whole = (cellOf(it.engine.matrix, acting, relation).held & bit) !== 0;
    const certain = may && (privilege === "SELECT" || (rule.relations.length === 1 && whole));
    if (!isView(relation)) return [{ relation, as: acting, certain }];
    const under = follow(it, relation, way, filled ? acting : caller, new Set([...seen, oid]));
    return under.map((one) => ({ ...one, certain: one.certain && certain }));
  });
  return [...found, ...systemEnds(it, rule, way, acting)];
};

/** Follows over one catalog; the reason where views could not be read. */
export const followerOf = (engine: AccessEngine): Follower | { readonly reason: string } => {
  const rights = extraOf(engine.catalog, "views");
  const rules = extraOf(engine.catalog, "viewRules");
  if (rights.rows === null) return { reason: rights.reason };
  if (rules.rows === null) return { reason: rules.reason };
  const it: Follow = {
    engine,
    byOid: relationsByOid(engine),
    rules: new Map(rules.rows.flatMap((rule) => (rule.event ? [] : [[rule.view, rule]]))),
    replaced: new Set(
      rules.rows.flatMap(({ view, event, instead }) => (event && instead ? [`${view}/${event}`] : [])),
    ),
    invokers: invokersOf(engine),
    held: heldOf(engine),
  };
  return (view, way, caller) => follow(it, view, way, caller, new Set([view.oid]));
};
