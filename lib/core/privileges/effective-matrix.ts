// Roles x objects as bits: what each role holds at once, and what it could hold after SET ROLE. Solved block by block.

import { GRANT_SHIFT, type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import { type RoleGraph, targetsOf } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";

/** Objects `from` up to `from + width`; a cell is at `role * width + (object - from)`, a mask with grant options. */
export type Block = {
  readonly from: number;
  readonly width: number;
  /** What has_*_privilege answers. */
  readonly held: Int32Array;
  /** The same, but nothing where the role has no USAGE on the schema. */
  readonly usable: Int32Array;
  /** The union over all roles that SET ROLE can make of it. */
  readonly settable: Int32Array;
  /** The same, of those roles alone that may also use the schema. */
  readonly settableUsable: Int32Array;
};

export type Matrix = {
  readonly block: (object: number) => Block;
  /** Whether the role has USAGE on the object's schema; true for schemas and databases. */
  readonly usable: (role: number, object: AccessObject) => boolean;
};

/** One vector step: all of row `source` into row `target`. */
const merge = (
  cells: Int32Array,
  target: number,
  source: Int32Array,
  from: number,
  width: number,
): boolean => {
  let changed = false;
  for (let i = 0; i < width; i += 1) {
    const before = cells[target + i] as number;
    const after = before | (source[from + i] as number);
    if (after !== before) {
      cells[target + i] = after;
      changed = true;
    }
  }
  return changed;
};

/**
 * What each role holds: its own, and that of all roles it inherits from, taken over role by role in the graph's order,
 * so that the work is edges x objects. Superusers hold all, but nobody inherits that.
 */
const solveHeld = (
  graph: RoleGraph,
  objects: readonly AccessObject[],
  from: number,
  width: number,
): Int32Array => {
  const held = new Int32Array(graph.roles.length * width);
  const everyone = Int32Array.from({ length: width }, (_, i) => (objects[from + i] as AccessObject).everyone);
  if (everyone.some(Boolean)) graph.roles.forEach((_, role) => void held.set(everyone, role * width));
  for (let i = 0; i < width; i += 1) {
    const { roles, masks } = objects[from + i] as AccessObject;
    for (let k = 0; k < roles.length; k += 1) {
      const cell = (roles[k] as number) * width + i;
      held[cell] = (held[cell] as number) | (masks[k] as number);
    }
  }
  let changed: boolean;
  do {
    changed = false;
    for (const role of graph.order) {
      for (const group of targetsOf(graph.inherit, role)) {
        changed = merge(held, role * width, held, group * width, width) || changed;
      }
    }
  } while (changed && graph.cyclic);
  graph.roles.forEach(({ superuser }, role) => {
    if (!superuser) return;
    for (let i = 0; i < width; i += 1) held[role * width + i] = (objects[from + i] as AccessObject).all;
  });
  return held;
};

/** Along SET edges: of each role that can be become, what it holds itself (`source`) and what it can become in turn. */
const solveSettable = (graph: RoleGraph, source: Int32Array, width: number): Int32Array => {
  const settable = new Int32Array(source.length);
  let changed: boolean;
  do {
    changed = false;
    for (const role of graph.order) {
      for (const target of targetsOf(graph.set, role)) {
        changed = merge(settable, role * width, source, target * width, width) || changed;
        changed = merge(settable, role * width, settable, target * width, width) || changed;
      }
    }
  } while (changed && graph.cyclic);
  return settable;
};

const BLOCK_WIDTH = 512;
/** Cells of all blocks kept, at 16 bytes each: 96 MB. */
const KEPT_CELLS = 6_000_000;

/** Solves on demand and keeps what is small enough. `objects` in the engine's order. */
export const accessMatrix = (graph: RoleGraph, objects: readonly AccessObject[]): Matrix => {
  const size = graph.roles.length;
  const blocks = new Map<number, Block>();

  // USAGE of every schema for every role comes first: all that is usable hangs on it.
  const schemas = objects.filter(({ kind }) => kind === "schema");
  const usageHeld = solveHeld(graph, schemas, 0, schemas.length);
  const USAGE: PrivilegeMask = privilegeBit("USAGE");
  const schemaIndex = new Map(schemas.map(({ oid }, i) => [oid, i]));
  const usable: Matrix["usable"] = (role, { schemaOid }) => {
    if (schemaOid === null) return true;
    const at = schemaIndex.get(schemaOid);
    return at !== undefined && ((usageHeld[role * schemas.length + at] as number) & USAGE) !== 0;
  };

  const usableOnly = (held: Int32Array, from: number, width: number): Int32Array => {
    const cells = held.slice();
    // -1: always usable; beyond the schemas that are known: never.
    const schemaAt = Int32Array.from({ length: width }, (_, i) => {
      const { schemaOid } = objects[from + i] as AccessObject;
      return schemaOid === null ? -1 : (schemaIndex.get(schemaOid) ?? schemas.length);
    });
    const may = new Uint8Array(schemas.length + 1);
    for (let role = 0; role < size; role += 1) {
      for (let s = 0; s < schemas.length; s += 1)
        may[s] = (usageHeld[role * schemas.length + s] as number) & USAGE ? 1 : 0;
      for (let i = 0; i < width; i += 1) {
        const at = schemaAt[i] as number;
        if (at >= 0 && may[at] === 0) cells[role * width + i] = 0;
      }
    }
    return cells;
  };

  const solve = (from: number, width: number): Block => {
    const held = solveHeld(graph, objects, from, width);
    const usableCells = usableOnly(held, from, width);
    const settable = solveSettable(graph, held, width);
    return {
      from,
      width,
      held,
      usable: usableCells,
      settable,
      settableUsable: solveSettable(graph, usableCells, width),
    };
  };

  const width = Math.max(1, Math.min(BLOCK_WIDTH, Math.floor(KEPT_CELLS / 4 / Math.max(1, size))));
  const kept = Math.max(1, Math.floor(KEPT_CELLS / (Math.max(1, size) * width)));
  return {
    usable,
    block: (object) => {
      const at = Math.floor(object / width);
      const known = blocks.get(at);
      if (known) return known;
      const from = at * width;
      const solved = solve(from, Math.min(width, objects.length - from));
      if (blocks.size >= kept) blocks.delete(blocks.keys().next().value as number);
      blocks.set(at, solved);
      return solved;
    },
  };
};

/** The grant options of a mask, as the privileges that they are for. */
export const grantOptionsOf = (mask: PrivilegeMask): PrivilegeMask => mask >>> GRANT_SHIFT;
