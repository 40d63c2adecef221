// GET /privileges and /who-can: who holds what at a moment, by which path.
import * as z from "zod";
import { rowsOf } from "../core/catalog/catalog.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import type { RoleId } from "../core/privileges/effective-graph.ts";
import { type AccessObject, objectKinds, sectionOf } from "../core/privileges/effective-objects.ts";
import type { PrivilegeRow } from "../core/privileges/effective-rows.ts";
import { findObject, findObjects, findPrivilege, findRole } from "../core/privileges/find-object.ts";
import { basisOf } from "../queries/basis.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { atParam, clusterParam, optionalText, pageParams, pickAt, pickCluster, text } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Basis, pinnedSnapshot } from "./snapshot-ref.ts";

const Kind = z.enum(objectKinds);
export const OBJECT_NAME =
  'As SQL names it: app.orders, "a.b".c, app.orders.amount, app.f(integer); a kind may stand in front: schema app.';

const RowShape = {
  role: z.string(),
  kind: Kind,
  schema: z.nullable(z.string()),
  object: z.string(),
  column: z.nullable(z.string()),
  privilege: z.string(),
  grantable: z.boolean().meta({ description: "With grant option." }),
  holds: z.enum(["inherited", "set-role"]).meta({ description: "At once, or only after SET ROLE." }),
  usable: z.nullable(z.boolean()).meta({
    description: "The schema's USAGE lets it be used; null for schemas and databases.",
  }),
  path: z.array(z.string()).meta({
    description: "From the role to the one that holds it directly; a last PUBLIC where it comes from there.",
  }),
} as const;

const Row = z
  .object(RowShape)
  .meta({ id: "PrivilegeRow", description: "One privilege that a role holds; names are raw." });

const PrivilegeList = z
  .object({ cluster: z.string(), ...Basis, items: z.array(Row), next: z.nullable(z.string()) })
  .meta({ id: "PrivilegeList" });

const path = "/privileges";
/** The snapshot, the object's number, and how many of its rows were given. */
const RowPlace = z.tuple([z.int().positive(), z.int().nonnegative(), z.int().nonnegative()]);

const rowsAfter = function* (
  engine: AccessEngine,
  seq: number,
  role: RoleId | undefined,
  objects: readonly AccessObject[],
  [, from, given]: z.output<typeof RowPlace> = [1, 0, 0],
): Generator<Placed<PrivilegeRow>> {
  for (const object of objects) {
    if (object.index < from) continue;
    const skip = object.index === from ? given : 0;
    let n = 0;
    for (const row of engine.rows({ ...(role !== undefined && { role }), objects: [object] })) {
      n += 1;
      if (n > skip) yield [row, [seq, object.index, n]];
    }
  }
};

/** The objects that are named, and of a table its columns too: what they say more. */
const namedObjects = (engine: AccessEngine, name: string): AccessObject[] => {
  const found = findObjects(engine, name);
  const oids = new Set(found.filter(({ kind }) => sectionOf(kind) === "relations").map(({ oid }) => oid));
  return engine.objects.filter((one) => found.includes(one) || (one.kind === "column" && oids.has(one.oid)));
};

const listed = (row: PrivilegeRow): z.input<typeof Row> => ({ ...row, path: [...row.path] });

export const privileges: Route = route({
  path,
  summary: "Effective privileges",
  description:
    "One row for each privilege that a role holds at the moment, of all roles but the predefined ones and all objects outside the system schemas. By object, then role, then privilege; all pages rest on one snapshot.",
  params: z.strictObject({
    ...clusterParam,
    role: optionalText("Only of this role."),
    object: optionalText(`Only on this object, a table with its columns. ${OBJECT_NAME}`),
    ...atParam,
    ...pageParams,
  }),
  answer: PrivilegeList,
  run: async (deps, params) => {
    const question = { path, params };
    const place = readCursor(RowPlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const snapshot = await pinnedSnapshot(deps, cluster, pickAt(deps, params.at), place?.[0]);
    const engine = deps.access(snapshot);
    const role = params.role === undefined ? undefined : findRole(engine, params.role);
    const objects = params.object === undefined ? engine.objects : namedObjects(engine, params.object);
    const rows = rowsAfter(engine, snapshot.manifest.seq, role, objects, place);
    const { items, next } = await takePage(rows, question);
    return {
      cluster,
      ...(await basisOf(deps.store.snapshots, cluster, snapshot)),
      items: items.map(listed),
      next,
    };
  },
});

const WhoCanRow = z
  .object({
    ...RowShape,
    paths: z
      .nullable(z.number())
      .meta({ description: "In how many ways it is held; null: more than can be counted." }),
    principals: z.nullable(z.array(z.string())).meta({
      description: "Who is mapped to the role; null where the mappings could not be read.",
    }),
  })
  .meta({ id: "WhoCanRow" });

const WhoCanAnswer = z
  .object({
    cluster: z.string(),
    ...Basis,
    object: z.object({
      kind: Kind,
      schema: z.nullable(z.string()),
      object: z.string(),
      column: z.nullable(z.string()),
    }),
    privilege: z.string(),
    unknownRoles: z.nullable(z.int()).meta({
      description:
        "Of how many other roles it cannot be said that they do not hold it; null where the roles could not be read.",
    }),
    items: z.array(WhoCanRow),
    next: z.nullable(z.string()),
  })
  .meta({ id: "WhoCanAnswer" });

const whoCanPath = "/who-can";
const RolePlace = z.tuple([z.int().positive(), z.string()]);

export const whoCan: Route = route({
  path: whoCanPath,
  summary: "Who holds a privilege on an object",
  description:
    "All roles that hold it at once or after SET ROLE, by name, each with the principals mapped to it.",
  params: z.strictObject({
    ...clusterParam,
    privilege: text("SELECT, INSERT, USAGE, EXECUTE, …"),
    object: text(OBJECT_NAME),
    ...atParam,
    ...pageParams,
  }),
  answer: WhoCanAnswer,
  run: async (deps, params) => {
    const question = { path: whoCanPath, params };
    const place = readCursor(RolePlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const snapshot = await pinnedSnapshot(deps, cluster, pickAt(deps, params.at), place?.[0]);
    const { seq } = snapshot.manifest;
    const engine = deps.access(snapshot);
    const privilege = findPrivilege(params.privilege);
    const object = findObject(engine, params.object, privilege);
    const found = engine.whoCan(privilege, object);
    const holders = new Set(found.map(({ role }) => role));
    const unknown = engine.graph.roles.filter(
      ({ name }, id) =>
        !holders.has(name) &&
        !name.startsWith("pg_") &&
        engine.holdsAfterSetRole(id, privilege, object) === "unknown",
    );
    const { roles, mappings } = snapshot.catalog.sections;
    const mapped = Map.groupBy(rowsOf(snapshot.catalog, "mappings"), ({ role }) => role);
    const oids = new Map(engine.graph.roles.map(({ name, oid }) => [name, oid]));
    const rows = found
      .filter(({ role }) => place === undefined || role > place[1])
      .map(
        (row): Placed<z.input<typeof WhoCanRow>> => [
          {
            ...listed(row),
            paths: Number.isFinite(row.paths) ? row.paths : null,
            principals:
              mappings.status === "read"
                ? (mapped.get(oids.get(row.role) ?? -1) ?? []).map(({ arn }) => arn).sort()
                : null,
          },
          [seq, row.role],
        ],
      );
    return {
      cluster,
      ...(await basisOf(deps.store.snapshots, cluster, snapshot)),
      object: { kind: object.kind, schema: object.schema, object: object.name, column: object.column },
      privilege,
      unknownRoles: roles.status === "read" ? unknown.length : null,
      ...(await takePage(rows, question)),
    };
  },
});
