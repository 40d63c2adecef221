// Roles and objects in a sentence, by the names that people read. Raw: whoever shows them makes them visible.
import type { ObjectRef, RoleRef } from "../core/history/change.ts";

export const roleWords = ({ oid, name }: RoleRef): string => (oid === 0 ? "PUBLIC" : (name ?? `role ${oid}`));

export const objectWords = ({ kind, schema, name, column }: ObjectRef): string =>
  `${kind} ${schema === null ? "" : `${schema}.`}${name}${column === null ? "" : ` (column ${column})`}`;
