// The privileges that grants to one role give it, beyond what the auditor needs: neither PUBLIC's nor an owner's.
import type { Oid } from "../../../core/base/ids.ts";
import { mayAuditorHold } from "../../../core/catalog/auditor-needs.ts";
import { type Acl, rowsOf } from "../../../core/catalog/catalog.ts";
import {
  entryMask,
  GRANT_SHIFT,
  HELD_BITS,
  type Privilege,
  type PrivilegeMask,
  privilegeBit,
  privilegeNames,
} from "../../../core/catalog/privileges.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import { type AccessObject, sectionOf } from "../../../core/privileges/effective-objects.ts";
import { onDsql } from "../../../core/remediation/script.ts";
import { isClosedOnDsql } from "../../../core/sql/dsql.ts";

export type OwnGrant = {
  readonly object: AccessObject;
  readonly privilege: Privilege;
  readonly grantor: Oid;
  readonly option: boolean;
};

/** What changes rows, makes objects, or runs code as others who do. */
export const WRITES = ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE", "TRIGGER", "MAINTAIN"].reduce(
  (mask, name) => mask | privilegeBit(name),
  0,
);

/** What an ACL's entries give to a role, whoever granted it. */
export const grantsOf = (acl: Acl, role: Oid): PrivilegeMask =>
  (acl?.entries ?? []).reduce(
    (mask, { grantee, privileges }) => (grantee === role ? mask | entryMask(privileges, "") : mask),
    0,
  );

const sections = ["database", "schemas", "relations", "columns", "functions", "types"] as const;
type Place = readonly [acl: NonNullable<Acl>, object: AccessObject];
const seen = new WeakMap<AccessEngine, readonly Place[]>();

/** Every object with the ACL that somebody wrote for it. */
const written = (engine: AccessEngine): readonly Place[] => {
  const known = seen.get(engine);
  if (known) return known;
  const objects = new Map(
    engine.objects.map((one) => [`${sectionOf(one.kind)}/${one.oid}/${one.columnNumber}`, one]),
  );
  const made = sections.flatMap((section) =>
    rowsOf(engine.catalog, section).flatMap((row): Place[] => {
      const key = "oid" in row ? `${row.oid}/0` : `${row.relation}/${row.number}`;
      const object = objects.get(`${section}/${key}`);
      return object && row.acl ? [[row.acl, object]] : [];
    }),
  );
  seen.set(engine, made);
  return made;
};

/** Nobody but AWS changes anything there, so nobody granted it. */
const isClosed = (engine: AccessEngine, { kind, name }: AccessObject): boolean =>
  onDsql(engine) && isClosedOnDsql(kind, name);

/** Each grant to the role on what it does not own, one for each grantor; sorted as the engine has the objects. */
export const ownGrants = (engine: AccessEngine, role: Oid): OwnGrant[] =>
  written(engine)
    .flatMap(([acl, object]) =>
      object.owner === role || isClosed(engine, object)
        ? []
        : acl.entries
            .filter(({ grantee }) => grantee === role)
            .flatMap(({ grantor, privileges, grantable }) => {
              const mask = entryMask(privileges, grantable);
              const options = (mask >>> GRANT_SHIFT) & HELD_BITS;
              return privilegeNames(mask & HELD_BITS).flatMap((privilege): OwnGrant[] => {
                const option = (options & privilegeBit(privilege)) !== 0;
                const needed =
                  !option && object.column === null && mayAuditorHold(privilege, object.schema, object.name);
                return needed ? [] : [{ object, privilege, grantor, option }];
              });
            }),
    )
    .toSorted((a, b) => a.object.index - b.object.index);
