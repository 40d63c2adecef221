// Under which roles, objects and names a change is found again.

import type { Oid } from "../base/ids.ts";
import type { Acl } from "../catalog/catalog.ts";
import { otherName } from "../catalog/extras.ts";
import type { Change, ObjectRef } from "./change.ts";

/** The mappings' own timeline: from it their periods are derived. */
export const MAPPINGS = "mappings";
/** The sections' own timeline: what was not known, and when. */
export const SECTIONS = "sections";
/** Everything in IAM: which of it bears on a principal is for its readers to tell. */
export const IAM = "iam";

export const roleSubject = (oid: Oid): string => `role:${oid}`;
/** A column's changes are found under its relation. */
export const objectSubject = ({ section, oid }: Pick<ObjectRef, "section" | "oid">): string =>
  `${section === "columns" ? "relations" : section}:${oid}`;

const granteesOf = (acl: Acl | undefined): Oid[] => (acl?.entries ?? []).map(({ grantee }) => grantee);

/** The roles that a change is about: who gains or loses, never who merely granted it. 0 is PUBLIC. */
const rolesOfChange = (change: Change): Oid[] => {
  switch (change.kind) {
    case "role-created":
    case "role-dropped":
    case "role-renamed":
    case "role-attribute":
    case "mapping":
      return [change.role.oid];
    case "membership":
      return [change.role.oid, change.member.oid];
    case "object-created":
    case "object-dropped":
      return [change.entry.row.owner, ...granteesOf(change.entry.row.acl)];
    case "owner":
      return [change.from.oid, change.to.oid];
    case "grant":
      return [change.grantee.oid];
    case "default-privilege":
      return [change.role.oid, ...granteesOf(change.before?.acl), ...granteesOf(change.after?.acl)];
    case "other-object": {
      const { before, after } = change.owners;
      const owners = before?.oid === after?.oid ? [] : [before, after];
      return [
        ...owners.flatMap((owner) => (owner ? [owner.oid] : [])),
        ...change.grants.map(({ grantee }) => grantee.oid),
      ];
    }
    case "view-rights":
    case "view-rules":
    case "sequence-owner":
    case "row-security":
    case "server-version":
    case "iam":
    case "section-unreadable":
    case "section-readable":
    case "object-renamed":
    case "object-moved":
    case "object-attribute":
    case "acl-form":
    case "acl-unknown":
      return [];
    default:
      return change satisfies never;
  }
};

/** The subjects under whose timelines a change is found. */
export const subjectsOf = (change: Change): string[] => {
  const subjects = new Set(rolesOfChange(change).map(roleSubject));
  if ("object" in change) subjects.add(objectSubject(change.object));
  if (change.kind === "default-privilege" && change.schema.oid) subjects.add(`schemas:${change.schema.oid}`);
  if (change.kind === "other-object") subjects.add(`${change.section}:${change.oid}`);
  if (change.kind === "mapping" || change.kind === "role-renamed") subjects.add(MAPPINGS);
  if (change.kind === "iam") subjects.add(IAM);
  if (change.kind === "section-readable" || change.kind === "section-unreadable") {
    subjects.add(SECTIONS);
    if (change.section === "mappings") subjects.add(MAPPINGS);
  }
  return [...subjects];
};

const narrowAcl = (acl: Acl, keep: ReadonlySet<Oid>): Acl =>
  acl && { ...acl, entries: acl.entries.filter(({ grantee }) => keep.has(grantee)) };

/**
 * The change as one subject's timeline holds it. An object made with 10,000 grantees is found under each of them, but
 * there only with that role's entries; rows of a section first read stay in the list of changes, save the mappings'.
 */
export const changeFor = (subject: string, change: Change): Change => {
  if (change.kind === "section-readable" || change.kind === "section-unreadable") {
    return subject === MAPPINGS ? change : { ...change, first: null };
  }
  if (!subject.startsWith("role:")) return change;
  const keep = new Set([Number(subject.slice("role:".length))]);
  if (change.kind === "object-created" || change.kind === "object-dropped") {
    const { row } = change.entry;
    return {
      ...change,
      entry: { ...change.entry, row: { ...row, acl: narrowAcl(row.acl, keep) } },
      ...(change.roles && { roles: change.roles.filter(({ oid }) => oid === row.owner || keep.has(oid)) }),
    } as Change;
  }
  if (change.kind === "default-privilege" && change.role.oid !== [...keep][0]) {
    const narrow = (state: { acl: Acl } | null) => state && { acl: narrowAcl(state.acl, keep) };
    return { ...change, before: narrow(change.before), after: narrow(change.after) };
  }
  if (change.kind === "other-object") {
    // The grants alone tell this role's part; what the whole ACL is stays with the object.
    const bare = (state: typeof change.before) => state && { ...state, acl: null };
    const grants = change.grants.filter(({ grantee }) => keep.has(grantee.oid));
    return { ...change, before: bare(change.before), after: bare(change.after), grants };
  }
  return change;
};

/** A name that a role or an object bears or bore: those no longer in the newest snapshot are found by it. */
export type Naming = { readonly what: "role" | "object"; readonly name: string; readonly subject: string };

const qualifiedName = ({ schema, name }: Pick<ObjectRef, "schema" | "name">): string =>
  schema === null ? name : `${schema}.${name}`;

export const namingsOf = (change: Change): Naming[] => {
  const role = (name: string, oid: Oid): Naming => ({ what: "role", name, subject: roleSubject(oid) });
  const object = (ref: ObjectRef): Naming => ({
    what: "object",
    name: qualifiedName(ref),
    subject: objectSubject(ref),
  });
  switch (change.kind) {
    case "role-created":
    case "role-dropped":
      return [role(change.row.name, change.role.oid)];
    case "role-renamed":
      return [role(change.from, change.role.oid), role(change.to, change.role.oid)];
    case "object-created":
    case "object-dropped":
      return [object(change.object)];
    case "object-renamed":
      return [object(change.object), object({ ...change.object, name: renamedFrom(change) })];
    case "object-moved":
      return [object(change.object), object({ ...change.object, schema: change.fromName })];
    case "other-object":
      return [change.before, change.after].flatMap((state): Naming[] =>
        state
          ? [
              {
                what: "object",
                name: otherName(change.section, state.name),
                subject: `${change.section}:${change.oid}`,
              },
            ]
          : [],
      );
    default:
      return [];
  }
};

/** The old name in the form in which references show names: a function's with its arguments. */
export const renamedFrom = ({ object, from, to }: { object: ObjectRef; from: string; to: string }): string =>
  object.name.startsWith(to) ? `${from}${object.name.slice(to.length)}` : from;
