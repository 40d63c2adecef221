// The statement by which the auditor's role may come to read the mappings: nobody knows whether Aurora DSQL takes it.

/** The role that setup-sql makes for the auditor. */
export const AUDITOR_ROLE = "dsql_auditor";

/** For admin, in the cluster. AWS does not document who may read the view. */
export const MAPPINGS_GRANT = `GRANT SELECT ON sys.iam_pg_role_mappings TO ${AUDITOR_ROLE};`;
