// Reads PostgreSQL's text form of an ACL (aclitem[]). Never throws and never guesses: what it cannot read is kept as text.
import { type AclItem, aclEntry, bareItems, type RoleOids, readItem } from "./acl-item.ts";
import type { Acl, AclEntry } from "./catalog.ts";
import { entryMask } from "./privileges.ts";

export type { RoleOids } from "./acl-item.ts";

const BOUNDS = /^\[-?\d{1,10}:-?\d{1,10}\]=(?=\{)/;

/**
 * The items of a one-dimensional array in PostgreSQL's text form; undefined where the text is none.
 * https://www.postgresql.org/docs/16/arrays.html#ARRAYS-IO
 */
const arrayItems = (text: string, roles: RoleOids): AclItem[] | undefined => {
  const open = BOUNDS.exec(text)?.[0].length ?? 0;
  const last = text.length - 1;
  if (last <= open || text[open] !== "{" || text[last] !== "}") return undefined;
  if (last === open + 1) return [];
  const inner = text.slice(open + 1, last);
  if (!/["\\{}]/.test(inner)) return bareItems(text, open + 1, last, roles);
  return quotedElements(inner)?.map((element) => readItem(element, roles));
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

/**
 * The ACL that `acl::text` shows; null for null. Entries are merged by (grantee, grantor) and sorted so. An item whose
 * letters we do not all know gives what we know and stays in `unknown`; one whose form or roles we do not know is only
 * there; so is the whole text where it is no array. Entries may be shared with other ACLs: never change one.
 */
export const parseAcl = (text: string | null, roles: RoleOids): Acl => {
  if (text === null) return null;
  const items = arrayItems(text, roles);
  if (items === undefined) return { entries: [], unknown: [text] };
  const entries: AclEntry[] = [];
  const unknown: string[] = [];
  for (const item of items) {
    if (!item.complete) unknown.push(item.text);
    // Of letters that all say nothing to us there is nothing to tell but the text.
    if (item.entry && (item.complete || item.entry.privileges !== "")) insert(entries, item.entry);
  }
  return { entries, unknown: unknown.sort() };
};

const byGrant = (a: AclEntry, b: AclEntry): number => a.grantee - b.grantee || a.grantor - b.grantor;

/** Puts an entry in its place; the server keeps one for each grantee and grantor, a text may hold several. */
const insert = (sorted: AclEntry[], entry: AclEntry): void => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byGrant(sorted[middle] as AclEntry, entry) < 0) low = middle + 1;
    else high = middle;
  }
  const there = sorted[low];
  if (there === undefined) sorted.push(entry);
  else if (byGrant(there, entry) !== 0) sorted.splice(low, 0, entry);
  else {
    const mask = entryMask(there.privileges, there.grantable) | entryMask(entry.privileges, entry.grantable);
    sorted[low] = aclEntry(entry.grantee, entry.grantor, mask);
  }
};

/**
 * Whether a text of `unknown` leaves open who may hold the privileges that we know. Where only a letter is new, it does
 * not: what the letter stands for is unknown, all the rest has been read.
 */
export const leavesOpen = (unknown: string, roles: RoleOids): boolean =>
  readItem(unknown, roles).entry === undefined;
