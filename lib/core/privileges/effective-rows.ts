// The table of effective privileges: one row for each privilege that a role holds, made on demand.

import { HELD_BITS, PRIVILEGES, type Privilege, type PrivilegeMask } from "../catalog/privileges.ts";
import { type RoleGraph, type RoleId, targetsOf } from "./effective-graph.ts";
import type { Matrix } from "./effective-matrix.ts";
import { grantOptionsOf } from "./effective-matrix.ts";
import type { AccessObject, ObjectKind } from "./effective-objects.ts";
import { type Holds, type Path, type Paths, pathsTo } from "./effective-paths.ts";

/** A row of `privileges`; names are raw. */
export type PrivilegeRow = {
  readonly role: string;
  readonly kind: ObjectKind;
  readonly schema: string | null;
  readonly object: string;
  readonly column: string | null;
  readonly privilege: Privilege;
  /** With grant option; for `set-role` that of any role that can be become. */
  readonly grantable: boolean;
  readonly holds: Holds;
  /** The schema's USAGE lets it be used, for `set-role` by the acting role; null for schemas and databases. */
  readonly usable: boolean | null;
  /** Role names from `role` to the one that holds it directly; a last `PUBLIC` where it comes from there. */
  readonly path: readonly string[];
};

export type RowContext = {
  readonly graph: RoleGraph;
  readonly objects: readonly AccessObject[];
  readonly matrix: Matrix;
  /** Places of relations in `objects`, by OID. */
  readonly relationIndex: ReadonlyMap<number, number>;
};

/** What a role has on one object: masks of privileges and, above them, grant options. */
export type Cell = {
  readonly held: PrivilegeMask;
  readonly settable: PrivilegeMask;
  readonly settableUsable: PrivilegeMask;
};

/** The masks of a role on an object. */
export const cellOf = (matrix: Matrix, role: RoleId, object: AccessObject): Cell => {
  const block = matrix.block(object.index);
  const at = role * block.width + (object.index - block.from);
  return {
    held: block.held[at] as number,
    settable: block.settable[at] as number,
    settableUsable: block.settableUsable[at] as number,
  };
};

/** The names on a path, as they are printed. */
export const pathNames = (graph: RoleGraph, path: Path): string[] => {
  const names = path.roles.map((id) => graph.roles[id]?.name ?? "");
  return path.everybody ? [...names, "PUBLIC"] : names;
};

const holdsOf = (cell: Cell, bit: PrivilegeMask): Holds | undefined =>
  cell.held & bit ? "inherited" : cell.settable & bit ? "set-role" : undefined;
const grantableOf = (cell: Cell, bit: PrivilegeMask, holds: Holds): boolean =>
  (grantOptionsOf(holds === "inherited" ? cell.held : cell.settable) & bit) !== 0;

/** So many chains are looked at for one that can be used; beyond them the shortest is shown. */
const MAX_CHAINS = 10_000;

/** Whether the chain passes, by SET ROLE, a role that holds the privilege and may use its schema: the acting role. */
const actsUsably = (
  { graph, matrix }: RowContext,
  object: AccessObject,
  bit: PrivilegeMask,
  roles: readonly RoleId[],
): boolean => {
  for (let i = 1; i < roles.length; i++) {
    const acting = roles[i] as RoleId;
    if (!targetsOf(graph.set, roles[i - 1] as RoleId).includes(acting)) return false;
    if (cellOf(matrix, acting, object).held & bit && matrix.usable(acting, object)) return true;
  }
  return false;
};

/** The shortest chain; where some acting role can use the privilege, the shortest by such a one. */
const pathOf = (
  context: RowContext,
  object: AccessObject,
  role: RoleId,
  bit: PrivilegeMask,
  paths: Paths,
  usable: boolean,
): Path | undefined => {
  const shortest = paths.shortest(role);
  if (!usable || shortest?.holds !== "set-role" || actsUsably(context, object, bit, shortest.roles))
    return shortest;
  let left = MAX_CHAINS;
  for (const path of paths.all(role)) {
    if (path.holds === "set-role" && actsUsably(context, object, bit, path.roles)) return path;
    if (--left === 0) break;
  }
  return shortest;
};

/** One privilege (one bit) of one role on one object, or nothing where it is not held. */
export const privilegeRow = (
  context: RowContext,
  object: AccessObject,
  role: RoleId,
  bit: PrivilegeMask,
  paths: Paths,
): PrivilegeRow | undefined => {
  const { graph, matrix } = context;
  const cell = cellOf(matrix, role, object);
  const holds = holdsOf(cell, bit);
  if (!holds) return undefined;
  const usable = holds === "inherited" ? matrix.usable(role, object) : (cell.settableUsable & bit) !== 0;
  const path = pathOf(context, object, role, bit, paths, usable && object.schemaOid !== null);
  if (!path) return undefined;
  return {
    role: graph.roles[role]?.name ?? "",
    kind: object.kind,
    schema: object.schema,
    object: object.name,
    column: object.column,
    privilege: (PRIVILEGES[31 - Math.clz32(bit)] as (typeof PRIVILEGES)[number]).name,
    grantable: grantableOf(cell, bit, holds),
    holds,
    usable: object.schemaOid === null ? null : usable,
    path: pathNames(graph, path),
  };
};

/** Whether the column's ACL gives more than its table's: the privilege at all, sooner, to pass on, or to a role of use. */
const saysMore = (column: Cell, table: Cell, bit: PrivilegeMask): boolean => {
  const holds = holdsOf(column, bit);
  if (!holds || holds !== holdsOf(table, bit)) return holds !== undefined;
  if (grantableOf(column, bit, holds) && !grantableOf(table, bit, holds)) return true;
  return holds === "set-role" && (column.settableUsable & ~table.settableUsable & bit) !== 0;
};

/** All bits of a kind's privileges, in the server's order. */
const bitsOf = (mask: PrivilegeMask): PrivilegeMask[] =>
  PRIVILEGES.map((_, i) => 1 << i).filter((bit) => mask & HELD_BITS & bit);

/** Rows of the given roles and objects: by object, then role, then privilege. */
export function* privilegeRows(
  context: RowContext,
  objects: Iterable<AccessObject>,
  roles: readonly RoleId[],
): Generator<PrivilegeRow> {
  const { graph, matrix, relationIndex } = context;
  for (const object of objects) {
    const table = object.kind === "column" ? context.objects[relationIndex.get(object.oid) ?? -1] : undefined;
    const bits = bitsOf(object.all);
    const paths = new Map(bits.map((bit) => [bit, pathsTo(graph, object, bit)]));
    for (const role of roles) {
      const cell = cellOf(matrix, role, object);
      if (((cell.held | cell.settable) & HELD_BITS) === 0) continue;
      for (const bit of bits) {
        if (table && !saysMore(cell, cellOf(matrix, role, table), bit)) continue;
        const row = privilegeRow(context, object, role, bit, paths.get(bit) as Paths);
        if (row) yield row;
      }
    }
  }
}
