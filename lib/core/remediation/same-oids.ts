// A catalog that was loaded elsewhere, with the OIDs of the snapshot that it was loaded from: the same name is the same thing.
import type { Oid } from "../base/ids.ts";
import { PUBLIC } from "../base/ids.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import { type Acl, type Catalog, rowsOf, type SectionName, sectionNames } from "../catalog/catalog.ts";
import { type Extras, extraNames } from "../catalog/extras.ts";

/** OIDs of what the snapshot does not have: they must not meet any of its own. */
const BEYOND = 4_200_000_000;

type Renamed = (oid: Oid) => Oid;

/** From the OIDs of one side to those of the other, by what `key` says is the same. */
const renaming = <T extends { readonly oid: Oid }>(
  from: readonly T[],
  to: readonly T[],
  key: (row: T, side: "from" | "to") => string,
): Renamed => {
  const known = new Map(to.map((row) => [key(row, "to"), row.oid]));
  const names = new Map<Oid, Oid>();
  const taken = new Set(known.values());
  for (const row of from) {
    const own = known.get(key(row, "from"));
    names.set(row.oid, own ?? (taken.has(row.oid) ? BEYOND + (row.oid % 90_000_000) : row.oid));
  }
  return (oid) => names.get(oid) ?? oid;
};

type Renamings = Readonly<
  Record<"roles" | "schemas" | "relations" | "functions" | "types" | "database", Renamed>
>;

const renamings = (read: Catalog, snapshot: Catalog): Renamings => {
  const section = <N extends SectionName>(name: N) => [rowsOf(read, name), rowsOf(snapshot, name)] as const;
  const roles = renaming(...section("roles"), ({ name }) => name);
  const schemas = renaming(...section("schemas"), ({ name }) => name);
  const within = (schema: Oid, side: "from" | "to"): Oid => (side === "from" ? schemas(schema) : schema);
  const inSchema = ({ schema, name }: { schema: Oid; name: string }, side: "from" | "to"): string =>
    JSON.stringify([within(schema, side), name]);
  return {
    roles,
    schemas,
    relations: renaming(...section("relations"), inSchema),
    types: renaming(...section("types"), inSchema),
    functions: renaming(...section("functions"), (row, side) =>
      JSON.stringify([inSchema(row, side), row.identityArguments]),
    ),
    database: renaming(...section("database"), () => ""),
  };
};

const aclOf = (acl: Acl, roles: Renamed): Acl => {
  const role: Renamed = (oid) => (oid === PUBLIC ? PUBLIC : roles(oid));
  return (
    acl && {
      ...acl,
      entries: acl.entries.map((entry) => ({
        ...entry,
        grantee: role(entry.grantee),
        grantor: role(entry.grantor),
      })),
    }
  );
};

/** Which renaming each field of a row takes. */
const fieldsOf = (map: Renamings): Readonly<Record<SectionName, Readonly<Record<string, Renamed>>>> => ({
  roles: { oid: map.roles },
  memberships: { role: map.roles, member: map.roles, grantor: map.roles },
  mappings: { role: map.roles, grantor: map.roles },
  schemas: { oid: map.schemas, owner: map.roles },
  relations: { oid: map.relations, schema: map.schemas, owner: map.roles },
  columns: { relation: map.relations },
  functions: { oid: map.functions, schema: map.schemas, owner: map.roles },
  types: { oid: map.types, schema: map.schemas, owner: map.roles },
  defaultPrivileges: { role: map.roles, schema: map.schemas },
  database: { oid: map.database, owner: map.roles },
});

const renamedRow = (row: AnyRow, fields: Readonly<Record<string, Renamed>>, roles: Renamed): AnyRow => ({
  ...row,
  ...Object.fromEntries(Object.entries(fields).map(([field, rename]) => [field, rename(row[field] as Oid)])),
  ...("acl" in row && { acl: aclOf(row.acl ?? null, roles) }),
});

/** Rows that are known by what they link keep the snapshot's number; new ones get one of their own. */
const numbered = (
  rows: readonly AnyRow[],
  snapshot: readonly AnyRow[],
  oid: string,
  by: readonly string[],
): AnyRow[] => {
  const key = (row: AnyRow): string => JSON.stringify(by.map((field) => row[field]));
  const known = new Map(snapshot.map((row) => [key(row), row[oid]]));
  return rows.map((row, i) => ({ ...row, [oid]: known.get(key(row)) ?? BEYOND + i }));
};

const renamedExtras = (read: Extras, snapshot: Extras, map: Renamings): Extras => {
  const parts = extraNames.map((name) => {
    const [found, known] = [read[name], snapshot[name]];
    // What a view reads and row-level security are not loaded, and no statement on access changes them.
    const isLoaded = name !== "views" && name !== "viewRules" && name !== "rowSecurity";
    if (!isLoaded || found?.status !== "read" || known?.status !== "read") return [name, known];
    if (name === "sequences") {
      const rows = (found.rows as { sequence: Oid; table: Oid }[]).map(({ sequence, table }) => ({
        sequence: map.relations(sequence),
        table: map.relations(table),
      }));
      return [name, { status: "read", rows: rows.toSorted((a, b) => a.sequence - b.sequence) }];
    }
    const others = known.rows as readonly { oid: Oid; name: string }[];
    const oids = new Map(others.map((row) => [row.name, row.oid]));
    const rows = (found.rows as { oid: Oid; name: string; owner: Oid | null; acl: Acl }[]).map((row) => ({
      ...row,
      oid: oids.get(row.name) ?? row.oid,
      owner: row.owner === null ? null : map.roles(row.owner),
      acl: aclOf(row.acl, map.roles),
    }));
    return [name, { status: "read", rows: rows.toSorted((a, b) => a.oid - b.oid) }];
  });
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined)) as Extras;
};

/**
 * `read` as the snapshot would have it: its OIDs, its cluster and version; a section that the snapshot could not read is
 * unreadable here too. `serverOwn`: roles that the other server was made with, and the snapshot does not have.
 */
export const withOidsOf = (
  read: Catalog,
  snapshot: Catalog,
  serverOwn: ReadonlySet<string> = new Set(),
): Catalog => {
  const map = renamings(read, snapshot);
  const fields = fieldsOf(map);
  const own = new Set(rowsOf(read, "roles").flatMap(({ oid, name }) => (serverOwn.has(name) ? [oid] : [])));
  const isOwn = (name: SectionName, row: AnyRow): boolean =>
    (name === "roles" && own.has(row.oid as Oid)) ||
    (name === "memberships" && (own.has(row.role as Oid) || own.has(row.member as Oid)));
  const sections = sectionNames.map((name) => {
    const [found, known] = [read.sections[name], snapshot.sections[name]];
    if (found.status !== "read" || known.status !== "read") return [name, known];
    const kept = (found.rows as readonly AnyRow[]).filter((row) => !isOwn(name, row));
    const rows = kept.map((row) => renamedRow(row, fields[name], map.roles));
    const before = known.rows as readonly AnyRow[];
    if (name === "mappings")
      return [name, { status: "read", rows: numbered(rows, before, "iamOid", ["role", "arn"]) }];
    if (name === "defaultPrivileges")
      return [
        name,
        { status: "read", rows: numbered(rows, before, "oid", ["role", "schema", "objectType"]) },
      ];
    return [name, { status: "read", rows }];
  });
  return {
    format: snapshot.format,
    cluster: snapshot.cluster,
    serverVersion: snapshot.serverVersion,
    sections: Object.fromEntries(sections) as Catalog["sections"],
    ...(snapshot.extras && read.extras && { extras: renamedExtras(read.extras, snapshot.extras, map) }),
  };
};
