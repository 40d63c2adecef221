// Which database roles the auditor itself may log in as, by the mappings of its own principal.
import { type Principal, withoutPath } from "../base/ids.ts";
import { knownRows } from "../catalog/known-catalog.ts";
import type { Facts } from "./facts.ts";
import type { MappingSubject, MappingsView } from "./view-mappings.ts";

/** The mappings of the auditor's own principal that stand; a mapping may name it with its path or without. */
export const auditorMappings = (
  { standing }: Pick<MappingsView, "standing">,
  auditor: Principal | null,
): readonly MappingSubject[] => {
  if (auditor === null) return [];
  const own = withoutPath(auditor);
  return standing.filter(({ principal }) => withoutPath(principal) === own);
};

/** Why it is not known which role the auditor logs in as; undefined: it is. */
export const auditorRoleMissing = (
  { auditor, snapshot }: Pick<Facts, "auditor" | "snapshot">,
  mappings: MappingsView,
): string | undefined => {
  if (auditor === null) return "the auditor's own principal is not known";
  if (mappings.unreadable !== undefined) return mappings.unreadable;
  const own = auditorMappings(mappings, auditor);
  if (own.length === 0) return "no database role is mapped to the auditor's own principal";
  const roles = new Set((snapshot && knownRows(snapshot.catalog, "roles"))?.map(({ oid }) => oid));
  return own.every(({ roleOid }) => roles.has(roleOid))
    ? undefined
    : "a role that the auditor's own principal is mapped to was not read";
};
