// What the auditor's own database role is given, as one list: setup-sql prints it, and a detector holds the role against it.
import type { Role } from "./catalog.ts";
import type { Privilege } from "./privileges.ts";

/** The role that setup-sql makes for the auditor. */
export const AUDITOR_ROLE = "dsql_auditor";

/** PostgreSQL cuts a longer name without an error: https://www.postgresql.org/docs/16/limits.html */
const MOST_BYTES = 63;
const UNSEEN = /^\s|\s$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** What PostgreSQL keeps for itself: https://www.postgresql.org/docs/16/predefined-roles.html */
const KEPT = /^(?:pg_.*|public|none)$/s;

/** Why the auditor cannot have a role of its own that is called so, as the end of a sentence; undefined: it can. */
export const auditorRoleProblem = (role: string): string | undefined => {
  if (role === "") return "is empty";
  if (role === "admin") return "is the one that may do everything: the auditor has a role of its own";
  if (KEPT.test(role)) return "is a name that PostgreSQL keeps for itself";
  if (UNSEEN.test(role) || !role.isWellFormed())
    return "has spaces at its ends, or characters that nobody sees";
  return Buffer.byteLength(role) > MOST_BYTES
    ? `is longer than ${MOST_BYTES} bytes, which is the most that a role's name has`
    : undefined;
};

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
