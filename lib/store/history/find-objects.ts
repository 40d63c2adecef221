// From the names of objects that people type to the subjects of timelines, also for objects that are long gone.

import type { Cluster } from "../../core/base/ids.ts";
import { extraOf, otherName, otherSections } from "../../core/catalog/extras.ts";
import type { KnownCatalog } from "../../core/catalog/known-catalog.ts";
import { type AclKind, kindsOf, type Privilege } from "../../core/catalog/privileges.ts";
import {
  bestFits,
  type Nameable,
  readName,
  sectionOfKind,
  type WrittenName,
  withoutDatabase,
} from "../../core/catalog/written-name.ts";
import { AuditError } from "../../errors.ts";
import { findColumns } from "./find-columns.ts";
import type { FoundSubject } from "./find-subject.ts";
import { type Named, namedObjects } from "./named-in-catalog.ts";
import { keptTexts, pastBearers, pastFits, type Reader, underLaterSchemas } from "./past-objects.ts";

/** Objects that stand in no schema, by "foreign server films"; a quoted name is the same name. */
const namedOthers = (catalog: KnownCatalog, text: string): FoundSubject[] => {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/\s+/g, " ").replaceAll('"', "");
  return otherSections.flatMap((section) =>
    (extraOf(catalog, section).rows ?? [])
      .map(({ oid, name }) => ({ subject: `${section}:${oid}`, name: otherName(section, name), gone: false }))
      .filter(({ name }) => name === text.trim() || plain(name) === plain(text.trim())),
  );
};

const sectionKinds: Readonly<Record<string, readonly AclKind[]>> = {
  database: ["database"],
  schemas: ["schema"],
  relations: ["table", "sequence", "column"],
  functions: ["function"],
  types: ["type"],
};

/** The kind by which privileges are kept apart. */
const aclKind = ({ section, letter }: Nameable): AclKind =>
  letter === "S" ? "sequence" : (sectionKinds[section]?.[0] ?? "table");

/** "function public.x()", "type public.x": as it can be typed again. */
const typedAgain = ({ nameable, name }: Named): string => {
  const { section, letter } = nameable;
  const word = section === "relations" && /[vm]/.test(letter) ? "view" : aclKind(nameable);
  return `${word} ${name}`;
};

/** What the objects of a text are narrowed by: the kind in front of it, and the privilege that is asked for. */
const narrowing = (written: WrittenName, privilege: Privilege | undefined) => {
  const section = sectionOfKind(written.kind);
  const kinds = privilege === undefined ? undefined : kindsOf(privilege);
  return {
    present: ({ nameable }: Named): boolean => kinds === undefined || kinds.includes(aclKind(nameable)),
    past: (subject: string): boolean => {
      const [own = ""] = subject.split(":");
      return (
        (section === undefined || section === own) &&
        (kinds === undefined || (sectionKinds[own] ?? []).some((kind) => kinds.includes(kind)))
      );
    },
  };
};

const foundNow = ({ subject, name }: Named): FoundSubject => ({ subject, name, gone: false });

const several = (text: string, names: readonly string[]): AuditError =>
  new AuditError("usage", `${JSON.stringify(text)} is the name of several objects`, {
    hint: `Name one: ${[...new Set(names)].slice(0, 8).join(", ")}`,
  });

type Asked = { readonly store: Reader; readonly cluster: Cluster; readonly catalog: KnownCatalog };

/** What a name under a later name of the schema was under the one that was asked for; nothing of any other name. */
const askedNames = (
  { parts }: WrittenName,
  later: readonly WrittenName[],
  present: readonly FoundSubject[],
): ((name: string) => Pick<FoundSubject, "asked">) => {
  const [schema] = parts ?? [];
  const kept = new Set(present.map(({ name }) => name));
  return (name) => {
    const [under] = later
      .flatMap((one) => one.parts?.slice(0, 1) ?? [])
      .filter((one) => name.startsWith(`${one}.`));
    return under === undefined || schema === undefined || kept.has(name)
      ? {}
      : { asked: `${schema}${name.slice(under.length)}` };
  };
};

/** Those that bear the name now, then those that did; each once. */
const bearersOf = async (
  { store, cluster, catalog }: Asked,
  written: WrittenName,
  present: readonly FoundSubject[],
  narrow: ReturnType<typeof narrowing>,
): Promise<FoundSubject[]> => {
  const found = [...present];
  const later = await underLaterSchemas(store, cluster, catalog, written);
  const objects = later.length ? namedObjects(catalog).filter(narrow.present) : [];
  for (const other of later)
    found.push(...bestFits(other, objects, ({ nameable }) => nameable).map(foundNow));
  const kept = [written, ...later].flatMap(keptTexts);
  for (const name of new Set([...found.map((one) => one.name), ...kept])) {
    const past = (await pastBearers(store, cluster, name)).filter(narrow.past);
    found.push(...past.map((subject) => ({ subject, name, gone: true })));
  }
  if (!found.length || found.some(({ subject }) => subject.startsWith("functions:"))) {
    const past = await pastFits(store, cluster, [written, ...later]);
    found.push(...past.filter(({ subject }) => narrow.past(subject)));
  }
  const asked = askedNames(written, later, present);
  return found
    .filter(({ subject }, i) => found.findIndex((one) => one.subject === subject) === i)
    .map((one) => ({ ...one, ...asked(one.name) }));
};

/** The columns that a text means, under the tables and views that bear or bore what stands before its last dot; undefined: there are no such tables. */
const columnsNamed = async (asked: Asked, written: WrittenName): Promise<FoundSubject[] | undefined> => {
  const { kind, hasArguments, parts, rawParts } = written;
  if ((kind !== undefined && kind !== "column") || hasArguments) return undefined;
  for (const some of [parts, rawParts]) {
    const column = some?.at(-1);
    const owner = some?.slice(0, -1) ?? [];
    if (column === undefined || owner.length === 0) continue;
    const relation = { ...written, kind: undefined, parts: owner, rawParts: owner, text: owner.join(".") };
    const narrow = narrowing(relation, "REFERENCES");
    const fitting = bestFits(relation, namedObjects(asked.catalog), ({ nameable }) => nameable);
    const tables = await bearersOf(asked, relation, fitting.filter(narrow.present).map(foundNow), narrow);
    if (tables.length) return findColumns(asked, tables, column);
  }
  return undefined;
};

const nothingSeen = (text: string, ofTable: boolean): AuditError =>
  ofTable
    ? new AuditError("not-found", `${text} was never seen as a column with privileges of its own`, {
        hint: "A column without an ACL follows its table: ask about the table.",
      })
    : new AuditError("not-found", `no object was ever seen under the name ${JSON.stringify(text)}`, {
        hint: "Give it as schema.table, schema.table.column, schema.function(arguments) or schema.",
      });

/**
 * The objects that bear or bore a name, as people write it: "schema.table", "schema.table.column", "schema.function(types)",
 * a schema, or a bare name where only one object has it; quoted as in SQL, with a kind in front where one likes; of those
 * kinds alone that can have `privilege`. Each with the name under which it was found. AuditError("not-found") for none,
 * ("usage") for several at once, and where none can have the privilege.
 */
export const findObjects = async (
  store: Reader,
  cluster: Cluster,
  catalog: KnownCatalog,
  text: string,
  privilege?: Privilege,
): Promise<FoundSubject[]> => {
  const asked = { store, cluster, catalog };
  const objects = namedObjects(catalog);
  const fitting = (name: WrittenName): Named[] => bestFits(name, objects, ({ nameable }) => nameable);
  const whole = readName(text);
  const isDatabase = (name: string): boolean =>
    objects.some(({ nameable }) => nameable.section === "database" && nameable.name === name);
  const written = (fitting(whole).length ? undefined : withoutDatabase(whole, isDatabase)) ?? whole;
  const narrow = narrowing(written, privilege);
  const bearing = fitting(written);
  const present = bearing.filter(narrow.present);
  if (present.length > 1) throw several(text, present.map(typedAgain));
  const others = present.length ? [] : namedOthers(catalog, text);
  if (privilege !== undefined && others.length)
    throw new AuditError("not-found", `who held what on ${text} is not evaluated, so it is unknown`, {
      hint: "Without the privilege its timeline tells what was granted on it.",
    });
  const found = await bearersOf(asked, written, [...present.map(foundNow), ...others], narrow);
  const names = new Set(
    found.flatMap(({ subject, name }) => (subject.startsWith("functions:") ? [name] : [])),
  );
  // Of several at a time none is "the" one that a role holds something on.
  if (privilege !== undefined && !written.hasArguments && names.size > 1)
    throw several(
      text,
      [...names].map((name) => `function ${name}`),
    );
  if (found.length) return found;
  const columns = await columnsNamed(asked, written);
  const [other] = bearing;
  const kind = other ? aclKind(other.nameable) : columns?.length ? "column" : undefined;
  if (privilege !== undefined && kind !== undefined && !kindsOf(privilege).includes(kind))
    throw new AuditError("usage", `${privilege} is not a privilege of a ${kind}`);
  if (columns?.length) return columns;
  throw nothingSeen(text, columns !== undefined);
};
