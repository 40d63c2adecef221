// Ways around a missing privilege on a table that no catalog section tells of: partitions and children, triggers, functions.
import { isDsql } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import { type AccessObject, isSystemSchema, sectionOf } from "./effective-objects.ts";
import { cellOf } from "./effective-rows.ts";
import type { Link } from "./explain.ts";
import { objectText } from "./find-object.ts";

const ofRows: readonly Privilege[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const writes: readonly Privilege[] = ["INSERT", "UPDATE", "DELETE"];
/** Tables, and partitioned and foreign ones: the kinds that may be a partition or child, or a parent. */
const inherits = ["r", "p", "f"];

/** Letters alone mean other things for routines and types. */
const isRelation = ({ kind }: AccessObject): boolean => kind === "column" || sectionOf(kind) === "relations";

const unknown = (says: string): Link => ({ step: "privilege", state: "unknown", says, evidence: [] });
const MOST_FUNCTIONS = 3;

/** SECURITY DEFINER functions that the role may call and whose owner holds the privilege: what they do with it is not read. */
const byFunctions = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): Link[] => {
  const { graph, matrix } = engine;
  const [execute, wanted] = [privilegeBit("EXECUTE"), privilegeBit(privilege)];
  const found = engine.objects.flatMap((one) => {
    const owner = one.securityDefiner ? graph.idOf.get(one.owner) : undefined;
    if (owner === undefined || owner === role || isSystemSchema(one.schema)) return [];
    const { held, settableUsable } = cellOf(matrix, role, one);
    const mayCall = ((matrix.usable(role, one) ? held : 0) | settableUsable) & execute;
    return mayCall && cellOf(matrix, owner, object).held & wanted
      ? [`${objectText(one)} with the rights of ${graph.roles[owner]?.name ?? ""}`]
      : [];
  });
  const more = found.length - MOST_FUNCTIONS;
  const named = [...found.slice(0, MOST_FUNCTIONS), ...(more > 0 ? [`${more} more`] : [])].join(", ");
  return found.length ? [unknown(`Not looked at: what SECURITY DEFINER functions do: ${named}`)] : [];
};

/**
 * What may let a role without the privilege on a table reach its rows all the same, each as an unknown link: the table may be
 * a partition or child of one on which it holds the privilege (rows are then reached by the parent's privileges alone), and
 * writing elsewhere may fire a trigger: Aurora DSQL has neither; and a function that it may call may run as another.
 * https://www.postgresql.org/docs/16/ddl-inherit.html
 */
export const besideGrants = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
): Link[] => {
  if (!ofRows.includes(privilege) || !isRelation(object)) return [];
  const functions = byFunctions(engine, role, privilege, object);
  if (isDsql(engine.catalog) || !inherits.includes(object.letter)) return functions;
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
  return [
    ...functions,
    ...(holdsOne([privilege], inherits)
      ? [unknown("Not looked at: whether this table is a partition or child of another")]
      : []),
    ...(holdsOne(writes, [...inherits, "v"])
      ? [unknown("Not looked at: what triggers do where the role writes")]
      : []),
  ];
};
