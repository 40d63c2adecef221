// Who reaches what, added up per role and schema so that it stays readable with hundreds of roles.
import type { Oid } from "../core/base/ids.ts";
import type { Access, Reach, ReportSchema } from "./report-data.ts";

/** One cell of the matrix: how many tables and views of the schema the role can read, write, owns. */
export type ReachCell = {
  readonly read: number;
  readonly write: number;
  readonly own: number;
  /** It may create objects in the schema. */
  readonly create: boolean;
  /** Objects that are granted but out of reach: the schema's USAGE is missing. */
  readonly unusable: number;
  /** Objects reached only after SET ROLE. */
  readonly setRole: number;
};

/** Objects of one schema that a role reaches in the same way. */
export type ReachGroup = {
  readonly schema: string;
  readonly access: readonly Access[];
  readonly path: readonly string[];
  readonly setRole: boolean;
  readonly usable: boolean | null;
  /** Empty: the schema itself. */
  readonly objects: readonly string[];
};

export type RoleReach = {
  readonly cells: ReadonlyMap<string, ReachCell>;
  readonly groups: readonly ReachGroup[];
  /** Owning weighs more than writing, writing more than reading; for putting the mightiest first. */
  readonly weight: number;
};

const order: readonly Access[] = ["read", "write", "own", "create"];

const cellOf = (reach: readonly Reach[]): ReachCell => {
  const objects = reach.filter(({ object }) => object !== "");
  const distinct = (keep: (one: Reach) => boolean): number =>
    new Set(objects.filter(keep).map(({ object }) => object)).size;
  return {
    read: distinct(({ access }) => access.includes("read")),
    write: distinct(({ access }) => access.includes("write")),
    own: distinct(({ access }) => access.includes("own")),
    create: reach.some(({ access }) => access.includes("create")),
    unusable: distinct(({ usable }) => usable === false),
    setRole: distinct(({ setRole }) => setRole),
  };
};

const groupsOf = (reach: readonly Reach[]): ReachGroup[] => {
  const alike = Map.groupBy(reach, ({ schema, object, access, path, setRole, usable }) =>
    JSON.stringify([
      schema,
      object === "",
      order.filter((one) => access.includes(one)),
      path,
      setRole,
      usable,
    ]),
  );
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { schema, path, setRole, usable } = first;
    const objects = same
      .filter(({ object }) => object !== "")
      .map(({ object, column }) => (column === null ? object : `${object} (${column})`));
    return [
      {
        schema,
        access: order.filter((one) => first.access.includes(one)),
        path,
        setRole,
        usable,
        objects: objects.toSorted(),
      },
    ];
  });
};

/** By role. A role that reaches nothing is not in the map. */
export const reachByRole = (reach: readonly Reach[]): ReadonlyMap<Oid, RoleReach> => {
  const roles = new Map<Oid, RoleReach>();
  for (const [oid, own] of Map.groupBy(reach, ({ roleOid }) => roleOid)) {
    const bySchema = Map.groupBy(own, ({ schema }) => schema);
    const cells = new Map([...bySchema].map(([schema, rows]) => [schema, cellOf(rows)]));
    let weight = 0;
    for (const { read, write, own: owned } of cells.values()) weight += read + 10 * write + 100 * owned;
    roles.set(oid, { cells, groups: groupsOf(own), weight });
  }
  return roles;
};

/** The schemas that get a column of their own, those that most roles reach first, and those that do not. */
export const pickSchemas = (
  schemas: readonly ReportSchema[],
  roles: ReadonlyMap<Oid, RoleReach>,
  columns: number,
): { readonly shown: readonly ReportSchema[]; readonly others: readonly ReportSchema[] } => {
  const reached = (name: string): number => [...roles.values()].filter(({ cells }) => cells.has(name)).length;
  const sorted = schemas
    .map((schema) => ({ schema, by: reached(schema.name) }))
    .toSorted((a, b) => b.by - a.by || b.schema.objects - a.schema.objects)
    .map(({ schema }) => schema);
  return { shown: sorted.slice(0, columns), others: sorted.slice(columns) };
};
