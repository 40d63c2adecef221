// From the names that people type to the subjects of timelines, also for roles and objects that are long gone.

import type { Cluster } from "../../core/base/ids.ts";
import { PUBLIC } from "../../core/base/ids.ts";
import { quoteQualified } from "../../core/base/quote.ts";
import type { AnyRow } from "../../core/catalog/canonical-rows.ts";
import { type KnownCatalog, knownRows } from "../../core/catalog/known-catalog.ts";
import { roleSubject } from "../../core/history/change-subjects.ts";
import { AuditError } from "../../errors.ts";
import type { SnapshotStore } from "./snapshots.ts";

/** A name may have belonged to several: a role that was dropped and made again has another OID. Newest first. */
export type FoundSubject = { readonly subject: string; readonly name: string; readonly gone: boolean };

type Reader = Pick<SnapshotStore, "subjectsNamed">;

const rows = (catalog: KnownCatalog, name: Parameters<typeof knownRows>[1]): readonly AnyRow[] =>
  (knownRows(catalog, name) ?? []) as readonly AnyRow[];

/** Those that bear the name now, then those that did; each once. */
const join = (present: readonly FoundSubject[], past: readonly string[], name: string): FoundSubject[] => {
  const here = new Set(present.map(({ subject }) => subject));
  return [
    ...present,
    ...past.filter((subject) => !here.has(subject)).map((subject) => ({ subject, name, gone: true })),
  ];
};

/** The roles that bear or bore `name`; PUBLIC where no role is called so. AuditError("not-found") for none. */
export const findRoles = async (
  store: Reader,
  cluster: Cluster,
  catalog: KnownCatalog,
  name: string,
): Promise<FoundSubject[]> => {
  const present = rows(catalog, "roles")
    .filter((row) => row.name === name)
    .map((row) => ({ subject: roleSubject(row.oid as number), name, gone: false }));
  const found = join(present, await store.subjectsNamed(cluster, "role", name), name);
  if (found.length) return found;
  if (name.toUpperCase() === "PUBLIC") return [{ subject: roleSubject(PUBLIC), name: "PUBLIC", gone: false }];
  const alike = rows(catalog, "roles").find((row) => String(row.name).toLowerCase() === name.toLowerCase());
  throw new AuditError("not-found", `no role was ever seen under the name ${JSON.stringify(name)}`, {
    hint: alike
      ? `There is ${JSON.stringify(alike.name)}: names keep their case.`
      : "Give its name as it stands in pg_roles.",
  });
};

type Named = FoundSubject & { readonly texts: readonly string[]; readonly bare: string };

/** Every object that bears a name now, with the texts that it answers to. */
const namedObjects = (catalog: KnownCatalog): Named[] => {
  const schemas = new Map(rows(catalog, "schemas").map((row) => [row.oid, String(row.name)]));
  const found: Named[] = [];
  const add = (section: string, oid: unknown, parts: readonly string[], suffix = ""): void => {
    const raw = `${parts.join(".")}${suffix}`;
    const bare = parts.at(-1) ?? "";
    const texts = [raw, ...(raw.includes("\0") ? [] : [`${quoteQualified(...parts)}${suffix}`])];
    found.push({ subject: `${section}:${String(oid)}`, name: raw, gone: false, texts, bare });
  };
  for (const row of rows(catalog, "database")) add("database", row.oid, [String(row.name)]);
  for (const row of rows(catalog, "schemas")) add("schemas", row.oid, [String(row.name)]);
  for (const section of ["relations", "functions", "types"] as const) {
    for (const row of rows(catalog, section)) {
      const schema = schemas.get(row.schema as number) ?? String(row.schema);
      add(
        section,
        row.oid,
        [schema, String(row.name)],
        section === "functions" ? `(${String(row.identityArguments)})` : "",
      );
    }
  }
  return found;
};

/**
 * The objects that bear or bore a name: "schema.table", "schema.function(arguments)", a schema, or a bare name where
 * only one object has it; quoted as in SQL where need be. AuditError("not-found") for none, ("usage") for several.
 */
export const findObjects = async (
  store: Reader,
  cluster: Cluster,
  catalog: KnownCatalog,
  text: string,
): Promise<FoundSubject[]> => {
  const all = namedObjects(catalog);
  const exact = all.filter(({ texts }) => texts.includes(text));
  const present = exact.length ? exact : all.filter(({ bare }) => bare === text);
  const past = await store.subjectsNamed(cluster, "object", text);
  if (present.length > 1) {
    throw new AuditError("usage", `${JSON.stringify(text)} is the name of several objects`, {
      hint: `Name one: ${present
        .slice(0, 8)
        .map(({ name }) => name)
        .join(", ")}`,
    });
  }
  const found = join(
    present.map(({ subject, name, gone }) => ({ subject, name, gone })),
    past,
    text,
  );
  if (found.length) return found;
  throw new AuditError("not-found", `no object was ever seen under the name ${JSON.stringify(text)}`, {
    hint: "Give it as schema.table, schema.function(arguments) or schema.",
  });
};
