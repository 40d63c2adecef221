// From what a person types to an object of the catalog: `app.orders`, `"a.b".c`, `table app.orders`, `app.f(integer)`.
import { AuditError } from "../../errors.ts";
import { quoteIdentifier } from "../base/quote.ts";
import { PRIVILEGES, type Privilege, privilegeBit, privilegeNames } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import { type AccessObject, type ObjectKind, objectKinds, sectionOf } from "./effective-objects.ts";

/** The names that a dotted text can mean: quoted parts may hold dots. undefined where a quote is not closed. */
const dottedNames = (text: string): string[] | undefined => {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const match = /^"((?:[^"]|"")*)"|^[^".]+/.exec(rest);
    if (!match) return undefined;
    parts.push(match[1] === undefined ? match[0] : match[1].replaceAll('""', '"'));
    rest = rest.slice(match[0].length);
    if (rest === "") return parts;
    if (!rest.startsWith(".")) return undefined;
    rest = rest.slice(1);
  }
};

const partsOf = ({ schema, name, column }: AccessObject): string[] =>
  [schema, name, column].filter((part) => part !== null);

/** As quoteIdentifier, but for people to read: a name that no SQL can hold is shown all the same. */
export const typedName = (name: string): string =>
  name.includes("\0") ? `"${name.replaceAll('"', '""')}"` : quoteIdentifier(name);

/** `"a.b".c`: what tells the object from all others, to be typed again. A function keeps its arguments as they are. */
export const objectText = (object: AccessObject): string => {
  const { schema, name, column, identityArguments } = object;
  const own =
    identityArguments === null
      ? typedName(name)
      : `${typedName(name.slice(0, -identityArguments.length - 2))}(${identityArguments})`;
  return [schema === null ? [] : [typedName(schema)], own, column === null ? [] : [typedName(column)]]
    .flat()
    .join(".");
};

/** The whole name, or without its schema where there is one. */
const isNamed = (object: AccessObject, names: readonly string[] | undefined): boolean => {
  const parts = partsOf(object);
  const shorter = object.schema === null ? parts : parts.slice(1);
  return [parts, shorter].some(
    (some) => some.length === names?.length && some.every((part, i) => part === names[i]),
  );
};

const matches = (object: AccessObject, text: string, names: readonly string[] | undefined): boolean => {
  const { schema, identityArguments } = object;
  if (identityArguments === null) {
    const parts = partsOf(object);
    const shorter = schema === null ? parts : parts.slice(1);
    return text === parts.join(".") || text === shorter.join(".") || isNamed(object, names);
  }
  const bare = object.name.slice(0, -identityArguments.length - 2);
  const own = [object.name, bare, `${typedName(bare)}(${identityArguments})`];
  const inSchema = schema === null ? [] : [schema, typedName(schema)];
  return own.some((one) => text === one || inSchema.some((name) => text === `${name}.${one}`));
};

const kindWord = new RegExp(`^(${objectKinds.join("|")})\\s+(.+)$`, "s");

/** The privilege by its SQL name, in any case. Throws AuditError `usage`. */
export const findPrivilege = (text: string): Privilege => {
  const wanted = text.trim().toUpperCase();
  const found = PRIVILEGES.find(({ name, kinds }) => name === wanted && kinds.length > 0);
  if (found) return found.name;
  const known = PRIVILEGES.filter(({ kinds }) => kinds.length > 0).map(({ name }) => name);
  throw new AuditError("usage", `there is no privilege ${JSON.stringify(text)}`, {
    hint: `Known are: ${known.join(", ")}`,
  });
};

const knows =
  (privilege: Privilege | undefined) =>
  (object: AccessObject): boolean =>
    privilege === undefined || (object.all & privilegeBit(privilege)) !== 0;

/**
 * All objects that the text can mean. A kind in front ("schema app") and the privilege that is asked for narrow it;
 * a name without schema stands for any schema's. Throws AuditError `not-found`; where the section that would hold it
 * could not be read, the message says so instead of "no".
 */
export const findObjects = (engine: AccessEngine, text: string, privilege?: Privilege): AccessObject[] => {
  const [, word, rest] = kindWord.exec(text.trim()) ?? [];
  const kind = word as ObjectKind | undefined;
  const wanted = (kind === undefined ? text : (rest ?? "")).trim();
  const names = dottedNames(wanted);
  const named = engine.objects.filter(
    (o) => (kind === undefined || o.kind === kind) && matches(o, wanted, names),
  );
  const able = named.filter(knows(privilege));
  if (able.length) return able;
  if (named[0] && privilege !== undefined) {
    throw new AuditError("usage", `${privilege} is no privilege of a ${named[0].kind}`, {
      hint: `A ${named[0].kind} knows: ${privilegeNames(named[0].all).join(", ")}`,
    });
  }
  const sections = new Set(kind === undefined ? objectKinds.map(sectionOf) : [sectionOf(kind)]);
  const gap = engine.gaps.find(({ section }) => sections.has(section));
  const owner = names && names.length > 1 ? names.slice(0, -1) : [];
  const isRelation = (object: AccessObject): boolean =>
    sectionOf(object.kind) === "relations" && isNamed(object, owner);
  const isSchema =
    owner.length === 1 && engine.objects.some((o) => o.kind === "schema" && o.name === owner[0]);
  if (!gap && !isSchema && engine.objects.some(isRelation)) {
    throw new AuditError("not-found", `${text} is no column with privileges of its own`, {
      hint: "A column without an ACL follows its table: ask about the table.",
    });
  }
  throw gap
    ? new AuditError("not-found", `${text} is unknown: the ${gap.section} could not be read (${gap.reason})`)
    : new AuditError("not-found", `there is no ${text}`, {
        hint: 'Names are schema.name; quote what holds dots: "a.b".c. A kind may stand in front: schema app.',
      });
};

/** The one object that the text means. Throws `not-found` or, where several are meant, `usage` with their names. */
export const findObject = (engine: AccessEngine, text: string, privilege?: Privilege): AccessObject => {
  const found = findObjects(engine, text, privilege);
  const [only, another] = found;
  if (only && !another) return only;
  throw new AuditError("usage", `${text} can mean ${found.length} objects`, {
    hint: `Name one: ${found
      .slice(0, 8)
      .map((o) => `${o.kind} ${objectText(o)}`)
      .join(", ")}`,
  });
};

/** The role of that name. Throws AuditError `not-found`, which says so where the roles could not be read. */
export const findRole = (engine: AccessEngine, name: string): number => {
  const role = engine.graph.idOfName.get(name);
  if (role !== undefined) return role;
  const gap = engine.gaps.find(({ section }) => section === "roles");
  if (gap)
    throw new AuditError("not-found", `role ${name} is unknown: the roles could not be read (${gap.reason})`);
  const near = engine.graph.roles
    .map((r) => r.name)
    .filter((one) => one.toLowerCase().includes(name.toLowerCase()));
  throw new AuditError("not-found", `there is no role ${name}`, {
    hint: near.length
      ? `Is it one of: ${near.slice(0, 5).join(", ")}?`
      : "dsql-audit privileges lists the roles that hold something.",
  });
};
