// A change of default privileges in plain words: who will get what on which new objects.

import { PUBLIC } from "../core/base/ids.ts";
import type { Acl, AclEntry } from "../core/catalog/catalog.ts";
import { type AclKind, defaultAcl, letterBit, privilegeLetters } from "../core/catalog/privileges.ts";
import type { ChangeOf } from "../core/history/change.ts";
import { privilegeWords } from "./grant-text.ts";
import { roleWords } from "./subject-text.ts";

/** pg_default_acl.defaclobjtype: https://www.postgresql.org/docs/16/catalog-pg-default-acl.html */
const objectTypes: ReadonlyMap<string, { readonly words: string; readonly kind: AclKind }> = new Map([
  ["r", { words: "tables and views", kind: "table" }],
  ["S", { words: "sequences", kind: "sequence" }],
  ["f", { words: "functions and procedures", kind: "function" }],
  ["T", { words: "types", kind: "type" }],
  ["n", { words: "schemas", kind: "schema" }],
]);

type Held = ReadonlyMap<number, { readonly privileges: string; readonly grantable: string }>;

const joined = (a: string, b: string): string => a + [...b].filter((one) => !a.includes(one)).join("");

/** What each grantee will get. Without a row the built-in privileges stand, which a row of one schema only adds to. */
const heldBy = (
  state: { readonly acl: Acl } | null,
  { role, schema, objectType }: ChangeOf<"default-privilege">,
): Held => {
  const held = new Map<number, { privileges: string; grantable: string }>();
  const add = ({
    grantee,
    privileges,
    grantable,
  }: Pick<AclEntry, "grantee" | "privileges" | "grantable">) => {
    const there = held.get(grantee) ?? { privileges: "", grantable: "" };
    held.set(grantee, {
      privileges: joined(there.privileges, privileges),
      grantable: joined(there.grantable, grantable),
    });
  };
  const kind = objectTypes.get(objectType)?.kind;
  if (state) state.acl?.entries.forEach(add);
  else if (kind && schema.oid === 0) {
    const { owner, everyone } = defaultAcl(kind, 0);
    add({ grantee: role.oid, privileges: privilegeLetters(owner), grantable: "" });
    if (everyone) add({ grantee: PUBLIC, privileges: privilegeLetters(everyone), grantable: "" });
  }
  return held;
};

const less = (a = "", b = ""): string => [...a].filter((letter) => !b.includes(letter)).join("");

/** A privilege that only later servers know stands in what is written down, and not in what is built in: no change. */
const MAINTAIN = "m";

/**
 * The grantees that the entries name. A role's own timeline holds that role's entries alone: then the others are still
 * among the `grantees`, or where an earlier release left those out, the owner has no entry, as no row has by itself.
 */
const namedIn = ({ before, after, grantees, role }: ChangeOf<"default-privilege">) => {
  const entries = [before, after].flatMap((state) => state?.acl?.entries ?? []);
  const named = new Set(entries.map(({ grantee }) => grantee));
  const isPart = grantees ? grantees.some(({ oid }) => !named.has(oid)) : !named.has(role.oid);
  return { named, isPart };
};

const changesOf = (change: ChangeOf<"default-privilege">): string[] => {
  const [before, after] = [heldBy(change.before, change), heldBy(change.after, change)];
  const names = new Map((change.grantees ?? []).map((ref) => [ref.oid, ref]));
  const isOwn = (oid: number): boolean => oid === change.role.oid;
  const { named, isPart } = namedIn(change);
  // What the part leaves out is not gone: nothing is said of it.
  const told = [...new Set([...before.keys(), ...after.keys()])].filter((oid) => !isPart || named.has(oid));
  return told.flatMap((oid) => {
    const [was, is] = [before.get(oid), after.get(oid)];
    const who = isOwn(oid) ? roleWords(change.role) : roleWords(names.get(oid) ?? { oid, name: null });
    const known = (letters: string): string =>
      [...letters].filter((letter) => letterBit(letter) && !(isOwn(oid) && letter === MAINTAIN)).join("");
    const gained = known(less(is?.privileges, was?.privileges));
    const lost = known(less(was?.privileges, is?.privileges));
    const option = known(less(is?.grantable, was?.grantable));
    // Whoever no longer gets a privilege cannot pass it on: that goes without saying.
    const noOption = less(known(less(was?.grantable, is?.grantable)), lost);
    return [
      ...(gained ? [`${who} will get ${privilegeWords(gained)}`] : []),
      ...(lost ? [`${who} will no longer get ${privilegeWords(lost)}`] : []),
      ...(option ? [`${who} will be able to grant ${privilegeWords(option)} to others`] : []),
      ...(noOption ? [`${who} will no longer be able to grant ${privilegeWords(noOption)} to others`] : []),
    ];
  });
};

/** Raw names: whoever shows it makes them visible. */
export const defaultPrivilegeText = (change: ChangeOf<"default-privilege">): string => {
  const { role, schema, objectType, before, after } = change;
  const what = objectTypes.get(objectType)?.words ?? `objects of type ${objectType}`;
  const where = schema.oid === 0 ? "in every schema" : `in schema ${schema.name ?? schema.oid}`;
  const verb = before === null ? "were set" : after === null ? "were removed" : "changed";
  const by = roleWords(role);
  const told = changesOf(change).join("; ");
  return `default privileges ${verb} for new ${what} that ${by} makes ${where}${told ? `: ${told}` : ""}`;
};
