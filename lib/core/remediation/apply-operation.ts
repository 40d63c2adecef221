// Thinks one statement through: the state that PostgreSQL 16 would leave, without a server. A server proves it later.
import { type Oid, PUBLIC } from "../base/ids.ts";
import {
  type Catalog,
  type DefaultPrivilege,
  type Membership,
  type Role,
  rowsOf,
} from "../catalog/catalog.ts";
import { type AclKind, defaultAcl, GRANT_SHIFT, privilegeBit } from "../catalog/privileges.ts";
import { type AclItem, aclOfItems, granted, itemsOf, revoked } from "./acl-change.ts";
import { applyGrant, applyOwner } from "./apply-grant.ts";
import { BOOTSTRAP_SUPERUSER, joinedRows, leftRows } from "./membership-change.ts";
import type { Operation, OperationOf } from "./operation.ts";
import { aclContext, graphOf, runsAs, type State, withRows } from "./state.ts";

/** Made-up OIDs of rows that a statement makes: beyond those of a server that anybody has. */
const freshOid = (rows: readonly { readonly oid: Oid }[]): Oid =>
  Math.max(4_000_000_000, ...rows.map(({ oid }) => oid)) + 1;

/** Whose ADMIN OPTION a GRANT or REVOKE of a role rests on (select_best_admin()). */
const adminFor = (state: State, role: Oid): Oid | undefined => {
  const as = runsAs(state);
  if (as === "superuser") return BOOTSTRAP_SUPERUSER;
  const rows = rowsOf(state.catalog, "memberships").filter((row) => row.role === role && row.admin);
  const reach = aclContext(state.catalog, as).hasPrivilegesOf;
  return [as, ...rows.map(({ member }) => member)].find(
    (one) => rows.some(({ member }) => member === one) && reach(as, one),
  );
};

const applyMembership = (state: State, op: OperationOf<"join" | "leave">): State | undefined => {
  const { catalog } = state;
  const rows = rowsOf(catalog, "memberships");
  const grantor = op.grantor ?? adminFor(state, op.role);
  if (grantor === undefined) return undefined;
  const pair = { role: op.role, member: op.member, grantor };
  const member = rowsOf(catalog, "roles").find(({ oid }) => oid === op.member);
  const changed: readonly Membership[] | undefined =
    op.does === "join"
      ? joinedRows(rows, pair, op.options, member?.inherit ?? true)
      : leftRows(rows, pair, op.cascade);
  return changed && { ...state, catalog: withRows(catalog, "memberships", changed) };
};

const applyMapping = (state: State, { does, role, arn }: OperationOf<"map" | "unmap">): State | undefined => {
  const { catalog } = state;
  const rows = rowsOf(catalog, "mappings");
  const isThere = rows.some((row) => row.role === role && row.arn === arn);
  if (isThere === (does === "map") || typeof state.login !== "number") return undefined;
  if (does === "unmap")
    return {
      ...state,
      catalog: withRows(
        catalog,
        "mappings",
        rows.filter((row) => row.role !== role || row.arn !== arn),
      ),
    };
  const iamOid = freshOid(rows.map(({ iamOid: oid }) => ({ oid })));
  const roleName = rowsOf(catalog, "roles").find(({ oid }) => oid === role)?.name ?? "";
  const row = { iamOid, arn, role, roleName, grantor: state.login };
  return { ...state, catalog: withRows(catalog, "mappings", [...rows, row]) };
};

const defaultKinds: Readonly<Record<string, AclKind>> = {
  r: "table", S: "sequence", f: "function", T: "type", n: "schema",
}; // biome-ignore format: one glance

/** What holds where nobody has set any: for one schema nothing, for all schemas the built-in default. */
export const plainDefaults = (catalog: Catalog, creator: Oid, schema: Oid, objectType: string): AclItem[] => {
  const kind = defaultKinds[objectType];
  if (schema !== 0 || kind === undefined) return [];
  const { owner, everyone } = defaultAcl(kind, catalog.serverVersion);
  return [
    ...(everyone ? [{ grantee: PUBLIC, grantor: creator, mask: everyone }] : []),
    { grantee: creator, grantor: creator, mask: owner },
  ];
};

const sameItems = (a: readonly AclItem[], b: readonly AclItem[]): boolean =>
  JSON.stringify(aclOfItems(a)) === JSON.stringify(aclOfItems(b));

const applyDefault = (
  state: State,
  op: OperationOf<"grant-default" | "revoke-default">,
): State | undefined => {
  const { catalog } = state;
  const as = runsAs(state);
  const creator = op.creator ?? (as === "superuser" ? undefined : as);
  if (creator === undefined) return undefined;
  const rows = rowsOf(catalog, "defaultPrivileges");
  const isIt = (row: DefaultPrivilege): boolean =>
    row.role === creator && row.schema === op.schema && row.objectType === op.objectType;
  const plain = plainDefaults(catalog, creator, op.schema, op.objectType);
  const before = rows.find(isIt);
  const bits = op.privileges.reduce((mask, one) => mask | privilegeBit(one), 0);
  const both = bits | (bits << GRANT_SHIFT);
  const items = before ? itemsOf(before.acl) : plain;
  const entry = { grantee: op.grantee, grantor: creator };
  const after =
    op.does === "grant-default"
      ? granted(items, { ...entry, mask: op.option ? both : bits })
      : revoked(
          items,
          { ...entry, mask: op.option ? bits << GRANT_SHIFT : both },
          { ...aclContext(catalog, creator), cascade: false },
        );
  if (!after) return undefined;
  const others = rows.filter((row) => !isIt(row));
  const acl = aclOfItems(after, before?.acl?.unknown);
  const row = {
    oid: before?.oid ?? freshOid(rows),
    role: creator,
    schema: op.schema,
    objectType: op.objectType,
    acl,
  };
  const kept = sameItems(after, plain) ? others : [...others, row];
  return { ...state, catalog: withRows(catalog, "defaultPrivileges", kept) };
};

/** A role that an ordinary role makes is that role's to administer: PostgreSQL 16 grants it so by itself. */
const createRole = (state: State, role: Role): State => {
  const { catalog } = state;
  const as = runsAs(state);
  const made = withRows(catalog, "roles", [...rowsOf(catalog, "roles"), role]);
  if (as === "superuser") return { ...state, catalog: made };
  const row = {
    role: role.oid,
    member: as,
    grantor: BOOTSTRAP_SUPERUSER,
    admin: true,
    inherit: false,
    set: false,
  };
  return {
    ...state,
    catalog: withRows(made, "memberships", [...rowsOf(made, "memberships"), row]),
  };
};

/** Whether anything but memberships in it and of it still names the role: then it cannot be dropped. */
export const isNamed = (catalog: Catalog, role: Oid): boolean => {
  const sections = ["database", "schemas", "relations", "columns", "functions", "types"] as const;
  const inAcl = (acl: { readonly entries: readonly { grantee: Oid; grantor: Oid }[] } | null): boolean =>
    (acl?.entries ?? []).some(({ grantee, grantor }) => grantee === role || grantor === role);
  return (
    sections.some((section) =>
      (rowsOf(catalog, section) as readonly { owner?: Oid; acl: Parameters<typeof inAcl>[0] }[]).some(
        ({ owner, acl }) => owner === role || inAcl(acl),
      ),
    ) ||
    rowsOf(catalog, "defaultPrivileges").some((row) => row.role === role || inAcl(row.acl)) ||
    rowsOf(catalog, "mappings").some((row) => row.role === role) ||
    rowsOf(catalog, "memberships").some((row) => row.grantor === role && row.member !== role)
  );
};

const dropRole = (state: State, role: Oid): State | undefined => {
  if (isNamed(state.catalog, role)) return undefined;
  const left = rowsOf(state.catalog, "memberships").filter((row) => row.role !== role && row.member !== role);
  const catalog = withRows(state.catalog, "memberships", left);
  return {
    ...state,
    catalog: withRows(
      catalog,
      "roles",
      rowsOf(catalog, "roles").filter(({ oid }) => oid !== role),
    ),
  };
};

/** The state after the statement; undefined: the server would refuse it. */
export const applyOperation = (state: State, op: Operation): State | undefined => {
  switch (op.does) {
    case "begin":
      return state;
    case "commit":
    case "reset-role":
      return { ...state, role: null };
    case "set-role":
      return graphOf(state.catalog).idOf.has(op.role) ? { ...state, role: op.role } : undefined;
    case "grant":
    case "revoke":
      return applyGrant(state, op);
    case "own":
      return applyOwner(state, op);
    case "join":
    case "leave":
      return applyMembership(state, op);
    case "map":
    case "unmap":
      return applyMapping(state, op);
    case "attributes": {
      const roles = rowsOf(state.catalog, "roles");
      const changed = roles.map((row) => (row.oid === op.role ? { ...row, ...op.attributes } : row));
      return { ...state, catalog: withRows(state.catalog, "roles", changed) };
    }
    case "grant-default":
    case "revoke-default":
      return applyDefault(state, op);
    case "create-role":
      return createRole(state, op.role);
    case "drop-role":
      return dropRole(state, op.role);
    default:
      return op satisfies never;
  }
};

/** All of them one after the other. */
export const applyAll = (state: State, operations: readonly Operation[]): State | undefined =>
  operations.reduce<State | undefined>((now, op) => now && applyOperation(now, op), state);
