// The catalog without a role: its mappings and grants taken away, what it owns given to others, then the role dropped.
import type { Oid } from "../base/ids.ts";
import { rowsOf } from "../catalog/catalog.ts";
import { privilegeNames } from "../catalog/privileges.ts";
import { accessEngine } from "../privileges/effective.ts";
import { itemsOf } from "./acl-change.ts";
import { newOwner } from "./give-away.ts";
import { applyIntent, type Intent } from "./intent.ts";
import { itemsAt, refOf, type State } from "./state.ts";

const saidOf = (operation: Intent["operation"], as: Oid | null = null): Intent => ({ operation, as });

const mappings = ({ catalog }: State, role: Oid): Intent[] =>
  rowsOf(catalog, "mappings")
    .filter((row) => row.role === role)
    .map(({ arn }) => saidOf({ does: "unmap", role, arn }));

/** To the owner of the schema, of most of what stands beside it, and so on; not to a role that can log in for nobody. */
const ownership = ({ catalog }: State, role: Oid): Intent[] => {
  const engine = accessEngine(catalog);
  return engine.objects
    .filter(({ kind, owner }) => kind !== "column" && owner === role)
    .flatMap((object) => {
      const owner = newOwner(engine, object, role, () => true);
      return owner ? [saidOf({ does: "own", object, owner: owner.oid })] : [];
    });
};

const grants = ({ catalog }: State, role: Oid): Intent[] =>
  accessEngine(catalog).objects.flatMap((object) =>
    itemsAt(catalog, refOf(object))
      .filter(({ grantee, grantor }) => grantee === role || grantor === role)
      .flatMap(({ grantee, grantor, mask }) =>
        privilegeNames(mask).map((privilege) =>
          saidOf({ does: "revoke", privilege, object, grantee, option: false, cascade: true }, grantor),
        ),
      ),
  );

const defaults = ({ catalog }: State, role: Oid): Intent[] =>
  rowsOf(catalog, "defaultPrivileges").flatMap(({ role: creator, schema, objectType, acl }) =>
    itemsOf(acl).flatMap(({ grantee, mask }) => {
      const privileges = privilegeNames(mask);
      const place = { creator, schema, objectType, privileges, grantee, option: false };
      // Of its own the built-in default comes back, which is no row and hangs on nobody.
      return grantee === role || creator === role ? [saidOf({ does: "revoke-default", ...place })] : [];
    }),
  );

const memberships = ({ catalog }: State, role: Oid): Intent[] =>
  rowsOf(catalog, "memberships")
    .filter((row) => row.member === role || row.grantor === role)
    .map(({ role: of, member, grantor }) =>
      saidOf({ does: "leave", role: of, member, grantor, options: {}, cascade: true }),
    );

/** The state without the role; undefined: something of it stays, so that it cannot be dropped. */
export const withoutRole = (start: State, role: Oid): State | undefined => {
  let state: State = start;
  for (const part of [mappings, ownership, grants, defaults, memberships])
    for (const intent of part(state, role)) state = applyIntent(state, intent) ?? state;
  return applyIntent(state, saidOf({ does: "drop-role", role }));
};
