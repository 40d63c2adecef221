// What each role gained between two snapshots, counted from the recorded changes: its own grants, memberships, powers.
import { type Oid, PUBLIC } from "../base/ids.ts";
import type { Role } from "../catalog/catalog.ts";
import { otherName } from "../catalog/extras.ts";
import { letterBit, privilegeNames } from "../catalog/privileges.ts";
import type { Change, ChangeOf, ObjectRef, RoleRef } from "./change.ts";

/**
 * All that one role gained. Objects that were made in the same stretch are left out, for a new table comes with its
 * grants; but one that took the place of another of its name counts with what that one did not give.
 */
export type Gain = {
  readonly role: RoleRef;
  /** "SELECT on app.orders", each privilege on each object once. */
  readonly privileges: readonly string[];
  /** Objects that were there before and have become its own. */
  readonly owned: readonly string[];
  /** Roles whose powers it has now, or more of them than before. */
  readonly memberships: readonly RoleRef[];
  /** Attributes of its own that make an administrator: SUPERUSER, CREATEROLE, BYPASSRLS, REPLICATION. */
  readonly attributes: readonly string[];
  /** The roles on whose authority it was granted. */
  readonly grantors: readonly string[];
};

type Growing = {
  readonly role: RoleRef;
  readonly privileges: Set<string>;
  readonly owned: Set<string>;
  readonly memberships: Map<Oid, RoleRef>;
  readonly attributes: Set<string>;
  readonly grantors: Set<string>;
};

const powers = {
  superuser: "SUPERUSER",
  createRole: "CREATEROLE",
  bypassRls: "BYPASSRLS",
  replication: "REPLICATION",
} as const satisfies Partial<Record<keyof Role, string>>;
const powerNames = Object.keys(powers) as readonly (keyof typeof powers)[];

const nameOf = ({ schema, name }: ObjectRef): string => (schema === null ? name : `${schema}.${name}`);
const calledBy = ({ oid, name }: RoleRef): string => name ?? `the role with OID ${oid}`;
const idOf = ({ section, oid }: Pick<ObjectRef, "section" | "oid">): string => `${section}:${oid}`;

/** The privileges that a changed grant gives and that nothing gave before. */
const newPrivileges = ({ before, after, others }: ChangeOf<"grant">): readonly string[] => {
  const had =
    (before?.privileges ?? "") + (others?.before ?? []).map(({ privileges }) => privileges).join("");
  return [...(after?.privileges ?? "")]
    .filter((letter) => !had.includes(letter))
    .flatMap((letter) => privilegeNames(letterBit(letter)));
};

/** Whether a changed membership gives a way to the role that no grantor's gave before. */
const isMore = ({ before, after, others }: ChangeOf<"membership">): boolean => {
  if (after === null) return false;
  const had = [...(before ? [before] : []), ...(others?.before ?? [])];
  // Before 16 there are no options, and a membership gives all.
  const gives = (key: "admin" | "inherit" | "set"): boolean =>
    (after[key] ?? true) && !had.some((one) => one[key] ?? true);
  return gives("inherit") || gives("set") || gives("admin");
};

const placeOf = ({ section, schema, name }: ObjectRef): string => JSON.stringify([section, schema, name]);

/** An object that came in the place of one of the same name, so that what it gives is news to whom that one gave less. */
type Replaced = { readonly was: ChangeOf<"object-dropped">; readonly is: ChangeOf<"object-created"> };

const replacedIn = (changes: readonly Change[]): readonly Replaced[] => {
  const dropped = new Map(
    changes.flatMap((change) =>
      change.kind === "object-dropped" ? [[placeOf(change.object), change] as const] : [],
    ),
  );
  return changes.flatMap((is): Replaced[] => {
    const was = is.kind === "object-created" ? dropped.get(placeOf(is.object)) : undefined;
    return is.kind === "object-created" && was ? [{ was, is }] : [];
  });
};

/** Dropping a table and making it again under its name must not hide a grant. */
const takeReplaced = ({ was, is }: Replaced, of: (role: RoleRef) => Growing): void => {
  const refOf = (oid: Oid): RoleRef => is.roles?.find((role) => role.oid === oid) ?? { oid, name: null };
  const [before, after] = [was.entry.row, is.entry.row];
  if (after.owner !== before.owner) of(refOf(after.owner)).owned.add(nameOf(is.object));
  for (const { grantee, grantor, privileges } of after.acl?.entries ?? []) {
    if (grantee === PUBLIC || grantee === after.owner || grantee === before.owner) continue;
    const had = (before.acl?.entries ?? [])
      .filter((one) => one.grantee === grantee || one.grantee === PUBLIC)
      .map((one) => one.privileges)
      .join("");
    const gained = [...privileges].filter((letter) => !had.includes(letter));
    if (!gained.length) continue;
    const growing = of(refOf(grantee));
    for (const name of gained.flatMap((letter) => privilegeNames(letterBit(letter))))
      growing.privileges.add(`${name} on ${nameOf(is.object)}`);
    growing.grantors.add(calledBy(refOf(grantor)));
  }
};

const take = (change: Change, of: (role: RoleRef) => Growing, made: ReadonlySet<string>): void => {
  switch (change.kind) {
    case "grant": {
      const { grantee, grantor, object } = change;
      if (grantee.oid === PUBLIC || made.has(idOf(object))) return;
      const gained = newPrivileges(change);
      if (!gained.length) return;
      const { privileges, grantors } = of(grantee);
      for (const privilege of gained) privileges.add(`${privilege} on ${nameOf(object)}`);
      grantors.add(calledBy(grantor));
      return;
    }
    case "membership": {
      if (!isMore(change)) return;
      const { memberships, grantors } = of(change.member);
      memberships.set(change.role.oid, change.role);
      grantors.add(calledBy(change.grantor));
      return;
    }
    case "other-object": {
      // A new server comes with its grants; a parameter or large object is new to the snapshot alone.
      if (!change.before && change.section !== "parameters" && change.section !== "largeObjects") return;
      for (const { grantee, grantor, before, after } of change.grants) {
        const gained = [...(after?.privileges ?? "")].filter((one) => !before?.privileges.includes(one));
        if (grantee.oid === PUBLIC || !gained.length || grantee.oid === change.owners.after?.oid) continue;
        const { privileges, grantors } = of(grantee);
        const what = otherName(change.section, change.after?.name ?? "");
        for (const name of gained.flatMap((letter) => privilegeNames(letterBit(letter))))
          privileges.add(`${name} on ${what}`);
        grantors.add(calledBy(grantor));
      }
      return;
    }
    case "owner":
      if (!made.has(idOf(change.object))) of(change.to).owned.add(nameOf(change.object));
      return;
    case "role-attribute": {
      const power = powerNames.find((name) => name === change.attribute);
      if (power && change.to === true) of(change.role).attributes.add(powers[power]);
      return;
    }
    case "role-created":
      for (const power of powerNames) if (change.row[power]) of(change.role).attributes.add(powers[power]);
      return;
    default:
  }
};

/** By role, in the order in which each first gained something. */
export const gainsOf = (changes: readonly Change[]): readonly Gain[] => {
  const made = new Set(
    changes.flatMap((change) => (change.kind === "object-created" ? [idOf(change.object)] : [])),
  );
  const growing = new Map<Oid, Growing>();
  const of = (role: RoleRef): Growing => {
    const known = growing.get(role.oid);
    if (known) return known;
    const begun: Growing = {
      role,
      privileges: new Set(),
      owned: new Set(),
      memberships: new Map(),
      attributes: new Set(),
      grantors: new Set(),
    };
    growing.set(role.oid, begun);
    return begun;
  };
  for (const change of changes) take(change, of, made);
  for (const one of replacedIn(changes)) takeReplaced(one, of);
  return [...growing.values()].map(({ role, privileges, owned, memberships, attributes, grantors }) => ({
    role,
    privileges: [...privileges],
    owned: [...owned],
    memberships: [...memberships.values()],
    attributes: [...attributes],
    grantors: [...grantors].sort(),
  }));
};
