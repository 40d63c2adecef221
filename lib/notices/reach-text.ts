// What a principal can reach, for the people who have to decide how bad it is.
import { counted } from "../core/base/counted.ts";
import { visible } from "../core/base/visible-text.ts";
import { bullet, wrapped } from "./page.ts";

export type RoleReach = {
  readonly role: string;
  /** "SELECT on 12 tables", one for each privilege, the most telling first. */
  readonly privileges: readonly string[];
  /** The statement that takes the mapping away. */
  readonly revoke: string;
};

export type Reach = {
  readonly roles: readonly RoleReach[];
  /** Why that may not be all; undefined: as far as the snapshot shows it is. */
  readonly notKnown?: string;
  /** The ARNs of the cluster in other Regions; missing: not known. */
  readonly peers?: readonly string[];
};

/** A person can read, and an administrator paste, no more than so many. */
export const MAX_ROLES = 10;

/** A line for each role that the principal is mapped to, ten at most. */
export const reachLines = ({ roles, notKnown }: Reach): string[] => [
  ...roles.slice(0, MAX_ROLES).flatMap(({ role, privileges }) => {
    const none = `no privilege on any table${notKnown === undefined ? "" : " that could be read"}`;
    return bullet(
      `${visible(role, 100)}: ${privileges.length ? visible(privileges.join(", "), 2_000) : none}`,
    );
  }),
  ...(roles.length > MAX_ROLES ? [`... and ${counted(roles.length - MAX_ROLES, "more role")}.`] : []),
  ...(notKnown === undefined ? [] : wrapped(notKnown)),
];
