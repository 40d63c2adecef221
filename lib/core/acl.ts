// Reads PostgreSQL's text form of an ACL (aclitem[]). Never throws and never guesses: what it cannot read is kept as text.
import type { Acl, AclEntry } from "./catalog.ts";
import { type Oid, PUBLIC } from "./ids.ts";
import {
  entryMask,
  GRANT_SHIFT,
  HELD_BITS,
  letterBit,
  type PrivilegeMask,
  privilegeLetters,
} from "./privileges.ts";

/** Role names of the same snapshot to their OIDs. */
export type RoleOids = ReadonlyMap<string, Oid>;

/**
 * Splits a one-dimensional array in PostgreSQL's text form; undefined where the text is none.
 * https://www.postgresql.org/docs/16/arrays.html#ARRAYS-IO
 */
const arrayElements = (text: string): string[] | undefined => {
  const body = text.replace(/^\[-?\d{1,10}:-?\d{1,10}\]=(?=\{)/, "");
  if (body.length < 2 || body[0] !== "{" || body.at(-1) !== "}") return undefined;
  const inner = body.slice(1, -1);
  if (inner === "") return [];
  if (!/["\\{}]/.test(inner)) return inner.split(",");
  return quotedElements(inner);
};

const quotedElements = (inner: string): string[] | undefined => {
  const elements: string[] = [];
  let at = 0;
  for (;;) {
    let element = "";
    if (inner[at] === '"') {
      at += 1;
      while (at < inner.length && inner[at] !== '"') {
        if (inner[at] === "\\") at += 1;
        if (at >= inner.length) return undefined;
        element += inner[at];
        at += 1;
      }
      if (inner[at] !== '"') return undefined;
      at += 1;
    } else {
      while (at < inner.length && inner[at] !== ",") {
        if (/["\\{}]/.test(inner[at] as string)) return undefined;
        element += inner[at];
        at += 1;
      }
    }
    elements.push(element);
    if (at === inner.length) return elements;
    if (inner[at] !== ",") return undefined;
    at += 1;
  }
};

// The server quotes what is not a letter, digit or underscore; older releases leave letters beyond ASCII bare.
const BARE_ITEM = /^([A-Za-z0-9_\u0080-\u{10ffff}]*)=([^/"=]*)\/([A-Za-z0-9_\u0080-\u{10ffff}]+)$/u;
const QUOTED_ITEM =
  /^("(?:[^"]|"")+"|[A-Za-z0-9_\u0080-\u{10ffff}]*)=([^/"=]*)\/("(?:[^"]|"")+"|[A-Za-z0-9_\u0080-\u{10ffff}]+)$/u;

const bareName = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;

type Letters = { readonly mask: PrivilegeMask; readonly complete: boolean };
const lettersSeen = new Map<string, Letters>();

const readLetters = (text: string): Letters => {
  const seen = lettersSeen.get(text);
  if (seen) return seen;
  let mask = 0;
  let complete = true;
  let last = 0;
  for (const letter of text) {
    if (letter === "*") {
      if (last === 0) complete = false;
      mask |= last << GRANT_SHIFT;
      last = 0;
    } else {
      last = letterBit(letter);
      if (last === 0) complete = false;
      mask |= last;
    }
  }
  const letters = { mask, complete };
  if (lettersSeen.size < 4096) lettersSeen.set(text, letters);
  return letters;
};

type Item = Letters & { readonly entry: AclEntry };

/** One aclitem; undefined where its form, its grantee or its grantor cannot be read. */
const readItem = (text: string, roles: RoleOids): Item | undefined => {
  const match = BARE_ITEM.exec(text) ?? (text.includes('"') ? QUOTED_ITEM.exec(text) : null);
  if (!match) return undefined;
  const [, granteeName = "", letters = "", grantorName = ""] = match;
  // An empty name is PUBLIC; a role may well be called PUBLIC, and a bare number may be a role that is gone.
  const grantee = granteeName === "" ? PUBLIC : roles.get(bareName(granteeName));
  const grantor = roles.get(bareName(grantorName));
  if (grantee === undefined || grantor === undefined) return undefined;
  const { mask, complete } = readLetters(letters);
  return { mask, complete, entry: toEntry(grantee, grantor, mask) };
};

// The same few items stand in the ACLs of many objects: each is read once per set of roles.
const itemsSeen = new WeakMap<RoleOids, Map<string, Item | undefined>>();
const MOST_ITEMS = 100_000;

const itemReader = (roles: RoleOids): ((text: string) => Item | undefined) => {
  const known = itemsSeen.get(roles) ?? new Map<string, Item | undefined>();
  itemsSeen.set(roles, known);
  return (text) => {
    const seen = known.get(text);
    if (seen !== undefined || known.has(text)) return seen;
    const item = readItem(text, roles);
    if (known.size < MOST_ITEMS) known.set(text, item);
    return item;
  };
};

/**
 * The ACL that `acl::text` shows; null for null. Entries are merged by (grantee, grantor) and sorted so. An item whose
 * letters we do not all know gives what we know and stays in `unknown`; one whose form or roles we do not know is only
 * there; so is the whole text where it is no array.
 */
export const parseAcl = (text: string | null, roles: RoleOids): Acl => {
  if (text === null) return null;
  const items = arrayElements(text);
  if (items === undefined) return { entries: [], unknown: [text] };
  const readOne = itemReader(roles);
  const entries: AclEntry[] = [];
  const unknown: string[] = [];
  for (const text of items) {
    const item = readOne(text);
    if (!item?.complete) unknown.push(text);
    if (item && (item.mask !== 0 || item.complete)) entries.push(item.entry);
  }
  return { entries: merged(entries.sort(byGrant)), unknown: unknown.sort() };
};

const byGrant = (a: AclEntry, b: AclEntry): number => a.grantee - b.grantee || a.grantor - b.grantor;

/** The server keeps one entry for each grantee and grantor; a text may hold several. */
const merged = (sorted: AclEntry[]): AclEntry[] => {
  const isRepeated = (entry: AclEntry, i: number): boolean =>
    i > 0 && byGrant(sorted[i - 1] as AclEntry, entry) === 0;
  if (!sorted.some(isRepeated)) return sorted;
  const groups: AclEntry[] = [];
  for (const entry of sorted) {
    const last = groups.at(-1);
    if (!last || byGrant(last, entry) !== 0) groups.push(entry);
    else {
      const mask = entryMask(last.privileges, last.grantable) | entryMask(entry.privileges, entry.grantable);
      groups[groups.length - 1] = toEntry(entry.grantee, entry.grantor, mask);
    }
  }
  return groups;
};

const toEntry = (grantee: Oid, grantor: Oid, mask: PrivilegeMask): AclEntry => ({
  grantee,
  grantor,
  privileges: privilegeLetters(mask & HELD_BITS),
  grantable: privilegeLetters((mask >>> GRANT_SHIFT) & HELD_BITS),
});

/**
 * Whether a text of `unknown` leaves open who may hold the privileges that we know. Where only a letter is new, it does
 * not: what the letter stands for is unknown, all the rest has been read.
 */
export const leavesOpen = (unknown: string, roles: RoleOids): boolean =>
  readItem(unknown, roles) === undefined;
