// One item of an ACL's text: `grantee=letters/grantor`. Never throws and never guesses.

import { type Oid, PUBLIC } from "../base/ids.ts";
import type { AclEntry } from "./catalog.ts";
import { GRANT_SHIFT, HELD_BITS, letterBit, type PrivilegeMask, privilegeLetters } from "./privileges.ts";

/** Role names of the same snapshot to their OIDs. */
export type RoleOids = ReadonlyMap<string, Oid>;

/** An entry of a mask's privileges and grant options. */
export const aclEntry = (grantee: Oid, grantor: Oid, mask: PrivilegeMask): AclEntry => ({
  grantee,
  grantor,
  privileges: privilegeLetters(mask & HELD_BITS),
  grantable: privilegeLetters((mask >>> GRANT_SHIFT) & HELD_BITS),
});

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

/**
 * One aclitem. `entry` is missing where its form, its grantee or its grantor cannot be read; `complete` says that nothing
 * of the text is left unread. Entries are shared between the ACLs that they stand in: never change one.
 */
export type AclItem = {
  readonly text: string;
  readonly entry: AclEntry | undefined;
  readonly complete: boolean;
};

/** Reads one aclitem, array quoting already taken off. Never throws. */
export const readItem = (text: string, roles: RoleOids): AclItem => {
  const unread = { text, entry: undefined, complete: false };
  const match = BARE_ITEM.exec(text) ?? (text.includes('"') ? QUOTED_ITEM.exec(text) : null);
  if (!match) return unread;
  const [, granteeName = "", letters = "", grantorName = ""] = match;
  // An empty name is PUBLIC; a role may well be called PUBLIC, and a bare number may be a role that is gone.
  const grantee = granteeName === "" ? PUBLIC : roles.get(bareName(granteeName));
  const grantor = roles.get(bareName(grantorName));
  if (grantee === undefined || grantor === undefined) return unread;
  const { mask, complete } = readLetters(letters);
  return { text, complete, entry: aclEntry(grantee, grantor, mask) };
};

// The same few items stand in the ACLs of many objects: each is read once per set of roles.
const itemsSeen = new WeakMap<RoleOids, Map<number, AclItem>>();
const MOST_ITEMS = 100_000;
const COMMA = 44;

/**
 * The items between two places of a text that has no quoting, split at commas. Items seen before are found by a hash of
 * their characters and compared in place, so that for these no text is copied: a catalog holds tens of thousands.
 */
export const bareItems = (text: string, from: number, to: number, roles: RoleOids): AclItem[] => {
  const known = itemsSeen.get(roles) ?? new Map<number, AclItem>();
  itemsSeen.set(roles, known);
  const items: AclItem[] = [];
  let start = from;
  let hash = 0;
  for (let at = from; at <= to; at += 1) {
    const code = at === to ? COMMA : text.charCodeAt(at);
    if (code !== COMMA) {
      hash = (Math.imul(hash, 31) + code) | 0;
      continue;
    }
    const seen = known.get(hash);
    if (seen && seen.text.length === at - start && text.startsWith(seen.text, start)) items.push(seen);
    else {
      const item = readItem(text.slice(start, at), roles);
      if (!seen && known.size < MOST_ITEMS) known.set(hash, item);
      items.push(item);
    }
    start = at + 1;
    hash = 0;
  }
  return items;
};
