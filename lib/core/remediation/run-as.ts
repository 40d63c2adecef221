// Wraps a statement so that it counts on a certain role's authority: as one transaction, or as Aurora DSQL has it.
import { ADMIN } from "../activity/admin-logins.ts";
import { type Oid, PUBLIC } from "../base/ids.ts";
import { type Catalog, isDsql, rowsOf } from "../catalog/catalog.ts";
import { privilegeBit } from "../catalog/privileges.ts";
import { type RoleGraph, type RoleId, reachable } from "../privileges/effective-graph.ts";
import { type AccessObject, accessObjects } from "../privileges/effective-objects.ts";
import { type AclItem, directOptions, itemsOf } from "./acl-change.ts";
import { applyAll } from "./apply-operation.ts";
import type { Operation, OperationOf } from "./operation.ts";
import { graphOf, itemsAt, ownerOf, privilegesOf, refOf, rowOf, type State } from "./state.ts";

/** Operations that are one step: alone, or all of a transaction. */
export type Group = readonly Operation[];

const roleOf = (state: State, oid: Oid) => rowsOf(state.catalog, "roles").find((role) => role.oid === oid);

const transaction = (operations: readonly Operation[]): Group => [
  { does: "begin" },
  ...operations,
  { does: "commit" },
];

/** Whom `admin` reaches by the edges, worked out once: a thousand fixes ask the same of one graph. */
const reachSeen = new WeakMap<RoleGraph["set"], ReadonlySet<RoleId>>();
const loginReaches = (state: State, by: "set" | "inherit", role: Oid): boolean => {
  const graph = graphOf(state.catalog);
  const [from, to] = [graph.idOfName.get(ADMIN), graph.idOf.get(role)];
  if (from === undefined || to === undefined) return false;
  const reached = reachSeen.get(graph[by]) ?? new Set(reachable(graph[by], from));
  reachSeen.set(graph[by], reached);
  return reached.has(to);
};

/** On Aurora DSQL: the grant by which `admin` may act as the role; none where it may already. */
export const becoming = (state: State, role: Oid): Group[] => {
  const { login } = state;
  if (typeof login !== "number" || role === login) return [];
  return loginReaches(state, "set", role)
    ? []
    : [[{ does: "join", role, member: login, options: {}, cascade: false }]];
};

/** On Aurora DSQL: the grant by which `admin` has the role's privileges at once, as giving away what it owns takes. */
export const inheriting = (state: State, role: Oid): Group[] => {
  const { login, catalog } = state;
  if (typeof login !== "number" || loginReaches(state, "inherit", role)) return [];
  const isThere = rowsOf(catalog, "memberships").some(
    (row) => row.role === role && row.member === login && row.grantor === login,
  );
  const options = isThere || roleOf(state, login)?.inherit === false ? { inherit: true } : {};
  return [[{ does: "join", role, member: login, options, cascade: false }]];
};

/** On Aurora DSQL: the statement as the role that can run it. */
export const asDsqlRole = (state: State, role: Oid, operation: Operation): Group[] =>
  typeof state.login !== "number" || role === state.login
    ? [[operation]]
    : [...becoming(state, role), transaction([{ does: "set-role", role }, operation])];

/** Of a whole catalog, worked out once: a role that owns a thousand tables asks a thousand times. */
const schemas = new WeakMap<Catalog, ReadonlyMap<Oid | null, AccessObject>>();
const schemasIn = (catalog: Catalog): ReadonlyMap<Oid | null, AccessObject> => {
  const known = schemas.get(catalog);
  if (known) return known;
  const all = accessObjects(catalog, graphOf(catalog)).filter(({ kind }) => kind === "schema");
  const made = new Map(all.map((schema) => [schema.oid, schema]));
  schemas.set(catalog, made);
  return made;
};

/** The schema that the object stands in; undefined: in none that was read. */
export const schemaOf = ({ catalog }: State, { schemaOid }: AccessObject): AccessObject | undefined =>
  schemasIn(catalog).get(schemaOid);

/** Whether the role can name what is in the schema by its own entry, or that of everybody: an owner may have revoked his. */
const usesSchema = (state: State, role: Oid, schemaOid: Oid | null): boolean => {
  if (schemaOid === null) return true;
  const ref = { section: "schemas", oid: schemaOid, number: 0 } as const;
  if (!rowOf(state.catalog, ref)) return true;
  const usage = privilegeBit("USAGE");
  return itemsAt(state.catalog, ref).some(
    ({ grantee, mask }) => (grantee === role || grantee === PUBLIC) && mask & usage,
  );
};

type Change = OperationOf<"grant" | "revoke">;

const usage = (does: "grant" | "revoke", object: AccessObject, grantee: Oid): Change => ({
  does,
  privilege: "USAGE",
  object,
  grantee,
  option: false,
  cascade: false,
});

/** The right to pass on, given for a statement and taken back. */
type Loan = { readonly give: Change; readonly takeBack: (cascade: boolean) => Change };

/** The table of a column. */
const tableOf = ({ catalog }: State, { oid }: AccessObject): AccessObject | undefined =>
  accessObjects(catalog, graphOf(catalog)).find((one) => one.oid === oid && one.kind !== "column");

/**
 * What a grantor lacks to revoke what he granted: his option is gone where he had it on the table and granted columns.
 * It is lent on the table where that can be taken back without what else he has: on the column, taking it back would end
 * all that he granted there.
 */
const loanFor = (state: State, grantor: Oid, { object, privilege }: Change): Loan | undefined => {
  const { catalog } = state;
  const ref = refOf(object);
  const owner = ownerOf(catalog, ref) ?? 0;
  const bit = privilegeBit(privilege);
  const tableItems =
    ref.section === "columns" ? itemsAt(catalog, { ...ref, section: "relations", number: 0 }) : [];
  const own = itemsAt(catalog, ref);
  if (directOptions([...tableItems, ...own], grantor, owner) & bit) return undefined;
  const has = (items: readonly AclItem[]): boolean =>
    items.some((item) => item.grantee === grantor && item.grantor === owner && item.mask & bit);
  const onColumns = rowsOf(catalog, "columns").some(
    ({ relation, acl }) => relation === object.oid && has(itemsOf(acl)),
  );
  const table = ref.section === "columns" && !onColumns ? tableOf(state, object) : undefined;
  const lent = { privilege, object: table ?? object, grantee: grantor };
  const hadIt = has(table ? tableItems : own);
  return {
    give: { does: "grant", ...lent, option: true, cascade: false },
    takeBack: (cascade) => ({ does: "revoke", ...lent, option: hadIt, cascade }),
  };
};

/** As a grantor who is neither the owner nor a superuser's stand-in: what is missing is lent for the transaction. */
const asGrantor = (state: State, grantor: Oid, change: Change): Group => {
  const isSuperuser = roleOf(state, grantor)?.superuser ?? false;
  const { object } = change;
  const schema = usesSchema(state, grantor, object.schemaOid) ? undefined : schemaOf(state, object);
  const loan = loanFor(state, grantor, change);
  const power = (superuser: boolean): Operation[] =>
    isSuperuser ? [{ does: "attributes", role: grantor, attributes: { superuser } }] : [];
  const whole = (cascade: boolean): Group =>
    transaction([
      ...power(false),
      ...(schema ? [usage("grant", schema, grantor)] : []),
      ...(loan ? [loan.give] : []),
      { does: "set-role", role: grantor },
      change,
      { does: "reset-role" },
      ...(loan ? [loan.takeBack(cascade)] : []),
      ...(schema ? [usage("revoke", schema, grantor)] : []),
      ...power(true),
    ]);
  return applyAll(state, whole(false)) ? whole(false) : whole(true);
};

/** On Aurora DSQL: USAGE on the object's schema for a role that could not name the object there otherwise. */
export const lendingUsage = (state: State, role: Oid, object: AccessObject): Group[] => {
  if (role === state.login && usesByInheritance(state, role, object.schemaOid)) return [];
  const schema = usesSchema(state, role, object.schemaOid) ? undefined : schemaOf(state, object);
  return schema ? asDsqlRole(state, schema.owner, usage("grant", schema, role)) : [];
};

/** Whether any role whose privileges it has can name what is in the schema. */
const usesByInheritance = (state: State, role: Oid, schemaOid: Oid | null): boolean =>
  privilegesOf(state.catalog, role).some((one) => usesSchema(state, one, schemaOid));

/** A GRANT or REVOKE that counts as the grantor's: each group is one step. */
export const onAuthorityOf = (state: State, grantor: Oid, change: Change): Group[] => {
  const owner = ownerOf(state.catalog, refOf(change.object)) ?? 0;
  if (!isDsql(state.catalog)) return grantor === owner ? [[change]] : [asGrantor(state, grantor, change)];
  const said = asDsqlRole(state, grantor, change);
  const loan = grantor === owner ? undefined : loanFor(state, grantor, change);
  const groups = [
    ...(loan ? onAuthorityOf(state, owner, loan.give) : []),
    ...lendingUsage(state, grantor, change.object),
    ...said,
  ];
  if (!loan) return groups;
  const back = (cascade: boolean): Group[] => [
    ...groups,
    ...asDsqlRole(state, owner, loan.takeBack(cascade)),
  ];
  return applyAll(state, back(false).flat()) ? back(false) : back(true);
};
