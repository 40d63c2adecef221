// Who connects as a role: the principals that are mapped to it, and whether they are people or programs.
import { isInteractive, isPersonLike } from "../anomaly/person-like.ts";
import { type Oid, Principal } from "../base/ids.ts";
import { isDsql, rowsOf } from "../catalog/catalog.ts";
import type { DetectorView } from "./detector.ts";

/** Principals by the OID of the role that they are mapped to, by the newest snapshot and by what stands. */
export type PrincipalsOf = (role: Oid) => readonly Principal[];

export const principalsByRole = (view: DetectorView): PrincipalsOf => {
  const found = new Map<Oid, Set<Principal>>();
  const add = (role: Oid, arn: string): void => {
    const known = found.get(role) ?? new Set<Principal>();
    known.add(arn as Principal);
    found.set(role, known);
  };
  for (const { roleOid, principal } of view.mappings.standing) add(roleOid, principal);
  const { catalog } = view.privileges;
  for (const { role, arn } of catalog ? rowsOf(catalog, "mappings") : []) {
    const principal = Principal.safeParse(arn);
    if (principal.success) add(role, principal.data);
  }
  const sorted = new Map([...found].map(([role, principals]) => [role, [...principals].sort()]));
  return (role) => sorted.get(role) ?? [];
};

/**
 * Whether people sit behind a principal: it is a role of IAM Identity Center, or half of its connections have the session
 * name of a person or a tool that people use by hand. Nobody has seen it: then it is taken for a program.
 */
export const isPerson = ({ activity }: DetectorView, principal: Principal): boolean => {
  if (/:role\/(?:.*\/)?AWSReservedSSO_/.test(principal)) return true;
  let people = 0;
  let all = 0;
  for (const { session, client, count } of activity.talliesOf(principal)) {
    all += count;
    const named = isPersonLike(session, () => false);
    if (named || (session === "" && isInteractive(client))) people += count;
  }
  return all > 0 && people * 2 >= all;
};

/**
 * The roles that programs connect as: those that a principal is mapped to that no person uses. Where mappings do not exist
 * (a plain PostgreSQL) or none is known, every role that can log in.
 */
export const usedByPrograms = (view: DetectorView): ((role: { oid: Oid; canLogin: boolean }) => boolean) => {
  const principalsOf = principalsByRole(view);
  const { catalog } = view.privileges;
  const known = view.mappings.standing.length > 0 || (catalog && rowsOf(catalog, "mappings").length > 0);
  if (!known || (catalog && !isDsql(catalog))) return ({ canLogin }) => canLogin;
  return ({ oid }) => principalsOf(oid).some((principal) => !isPerson(view, principal));
};
