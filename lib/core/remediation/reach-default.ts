// Finds the next ALTER DEFAULT PRIVILEGES on the way to those that are wanted.
import { type Catalog, type DefaultPrivilege, isDsql, rowsOf } from "../catalog/catalog.ts";
import { GRANT_SHIFT, HELD_BITS, privilegeNames } from "../catalog/privileges.ts";
import { type AclItem, itemsOf } from "./acl-change.ts";
import { plainDefaults } from "./apply-operation.ts";
import type { OperationOf } from "./operation.ts";
import { asDsqlRole, type Group } from "./run-as.ts";
import type { State } from "./state.ts";

type Place = Pick<DefaultPrivilege, "role" | "schema" | "objectType">;

const isAt = (row: DefaultPrivilege, place: Place): boolean =>
  row.role === place.role && row.schema === place.schema && row.objectType === place.objectType;

const itemsAt = (catalog: Catalog, place: Place): AclItem[] => {
  const row = rowsOf(catalog, "defaultPrivileges").find((one) => isAt(one, place));
  return row ? itemsOf(row.acl) : plainDefaults(catalog, place.role, place.schema, place.objectType);
};

const maskOf = (items: readonly AclItem[], grantee: number): number =>
  items.reduce((mask, item) => (item.grantee === grantee ? mask | item.mask : mask), 0);

type Change = OperationOf<"grant-default" | "revoke-default">;

/** The changes that lead from the entries at a place to those that are wanted there. */
export const defaultChanges = (
  now: readonly AclItem[],
  wanted: readonly AclItem[],
  place: Place,
): Change[] => {
  const grantees = [...new Set([...now, ...wanted].map(({ grantee }) => grantee))].sort((a, b) => a - b);
  return grantees.flatMap((grantee) => {
    const [has, wants] = [maskOf(now, grantee), maskOf(wanted, grantee)];
    const [more, less] = [wants & ~has, has & ~wants];
    const change = (does: Change["does"], mask: number, option: boolean): Change[] => {
      const privileges = privilegeNames(mask & HELD_BITS);
      const { schema, objectType } = place;
      return privileges.length
        ? [{ does, creator: place.role, schema, objectType, privileges, grantee, option }]
        : [];
    };
    const lostOptions = (less >>> GRANT_SHIFT) & HELD_BITS & wants;
    return [
      ...change("grant-default", (more >>> GRANT_SHIFT) & HELD_BITS, true),
      ...change("grant-default", more & ~(more >>> GRANT_SHIFT), false),
      ...change("revoke-default", lostOptions, true),
      ...change("revoke-default", less, false),
    ];
  });
};

/** All changes, each on its own; Aurora DSQL takes them from the creator itself only. */
export const defaultsTo = (state: State, wanted: Catalog): Group[] => {
  if (state.catalog.sections.defaultPrivileges === wanted.sections.defaultPrivileges) return [];
  const places = [...rowsOf(wanted, "defaultPrivileges"), ...rowsOf(state.catalog, "defaultPrivileges")];
  return places.flatMap((place) =>
    defaultChanges(itemsAt(state.catalog, place), itemsAt(wanted, place), place).flatMap(
      (change): Group[] => {
        if (!isDsql(state.catalog)) return [[change]];
        const { creator, ...asCreator } = change;
        return creator === undefined ? [] : asDsqlRole(state, creator, asCreator);
      },
    ),
  );
};
