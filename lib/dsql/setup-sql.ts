// The SQL that gives the auditor its own database role: it may log in and read the catalog, nothing else.

import { parseArn } from "../core/base/ids.ts";
import { quoteIdentifier } from "../core/base/quote.ts";
import { AUDITOR_NEEDS, auditorRoleProblem, neededGrantSql } from "../core/catalog/auditor-needs.ts";
import { createRoleSql, mappingSql } from "../core/sql/statements.ts";
import { AuditError } from "../errors.ts";

/** A role or a user, with its path; a name has no wildcard, and neither has a line break. */
const IDENTITY = /^(?:role|user)\/(?:[!-)+-~]+\/)?[\w+=,.@-]+$/;

/**
 * Statements for `admin` to run, one transaction each (DSQL takes one DDL statement a transaction), from the one list
 * of what the auditor needs. AuditError("usage") where `arn` is no IAM
 * role or user, and where the auditor can have no role that is called so. https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html
 */
export const setupSql = (role: string, arn: string): readonly string[] => {
  const parts = parseArn(arn);
  if (parts?.service !== "iam" || !IDENTITY.test(parts.resource) || !/^\d{12}$/.test(parts.account)) {
    throw new AuditError("usage", `${arn} is not the ARN of an IAM role or user`, {
      hint: "Write arn:aws:iam::ACCOUNT:role/NAME in full, without wildcards.",
    });
  }
  const problem = auditorRoleProblem(role);
  const create = createRoleSql(role, AUDITOR_NEEDS.attributes);
  const map = mappingSql(role, arn, true);
  if (problem !== undefined || create === undefined || map === undefined)
    throw new AuditError(
      "usage",
      `the database role ${JSON.stringify(role)} ${problem ?? "cannot stand in SQL"}`,
      { hint: "Name another, such as dsql_auditor." },
    );
  return [create, map, ...AUDITOR_NEEDS.grants.map((grant) => neededGrantSql(grant, quoteIdentifier(role)))];
};
