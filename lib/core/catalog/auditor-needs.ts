// What the auditor's own database role is given, as one list: setup-sql prints it, and a detector holds the role against it.
import type { Role } from "./catalog.ts";
import type { Privilege } from "./privileges.ts";

/** The role that setup-sql makes for the auditor. */
export const AUDITOR_ROLE = "dsql_auditor";

/** A privilege on a table or view. */
type NeededGrant = { readonly privilege: Privilege; readonly schema: string; readonly name: string };

type Needs = {
  /** What CREATE ROLE gives it. */
  readonly attributes: Readonly<Partial<Pick<Role, "canLogin" | "createDb" | "createRole">>>;
  /** What it is granted: nothing, for the catalogs that it reads are open to every role in PostgreSQL. */
  readonly grants: readonly NeededGrant[];
};

export const AUDITOR_NEEDS: Needs = { attributes: { canLogin: true }, grants: [] };

/** Where AWS lets nobody else read the mappings: a way out for people, who may take it. */
const MAPPINGS = { privilege: "SELECT", schema: "sys", name: "iam_pg_role_mappings" } as const;

/** `GRANT SELECT ON sys.iam_pg_role_mappings TO dsql_auditor;` `role`: quoted already. */
export const neededGrantSql = ({ privilege, schema, name }: NeededGrant, role: string): string =>
  `GRANT ${privilege} ON ${schema}.${name} TO ${role};`;

/** For admin, in the cluster. AWS does not document who may read the view. */
export const MAPPINGS_GRANT = neededGrantSql(MAPPINGS, AUDITOR_ROLE);

/** Whether the auditor's role may hold the privilege on the relation: it was given it, or people were told to try it. */
export const mayAuditorHold = (privilege: Privilege, schema: string | null, name: string): boolean =>
  [...AUDITOR_NEEDS.grants, MAPPINGS].some(
    (one) => one.privilege === privilege && one.schema === schema && one.name === name,
  );
