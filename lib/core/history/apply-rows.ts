// How a change reaches into a catalog that was taken apart: rows set, replaced, taken out; never one that is not there.
import { AuditError } from "../../errors.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { SectionName } from "../catalog/catalog.ts";
import type { Change, ObjectRef } from "./change.ts";
import type { Working } from "./working-catalog.ts";

/** The key of an object's row within its section. */
export const objectKey = ({ oid, column }: Pick<ObjectRef, "oid" | "column">): string =>
  column === null ? `${oid}` : `${oid}/${column}`;

export const mismatch = ({ kind }: Pick<Change, "kind">): AuditError =>
  new AuditError("store", `a change does not fit what it is applied to (${kind})`, {
    hint: "Run: dsql-audit history verify",
  });

/** Only a section that is readable now follows what happens in another: what could not be read stays as last known. */
export const followers = (working: Working, name: SectionName): Map<string, AnyRow> =>
  (working.sections[name].status.read && working.sections[name].rows) || new Map();

export const columnsOf = (working: Working, relation: number): [string, AnyRow][] =>
  [...followers(working, "columns")].filter(([, row]) => row.relation === relation);

/** The rows of a section as one change may alter them. AuditError("store") where it does not fit. */
export type Rows = {
  readonly set: (key: string, row: AnyRow) => void;
  readonly remove: (key: string) => void;
  readonly replace: (key: string, with_: (row: AnyRow) => AnyRow) => void;
  readonly setField: (key: string, field: string, value: unknown) => void;
};

export const rowsFor = (working: Working, name: SectionName, change: Pick<Change, "kind">): Rows => {
  const { rows } = working.sections[name];
  if (!rows) throw mismatch(change);
  const replace: Rows["replace"] = (key, with_) => {
    const row = rows.get(key);
    if (!row) throw mismatch(change);
    rows.set(key, with_(row));
  };
  return {
    set: (key, row) => void rows.set(key, row),
    remove: (key) => {
      if (!rows.delete(key)) throw mismatch(change);
    },
    replace,
    setField: (key, field, value) => replace(key, (row) => ({ ...row, [field]: value })),
  };
};
