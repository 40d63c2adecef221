// Ways around a missing privilege on a table that no catalog section tells of: partitions and children, and triggers.
import { isDsql } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import { type AccessObject, sectionOf } from "./effective-objects.ts";
import { cellOf } from "./effective-rows.ts";
import type { Link } from "./explain.ts";

const ofRows: readonly Privilege[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const writes: readonly Privilege[] = ["INSERT", "UPDATE", "DELETE"];
/** Tables, and partitioned and foreign ones: the kinds that may be a partition or child, or a parent. */
const inherits = ["r", "p", "f"];

/** Letters alone mean other things for routines and types. */
const isRelation = ({ kind }: AccessObject): boolean => kind === "column" || sectionOf(kind) === "relations";

/**
 * What may let a role without the privilege on a table reach its rows all the same, each as an unknown link: the table may be
 * a partition or child of one on which it holds the privilege (rows are then reached by the parent's privileges alone), and
 * writing elsewhere may fire a trigger. Aurora DSQL has neither.
 * https://www.postgresql.org/docs/16/ddl-inherit.html
 */
export const besideGrants = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): Link[] => {
  if (isDsql(engine.catalog) || !ofRows.includes(privilege) || !isRelation(object)) return [];
  if (!inherits.includes(object.letter)) return [];
  // Columns as well: what a role may read of a parent, it may read of the children.
  const others = engine.objects.filter((other) => isRelation(other) && other.oid !== object.oid);
  const holdsOne = (wanted: readonly Privilege[], letters: readonly string[]): boolean => {
    const bits = wanted.reduce((all, one) => all | privilegeBit(one), 0);
    return others.some((other) => {
      if (!letters.includes(other.letter)) return false;
      const { held, settable } = cellOf(engine.matrix, role, other);
      return ((held | settable) & bits) !== 0;
    });
  };
  const unknown = (says: string): Link => ({ step: "privilege", state: "unknown", says, evidence: [] });
  return [
    ...(holdsOne([privilege], inherits)
      ? [unknown("Not looked at: whether this table is a partition or child of another")]
      : []),
    ...(holdsOne(writes, [...inherits, "v"])
      ? [unknown("Not looked at: what triggers do where the role writes")]
      : []),
  ];
};
