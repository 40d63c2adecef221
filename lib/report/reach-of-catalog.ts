// Which role reaches which table, from a catalog: the privilege engine's rows folded to read, write, own and create.
import type { Catalog } from "../core/catalog/catalog.ts";
import { type AccessEngine, accessEngine } from "../core/privileges/effective.ts";
import type { AccessObject } from "../core/privileges/effective-objects.ts";
import type { PrivilegeRow } from "../core/privileges/effective-rows.ts";
import type { Access, Reach, ReportRole, ReportSchema } from "./report-data.ts";

const accessOf: Readonly<Record<string, Access | undefined>> = {
  SELECT: "read",
  INSERT: "write",
  UPDATE: "write",
  DELETE: "write",
  TRUNCATE: "write",
  CREATE: "create",
};

const isTable = ({ kind }: AccessObject): boolean => kind === "table" || kind === "view";

/** The owner, and all who have its privileges without SET ROLE; a superuser owns nothing by being one. */
const ownersOf = ({ graph, isMember }: AccessEngine, { owner }: AccessObject): ReadonlySet<string> => {
  const id = graph.idOf.get(owner);
  if (id === undefined) return new Set();
  return new Set(
    graph.roles.flatMap(({ name, superuser }, role) =>
      role === id || (!superuser && isMember(role, id, "USAGE")) ? [name] : [],
    ),
  );
};

/** Privileges that a role has on one object in one way are one row. */
const fold = (rows: Iterable<PrivilegeRow>, oids: ReadonlyMap<string, number>): Reach[] => {
  const found = new Map<string, Reach & { access: Access[] }>();
  for (const { role, kind, schema, object, column, privilege, holds, usable, path } of rows) {
    const access = accessOf[privilege];
    const roleOid = oids.get(role);
    if (access === undefined || roleOid === undefined) continue;
    const place = kind === "schema" ? { schema: object, object: "" } : { schema: schema ?? "?", object };
    const id = JSON.stringify([roleOid, place, column, holds, usable, path]);
    const known = found.get(id);
    if (known) {
      if (!known.access.includes(access)) known.access.push(access);
    } else {
      found.set(id, {
        roleOid,
        ...place,
        column,
        access: [access],
        path,
        setRole: holds === "set-role",
        usable,
      });
    }
  }
  return [...found.values()];
};

export type CatalogReach = {
  readonly roles: readonly ReportRole[] | null;
  readonly schemas: readonly ReportSchema[] | null;
  readonly reach: readonly Reach[] | null;
};

/** Each null where its sections could not be read. Predefined roles (`pg_...`) are left out; paths may lead through them. */
export const reachOfCatalog = (catalog: Catalog): CatalogReach => {
  const { roles, schemas, relations } = catalog.sections;
  if (roles.status !== "read") return { roles: null, schemas: null, reach: null };
  const ordinary = roles.rows.filter(({ name }) => !name.startsWith("pg_"));
  const named = ordinary.map(({ oid, name, canLogin, superuser }) => ({ oid, name, canLogin, superuser }));
  if (schemas.status !== "read" || relations.status !== "read") {
    return { roles: named, schemas: null, reach: null };
  }
  const engine = accessEngine(catalog);
  const oids = new Map(ordinary.map(({ oid, name }) => [name, oid]));
  const asked = engine.objects.filter(
    (object) => isTable(object) || ["schema", "column"].includes(object.kind),
  );
  const reach = fold(engine.rows({ objects: asked }), oids);
  const owners = new Map<number, ReadonlySet<string>>();
  for (const object of asked.filter(isTable)) {
    const own = owners.get(object.owner) ?? ownersOf(engine, object);
    owners.set(object.owner, own);
    for (const name of own) {
      const roleOid = oids.get(name);
      if (roleOid === undefined) continue;
      const owner = engine.graph.roles[engine.graph.idOf.get(object.owner) ?? -1]?.name ?? "?";
      const path = name === owner ? [name] : [name, owner];
      const place = { schema: object.schema ?? "?", object: object.name, column: null };
      reach.push({ roleOid, ...place, access: ["own"], path, setRole: false, usable: null });
    }
  }
  const tables = Map.groupBy(engine.objects.filter(isTable), ({ schema }) => schema);
  return {
    roles: named,
    schemas: schemas.rows.map(({ name }) => ({ name, objects: tables.get(name)?.length ?? 0 })),
    reach,
  };
};
