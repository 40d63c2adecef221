// One row per grant of a role to a role: several of one pair where several grantors made them.
import { Membership } from "../../core/catalog/catalog.ts";

export const MembershipRow = Membership;

export const membershipsSql = /* sql */ `
select m.roleid as "role", m.member, m.grantor, m.admin_option as "admin", m.inherit_option as "inherit",
  m.set_option as "set"
from pg_catalog.pg_auth_members m order by m.roleid, m.member, m.grantor`;

/** Before PostgreSQL 16 there are no such options; null says so. */
export const membershipsBefore16Sql = /* sql */ `
select m.roleid as "role", m.member, m.grantor, m.admin_option as "admin", null::pg_catalog.bool as "inherit",
  null::pg_catalog.bool as "set"
from pg_catalog.pg_auth_members m order by m.roleid, m.member, m.grantor`;
