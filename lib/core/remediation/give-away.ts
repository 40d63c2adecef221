// Gives what a role should not own to one that may: the owner of the schema, or of most of what stands beside it.

import type { Oid } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { type Role, rowsOf } from "../catalog/catalog.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import { mayOwnThere } from "./apply-grant.ts";
import { onDsql, refusedOnDsql, remark, script } from "./script.ts";
import { linesFor } from "./script-lines.ts";

type Owners = {
  readonly all: readonly Oid[];
  readonly near: (schema: Oid | null) => readonly Oid[];
  readonly ofSchema: ReadonlyMap<Oid | null, Oid>;
};

/** Of a whole catalog, worked out once: a role that owns a thousand tables asks a thousand times. */
const ownersSeen = new WeakMap<AccessEngine, Owners>();
const ownersIn = (engine: AccessEngine): Owners => {
  const known = ownersSeen.get(engine);
  if (known) return known;
  const own = engine.objects.filter(({ kind }) => kind !== "column");
  const bySchema = Map.groupBy(own, ({ schemaOid }) => schemaOid);
  const near = lazily((schema: Oid | null) =>
    schema === null ? [] : byFrequency(engine, bySchema.get(schema) ?? []),
  );
  const ofSchema = new Map(own.filter(({ kind }) => kind === "schema").map(({ oid, owner }) => [oid, owner]));
  const made = { all: byFrequency(engine, own), near, ofSchema };
  ownersSeen.set(engine, made);
  return made;
};

/** Owners of the objects, the most frequent first, the first by name among equals. */
const byFrequency = (engine: AccessEngine, objects: readonly AccessObject[]): Oid[] => {
  const counts = new Map<Oid, number>();
  for (const { owner } of objects) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const idOf = (oid: Oid): number => engine.graph.idOf.get(oid) ?? Number.MAX_SAFE_INTEGER;
  return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || idOf(a) - idOf(b));
};

/**
 * Who should own the object instead of `from`; null where nobody else is there. Candidates in this order: the owner of
 * the schema, of most neighbours in it, of most objects, the owner of the database, `admin`, a superuser.
 */
export const newOwner = (
  engine: AccessEngine,
  object: AccessObject,
  from: Oid,
  mayOwn: (role: string) => boolean,
): Role | null => {
  const { graph, catalog } = engine;
  const { all, near, ofSchema } = ownersIn(engine);
  const candidates: (Oid | undefined)[] = [
    ofSchema.get(object.schemaOid),
    ...near(object.schemaOid),
    ...all,
    rowsOf(catalog, "database")[0]?.owner,
    graph.roles[graph.idOfName.get("admin") ?? -1]?.oid,
    ...graph.roles.filter(({ superuser }) => superuser).map(({ oid }) => oid),
  ];
  for (const oid of candidates) {
    const role = graph.roles[graph.idOf.get(oid ?? -1) ?? -1];
    // Nobody can act as a superuser on Aurora DSQL, so nothing can be given to one.
    if (role?.superuser && onDsql(engine)) continue;
    if (!role || role.oid === from || role.name.startsWith("pg_") || !mayOwn(role.name)) continue;
    if (mayOwnThere(catalog, object, role.oid)) return role;
  }
  return null;
};

/** ALTER … OWNER TO, with what Aurora DSQL asks of the new owner and of who says it. */
export const ownerScript = (
  engine: AccessEngine,
  object: AccessObject,
  owner: { readonly oid: Oid },
): string => script(linesFor(engine, [{ operation: { does: "own", object, owner: owner.oid }, as: null }]));

/**
 * ALTER … OWNER TO a real role, for a superuser to run (on Aurora DSQL: for `admin`). `mayOwn`: whom to offer. A
 * sentence where nobody else is there.
 */
export const alterOwnerSql = (
  engine: AccessEngine,
  object: AccessObject,
  self: { readonly oid: Oid },
  mayOwn: (role: string) => boolean,
): string => {
  const refused = refusedOnDsql(engine, object);
  if (refused !== undefined) return refused;
  const owner = newOwner(engine, object, self.oid, mayOwn);
  if (owner === null)
    return remark("No other role was read that could own it: create one, then ALTER … OWNER TO it.");
  return ownerScript(engine, object, owner);
};
