// One statement as data: what it is meant to do, by OIDs; and the SQL of it, by the one writer.
import { type Oid, PUBLIC } from "../base/ids.ts";
import { type Catalog, type Role, rowsOf } from "../catalog/catalog.ts";
import type { Privilege } from "../catalog/privileges.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import type { MaybeSql, Sql } from "../sql/guard.ts";
import {
  attributesSql,
  createRoleSql,
  defaultSql,
  dropRoleSql,
  grantSql,
  joinRoleSql,
  mappingSql,
  ownerSql,
  revokeRoleSql,
  revokeSql,
  setRoleSql,
} from "../sql/statements.ts";
import type { MembershipOptions } from "./membership-change.ts";

/** What a role may be, as ALTER ROLE changes it. */
export type Attributes = Partial<Omit<Role, "oid" | "name">>;

export type Operation =
  | { readonly does: "begin" | "commit" | "reset-role" }
  | { readonly does: "set-role"; readonly role: Oid }
  | {
      readonly does: "grant" | "revoke";
      readonly privilege: Privilege;
      readonly object: AccessObject;
      readonly grantee: Oid;
      /** Of a grant with it, of a revoke nothing but it. */
      readonly option: boolean;
      readonly cascade: boolean;
    }
  | { readonly does: "own"; readonly object: AccessObject; readonly owner: Oid }
  | {
      readonly does: "join" | "leave";
      readonly role: Oid;
      readonly member: Oid;
      /** undefined: as the server picks it. */
      readonly grantor?: Oid;
      readonly options: MembershipOptions;
      readonly cascade: boolean;
    }
  | { readonly does: "map" | "unmap"; readonly role: Oid; readonly arn: string }
  | { readonly does: "attributes"; readonly role: Oid; readonly attributes: Attributes }
  | {
      readonly does: "grant-default" | "revoke-default";
      /** Whose new objects; undefined: of who runs it. */
      readonly creator?: Oid;
      /** 0: in all schemas. */
      readonly schema: Oid;
      readonly objectType: string;
      readonly privileges: readonly Privilege[];
      readonly grantee: Oid;
      readonly option: boolean;
    }
  | { readonly does: "create-role"; readonly role: Role }
  | { readonly does: "drop-role"; readonly role: Oid };
export type OperationOf<D extends Operation["does"]> = Extract<Operation, { readonly does: D }>;

type Names = {
  readonly role: (oid: Oid) => string | undefined;
  readonly schema: (oid: Oid) => string | undefined;
};

/** Of a whole catalog, worked out once: a thousand fixes are written from the same one. */
const namesSeen = new WeakMap<Catalog, Names>();
const namesIn = (catalog: Catalog): Names => {
  const seen = namesSeen.get(catalog);
  if (seen) return seen;
  const roles = new Map(rowsOf(catalog, "roles").map(({ oid, name }) => [oid, name]));
  const schemas = new Map(rowsOf(catalog, "schemas").map(({ oid, name }) => [oid, name]));
  const names: Names = { role: (oid) => roles.get(oid), schema: (oid) => schemas.get(oid) };
  namesSeen.set(catalog, names);
  return names;
};

/** A name that is not known makes the statement one that cannot be written. */
const known = (name: string | undefined): string => name ?? "";

const onObject = (op: OperationOf<"grant" | "revoke">, { role }: Names): MaybeSql => {
  const to = op.grantee === PUBLIC ? null : known(role(op.grantee));
  return op.does === "grant"
    ? grantSql(op.privilege, op.object, to, op.option)
    : revokeSql(op.privilege, op.object, to, { cascade: op.cascade, optionOnly: op.option });
};

const onMembership = (op: OperationOf<"join" | "leave">, { role }: Names): MaybeSql => {
  const grantor = op.grantor === undefined ? undefined : known(role(op.grantor));
  return op.does === "join"
    ? joinRoleSql(known(role(op.role)), known(role(op.member)), { grantor, options: op.options })
    : revokeRoleSql(known(role(op.role)), known(role(op.member)), { grantor, cascade: op.cascade });
};

/** The statement, with the names that the catalog has; undefined: it cannot be written. */
export const operationSql = (op: Operation, catalog: Catalog): MaybeSql => {
  const names = namesIn(catalog);
  switch (op.does) {
    case "begin":
      return "BEGIN;" as Sql;
    case "commit":
      return "COMMIT;" as Sql;
    case "reset-role":
      return "RESET ROLE;" as Sql;
    case "set-role":
      return setRoleSql(known(names.role(op.role)), true);
    case "grant":
    case "revoke":
      return onObject(op, names);
    case "own":
      return ownerSql(op.object, known(names.role(op.owner)));
    case "join":
    case "leave":
      return onMembership(op, names);
    case "map":
    case "unmap":
      return mappingSql(known(names.role(op.role)), op.arn, op.does === "map");
    case "attributes":
      return attributesSql(known(names.role(op.role)), op.attributes);
    case "grant-default":
    case "revoke-default":
      return defaultSql(
        op.does === "grant-default",
        op.privileges,
        op.objectType,
        op.grantee === PUBLIC ? null : known(names.role(op.grantee)),
        {
          creator: op.creator === undefined ? undefined : known(names.role(op.creator)),
          schema: op.schema === 0 ? null : known(names.schema(op.schema)),
          option: op.option,
        },
      );
    case "create-role":
      return createRoleSql(op.role.name, op.role);
    case "drop-role":
      return dropRoleSql(known(names.role(op.role)));
    default:
      return op satisfies never;
  }
};
