// Who connects as a role: the principals that are mapped to it, and whether they are people or programs.
import type { Tally } from "../activity/activity.ts";
import { type Oid, Principal, parseArn, withoutPath } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { type Catalog, isDsql, rowsOf } from "../catalog/catalog.ts";
import type { ConnectsAs } from "../privileges/propose-archetype.ts";
import type { DetectorView } from "./detector.ts";
import { directoryNamesIn, type PersonDays, personDaysIn } from "./person-days.ts";

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
 * Whether people sit behind a principal: it is a role of IAM Identity Center, or half of its days were those of a person, by
 * its sessions' names or a tool that people use by hand. undefined: nobody has seen it.
 */
const isPersons = (principal: string, { days, ofPerson }: PersonDays): boolean | undefined => {
  if (/:role\/(?:.*\/)?AWSReservedSSO_/.test(principal)) return true;
  return days > 0 ? ofPerson * 2 >= days : undefined;
};

/** The same as a detector asks: nobody has seen it at any endpoint, then it is taken for a program. */
export const isPerson = ({ activity }: DetectorView, principal: Principal): boolean =>
  isPersons(principal, activity.personDays(principal)) ?? false;

/**
 * How many people's and how many programs' principals are mapped to each role, by OID. `tallies` of what connected lately;
 * who was not seen is a program's where it is an IAM role, and untold where it is a user. null: mappings are not known.
 */
export const connectsAs = (
  catalog: Catalog,
  tallies: readonly Tally[],
): ((role: Oid) => ConnectsAs) | null => {
  if (!isDsql(catalog) || catalog.sections.mappings.status === "unreadable") return null;
  const seen = Map.groupBy(tallies, ({ principal }) => withoutPath(principal));
  const names = directoryNamesIn(tallies);
  const kindOf = lazily((arn: string): keyof ConnectsAs => {
    const person = isPersons(arn, personDaysIn(seen.get(withoutPath(arn)) ?? [], names));
    if (person !== undefined) return person ? "people" : "programs";
    return parseArn(arn)?.resource.startsWith("role/") ? "programs" : "untold";
  });
  const byRole = Map.groupBy(rowsOf(catalog, "mappings"), ({ role }) => role);
  return (role) => {
    const found = { people: 0, programs: 0, untold: 0 };
    for (const arn of new Set((byRole.get(role) ?? []).map((row) => row.arn))) found[kindOf(arn)] += 1;
    return found;
  };
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
