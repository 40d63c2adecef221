// From what a person types to an object of the catalog: `app.orders`, `"a.b".c`, `table app.orders`, `app.f(integer)`.
import { AuditError } from "../../errors.ts";
import { quoteIdentifier } from "../base/quote.ts";
import { extraOf, otherKinds, otherSections } from "../catalog/extras.ts";
import {
  letterBit,
  PRIVILEGES,
  type Privilege,
  privilegeBit,
  privilegeNames,
} from "../catalog/privileges.ts";
import {
  bestFits,
  type Nameable,
  type NamedSection,
  readName,
  roleNameReadings,
  sectionOfKind,
  type WrittenName,
  withoutDatabase,
} from "../catalog/written-name.ts";
import type { AccessEngine } from "./effective.ts";
import { type AccessObject, bareName, isSystemSchema, objectKinds, sectionOf } from "./effective-objects.ts";

/** As quoteIdentifier, but for people to read: a name that no SQL can hold is shown all the same. */
export const typedName = (name: string): string =>
  name.includes("\0") ? `"${name.replaceAll('"', '""')}"` : quoteIdentifier(name);

/** As it was asked for; of nothing but spaces where it begins and ends. */
const shownName = (asked: string): string => (asked.trim() === "" ? JSON.stringify(asked) : asked);

const textOf = (object: AccessObject): string => {
  const { schema, name, column, identityArguments } = object;
  const own =
    identityArguments === null ? typedName(name) : `${typedName(bareName(object))}(${identityArguments})`;
  return [schema === null ? [] : [typedName(schema)], own, column === null ? [] : [typedName(column)]]
    .flat()
    .join(".");
};

/** Whoever goes through all roles asks about each object again and again. */
const texts = new WeakMap<AccessObject, string>();

/** `"a.b".c`: what tells the object from all others, to be typed again. A function keeps its arguments as they are. */
export const objectText = (object: AccessObject): string => {
  const text = texts.get(object) ?? textOf(object);
  texts.set(object, text);
  return text;
};

const nameableOf = (object: AccessObject): Nameable => ({
  section: sectionOf(object.kind) as NamedSection,
  letter: object.letter,
  schema: object.schema,
  name: bareName(object),
  column: object.column,
  identityArguments: object.identityArguments,
});

/** The privilege by its SQL name, in any case. Throws AuditError `usage`. */
export const findPrivilege = (text: string): Privilege => {
  const written = text.trim().toUpperCase().replaceAll(/\s+/g, " ");
  const wanted = written === "TEMP" ? "TEMPORARY" : written;
  const found = PRIVILEGES.find(({ name, kinds }) => name === wanted && kinds.length > 0);
  if (found) return found.name;
  if (PRIVILEGES.some(({ name }) => name === wanted))
    throw new AuditError(
      "not-found",
      `${wanted} is a privilege on parameters: who holds it is not judged, so unknown`,
      {
        hint: "dsql-audit escalations --role NAME lists what was granted on parameters.",
      },
    );
  const known = PRIVILEGES.filter(({ kinds }) => kinds.length > 0).map(({ name }) => name);
  throw new AuditError("usage", `there is no privilege ${JSON.stringify(text)}`, {
    hint: `Known are: ${known.join(", ")}`,
  });
};

const knows =
  (privilege: Privilege | undefined) =>
  (object: AccessObject): boolean =>
    privilege === undefined || (object.all & privilegeBit(privilege)) !== 0;

/** Routines of that name with other arguments: what there is instead. */
const namesakes = (engine: AccessEngine, written: WrittenName): AccessObject[] =>
  written.hasArguments
    ? bestFits({ ...written, hasArguments: false, signature: undefined }, engine.objects, nameableOf).filter(
        ({ kind }) => kind === "function",
      )
    : [];

const listed = (objects: readonly AccessObject[]): string =>
  objects
    .slice(0, MOST_NAMED)
    .map((o) => `${o.kind} ${objectText(o)}`)
    .join(", ");
const MOST_NAMED = 8;

/** Kinds that are told only where somebody was granted something, and kinds that are not read at all. */
const UNREAD_KIND =
  /^(foreign server|server|foreign data wrapper|parameter|tablespace|language|large object|publication|subscription|policy|event trigger|extension|collation|operator|index|trigger|rule)\s+(\S.*)$/is;

/** The object of a rarer kind that is called so: it is there, and what privileges give on it is not judged. */
const ofOtherKind = (engine: AccessEngine, text: string, name: string): AuditError | undefined => {
  for (const section of otherSections) {
    const object = extraOf(engine.catalog, section).rows?.find((one) => one.name === name);
    if (!object) continue;
    const kind = otherKinds[section];
    const to = (object.acl?.entries ?? []).map(({ grantee, privileges }) => {
      const who =
        grantee === 0
          ? "PUBLIC"
          : (engine.graph.roles[engine.graph.idOf.get(grantee) ?? -1]?.name ?? `OID ${grantee}`);
      return `${[...privileges].flatMap((letter) => privilegeNames(letterBit(letter))).join(", ")} to ${who}`;
    });
    return new AuditError(
      "not-found",
      `${text} is a ${kind}: who holds what on it is not evaluated, so it is unknown`,
      {
        hint: to.length
          ? `Granted on it: ${to.join("; ")}.`
          : "Nothing was granted on it beyond the default.",
      },
    );
  }
  return undefined;
};

/** Where a name may belong to what was not read: the system's own objects, and kinds that are left out. */
const notRead = (engine: AccessEngine, text: string, written: WrittenName): AuditError | undefined => {
  const [, kind, rest = ""] = UNREAD_KIND.exec(text.trim()) ?? [];
  const parts = written.parts ?? [];
  const name = kind === undefined ? parts : (readName(rest).parts ?? []);
  if (name.length === 1 || kind !== undefined) {
    const other = ofOtherKind(engine, text, name.join("."));
    if (other) return other;
  }
  if (kind !== undefined)
    return new AuditError(
      "not-found",
      `${text} was not read: whether it is there and who holds what on it is unknown`,
      {
        hint: "Read are databases, schemas, tables, views, sequences, columns, routines and types.",
      },
    );
  const [first = "", last = first] = [parts[0], parts.at(-1)];
  const isSystem = parts.length > 1 ? isSystemSchema(first) || first === "sys" : /^pg_/.test(last);
  if (isSystem)
    return new AuditError("not-found", `${text} was not read, so the answer is unknown`, {
      hint: "The system's own objects are read only where an ordinary role was granted something on them. Members of pg_read_all_data read every table of them.",
    });
  const unread = otherSections.filter((section) => extraOf(engine.catalog, section).rows === null);
  return parts.length === 1 && !written.hasArguments && written.kind === undefined && unread.length
    ? new AuditError("not-found", `nothing that was read is called ${text}`, {
        hint: `Not read, so unknown: ${unread.map((section) => `${otherKinds[section]}s`).join(", ")}.`,
      })
    : undefined;
};

/** The error for a name that no object bears: unreadable, no column of its own, other arguments, or not there. */
const notFound = (engine: AccessEngine, text: string, written: WrittenName): AuditError => {
  const section = sectionOfKind(written.kind);
  const gap = engine.gaps.find((one) =>
    section === undefined ? namedSections.has(one.section) : one.section === section,
  );
  if (gap)
    return new AuditError(
      "not-found",
      `${text} is unknown: the ${gap.section} could not be read (${gap.reason})`,
    );
  const unread = notRead(engine, text, written);
  if (unread) return unread;
  const others = namesakes(engine, written);
  if (others.length)
    return new AuditError("not-found", `there is no ${shownName(text)}`, {
      hint: `With other arguments there is: ${listed(others)}`,
    });
  const owner = written.rawParts && written.rawParts.length > 1 ? written.rawParts.slice(0, -1) : undefined;
  const relation = { ...written, kind: undefined, parts: owner, rawParts: owner, text: "\0" };
  const isColumn =
    owner !== undefined &&
    bestFits(relation, engine.objects, nameableOf).some(({ kind }) => sectionOf(kind) === "relations") &&
    !(owner.length === 1 && engine.objects.some((o) => o.kind === "schema" && o.name === owner[0]));
  return isColumn
    ? new AuditError("not-found", `${text} is not a column with privileges of its own`, {
        hint: "A column without an ACL follows its table: ask about the table.",
      })
    : new AuditError("not-found", `there is no ${shownName(text)}`, {
        hint: 'Names are schema.name; quote what holds dots: "a.b".c. A kind may stand in front: schema app.',
      });
};

const namedSections: ReadonlySet<string> = new Set(objectKinds.map(sectionOf));

/**
 * All objects that the text can mean. A kind in front ("schema app") and the privilege that is asked for narrow it;
 * a name without schema stands for any schema's, a routine without arguments for all of its name. Throws AuditError
 * `not-found`; where the section that would hold it could not be read, the message says so instead of "no".
 */
export const findObjects = (engine: AccessEngine, text: string, privilege?: Privilege): AccessObject[] => {
  const whole = readName(text);
  const isDatabase = (name: string): boolean =>
    engine.objects.some((one) => one.kind === "database" && one.name === name);
  const isThere = bestFits(whole, engine.objects, nameableOf).length > 0;
  const written = (isThere ? undefined : withoutDatabase(whole, isDatabase)) ?? whole;
  const able = bestFits(written, engine.objects.filter(knows(privilege)), nameableOf);
  if (able.length) return able;
  const [named] = privilege === undefined ? [] : bestFits(written, engine.objects, nameableOf);
  if (!named) throw notFound(engine, text, written);
  throw new AuditError("usage", `${privilege} is not a privilege of a ${named.kind}`, {
    hint: `A ${named.kind} knows: ${privilegeNames(named.all).join(", ")}`,
  });
};

/** The one object that the text means. Throws `not-found` or, where several are meant, `usage` with their names. */
export const findObject = (engine: AccessEngine, text: string, privilege?: Privilege): AccessObject => {
  const found = findObjects(engine, text, privilege);
  const [only, another] = found;
  if (only && !another) return only;
  throw new AuditError("usage", `${text} can mean ${found.length} objects`, {
    hint: `Name one: ${listed(found)}`,
  });
};

/** The role of that name, also where it is quoted or in capitals as SQL would have it. Throws AuditError `not-found`, which says so where the roles could not be read. */
export const findRole = (engine: AccessEngine, name: string): number => {
  for (const reading of roleNameReadings(name)) {
    const role = engine.graph.idOfName.get(reading);
    if (role !== undefined) return role;
  }
  const gap = engine.gaps.find(({ section }) => section === "roles");
  if (gap)
    throw new AuditError("not-found", `role ${name} is unknown: the roles could not be read (${gap.reason})`);
  if (name.trim().toUpperCase() === "PUBLIC")
    throw new AuditError("not-found", "PUBLIC is no role: it is everybody", {
      hint: "dsql-audit who-can PRIVILEGE OBJECT says who holds it by PUBLIC; dsql-audit history timeline --role PUBLIC, what PUBLIC was granted.",
    });
  const near = engine.graph.roles
    .map((r) => r.name)
    .filter((one) => one.toLowerCase().includes(name.toLowerCase()));
  throw new AuditError("not-found", `there is no role ${shownName(name)}`, {
    hint: near.length
      ? `Is it one of: ${near.slice(0, 5).join(", ")}?`
      : "dsql-audit privileges lists the roles that hold something.",
  });
};
