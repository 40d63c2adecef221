// What stands in a catalog under a name, or is told to have borne one by a change.

import type { AnyRow } from "../../core/catalog/canonical-rows.ts";
import { type KnownCatalog, knownRows } from "../../core/catalog/known-catalog.ts";
import type { Nameable, NamedSection } from "../../core/catalog/written-name.ts";
import type { Change, ObjectRef } from "../../core/history/change.ts";
import type { Place } from "../../core/history/namesakes.ts";

/** A subject of timelines with the name that it bears, as text and in parts. */
export type Named = { readonly subject: string; readonly name: string; readonly nameable: Nameable };

/** The rows of a section; none where it is not known. */
export const rowsIn = (catalog: KnownCatalog, name: Parameters<typeof knownRows>[1]): readonly AnyRow[] =>
  (knownRows(catalog, name) ?? []) as readonly AnyRow[];

const named = (oid: number, nameable: Nameable): Named => {
  const { section, schema, name, identityArguments } = nameable;
  const suffix = identityArguments === null ? "" : `(${identityArguments})`;
  return {
    subject: `${section}:${oid}`,
    name: `${schema === null ? "" : `${schema}.`}${name}${suffix}`,
    nameable,
  };
};

const ofRow = (section: NamedSection, schema: string | null, row: AnyRow): Named =>
  named(row.oid as number, {
    section,
    letter: typeof row.kind === "string" ? row.kind : "",
    schema,
    name: String(row.name),
    column: null,
    identityArguments: section === "functions" ? String(row.identityArguments) : null,
  });

/** Every object that bears a name now. */
export const namedObjects = (catalog: KnownCatalog): Named[] => {
  const schemas = new Map(rowsIn(catalog, "schemas").map((row) => [row.oid, String(row.name)]));
  return (["database", "schemas", "relations", "functions", "types"] as const).flatMap((section) =>
    rowsIn(catalog, section).map((row): Named => {
      const within = typeof row.schema === "number" ? row.schema : null;
      return ofRow(section, within === null ? null : (schemas.get(within) ?? String(within)), row);
    }),
  );
};

/** Where the catalog has the subject of a timeline; undefined: it does not have it, or it is of a kind that timelines do not name so. */
export const placeIn = (catalog: KnownCatalog, subject: string): Place | undefined => {
  const [section = "", oid] = subject.split(":");
  const isKnown = ["role", "database", "schemas", "relations", "functions", "types"].includes(section);
  const rows = isKnown ? rowsIn(catalog, section === "role" ? "roles" : (section as NamedSection)) : [];
  const row = rows.find((one) => String(one.oid) === oid);
  if (!row) return undefined;
  const suffix = section === "functions" ? `(${String(row.identityArguments)})` : "";
  return {
    schema: typeof row.schema === "number" ? (row.schema as Place["schema"]) : null,
    name: `${String(row.name)}${suffix}`,
  };
};

/** Of an object as changes name it; a routine's arguments stand behind `bare`. */
const ofRef = ({ section, oid, schema, name }: ObjectRef, bare: string): Named =>
  named(oid, {
    section,
    letter: "",
    schema,
    name: bare,
    column: null,
    identityArguments: section === "functions" ? name.slice(bare.length + 1, -1) : null,
  });

/** The names that objects bear or bore by a change; a column's are its table's to tell. */
export const namedInChange = (change: Change): Named[] => {
  switch (change.kind) {
    case "object-created":
    case "object-dropped":
      return [ofRow(change.entry.section, change.object.schema, change.entry.row as unknown as AnyRow)];
    case "object-renamed": {
      const { object, from, to } = change;
      if (object.column !== null) return [];
      const old = { ...object, name: `${from}${object.name.slice(to.length)}` };
      return [ofRef(object, to), ofRef(old, from)];
    }
    case "object-moved": {
      const { object, fromName } = change;
      // Which parenthesis ends a routine's name does not matter for one without any in its name.
      const bare = object.section === "functions" ? object.name.replace(/\(.*$/s, "") : object.name;
      return [object, { ...object, schema: fromName }].map((ref) => ofRef(ref, bare));
    }
    default:
      return [];
  }
};
