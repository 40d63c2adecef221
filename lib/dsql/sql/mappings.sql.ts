// One row per IAM principal that a database role is mapped to. Only Aurora DSQL has this view.
// https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html
import { Mapping } from "../../core/catalog/catalog.ts";

export const MappingRow = Mapping;

export const mappingsSql = /* sql */ `
select m.iam_oid as "iamOid", m.arn, m.pg_role_oid as "role", m.pg_role_name as "roleName",
  m.grantor_pg_role_oid as "grantor"
from sys.iam_pg_role_mappings m order by m.pg_role_oid, m.arn, m.iam_oid`;
