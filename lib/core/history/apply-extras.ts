// Applies changes of what stands beside the sections: rarer objects, rights and rules of views, columns of sequences.
import type { ExtraName, ExtraRow } from "../catalog/extras.ts";
import { mismatch } from "./apply-rows.ts";
import type { ChangeOf } from "./change.ts";
import type { Working } from "./working-catalog.ts";

/** Sets the rows of one identity; none where they go. */
const replace = <N extends ExtraName>(
  working: Working,
  name: N,
  isMine: (row: ExtraRow<N>) => boolean,
  rows: readonly ExtraRow<N>[],
  change: ChangeOf<"other-object" | "view-rights" | "view-rules" | "sequence-owner" | "row-security">,
): void => {
  const known = working.extras[name] as readonly ExtraRow<N>[] | undefined;
  if (!known) throw mismatch(change);
  Object.assign(working.extras, { [name]: [...known.filter((row) => !isMine(row)), ...rows] });
};

export const applyOtherObject = (working: Working, change: ChangeOf<"other-object">): void => {
  const { section, oid, after } = change;
  replace(working, section, (row) => row.oid === oid, after ? [{ oid, ...after }] : [], change);
};

export const applyViewRights = (working: Working, change: ChangeOf<"view-rights">): void => {
  const { object, after } = change;
  const rows = after === null ? [] : [{ oid: object.oid, invoker: after }];
  replace(working, "views", ({ oid }) => oid === object.oid, rows, change);
};

export const applyViewRules = (working: Working, change: ChangeOf<"view-rules">): void =>
  replace(working, "viewRules", ({ view }) => view === change.object.oid, change.after, change);

export const applySequenceOwner = (working: Working, change: ChangeOf<"sequence-owner">): void => {
  const { object, after } = change;
  const rows = after === null ? [] : [{ sequence: object.oid, table: after.oid }];
  replace(working, "sequences", ({ sequence }) => sequence === object.oid, rows, change);
};

export const applyRowSecurity = (working: Working, change: ChangeOf<"row-security">): void => {
  const { object, after } = change;
  const rows = after === null ? [] : [{ table: object.oid, forced: after }];
  replace(working, "rowSecurity", ({ table }) => table === object.oid, rows, change);
};

/** What goes with a view, table or sequence when it is dropped: that is then no change of its own. */
export const dropFromExtras = ({ extras }: Working, relation: number): void => {
  const { views, viewRules, sequences, rowSecurity } = extras;
  if (views) extras.views = views.filter(({ oid }) => oid !== relation);
  if (viewRules) extras.viewRules = viewRules.filter(({ view }) => view !== relation);
  if (rowSecurity) extras.rowSecurity = rowSecurity.filter(({ table }) => table !== relation);
  if (sequences) extras.sequences = sequences.filter(({ sequence }) => sequence !== relation);
};
