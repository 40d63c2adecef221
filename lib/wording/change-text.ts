// One change between two snapshots in plain words.

import type { Change } from "../core/history/change.ts";
import { defaultPrivilegeText } from "./default-privilege-text.ts";
import { grantText } from "./grant-text.ts";
import { membershipText } from "./membership-text.ts";
import { objectWords as object, roleWords as role } from "./subject-text.ts";

const value = (of: string | number | boolean | null): string => (of === null ? "nothing" : String(of));

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
    case "membership":
      return membershipText(change);
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
      return grantText(change);
    case "default-privilege":
      return defaultPrivilegeText(change);
    default:
      return change satisfies never;
  }
};
