// One change between two snapshots in plain words.

import { letterBit, privilegeNames } from "../core/catalog/privileges.ts";
import type { Change, Letters, ObjectRef, RoleRef } from "../core/history/change.ts";

const role = ({ oid, name }: RoleRef): string => (oid === 0 ? "PUBLIC" : (name ?? `role ${oid}`));

const object = ({ kind, schema, name, column }: ObjectRef): string =>
  `${kind} ${schema === null ? "" : `${schema}.`}${name}${column === null ? "" : ` (column ${column})`}`;

const value = (of: string | number | boolean | null): string => (of === null ? "nothing" : String(of));

/** Names of letters; a letter that we do not know stays a letter. */
const namesOf = (letters: string): string =>
  [...letters].map((letter) => privilegeNames(letterBit(letter))[0] ?? `“${letter}”`).join(", ");

const less = (a: string, b: string): string => [...a].filter((letter) => !b.includes(letter)).join("");

const grant = (on: string, who: string, before: Letters | null, after: Letters | null): string => {
  const gained = less(after?.privileges ?? "", before?.privileges ?? "");
  const lost = less(before?.privileges ?? "", after?.privileges ?? "");
  const mayGrant = less(after?.grantable ?? "", before?.grantable ?? "");
  const mayNot = less(less(before?.grantable ?? "", after?.grantable ?? ""), lost);
  const parts = [
    gained && `gained ${namesOf(gained)} on ${on}`,
    lost && `lost ${namesOf(lost)} on ${on}`,
    mayGrant && `may grant ${namesOf(mayGrant)} on ${on} to others`,
    mayNot && `may no longer grant ${namesOf(mayNot)} on ${on}`,
  ].filter(Boolean);
  return `${who} ${parts.join("; ") || `has an unchanged grant on ${on}`}`;
};

/** Raw names: whoever shows it makes them visible. */
export const changeText = (change: Change): string => {
  switch (change.kind) {
    case "server-version":
      return `the server's version went from ${change.from} to ${change.to}`;
    case "section-unreadable":
      return `the section ${change.section} could no longer be read: ${change.reason}`;
    case "section-readable":
      return `the section ${change.section} could be read${change.first ? ` for the first time, with ${change.first.length} rows` : " again"}`;
    case "role-created":
      return `role ${role(change.role)} was created`;
    case "role-dropped":
      return `role ${role(change.role)} was dropped`;
    case "role-renamed":
      return `role ${change.from} was renamed to ${change.to}`;
    case "role-attribute":
      return `role ${role(change.role)}: ${change.attribute} went from ${value(change.from)} to ${value(change.to)}`;
    case "membership": {
      const { before, after } = change;
      const verb = before === null ? "became" : after === null ? "is no longer" : "has other options as";
      const admin = after?.admin && !before?.admin ? ", and may add others" : "";
      return `${role(change.member)} ${verb} a member of ${role(change.role)}${admin}`;
    }
    case "mapping":
      if (change.before === null) return `${change.principal} was mapped to role ${role(change.role)}`;
      if (change.after === null)
        return `${change.principal} is no longer mapped to role ${role(change.role)}`;
      return `the mapping of ${change.principal} to role ${role(change.role)} was changed`;
    case "object-created":
      return `${object(change.object)} was created`;
    case "object-dropped":
      return `${object(change.object)} was dropped`;
    case "object-renamed":
      return `${object(change.object)} was renamed from ${change.from} to ${change.to}`;
    case "object-moved":
      return `${object(change.object)} moved from schema ${change.fromName ?? change.from} to ${change.toName ?? change.to}`;
    case "object-attribute":
      return `${object(change.object)}: ${change.attribute} went from ${value(change.from)} to ${value(change.to)}`;
    case "owner":
      return `${object(change.object)} went from owner ${role(change.from)} to ${role(change.to)}`;
    case "acl-form":
      return `${object(change.object)}: its default privileges were ${change.explicit ? "written down" : "reset"}, for nobody's access`;
    case "acl-unknown":
      return `${object(change.object)}: ${change.to.length} entries of its ACL cannot be read, ${change.from.length} before`;
    case "grant":
      return grant(object(change.object), role(change.grantee), change.before, change.after);
    case "default-privilege": {
      const where =
        change.schema.oid === 0 ? "in all schemas" : `in schema ${change.schema.name ?? change.schema.oid}`;
      const verb = change.before === null ? "were set" : change.after === null ? "were removed" : "changed";
      return `default privileges of ${role(change.role)} for new objects (${change.objectType}) ${where} ${verb}`;
    }
    default:
      return change satisfies never;
  }
};
