// The baseline that declares what a catalog allows today, and nothing more: where a file in review begins.
import { byText } from "../base/sorted.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { type Access, accessKey, byKey, type ObjectClass } from "./access.ts";
import { BASELINE_VERSION, type Baseline, type Component } from "./baseline.ts";
import { type LiveAccess, liveAccess } from "./live-access.ts";
import type { FuturePermissions, SchemaPermissions } from "./permissions.ts";

type Said = { readonly privileges: string[]; readonly grantOption?: string[] };

/** Groups in the order of their first row. */
const groups = <T>(rows: readonly T[], key: (row: T) => unknown): T[][] => [
  ...Map.groupBy(rows, (row) => JSON.stringify(key(row))).values(),
];

/** Privileges as a file lists them, each once. */
const saidOf = (rows: readonly Access[]): Said => {
  const passable = rows.filter(({ options }) => options.includes("GRANT OPTION"));
  return {
    privileges: rows.map(({ privilege }) => privilege),
    ...(passable.length && { grantOption: passable.map(({ privilege }) => privilege) }),
  };
};

/** Objects with the same privileges stand in one entry. */
const objectsOf = (rows: readonly Access[]): { names: string[]; columns?: string[] }[] => {
  const tables = groups(
    rows.filter(({ column }) => column === null),
    ({ object }) => object,
  ).map((of) => ({ name: of[0]?.object ?? "", columns: undefined, said: saidOf(of) }));
  const columns = groups(
    rows.filter(({ column }) => column !== null),
    ({ object }) => object,
  ).flatMap((of) => {
    const each = groups(of, ({ column }) => column).map((one) => ({
      column: one[0]?.column ?? "",
      said: saidOf(one),
    }));
    return groups(each, ({ said }) => said).map((same) => ({
      name: of[0]?.object ?? "",
      columns: same.map(({ column }) => column),
      said: same[0]?.said as Said,
    }));
  });
  return groups([...tables, ...columns], (one) => [one.columns, one.said]).map((same) => ({
    names: same.map(({ name }) => name),
    ...(same[0]?.columns && { columns: same[0].columns }),
    ...(same[0]?.said as Said),
  }));
};

const inSchema = (schema: string, rows: readonly Access[]): SchemaPermissions => {
  const own = rows.filter(({ kind }) => kind === "schema");
  const of = (...kinds: ObjectClass[]) => objectsOf(rows.filter(({ kind }) => kind && kinds.includes(kind)));
  const parts = {
    tables: of("table", "column"),
    sequences: of("sequence"),
    functions: of("function"),
    types: of("type"),
  };
  return {
    schema,
    ...(own.length && saidOf(own)),
    ...Object.fromEntries(Object.entries(parts).filter(([, found]) => found.length)),
  };
};

const futureNames = {
  table: "tables",
  sequence: "sequences",
  function: "functions",
  type: "types",
  schema: "schemas",
} as const;

const futureOf = (rows: readonly Access[]): FuturePermissions[] =>
  groups(rows, ({ createdBy, schema, kind }) => [createdBy, schema, kind]).map((same) => {
    const { createdBy, schema, kind } = same[0] as Access;
    return {
      createdBy: createdBy ?? "",
      ...(schema !== null && { schema }),
      on: futureNames[kind as keyof typeof futureNames],
      ...(saidOf(same) as Pick<FuturePermissions, "privileges">),
    };
  });

type Allowed = Pick<Component, "database" | "permissions" | "future">;

const allowedOf = (rows: readonly Access[]): Allowed => {
  const database = rows.filter(({ kind, what }) => what === "privilege" && kind === "database");
  const schemas = rows.filter(({ schema, what }) => what === "privilege" && schema !== null);
  const future = rows.filter(({ what }) => what === "future");
  return {
    ...(database.length && { database: saidOf(database) }),
    ...(schemas.length && {
      permissions: groups(schemas, ({ schema }) => schema).map((of) => inSchema(of[0]?.schema ?? "", of)),
    }),
    ...(future.length && { future: futureOf(future) }),
  };
};

const componentOf = (role: string, rows: readonly Access[]): Component => {
  const of = (what: Access["what"]) => rows.filter((one) => one.what === what);
  const [attributes, principals, memberOf] = [of("attribute"), of("mapping"), of("membership")];
  return {
    name: role,
    role,
    ...(attributes.length && { attributes: attributes.map(({ privilege }) => privilege as "LOGIN") }),
    ...(principals.length && { principals: principals.map(({ principal }) => ({ arn: principal ?? "" })) }),
    ...(memberOf.length && {
      memberOf: memberOf.map(({ object, options }) => ({
        role: object ?? "",
        admin: options.includes("ADMIN OPTION"),
        inherit: options.includes("INHERIT OPTION"),
        set: options.includes("SET OPTION"),
      })),
    }),
    ...allowedOf(rows),
  };
};

const sorted = (rows: Iterable<Access>): Access[] =>
  [...rows].sort(
    (a, b) =>
      byText(a.schema ?? "", b.schema ?? "") ||
      byText(a.object ?? "", b.object ?? "") ||
      byText(a.column ?? "", b.column ?? "") ||
      byText(a.principal ?? "", b.principal ?? ""),
  );

/** Those built-in privileges of PUBLIC that are not there any more, as far as it could be read. */
const withheldOf = (live: LiveAccess, found: ReadonlyMap<string, Access>): Access[] => {
  const unread = new Set(live.unread.map(({ section }) => section));
  return [...byKey(live.builtIn)].flatMap(([key, one]) =>
    found.has(key) || (one.what === "future" && unread.has("defaultPrivileges")) ? [] : [one],
  );
};

/** Declares every access of the catalog, a component for each role: `driftOf` finds nothing but what was not read. */
export const baselineOf = (catalog: Catalog): Baseline => {
  const live = liveAccess(catalog);
  const found = byKey(live.accesses);
  const builtIn = new Set(live.builtIn.map(accessKey));
  const rows = sorted(found.values());
  const byRole = Map.groupBy(rows, ({ role }) => role);
  const roles = [...(live.roles ?? [])].filter((name) => !live.leftOut.has(name));
  const mapped = rows.flatMap(({ what, role }) => (what === "mapping" && role !== null ? [role] : []));
  const everybody = (byRole.get(null) ?? []).filter((one) => !builtIn.has(accessKey(one)));
  const withheld = allowedOf(sorted(withheldOf(live, found)));
  const shared = { ...allowedOf(everybody), ...(Object.keys(withheld).length && { withheld }) };
  return {
    version: BASELINE_VERSION,
    cluster: catalog.cluster,
    components: [...new Set([...roles, ...mapped])]
      .toSorted(byText)
      .map((role) => componentOf(role, byRole.get(role) ?? [])),
    ...(Object.keys(shared).length && { public: shared }),
  };
};
