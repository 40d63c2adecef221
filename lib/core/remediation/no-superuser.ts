// Takes away what makes a role a superuser.

import type { AccessEngine } from "../privileges/effective.ts";
import { superuserSql } from "../sql/statements.ts";
import { onDsql, remark, script } from "./script.ts";

/** The OID of the superuser that initdb makes, which cannot be made an ordinary role. */
const BOOTSTRAP_SUPERUSER = 10;

/** ALTER ROLE … NOSUPERUSER, or a sentence where nobody can run it: the server's own superuser, and on Aurora DSQL. */
export const noSuperuserSql = (
  engine: AccessEngine,
  role: { readonly oid: number; readonly name: string },
): string => {
  if (role.oid === BOOTSTRAP_SUPERUSER)
    return remark(
      `${role.name} is the superuser that the server was made with and stays one: use another role.`,
    );
  if (onDsql(engine))
    return remark(
      `Aurora DSQL gives nobody a superuser: how ${role.name} became one is for AWS Support to say.`,
    );
  return script([superuserSql(role.name, false)]);
};
