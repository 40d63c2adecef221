// The privilege engine: who holds what, as PostgreSQL itself would answer, from a catalog alone.
import { type Catalog, type SectionName, sectionNames } from "../catalog/catalog.ts";
import { type Privilege, type PrivilegeMask, privilegeBit } from "../catalog/privileges.ts";
import { type RoleGraph, type RoleId, reachable, roleGraph, targetsOf } from "./effective-graph.ts";
import { accessMatrix, grantOptionsOf, type Matrix } from "./effective-matrix.ts";
import { type AccessObject, accessObjects, isSystemSchema, sectionOf } from "./effective-objects.ts";
import { type Path, type Paths, pathsTo } from "./effective-paths.ts";
import {
  cellOf,
  type PrivilegeRow,
  pathNames,
  privilegeRow,
  privilegeRows,
  type RowContext,
} from "./effective-rows.ts";

/** An answer; `unknown` where what could not be read may change a "no". */
export type Certainty = "yes" | "no" | "unknown";

export type Gap = { readonly section: SectionName; readonly reason: string };

export type Question = {
  /** Ask for the grant option instead of the privilege. */
  readonly grantOption?: boolean;
  /** Of a relation: on it or on any of its user columns, as has_any_column_privilege. */
  readonly anyColumn?: boolean;
};

/** A row with the number of ways that it is held by. */
export type WhoCanRow = PrivilegeRow & { readonly paths: number };

export type AccessEngine = {
  readonly catalog: Catalog;
  readonly graph: RoleGraph;
  /** By kind, schema, name. */
  readonly objects: readonly AccessObject[];
  readonly matrix: Matrix;
  /** The sections that could not be read: what is not found may be there. */
  readonly gaps: readonly Gap[];
  /** Rows of `privileges`; without `role` of all roles but the predefined ones, without `objects` of all but the system's. */
  readonly rows: (filter?: {
    readonly role?: RoleId;
    readonly objects?: readonly AccessObject[];
  }) => Generator<PrivilegeRow>;
  /** What has_*_privilege answers for a role of the catalog. */
  readonly holds: (
    role: RoleId,
    privilege: Privilege,
    object: AccessObject,
    question?: Question,
  ) => Certainty;
  /** The same for any of the roles that SET ROLE can make of it. */
  readonly holdsAfterSetRole: (
    role: RoleId,
    privilege: Privilege,
    object: AccessObject,
    question?: Question,
  ) => Certainty;
  /** All roles that hold it, predefined ones left out, by name. */
  readonly whoCan: (privilege: Privilege, object: AccessObject) => WhoCanRow[];
  readonly paths: (privilege: Privilege, object: AccessObject) => Paths;
  readonly pathNames: (path: Path) => string[];
  /** What pg_has_role answers; ADMIN is `MEMBER WITH ADMIN OPTION`. */
  readonly isMember: (member: RoleId, role: RoleId, how: "MEMBER" | "USAGE" | "SET" | "ADMIN") => boolean;
};

const isPredefined = (name: string): boolean => name.startsWith("pg_");

/** Sections without which any "no" is open. */
const foundations: readonly SectionName[] = ["roles", "memberships"];

/** What pg_has_role answers, along the edges of the graph. */
const membershipIn =
  (graph: RoleGraph): AccessEngine["isMember"] =>
  (member, role, how) => {
    const superuser = graph.roles[member]?.superuser ?? false;
    if (how === "ADMIN") {
      // ADMIN OPTION on oneself does not exist; otherwise that of any role one is a member of counts.
      if (superuser) return true;
      if (member === role) return false;
      return reachable(graph.member, member).some((id) => targetsOf(graph.admin, id).includes(role));
    }
    if (superuser || member === role) return true;
    const edges = { MEMBER: graph.member, USAGE: graph.inherit, SET: graph.set }[how];
    return reachable(edges, member).includes(role);
  };

/** Where relations stand among the objects, and which columns each has; both by the relation's OID. */
const relationsIn = (objects: readonly AccessObject[]) => {
  const relationIndex = new Map<number, number>();
  const columnsOf = new Map<number, AccessObject[]>();
  for (const object of objects) {
    if (sectionOf(object.kind) === "relations") relationIndex.set(object.oid, object.index);
    if (object.kind === "column") columnsOf.set(object.oid, [...(columnsOf.get(object.oid) ?? []), object]);
  }
  return { relationIndex, columnsOf };
};

const gapsOf = (catalog: Catalog): readonly Gap[] =>
  sectionNames.flatMap((section) => {
    const found = catalog.sections[section];
    return found.status === "unreadable" ? [{ section, reason: found.reason }] : [];
  });

/** What a "no" about an object cannot be said of: unread entries, and what an unknown database owner would hold. */
const openMasks = (
  { graph, matrix }: Pick<RowContext, "graph" | "matrix">,
  gaps: readonly Gap[],
): ((object: AccessObject) => PrivilegeMask) => {
  const shaky = gaps.some(({ section }) => foundations.includes(section));
  const ownerUnknown = gaps.some(({ section }) => section === "database");
  const ownerRole = graph.idOfName.get("pg_database_owner");
  return (object) => {
    if (shaky) return object.all;
    const byOwner = ownerUnknown && ownerRole !== undefined ? cellOf(matrix, ownerRole, object).held : 0;
    return object.doubt | byOwner;
  };
};

/** Indexes the catalog; the matrices are solved when first asked for. */
export const accessEngine = (catalog: Catalog): AccessEngine => {
  const graph = roleGraph(catalog);
  const objects = accessObjects(catalog, graph);
  const matrix = accessMatrix(graph, objects);
  const { relationIndex, columnsOf } = relationsIn(objects);
  const context: RowContext = { graph, objects, matrix, relationIndex };
  const ownObjects = objects.filter(
    ({ kind, schema, name }) => !isSystemSchema(kind === "schema" ? name : schema),
  );
  const gaps = gapsOf(catalog);
  const columnsShaky = gaps.some(({ section }) => section === "columns");
  const openMask = openMasks(context, gaps);
  const ordinaryRoles = graph.roles.flatMap(({ name }, id) => (isPredefined(name) ? [] : [id]));

  const ask = (
    which: "held" | "settable",
    role: RoleId,
    privilege: Privilege,
    object: AccessObject,
    { grantOption = false, anyColumn = false }: Question,
  ): Certainty => {
    const bit = privilegeBit(privilege);
    const isIn = (mask: PrivilegeMask): boolean => ((grantOption ? grantOptionsOf(mask) : mask) & bit) !== 0;
    const columns = anyColumn ? (columnsOf.get(object.oid) ?? []).filter((c) => c.columnNumber > 0) : [];
    const asked = object.kind === "column" ? [object] : [object, ...columns];
    if (asked.some((one) => isIn(cellOf(matrix, role, one)[which]))) return "yes";
    if (anyColumn && columnsShaky) return "unknown";
    return asked.some((one) => isIn(openMask(one))) ? "unknown" : "no";
  };

  const whoCan: AccessEngine["whoCan"] = (privilege, object) => {
    const bit = privilegeBit(privilege);
    const paths = pathsTo(graph, object, bit);
    return ordinaryRoles.flatMap((role) => {
      const row = privilegeRow(context, object, role, bit, paths);
      return row ? [{ ...row, paths: paths.count(role, row.holds) }] : [];
    });
  };

  return {
    catalog,
    graph,
    objects,
    matrix,
    gaps,
    rows: ({ role, objects: some } = {}) =>
      privilegeRows(context, some ?? ownObjects, role === undefined ? ordinaryRoles : [role]),
    holds: (role, privilege, object, question = {}) => ask("held", role, privilege, object, question),
    holdsAfterSetRole: (role, privilege, object, question = {}) =>
      ask("settable", role, privilege, object, question),
    whoCan,
    paths: (privilege, object) => pathsTo(graph, object, privilegeBit(privilege)),
    pathNames: (path) => pathNames(graph, path),
    isMember: membershipIn(graph),
  };
};
