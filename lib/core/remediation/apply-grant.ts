// Thinks through GRANT, REVOKE and ALTER … OWNER TO on one object, its columns and what belongs to it.
import { type Oid, PUBLIC } from "../base/ids.ts";
import { type Catalog, isDsql, rowsOf } from "../catalog/catalog.ts";
import { extraOf } from "../catalog/extras.ts";
import { GRANT_SHIFT, kindMask, type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import { type AclItem, bestGrantor, granted, itemsOf, revoked, withOwner } from "./acl-change.ts";
import type { OperationOf } from "./operation.ts";
import {
  aclContext,
  itemsAt,
  mayCreateIn,
  type ObjectRef,
  ownerOf,
  privilegesOf,
  refOf,
  rowOf,
  runsAs,
  type State,
  withFields,
  withItems,
} from "./state.ts";

type Change = OperationOf<"grant" | "revoke">;
/** `as`: whose entry a REVOKE is to end, whether or not he may still say it; else the server picks. */
type OneAcl = {
  readonly ref: ObjectRef;
  readonly column: string;
  readonly judgedBy: readonly AclItem[];
  readonly as: Oid | undefined;
};

/** One ACL after the statement; `judgedBy` decides who may grant. undefined: the server refuses it. */
const changedAcl = (
  state: State,
  op: Change,
  { ref, column, judgedBy, as: entry }: OneAcl,
): Catalog | undefined => {
  const { catalog } = state;
  const owner = ownerOf(catalog, ref);
  if (owner === undefined) return undefined;
  const bit = privilegeBit(op.privilege);
  const as = runsAs(state);
  const roles = as === "superuser" ? [] : privilegesOf(catalog, as);
  const { grantor, may } =
    entry === undefined
      ? bestGrantor(judgedBy, bit, owner, { runsAs: as, roles })
      : { grantor: entry, may: bit };
  // The server warns and changes nothing, or refuses: in neither case is anything done.
  if (may === 0) return op.does === "grant" ? undefined : catalog;
  const items = itemsAt(catalog, ref);
  const both = bit | (bit << GRANT_SHIFT);
  if (op.does === "grant") {
    if (op.option && op.grantee === PUBLIC) return undefined;
    const more = { grantee: op.grantee, grantor, mask: op.option ? both : bit };
    return withItems(catalog, ref, granted(items, more), column);
  }
  const less = { grantee: op.grantee, grantor, mask: op.option ? bit << GRANT_SHIFT : both };
  const left = revoked(items, less, { ...aclContext(catalog, owner), cascade: op.cascade });
  return left && withItems(catalog, ref, left, column);
};

/** The columns that have an ACL: a REVOKE on the table counts for each of them too. */
const columnsOf = (catalog: Catalog, { section, oid }: ObjectRef): ObjectRef[] =>
  section === "relations"
    ? rowsOf(catalog, "columns")
        .filter(({ relation, acl }) => relation === oid && acl !== null)
        .map(({ number }) => ({ section: "columns", oid, number }))
    : [];

const tableItems = (catalog: Catalog, { oid }: ObjectRef): readonly AclItem[] =>
  itemsAt(catalog, { section: "relations", oid, number: 0 });

/** GRANT and REVOKE of a privilege; undefined: the server refuses it. `as`: the grantor whose entries a REVOKE ends. */
export const applyGrant = (state: State, op: Change, as?: Oid): State | undefined => {
  const ref = refOf(op.object);
  const table = ref.section === "columns" ? tableItems(state.catalog, ref) : [];
  const own = itemsAt(state.catalog, ref);
  let catalog = changedAcl(state, op, {
    ...{ ref, as, column: op.object.column ?? "", judgedBy: [...table, ...own] },
  });
  const onColumns: PrivilegeMask = kindMask("column", state.catalog.serverVersion);
  if (op.does === "revoke" && privilegeBit(op.privilege) & onColumns) {
    for (const column of columnsOf(state.catalog, ref)) {
      if (!catalog) return undefined;
      const judgedBy = [...own, ...itemsOf(rowOf(catalog, column)?.acl ?? null)];
      catalog = changedAcl({ ...state, catalog }, op, { ref: column, as, column: "", judgedBy });
    }
  }
  return catalog && { ...state, catalog };
};

const owned = (catalog: Catalog, ref: ObjectRef, from: number, to: number): Catalog => {
  const acl = rowOf(catalog, ref)?.acl ?? null;
  const moved = acl === null ? catalog : withItems(catalog, ref, withOwner(itemsOf(acl), from, to));
  return ref.section === "columns" ? moved : withFields(moved, ref, { owner: to });
};

/**
 * Whether Aurora DSQL takes the role as the object's new owner: it asks for CREATE on the schema, which can be lent but in
 * the system's schemas, `public` among them.
 */
export const mayOwnThere = (catalog: Catalog, { schema, schemaOid }: AccessObject, owner: Oid): boolean =>
  !isDsql(catalog) ||
  schema === null ||
  schemaOid === null ||
  !isClosedOnDsql("schema", schema) ||
  mayCreateIn(catalog, schemaOid, owner);

/** A new owner: of a table its columns' lists change too, and the sequences that belong to them go with it. */
export const applyOwner = (state: State, { object, owner }: OperationOf<"own">): State | undefined => {
  const ref = refOf(object);
  if (!mayOwnThere(state.catalog, object, owner)) return undefined;
  const from = ownerOf(state.catalog, ref);
  if (from === undefined || from === owner) return from === undefined ? undefined : state;
  const { rows } = extraOf(state.catalog, "sequences");
  const sequences = (rows ?? []).flatMap(({ sequence, table }): ObjectRef[] =>
    ref.section === "relations" && table === ref.oid
      ? [{ section: "relations", oid: sequence, number: 0 }]
      : [],
  );
  const all = [ref, ...columnsOf(state.catalog, ref), ...sequences];
  const catalog = all.reduce((changed, one) => owned(changed, one, from, owner), state.catalog);
  return { ...state, catalog };
};
