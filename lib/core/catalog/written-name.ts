// Object names as people write them: quoted parts, folding of case, a kind in front, arguments of a routine behind.
// The one reader of such names for all questions; it knows no catalog, it says how well a name fits an object.
import { meansRoutine, readSignature, type Signature, signatureOf } from "./signature.ts";
import { cutName, folded, isMark, nameOfToken, type Token, tokensOf } from "./sql-token.ts";

/** Kinds as people write them in front of a name, and what they mean in a catalog: its section and the rows' kinds. */
const kindWords = {
  database: { section: "database", kinds: "" },
  schema: { section: "schemas", kinds: "" },
  "foreign table": { section: "relations", kinds: "f" },
  "partitioned table": { section: "relations", kinds: "p" },
  table: { section: "relations", kinds: "rpf" },
  "materialized view": { section: "relations", kinds: "m" },
  "materialised view": { section: "relations", kinds: "m" },
  view: { section: "relations", kinds: "vm" },
  sequence: { section: "relations", kinds: "S" },
  column: { section: "columns", kinds: "" },
  function: { section: "functions", kinds: "" },
  procedure: { section: "functions", kinds: "p" },
  routine: { section: "functions", kinds: "" },
  aggregate: { section: "functions", kinds: "a" },
  domain: { section: "types", kinds: "d" },
  type: { section: "types", kinds: "" },
} as const;
export type KindWord = keyof typeof kindWords;
export type NamedSection = (typeof kindWords)[KindWord]["section"];

/** What is known of an object by name. */
export type Nameable = {
  readonly section: NamedSection;
  /** The catalog's letter where the section has one (relkind, prokind, typtype), else "". */
  readonly letter: string;
  /** null for schemas, databases, and where it is not known. */
  readonly schema: string | null;
  /** Raw; a routine's without arguments, a column's its relation's. */
  readonly name: string;
  readonly column: string | null;
  /** Of a routine as the server writes them, else null. */
  readonly identityArguments: string | null;
};

export type WrittenName = {
  /** As it was typed, without the kind in front. */
  readonly text: string;
  readonly kind: KindWord | undefined;
  /** The parts as PostgreSQL reads them, cut to the length of a name; undefined where it could not. */
  readonly parts: readonly string[] | undefined;
  /** The parts as they stand there, case kept. */
  readonly rawParts: readonly string[] | undefined;
  /** undefined: no arguments were written, or they cannot be read. */
  readonly signature: Signature | undefined;
  readonly hasArguments: boolean;
};

const KIND = new RegExp(`^(${Object.keys(kindWords).join("|").replaceAll(" ", "\\s+")})\\s+(?=\\S)`, "i");

/** Cuts at the dots outside of quotes; what stands between keeps its spaces and marks. */
const dottedParts = (text: string): { readonly raw: string; readonly read: string }[] | undefined => {
  const parts: { raw: string; read: string }[] = [];
  let rest = text;
  for (;;) {
    const match = /^\s*"((?:[^"]|"")*)"\s*|^[^".]+/.exec(rest);
    if (!match) return undefined;
    const [all, quoted] = match;
    const name = quoted?.replaceAll('""', '"');
    parts.push({ raw: name ?? all, read: cutName(name ?? folded(all.trim())) });
    rest = rest.slice(all.length);
    if (rest === "") return parts;
    if (!rest.startsWith(".")) return undefined;
    rest = rest.slice(1);
  }
};

/** The place of the parenthesis that opens the arguments: the first outside of double quotes, closed at the end. */
const argumentsAt = (text: string): number => {
  if (!text.endsWith(")")) return -1;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    if (text[at] === "(" && !quoted) return at;
  }
  return -1;
};

/** Reads a name; never throws: what cannot be read as PostgreSQL would is still compared as it stands. */
export const readName = (typed: string): WrittenName => {
  const trimmed = typed.trim();
  const word = KIND.exec(trimmed);
  const kind = word?.[1]?.toLowerCase().replaceAll(/\s+/g, " ") as KindWord | undefined;
  const text = word ? trimmed.slice(word[0].length).trim() : trimmed;
  const open = argumentsAt(text);
  const parts = dottedParts(open < 0 ? text : text.slice(0, open).trimEnd());
  const tokens = open < 0 ? undefined : tokensOf(text.slice(open + 1, -1));
  return {
    text,
    kind,
    parts: parts?.map(({ read }) => read),
    rawParts: parts?.map(({ raw }) => raw),
    signature: tokens && readSignature(tokens),
    hasArguments: open >= 0,
  };
};

const isKind = (kind: KindWord | undefined, { section, letter }: Nameable): boolean => {
  if (kind === undefined) return true;
  const { section: wanted, kinds } = kindWords[kind];
  return section === wanted && (kinds === "" || letter === "" || kinds.includes(letter));
};

/** The section of a kind, where one was written. */
export const sectionOfKind = (kind: KindWord | undefined): NamedSection | undefined =>
  kind === undefined ? undefined : kindWords[kind].section;

/** The whole name, or without its schema where there is one. */
const fits = (object: Nameable, parts: readonly string[] | undefined): boolean => {
  const { schema, name, column } = object;
  const own = column === null ? [name] : [name, column];
  return [own, ...(schema === null ? [] : [[schema, ...own]])].some(
    (some) => some.length === parts?.length && some.every((part, i) => part === parts[i]),
  );
};

const fitsArguments = (written: WrittenName, { identityArguments, letter }: Nameable): boolean => {
  if (!written.hasArguments) return true;
  if (identityArguments === null || written.signature === undefined) return false;
  const routine = signatureOf(identityArguments);
  return routine !== undefined && meansRoutine(written.signature, routine, letter === "p");
};

/** The object's own texts, with nothing quoted: `app.my table`, `app.f(a integer)`. */
const rawTexts = ({ schema, name, column, identityArguments }: Nameable): string[] => {
  const own = `${[name, ...(column === null ? [] : [column])].join(".")}${identityArguments === null ? "" : `(${identityArguments})`}`;
  const bare = identityArguments === null ? [] : [name];
  return [own, ...bare].flatMap((one) => (schema === null ? [one] : [one, `${schema}.${one}`]));
};

/**
 * How well a name fits an object. 2: as PostgreSQL would read it, bare names folded to lower case. 1: letter by letter
 * as it was typed, also where SQL would need quotes. 0: it is another object.
 */
export const fitOf = (written: WrittenName, object: Nameable): 0 | 1 | 2 => {
  if (!isKind(written.kind, object)) return 0;
  if (fits(object, written.parts) && fitsArguments(written, object)) return 2;
  if (rawTexts(object).includes(written.text)) return 1;
  return fits(object, written.rawParts) && fitsArguments(written, object) ? 1 : 0;
};

/** The same without the database that it begins with, as SQL may name the one that is connected to; undefined: it does not. */
export const withoutDatabase = (
  written: WrittenName,
  isDatabase: (name: string) => boolean,
): WrittenName | undefined => {
  const { parts, rawParts } = written;
  const [first, ...rest] = parts ?? [];
  if (first === undefined || rest.length < 2 || !isDatabase(first)) return undefined;
  return { ...written, parts: rest, rawParts: rawParts?.slice(1) };
};

/** Those of the items that the name fits best; none where it fits no one. */
export const bestFits = <T>(
  written: WrittenName,
  items: Iterable<T>,
  nameableOf: (item: T) => Nameable,
): T[] => {
  const fitting: [T[], T[]] = [[], []];
  for (const item of items) {
    const fit = fitOf(written, nameableOf(item));
    if (fit) fitting[fit - 1]?.push(item);
  }
  return fitting[1].length ? fitting[1] : fitting[0];
};

/** A role's name as it was typed: letter by letter first, else without quotes, or folded to lower case. */
export const roleNameReadings = (typed: string): string[] => {
  const tokens: readonly Token[] = tokensOf(typed.trim()) ?? [];
  const [only, another] = tokens;
  const read = another || isMark(only, "*") ? undefined : nameOfToken(only);
  return [...new Set([typed, cutName(read ?? typed)])];
};
