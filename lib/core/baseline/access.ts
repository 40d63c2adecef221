// One piece of access by names, as a file can declare it and a catalog can show it.
import type { SectionName } from "../catalog/catalog.ts";

/** Kinds that a baseline tells apart: tables and views are one, for PostgreSQL grants on both alike. */
export type ObjectClass = "database" | "schema" | "table" | "column" | "sequence" | "function" | "type";

export type Access = {
  /** `future` is what default privileges give on objects that are created later. */
  readonly what: "attribute" | "membership" | "mapping" | "privilege" | "future";
  /** null: PUBLIC. */
  readonly role: string | null;
  /** Of a mapping, the ARN. */
  readonly principal: string | null;
  readonly kind: ObjectClass | null;
  /** null: of databases, roles and mappings, and where default privileges hold in every schema. */
  readonly schema: string | null;
  /** The bare name, of a schema its own; of a membership the role joined; null: the database, or none. */
  readonly object: string | null;
  readonly column: string | null;
  /** Of default privileges, who creates the objects. */
  readonly createdBy: string | null;
  /** PostgreSQL's name of it; OWNER; MEMBER; an attribute; "" of a mapping. */
  readonly privilege: string;
  /** What it carries beyond itself: "GRANT OPTION", "ADMIN OPTION", "INHERIT OPTION", "SET OPTION". */
  readonly options: readonly string[];
};

const nothing = { principal: null, kind: null, schema: null, object: null, column: null, createdBy: null };

/** An access of which only what matters is said. */
export const access = (said: Pick<Access, "what" | "role" | "privilege"> & Partial<Access>): Access => ({
  ...nothing,
  options: [],
  ...said,
});

/** The same for the same access, whatever it carries: unambiguous for any names. */
export const accessKey = (one: Access): string =>
  JSON.stringify([
    one.what,
    one.role,
    one.principal,
    one.kind,
    one.schema,
    one.object,
    one.column,
    one.createdBy,
    one.privilege,
  ]);

/** The same for all that is said of one object; of a column, for its table. */
export const objectKey = ({ kind, schema, object }: Pick<Access, "kind" | "schema" | "object">): string =>
  JSON.stringify([kind === "column" ? "table" : kind, schema, object]);

const rooms: Readonly<Record<ObjectClass, readonly SectionName[]>> = {
  database: ["database"],
  schema: ["schemas"],
  table: ["relations", "schemas"],
  column: ["columns", "relations", "schemas"],
  sequence: ["relations", "schemas"],
  function: ["functions", "schemas"],
  type: ["types", "schemas"],
};

/** The sections that must have been read to say that there is no such access; the first is its own. */
export const sectionsOf = ({ what, kind, schema }: Access): readonly SectionName[] => {
  switch (what) {
    case "attribute":
      return ["roles"];
    case "membership":
      return ["memberships", "roles"];
    case "mapping":
      return ["mappings"];
    case "future":
      return ["defaultPrivileges", "roles", ...(schema === null ? [] : (["schemas"] as const))];
    case "privilege":
      return [...(kind ? rooms[kind] : []), "roles"];
    default:
      return what satisfies never;
  }
};

const all: Readonly<Record<string, Pick<Access, "what" | "kind" | "schema">>> = {
  roles: { what: "attribute", kind: null, schema: null },
  memberships: { what: "membership", kind: null, schema: null },
  mappings: { what: "mapping", kind: null, schema: null },
  defaultPrivileges: { what: "future", kind: "table", schema: "" },
  ...Object.fromEntries(
    Object.keys(rooms).map((kind) => [
      rooms[kind as ObjectClass][0],
      { what: "privilege" as const, kind: kind as ObjectClass, schema: "" },
    ]),
  ),
};

/** The sections whose access cannot be told while this one is unreadable, itself among them. */
export const dependents = (section: SectionName): SectionName[] =>
  (Object.keys(all) as SectionName[]).filter((one) => {
    const example = all[one];
    return example !== undefined && sectionsOf(example as Access).includes(section);
  });

/** By key, options of the same access joined: several grantors may each have given something. */
export const byKey = <T extends Access>(all: Iterable<T>): Map<string, T> => {
  const found = new Map<string, T>();
  for (const one of all) {
    const key = accessKey(one);
    const known = found.get(key);
    if (!known) found.set(key, one);
    else if (one.options.some((option) => !known.options.includes(option)))
      found.set(key, { ...known, options: [...new Set([...known.options, ...one.options])] });
  }
  return found;
};

/** "shop.orders", "shop.orders.id", "shop", "database"; of a membership the role; null where there is none. */
export const objectText = ({ what, kind, schema, object, column, createdBy }: Access): string | null => {
  if (what === "future") {
    const plural = kind === "column" ? "columns" : `${kind ?? "object"}s`;
    return `${plural} that ${createdBy} creates${schema === null ? "" : ` in ${schema}`}`;
  }
  if (kind === "database") return "database";
  if (kind === "schema") return schema;
  if (object === null) return null;
  return [schema, object, column].filter((part) => part !== null).join(".");
};
