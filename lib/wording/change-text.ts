// One change between two snapshots in plain words.

import { counted } from "../core/base/counted.ts";
import type { Role } from "../core/catalog/catalog.ts";
import type { Change, ChangeOf } from "../core/history/change.ts";
import {
  otherObjectText,
  rowSecurityChangeText,
  sequenceOwnerText,
  viewRightsText,
  viewRulesText,
} from "./beside-text.ts";
import { defaultPrivilegeText } from "./default-privilege-text.ts";
import { grantText } from "./grant-text.ts";
import { iamChangeText } from "./iam-change-text.ts";
import { membershipText } from "./membership-text.ts";
import { createdText, droppedText } from "./object-text.ts";
import { objectWords as object, roleWords as role } from "./subject-text.ts";

const value = (of: string | number | boolean | null): string => (of === null ? "nothing" : String(of));

const roleAttributes = [
  ["superuser", "SUPERUSER"],
  ["createRole", "CREATEROLE"],
  ["createDb", "CREATEDB"],
  ["replication", "REPLICATION"],
  ["bypassRls", "BYPASSRLS"],
  ["canLogin", "LOGIN"],
] as const satisfies readonly (readonly [keyof Role, string])[];

const otherAttributes: Readonly<Record<string, string>> = {
  inherit: "INHERIT",
  connectionLimit: "CONNECTION LIMIT",
  validUntil: "VALID UNTIL",
};

/** As CREATE ROLE writes it. */
const attributeName = (attribute: string): string =>
  roleAttributes.find(([name]) => name === attribute)?.[1] ?? otherAttributes[attribute] ?? attribute;

/** " with LOGIN, CREATEROLE"; nothing where it has none of them. */
const attributeWords = (row: Role): string => {
  const words = roleAttributes.flatMap(([attribute, word]) => (row[attribute] ? [word] : []));
  return words.length ? ` with ${words.join(", ")}` : "";
};

const attributeText = ({ object: of, attribute, from, to }: ChangeOf<"object-attribute">): string => {
  if (attribute === "securityDefiner")
    return `${object(of)} now runs with its ${to ? "owner's rights (SECURITY DEFINER)" : "caller's rights (SECURITY INVOKER)"}`;
  const name = attribute === "identityArguments" ? "arguments" : attribute;
  return `${object(of)}: its ${name} went from ${value(from)} to ${value(to)}`;
};

/** A column's privileges come beside its table's, which an ACL of another object stands for. */
const aclFormText = ({ object: of, explicit, column }: ChangeOf<"acl-form">): string => {
  if (column === null)
    return `${object(of)}: its built-in privileges ${explicit ? "were written down as an ACL" : "stand for its ACL again"}, which changed nobody's access`;
  return explicit
    ? `${object(of)} has privileges of its own, beside those of its table`
    : `${object(of)} has no privileges of its own any more: it follows its table, or is gone`;
};

/** Raw names: whoever shows it makes them visible. */
export const changeText = (change: Change): string => {
  switch (change.kind) {
    case "server-version":
      return `the server's version went from ${change.from} to ${change.to}`;
    case "section-unreadable":
      return `the section ${change.section} could no longer be read: ${change.reason}`;
    case "section-readable":
      return `the section ${change.section} could be read${change.first ? ` for the first time, with ${counted(change.first.length, "row")}` : " again"}`;
    case "role-created":
      return `role ${role(change.role)} was created${attributeWords(change.row)}`;
    case "role-dropped":
      return `role ${role(change.role)} was dropped`;
    case "role-renamed":
      return `role ${change.from} was renamed to ${change.to}`;
    case "role-attribute":
      return `role ${role(change.role)}: ${attributeName(change.attribute)} went from ${value(change.from)} to ${value(change.to)}`;
    case "membership":
      return membershipText(change);
    case "mapping":
      if (change.before === null) return `${change.principal} was mapped to role ${role(change.role)}`;
      if (change.after === null)
        return `${change.principal} is no longer mapped to role ${role(change.role)}`;
      return `the mapping of ${change.principal} to role ${role(change.role)} was changed`;
    case "object-created":
      return createdText(change);
    case "object-dropped":
      return droppedText(change);
    case "object-renamed":
      return `${object(change.object)} was renamed from ${change.from} to ${change.to}`;
    case "object-moved":
      return `${object(change.object)} moved from schema ${change.fromName ?? change.from} to ${change.toName ?? change.to}`;
    case "object-attribute":
      return attributeText(change);
    case "owner":
      return `${object(change.object)} went from owner ${role(change.from)} to ${role(change.to)}`;
    case "acl-form":
      return aclFormText(change);
    case "acl-unknown":
      return `${object(change.object)}: ${counted(change.to.length, "entry", "entries")} of its ACL cannot be read, ${change.from.length} before`;
    case "grant":
      return grantText(change);
    case "default-privilege":
      return defaultPrivilegeText(change);
    case "other-object":
      return otherObjectText(change);
    case "view-rights":
      return viewRightsText(change);
    case "view-rules":
      return viewRulesText(change);
    case "row-security":
      return rowSecurityChangeText(change);
    case "sequence-owner":
      return sequenceOwnerText(change);
    case "iam":
      return iamChangeText(change);
    default:
      return change satisfies never;
  }
};
