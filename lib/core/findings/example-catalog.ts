// Rows of an example's catalog, as detectors bring them with their cases: what is not said is ordinary.
import type { Membership, Role } from "../catalog/catalog.ts";

/** A role that can log in and has no attribute beside that. */
export const databaseRole = (oid: number, name: string, more: Partial<Role> = {}): Role => ({
  ...{ oid, name, superuser: false, inherit: true, createRole: false, createDb: false, canLogin: true },
  ...{ replication: false, bypassRls: false, connectionLimit: -1, validUntil: null },
  ...more,
});

/** `member` is in `role`, by grant of admin: it inherits, may SET ROLE, and may not grant it on. */
export const membership = (role: number, member: number, more: Partial<Membership> = {}): Membership => ({
  ...{ role, member, grantor: 10, admin: false, inherit: true, set: true },
  ...more,
});
