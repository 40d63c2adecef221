// What changed in one ACL, entry by entry. Writing down a built-in default is a change of form, not of access.
import { builtInAcl } from "../catalog/built-in-acl.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Acl, AclEntry } from "../catalog/catalog.ts";
import type { Letters, ObjectRef } from "./change.ts";
import type { Step } from "./diff-step.ts";
import { othersAfter, othersBefore } from "./other-grants.ts";

export type AclDiff = {
  readonly step: Step;
  readonly object: ObjectRef;
  /** The ACL as it stands now, after the changes found so far. */
  readonly acl: () => Acl;
  readonly to: Acl;
  /** The object's row: its owner and kind decide the built-in ACL. */
  readonly row: AnyRow;
};

const keyOf = ({ grantee, grantor }: AclEntry): string => `${grantee}/${grantor}`;
const letters = (entry: AclEntry | undefined): Letters | null =>
  entry ? { privileges: entry.privileges, grantable: entry.grantable } : null;

const missing = (from: string, in_: string): string => [...from].filter((one) => !in_.includes(one)).join("");
/** The letters of `a` that `b` lacks. */
const lacking = (a: Letters | null, b: Letters | null): Letters => ({
  privileges: missing(a?.privileges ?? "", b?.privileges ?? ""),
  grantable: missing(a?.grantable ?? "", b?.grantable ?? ""),
});
const isNone = ({ privileges, grantable }: Letters): boolean => !privileges && !grantable;

const diffEntries = ({ step, object, acl, row }: AclDiff, target: NonNullable<Acl>): void => {
  const standing = acl();
  const before = new Map((standing?.entries ?? []).map((entry) => [keyOf(entry), entry]));
  const after = new Map(target.entries.map((entry) => [keyOf(entry), entry]));
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)];
    const entry = is ?? was;
    if (!entry || (was?.privileges === is?.privileges && was?.grantable === is?.grantable)) continue;
    const [grantee, grantor] = [step.names.role(entry.grantee), step.names.role(entry.grantor)];
    const [gained, lost] = [lacking(letters(is), letters(was)), lacking(letters(was), letters(is))];
    const asked = { step, object, row, grantee: entry.grantee, grantor: entry.grantor };
    const others = {
      before: isNone(gained) ? [] : othersBefore({ ...asked, wanted: gained }, standing),
      after: isNone(lost) ? [] : othersAfter({ ...asked, wanted: lost }, target),
    };
    step.found({ kind: "grant", object, grantee, grantor, before: letters(was), after: letters(is), others });
  }
};

/** Finds the changes that turn the ACL into `to`. */
export const diffAcl = (diff: AclDiff): void => {
  const { step, object, acl, to, row } = diff;
  const { found } = step;
  if (!acl() && !to) return;
  const column = object.section === "columns" ? String(row.name) : null;
  if (!acl()) found({ kind: "acl-form", object, explicit: true, column });
  const target = to ?? builtInAcl(object.section, row, step.now.serverVersion);
  const unknown = acl()?.unknown ?? [];
  if (unknown.join("\n") !== target.unknown.join("\n")) {
    found({ kind: "acl-unknown", object, from: unknown, to: target.unknown });
  }
  diffEntries(diff, target);
  if (!to) found({ kind: "acl-form", object, explicit: false, column });
};
