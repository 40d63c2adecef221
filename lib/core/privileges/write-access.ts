// By what a role can change things: its own grants, what it owns, PUBLIC, a membership, or being a superuser.

import { isDsql } from "../catalog/catalog.ts";
import { extraOf } from "../catalog/extras.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";
import type { Path } from "./effective-paths.ts";
import { cellOf } from "./effective-rows.ts";

/** One privilege that changes something, and whether it can be used as things stand. */
export type WriteRight = {
  readonly object: AccessObject;
  readonly privilege: Privilege;
  readonly path: Path;
  readonly usable: boolean;
};

export type WriteAccess = {
  readonly superuser: boolean;
  readonly owned: readonly AccessObject[];
  /** Held by entries that name the role or PUBLIC. */
  readonly direct: readonly WriteRight[];
  /** Held by way of other roles, by the chain of their ids. */
  readonly inherited: ReadonlyMap<string, readonly WriteRight[]>;
};

/** What changes rows, makes objects or runs code as others who do, in the order in which it is told. */
export const writePrivileges: readonly Privilege[] = [
  "INSERT",
  "UPDATE",
  "DELETE",
  "TRUNCATE",
  "CREATE",
  "TRIGGER",
];

/**
 * All that the role can write, own or create, each by its shortest path; `wanted`: of these privileges only, which is cheaper.
 * Reads no clock, asks no database.
 */
export const writeAccess = (
  engine: AccessEngine,
  role: RoleId,
  wanted: readonly Privilege[] = writePrivileges,
): WriteAccess => {
  const { graph, matrix, objects } = engine;
  const self = graph.roles[role];
  const superuser = self?.superuser ?? false;
  const owned: AccessObject[] = [];
  const direct: WriteRight[] = [];
  const inherited = new Map<string, WriteRight[]>();
  if (superuser || !self) return { superuser, owned, direct, inherited };
  // There are no triggers on Aurora DSQL.
  const writeBits = wanted
    .filter((privilege) => privilege !== "TRIGGER" || !isDsql(engine.catalog))
    .map((privilege) => [privilege, privilegeBit(privilege)] as const);
  const writeMask = writeBits.reduce((mask, [, bit]) => mask | bit, 0);
  // A sequence of a column has its table's owner, always: who gives the table away gives it away too.
  const ofColumns = new Set(
    (extraOf(engine.catalog, "sequences").rows ?? []).map(({ sequence }) => sequence),
  );
  const tables = new Map<number, number>();
  for (const object of objects) {
    if (object.owner === self.oid && object.kind !== "column") {
      if (!(object.kind === "sequence" && ofColumns.has(object.oid))) owned.push(object);
      continue;
    }
    const cell = cellOf(matrix, role, object);
    const mask = cell.held | cell.settable;
    if (object.kind !== "column") tables.set(object.oid, mask);
    if ((mask & writeMask) === 0 || object.owner === self.oid) continue;
    for (const [privilege, bit] of writeBits) {
      // What the whole table gives is told once, at the table.
      const byTable = object.kind === "column" && ((tables.get(object.oid) ?? 0) & bit) !== 0;
      if ((mask & bit) === 0 || byTable) continue;
      const path = engine.paths(privilege, object).shortest(role);
      if (!path) continue;
      const usable =
        path.holds === "inherited" ? matrix.usable(role, object) : (cell.settableUsable & bit) !== 0;
      const right = { object, privilege, path, usable };
      if (path.roles.length === 1) direct.push(right);
      else {
        const key = `${path.holds}:${path.roles.map((id) => graph.roles[id]?.oid).join(">")}`;
        const known = inherited.get(key);
        if (known) known.push(right);
        else inherited.set(key, [right]);
      }
    }
  }
  return { superuser, owned, direct, inherited };
};
