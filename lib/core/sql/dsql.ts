// What Aurora DSQL refuses of the statements that PostgreSQL would take.

/**
 * Whether DSQL refuses every GRANT, REVOKE and ALTER on it: the database, and the schemas of the system, of which
 * `public` is one. https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-postgresql-compatibility.html
 */
export const isClosedOnDsql = (kind: string, name: string): boolean =>
  kind === "database" ||
  (kind === "schema" && (["public", "sys", "information_schema"].includes(name) || name.startsWith("pg_")));
