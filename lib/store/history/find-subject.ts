// From the names that people type to the subjects of timelines, also for roles and objects that are long gone.

import type { Cluster } from "../../core/base/ids.ts";
import { PUBLIC } from "../../core/base/ids.ts";
import type { AnyRow } from "../../core/catalog/canonical-rows.ts";
import { extraOf, otherName, otherSections } from "../../core/catalog/extras.ts";
import { type KnownCatalog, knownRows } from "../../core/catalog/known-catalog.ts";
import {
  bestFits,
  type Nameable,
  readName,
  roleNameReadings,
  sectionOfKind,
  type WrittenName,
} from "../../core/catalog/written-name.ts";
import { roleSubject } from "../../core/history/change-subjects.ts";
import { AuditError } from "../../errors.ts";
import type { SnapshotStore } from "./snapshots.ts";

/** A name may have belonged to several: a role that was dropped and made again has another OID. Those that bear it now first. */
export type FoundSubject = { readonly subject: string; readonly name: string; readonly gone: boolean };

type Reader = Pick<SnapshotStore, "subjectsNamed" | "timeline" | "changes">;

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
  for (const reading of roleNameReadings(name)) {
    const present = rows(catalog, "roles")
      .filter((row) => row.name === reading)
      .map((row) => ({ subject: roleSubject(row.oid as number), name: reading, gone: false }));
    const found = join(present, await store.subjectsNamed(cluster, "role", reading), reading);
    if (found.length) return found;
  }
  if (name.toUpperCase() === "PUBLIC") return [{ subject: roleSubject(PUBLIC), name: "PUBLIC", gone: false }];
  const alike = rows(catalog, "roles").find((row) => String(row.name).toLowerCase() === name.toLowerCase());
  throw new AuditError("not-found", `no role was ever seen under the name ${JSON.stringify(name)}`, {
    hint: alike
      ? `There is ${JSON.stringify(alike.name)}: names keep their case.`
      : "Give its name as it stands in pg_roles.",
  });
};

type Named = FoundSubject & { readonly nameable: Nameable };

/** Every object that bears a name now. */
const namedObjects = (catalog: KnownCatalog): Named[] => {
  const schemas = new Map(rows(catalog, "schemas").map((row) => [row.oid, String(row.name)]));
  return (["database", "schemas", "relations", "functions", "types"] as const).flatMap((section) =>
    rows(catalog, section).map((row): Named => {
      const within = typeof row.schema === "number" ? row.schema : null;
      const schema = within === null ? null : (schemas.get(within) ?? String(within));
      const identityArguments = section === "functions" ? String(row.identityArguments) : null;
      const suffix = identityArguments === null ? "" : `(${identityArguments})`;
      return {
        subject: `${section}:${String(row.oid)}`,
        name: `${schema === null ? "" : `${schema}.`}${String(row.name)}${suffix}`,
        gone: false,
        nameable: {
          section,
          letter: typeof row.kind === "string" ? row.kind : "",
          schema,
          name: String(row.name),
          column: null,
          identityArguments,
        },
      };
    }),
  );
};

/** Objects that stand in no schema, by "foreign server films"; a quoted name is the same name. */
const namedOthers = (catalog: KnownCatalog, text: string): FoundSubject[] => {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/\s+/g, " ").replaceAll('"', "");
  return otherSections.flatMap((section) =>
    (extraOf(catalog, section).rows ?? [])
      .map(({ oid, name }) => ({ subject: `${section}:${oid}`, name: otherName(section, name), gone: false }))
      .filter(({ name }) => name === text.trim() || plain(name) === plain(text.trim())),
  );
};

/** The texts under which the names of what is gone may be kept: as it was typed, and as PostgreSQL reads it. */
const keptTexts = ({ text, parts, rawParts, hasArguments }: WrittenName): string[] => {
  const suffix = hasArguments ? text.slice(text.indexOf("(", (rawParts ?? []).join(".").length)) : "";
  return [text, ...[parts, rawParts].flatMap((some) => (some ? [`${some.join(".")}${suffix}`] : []))];
};

/**
 * The name as it reads under what its schema was called later: objects of a renamed schema keep their place, and no change
 * of their own tells it. Only of schemas that no longer bear the name.
 */
const underLaterSchemas = async (
  store: Reader,
  cluster: Cluster,
  catalog: KnownCatalog,
  written: WrittenName,
): Promise<WrittenName[]> => {
  const parts = written.parts ?? [];
  const [schema, ...rest] = parts;
  if (schema === undefined || rest.length === 0) return [];
  const suffix = written.hasArguments ? written.text.slice(written.text.indexOf("(")) : "";
  const later = new Set<string>();
  for (const subject of await store.subjectsNamed(cluster, "object", schema)) {
    if (!subject.startsWith("schemas:")) continue;
    const now = rows(catalog, "schemas").find(({ oid }) => `schemas:${String(oid)}` === subject);
    if (now && now.name !== schema) later.add(String(now.name));
    for (const { change } of await store.timeline(cluster, subject))
      if (change.kind === "object-renamed" && change.object.section === "schemas") later.add(change.to);
  }
  later.delete(schema);
  return [...later].map((name) => ({
    ...written,
    text: `${[name, ...rest].join(".")}${suffix}`,
    parts: [name, ...rest],
    rawParts: [name, ...rest],
  }));
};

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Objects that are gone, by a bare name or a signature without the names of arguments: names are kept in full alone, so
 * the changes are walked through. Only where nothing else bears the name, before it is said that nothing ever did.
 */
const goneObjects = async (
  store: Reader,
  cluster: Cluster,
  written: readonly WrittenName[],
): Promise<FoundSubject[]> => {
  const gone = new Map<string, Named>();
  for await (const { change } of store.changes(cluster, 0, LAST)) {
    if (change.kind !== "object-dropped") continue;
    const { section, row } = change.entry;
    const { schema } = change.object;
    const subject = `${section}:${row.oid}`;
    const identityArguments = "identityArguments" in row ? row.identityArguments : null;
    const suffix = identityArguments === null ? "" : `(${identityArguments})`;
    const full = `${schema === null ? "" : `${schema}.`}${row.name}${suffix}`;
    const letter = "kind" in row ? row.kind : "";
    const nameable = { section, letter, schema, name: row.name, column: null, identityArguments };
    gone.set(subject, { subject, name: full, gone: true, nameable });
  }
  const [first = []] = written
    .map((one) => bestFits(one, [...gone.values()], ({ nameable }) => nameable))
    .filter((fits) => fits.length);
  return first.map(({ subject, name }) => ({ subject, name, gone: true }));
};

/**
 * The objects that bear or bore a name, as people write it: "schema.table", "schema.function(arguments)", a schema, or a
 * bare name where only one object has it; quoted as in SQL, with a kind in front where one likes. Each with the name under
 * which it was found. AuditError("not-found") for none, ("usage") for several at once.
 */
export const findObjects = async (
  store: Reader,
  cluster: Cluster,
  catalog: KnownCatalog,
  text: string,
): Promise<FoundSubject[]> => {
  const written = readName(text);
  const present = bestFits(written, namedObjects(catalog), ({ nameable }) => nameable);
  if (present.length > 1) {
    throw new AuditError("usage", `${JSON.stringify(text)} is the name of several objects`, {
      hint: `Name one: ${present
        .slice(0, 8)
        .map(({ name }) => name)
        .join(", ")}`,
    });
  }
  const found = present.map(({ subject, name, gone }): FoundSubject => ({ subject, name, gone }));
  if (!found.length) found.push(...namedOthers(catalog, text));
  const section = sectionOfKind(written.kind);
  const later = await underLaterSchemas(store, cluster, catalog, written);
  const objects = later.length ? namedObjects(catalog) : [];
  for (const other of later) {
    const there = bestFits(other, objects, ({ nameable }) => nameable);
    found.push(...there.map(({ subject, name, gone }): FoundSubject => ({ subject, name, gone })));
  }
  const kept = [written, ...later].flatMap(keptTexts);
  for (const name of new Set([...found.map((one) => one.name), ...kept])) {
    const past = (await store.subjectsNamed(cluster, "object", name)).filter(
      (subject) => section === undefined || subject.startsWith(`${section}:`),
    );
    found.push(...join(found, past, name).slice(found.length));
  }
  if (found.length) return found;
  const dropped = await goneObjects(store, cluster, [written, ...later]);
  if (dropped.length) return dropped;
  throw new AuditError("not-found", `no object was ever seen under the name ${JSON.stringify(text)}`, {
    hint: "Give it as schema.table, schema.function(arguments) or schema.",
  });
};
