// What a principal can reach, for the people who have to decide how bad it is.
import { counted } from "../core/base/counted.ts";
import { visible } from "../core/base/visible-text.ts";
import type { MayConnect } from "../core/iam/may-connect.ts";
import { bullet, wrapped } from "./page.ts";

export type RoleReach = {
  readonly role: string;
  /** "DELETE, SELECT on 12 tables", one for all privileges on the same tables, the most telling first. */
  readonly privileges: readonly string[];
  /** The statement that takes the mapping away. */
  readonly revoke: string;
};

export type Reach = {
  readonly roles: readonly RoleReach[];
  /** Why that may not be all, or that it is nothing; undefined: as far as the snapshot shows it is all. */
  readonly notKnown?: string;
  /** A mapping to a pattern, an account or a session may let it in. */
  readonly mayBeMapped?: true;
  /** Whether IAM and the cluster's policy let it connect as admin, who reaches everything; missing: nobody has looked. */
  readonly asAdmin?: MayConnect;
  /** The ARNs of the cluster in other Regions; missing: not known. */
  readonly peers?: readonly string[];
};

/** A person can read, and an administrator paste, no more than so many. */
export const MAX_ROLES = 10;

/** Of a denial nothing is said: it is what people expect. */
const asAdminLines = (asAdmin: MayConnect | undefined): string[] => {
  if (asAdmin === "unknown")
    return wrapped("Whether IAM lets it connect as admin, and so reach everything, is not known.");
  if (asAdmin !== "allowed" && asAdmin !== "conditional") return [];
  const on = asAdmin === "conditional" ? ", on conditions" : "";
  return bullet(`admin: everything. IAM lets it connect as admin${on}.`);
};

/** Whether it may be admin, and a line for each role that the principal is mapped to, ten at most. */
export const reachLines = ({ roles, notKnown, asAdmin }: Reach): string[] => [
  ...asAdminLines(asAdmin),
  ...roles.slice(0, MAX_ROLES).flatMap(({ role, privileges }) => {
    const none = `no privilege on any table${notKnown === undefined ? "" : " that could be read"}`;
    return bullet(
      `${visible(role, 100)}: ${privileges.length ? visible(privileges.join("; "), 2_000) : none}`,
    );
  }),
  ...(roles.length > MAX_ROLES ? [`... and ${counted(roles.length - MAX_ROLES, "more role")}.`] : []),
  ...(notKnown === undefined ? [] : wrapped(notKnown)),
];
