// One row per ALTER DEFAULT PRIVILEGES that is in force. schema 0: for all schemas.
import * as z from "../../core/base/zod.ts";
import { DefaultPrivilege } from "../../core/catalog/catalog.ts";

/** As read: the ACL is still the server's text. */
export const DefaultPrivilegeRow = z.extend(DefaultPrivilege, { acl: z.nullable(z.string()) });

export const defaultPrivilegesSql = /* sql */ `
select d.oid, d.defaclrole as "role", d.defaclnamespace as "schema", d.defaclobjtype as "objectType",
  d.defaclacl::pg_catalog.text as "acl"
from pg_catalog.pg_default_acl d order by d.oid`;
