// Reads back the scripts that this product writes: names are found by how the one writer writes them, never unquoted.
import { type Oid, PUBLIC } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { type Catalog, rowsOf } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import { type AccessObject, accessObjects } from "../privileges/effective-objects.ts";
import { literal, name } from "../sql/guard.ts";
import { alterTarget, columnList, grantTarget } from "../sql/object-sql.ts";
import { defaultKinds } from "../sql/statements.ts";
import type { Operation } from "./operation.ts";
import { graphOf } from "./state.ts";

/** One line of a script; `operation` undefined: a remark, or what this release does not write. */
export type ScriptLine = {
  readonly text: string;
  readonly operation: Operation | undefined;
  readonly isRemark: boolean;
};

/** What the catalog's names look like in SQL. */
type Written = {
  readonly role: (text: string) => Oid | undefined;
  readonly schema: (text: string) => Oid | undefined;
  readonly granted: (text: string) => AccessObject | undefined;
  readonly column: (text: string) => AccessObject | undefined;
  readonly altered: (text: string) => AccessObject | undefined;
  readonly arn: (text: string) => string | undefined;
};

const index = <T, V>(all: readonly T[], key: (one: T) => string | undefined, value: (one: T) => V) => {
  const found = new Map<string, V | null>();
  // Two that are written alike cannot be told apart: then the script is not understood.
  for (const one of all) {
    const text = key(one);
    if (text !== undefined) found.set(text, found.has(text) ? null : value(one));
  }
  return (text: string): V | undefined => found.get(text) ?? undefined;
};

const writtenIn = (catalog: Catalog): Written => {
  const objects = accessObjects(catalog, graphOf(catalog));
  const whole = objects.filter(({ kind }) => kind !== "column");
  const self = (object: AccessObject): AccessObject => object;
  const oid = (row: { readonly oid: Oid }): Oid => row.oid;
  return {
    role: index(rowsOf(catalog, "roles"), (row) => name(row.name), oid),
    schema: index(rowsOf(catalog, "schemas"), (row) => name(row.name), oid),
    granted: index(whole, grantTarget, self),
    column: index(
      objects.filter(({ kind }) => kind === "column"),
      (object) => `${columnList(object)} ON ${grantTarget(object)}`,
      self,
    ),
    altered: index(whole, alterTarget, self),
    arn: index([...new Set(rowsOf(catalog, "mappings").map(({ arn }) => arn))], literal, (arn) => arn),
  };
};

/** Pieces between spaces that stand in no quotes. */
const pieces = (statement: string): string[] =>
  statement.match(/(?:(?:U&)?"(?:[^"]|"")*"|E?'(?:[^'\\]|''|\\.)*'|[^\s"'])+/gsu) ?? [];

/** Cuts at the keywords, which stand there in this order; a keyword in brackets may be missing. undefined: it does not fit. */
const cut = (
  words: readonly string[],
  ...keywords: readonly string[]
): (string | undefined)[] | undefined => {
  const parts: (string | undefined)[] = [];
  let from = 0;
  for (const keyword of keywords) {
    const wanted = keyword.replace("?", "").split(" ");
    const at = words.findIndex((_, i) => i >= from && wanted.every((word, n) => words[i + n] === word));
    if (at < 0 && !keyword.endsWith("?")) return undefined;
    if (at < 0) {
      parts.push(undefined);
      continue;
    }
    parts.push(words.slice(from, at).join(" "));
    from = at + wanted.length;
  }
  return [...parts, words.slice(from).join(" ")];
};

const privilegesIn = (text: string): Privilege[] | undefined => {
  const all = text.split(", ");
  return all.every((one) => privilegeBit(one) !== 0) ? (all as Privilege[]) : undefined;
};

type Reader = (words: readonly string[], written: Written) => Operation | undefined;

const granteeOf = (text: string, written: Written): Oid | undefined =>
  text === "PUBLIC" ? PUBLIC : written.role(text);

/** `[GRANT OPTION FOR] SELECT [(note)] ON app.orders FROM reader [CASCADE]`, after its verb. */
const readPrivilege =
  (does: "grant" | "revoke"): Reader =>
  (words, written) => {
    const optionOnly = words.slice(0, 3).join(" ") === "GRANT OPTION FOR";
    const parts = cut(optionOnly ? words.slice(3) : words, "ON", does === "grant" ? "TO" : "FROM");
    const [what = "", on = "", last = ""] = parts ?? [];
    const ending = does === "grant" ? " WITH GRANT OPTION" : " CASCADE";
    const ends = last.endsWith(ending);
    const grantee = granteeOf(ends ? last.slice(0, -ending.length) : last, written);
    const [, privilege = "", columns] = /^([A-Z]+(?: [A-Z]+)*)( \(.*\))?$/s.exec(what) ?? [];
    const object = columns === undefined ? written.granted(on) : written.column(`${columns} ON ${on}`);
    const [only] = privilegesIn(privilege) ?? [];
    if (!parts || grantee === undefined || !object || only === undefined) return undefined;
    const option = does === "grant" ? ends : optionOnly;
    return { does, privilege: only, object, grantee, option, cascade: does === "revoke" && ends };
  };

/** `writers FROM reader [GRANTED BY boss] [CASCADE]`, after its verb. */
const readMembership =
  (does: "join" | "leave"): Reader =>
  (words, written) => {
    const cascade = words.at(-1) === "CASCADE";
    const parts = cut(cascade ? words.slice(0, -1) : words, does === "join" ? "TO" : "FROM", "GRANTED BY?");
    if (!parts) return undefined;
    const [group = "", middle, last = ""] = parts;
    const role = written.role(group);
    const member = written.role(middle ?? last);
    const grantor = middle === undefined ? undefined : written.role(last);
    if (role === undefined || member === undefined || (middle !== undefined && grantor === undefined))
      return undefined;
    return { does, role, member, ...(grantor !== undefined && { grantor }), options: {}, cascade };
  };

const readMapping: Reader = (words, written) => {
  const [, , verb] = words;
  const [, role = "", arn = ""] = cut(words, verb ?? "", verb === "GRANT" ? "TO" : "FROM") ?? [];
  const oid = written.role(role);
  const found = written.arn(arn);
  if (oid === undefined || found === undefined) return undefined;
  return { does: verb === "GRANT" ? "map" : "unmap", role: oid, arn: found };
};

const GRANT_OPTION = "GRANT OPTION FOR ";

/** `[FOR ROLE maker] [IN SCHEMA app] REVOKE SELECT ON TABLES FROM reader`, or GRANT, after ALTER DEFAULT PRIVILEGES. */
const readDefault: Reader = (words, written) => {
  const gives = !words.includes("REVOKE");
  const [before = "", said = "", rest = ""] = cut(words, gives ? "GRANT" : "REVOKE", "ON") ?? [];
  const ofOption = gives ? rest.endsWith(" WITH GRANT OPTION") : said.startsWith(GRANT_OPTION);
  const middle = ofOption && !gives ? said.slice(GRANT_OPTION.length) : said;
  const last = ofOption && gives ? rest.slice(0, -" WITH GRANT OPTION".length) : rest;
  const [kind, , ...whom] = last.split(" ");
  const [, forRole, inSchema] = /^(?:FOR ROLE (.*?))? ?(?:IN SCHEMA (.*))?$/s.exec(before) ?? [];
  const creator = forRole === undefined ? undefined : written.role(forRole);
  const schema = inSchema === undefined ? 0 : written.schema(inSchema);
  const objectType = Object.keys(defaultKinds).find((letter) => defaultKinds[letter] === kind);
  const grantee = granteeOf(whom.join(" "), written);
  const privileges = privilegesIn(middle);
  if (schema === undefined || !objectType || grantee === undefined || !privileges) return undefined;
  if (forRole !== undefined && creator === undefined) return undefined;
  const as = creator === undefined ? {} : { creator };
  const does = gives ? "grant-default" : "revoke-default";
  return { does, ...as, schema, objectType, privileges, grantee, option: ofOption };
};

const attributes: Readonly<Record<string, { readonly [attribute: string]: boolean }>> = {
  LOGIN: { canLogin: true }, NOLOGIN: { canLogin: false }, CREATEROLE: { createRole: true },
  NOCREATEROLE: { createRole: false }, SUPERUSER: { superuser: true }, NOSUPERUSER: { superuser: false },
  INHERIT: { inherit: true }, NOINHERIT: { inherit: false },
}; // biome-ignore format: one glance

const readAttribute: Reader = (words, written) => {
  const role = written.role(words.slice(0, words.at(-2) === "WITH" ? -2 : -1).join(" "));
  const found = attributes[words.at(-1) ?? ""];
  return role === undefined || !found ? undefined : { does: "attributes", role, attributes: found };
};

const readOwner: Reader = (words, written) => {
  const [target = "", owner = ""] = cut(words, "OWNER TO") ?? [];
  const [object, oid] = [written.altered(target), written.role(owner)];
  return object && oid !== undefined ? { does: "own", object, owner: oid } : undefined;
};

const simple: Readonly<Record<string, Operation>> = {
  BEGIN: { does: "begin" }, COMMIT: { does: "commit" }, "RESET ROLE": { does: "reset-role" },
}; // biome-ignore format: one glance

const readStatement: Reader = (words, written) => {
  const known = simple[words.join(" ")];
  if (known) return known;
  const after = (count: number): string[] => words.slice(count);
  const [first, second, third] = words;
  if (first === "SET") {
    const role = written.role(words.slice(second === "LOCAL" ? 3 : 2).join(" "));
    return role === undefined ? undefined : { does: "set-role", role };
  }
  if (first === "AWS") return readMapping(words, written);
  if (first === "ALTER" && second === "DEFAULT" && third === "PRIVILEGES")
    return readDefault(after(3), written);
  if (first === "ALTER" && second === "ROLE") return readAttribute(after(2), written);
  if (first === "DROP" && second === "ROLE") {
    const role = written.role(after(2).join(" "));
    return role === undefined ? undefined : { does: "drop-role", role };
  }
  if (first === "ALTER") return readOwner(after(1), written);
  if (first === "GRANT")
    return readPrivilege("grant")(after(1), written) ?? readMembership("join")(after(1), written);
  if (first === "REVOKE")
    return readPrivilege("revoke")(after(1), written) ?? readMembership("leave")(after(1), written);
  return undefined;
};

/** A reader of the scripts that are written for this catalog: line by line, as the writer has them. */
export const scriptReader = (catalog: Catalog): ((script: string) => ScriptLine[]) => {
  const written = writtenIn(catalog);
  const read = lazily((text: string): Operation | undefined =>
    text.endsWith(";") ? readStatement(pieces(text.slice(0, -1)), written) : undefined,
  );
  return (script) =>
    script.split("\n").map((text) => {
      const isRemark = text.startsWith("--");
      return { text, isRemark, operation: isRemark ? undefined : read(text) };
    });
};
