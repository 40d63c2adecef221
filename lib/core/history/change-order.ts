// The order of the changes of one snapshot: that in which a diff finds them, whichever timelines they were read from.

import { type SectionName, sectionNames } from "../catalog/catalog.ts";
import { type ExtraName, extraNames } from "../catalog/extras.ts";
import type { Change, RecordedChange } from "./change.ts";

/** All sections' rows come before what is granted on them; within a section what goes before what comes. */
const [VERSION, STATUS, ROWS, GRANTS, BESIDE, SECOND_WALL] = [0, 1, 2, 3, 4, 5];
const [GOES, COMES] = [0, 1];

/** What stands beside the sections comes last. */
const beside = (name: ExtraName): number => extraNames.indexOf(name);

const place = (name: SectionName): number => sectionNames.indexOf(name);

const placeOf = (change: Change): readonly number[] => {
  switch (change.kind) {
    case "server-version":
      return [VERSION];
    case "section-unreadable":
    case "section-readable":
      return [STATUS, place(change.section)];
    case "role-dropped":
      return [ROWS, place("roles"), GOES, change.role.oid];
    case "role-created":
    case "role-renamed":
    case "role-attribute":
      return [ROWS, place("roles"), COMES, change.role.oid];
    case "membership":
      return [ROWS, place("memberships"), change.after ? COMES : GOES, change.role.oid, change.member.oid];
    case "mapping":
      return [ROWS, place("mappings"), change.after ? COMES : GOES];
    case "object-dropped":
      return [ROWS, place(change.entry.section), GOES, change.object.oid];
    case "object-created":
      return [ROWS, place(change.entry.section), COMES, change.object.oid];
    case "object-renamed":
    case "object-moved":
    case "owner":
    case "object-attribute":
      return [ROWS, place(change.object.section), COMES, change.object.oid];
    case "acl-form":
    case "acl-unknown":
    case "grant":
      return [GRANTS, place(change.object.section), change.object.oid, change.object.column ?? 0];
    case "default-privilege":
      return [GRANTS, place("defaultPrivileges"), change.after ? COMES : GOES, change.oid];
    case "view-rights":
      return [BESIDE, beside("views"), change.object.oid];
    case "view-rules":
      return [BESIDE, beside("viewRules"), change.object.oid];
    case "sequence-owner":
      return [BESIDE, beside("sequences"), change.object.oid];
    case "row-security":
      return [BESIDE, beside("rowSecurity"), change.object.oid];
    case "other-object":
      return [BESIDE, beside(change.section), change.after ? COMES : GOES, change.oid];
    case "iam":
      return [SECOND_WALL];
    default:
      return change satisfies never;
  }
};

/** By the snapshot that first showed it, then by its place in that snapshot; equal ones stay in their order. */
export const inOrder = (changes: readonly RecordedChange[]): RecordedChange[] =>
  changes
    .map((recorded) => ({ recorded, place: placeOf(recorded.change) }))
    .sort((a, b) => {
      const by = a.recorded.toSeq - b.recorded.toSeq;
      if (by) return by;
      const at = a.place.findIndex((part, i) => part !== b.place[i]);
      return at < 0 ? 0 : (a.place[at] ?? 0) - (b.place[at] ?? 0);
    })
    .map(({ recorded }) => recorded);
