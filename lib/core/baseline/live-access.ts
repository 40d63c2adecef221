// What a catalog allows, entry by entry: attributes, memberships, mappings, grants, ownership, default privileges.
// Entries and not effective privileges, so that one GRANT is one piece of access, whoever else has it by other ways.
import { type Oid, PUBLIC } from "../base/ids.ts";
import { builtInAcl } from "../catalog/built-in-acl.ts";
import {
  type Acl,
  type AclEntry,
  type Catalog,
  isDsql,
  type Role,
  rowsOf,
  type SectionName,
  sectionNames,
} from "../catalog/catalog.ts";
import { defaultAcl, kindMask, letterBit, privilegeNames } from "../catalog/privileges.ts";
import { isSystemSchema } from "../privileges/effective-objects.ts";
import { type Access, access, type ObjectClass, objectKey } from "./access.ts";
import { OWNER } from "./owner.ts";

/** Something that could not be read; `object` where it is of one object alone. */
export type Unread = {
  readonly section: SectionName;
  readonly reason: string;
  readonly object?: Pick<Access, "kind" | "schema" | "object" | "column">;
};

export type LiveAccess = {
  readonly accesses: readonly Access[];
  /** What PostgreSQL gives to PUBLIC by itself on these very objects, revoked or not. */
  readonly builtIn: readonly Access[];
  readonly unread: readonly Unread[];
  /** The roles there are, those left out included; null: they could not be read. */
  readonly roles: ReadonlySet<string> | null;
  /** Whose access is not looked at: the server's own roles and the administrator. */
  readonly leftOut: ReadonlySet<string>;
  /** Every object that privileges can be on, with its owner's name where it is known, by objectKey. */
  readonly objects: ReadonlyMap<
    string,
    Pick<Access, "kind" | "schema" | "object"> & { readonly owner: string | null }
  >;
};

const BOOTSTRAP_OID = 10;
export const DSQL_ADMIN = "admin";

/** The server's own roles, its first superuser, and DSQL's administrator: theirs is not access that anybody declares. */
const isLeftOut = (catalog: Catalog, { oid, name }: Role): boolean =>
  oid === BOOTSTRAP_OID || name.startsWith("pg_") || (name === DSQL_ADMIN && isDsql(catalog));

const attributesOf = (role: Role): string[] => [
  ...(role.canLogin ? ["LOGIN"] : []),
  ...(role.superuser ? ["SUPERUSER"] : []),
  ...(role.createRole ? ["CREATEROLE"] : []),
  ...(role.createDb ? ["CREATEDB"] : []),
  ...(role.replication ? ["REPLICATION"] : []),
  ...(role.bypassRls ? ["BYPASSRLS"] : []),
];

type Place = Pick<Access, "kind" | "schema" | "object"> & Partial<Pick<Access, "column" | "createdBy">>;

/** What is gathered while a catalog is walked through. */
type Gathered = {
  readonly accesses: Access[];
  readonly builtIn: Access[];
  readonly unread: Unread[];
  readonly objects: Map<string, Place & { owner: string | null }>;
  readonly roleName: ReadonlyMap<Oid, string>;
  readonly leftOut: ReadonlySet<string>;
};

/** What a letter means on another kind of object, it does not mean here: the server ignores it as well. */
const entriesOf = (
  what: "privilege" | "future",
  role: string | null,
  place: Place,
  entry: AclEntry,
): Access[] =>
  [...entry.privileges].flatMap((letter) =>
    privilegeNames(letterBit(letter) & kindMask(place.kind ?? "table", 0xffff_ffff)).map((privilege) =>
      access({
        what,
        role,
        ...place,
        privilege,
        options: entry.grantable.includes(letter) ? ["GRANT OPTION"] : [],
      }),
    ),
  );

/**
 * Adds the entries of one ACL. The owner's own are not looked at: what is his he can take and give back. An entry whose
 * grantee nobody knows, and a text that could not be read, leave the object unread.
 */
const addEntries = (
  gathered: Gathered,
  what: "privilege" | "future",
  section: SectionName,
  place: Place,
  owner: Oid,
  acl: NonNullable<Acl>,
): void => {
  const { accesses, unread, roleName, leftOut } = gathered;
  const inSystem = isSystemSchema(place.schema);
  const unreadable = [...acl.unknown];
  for (const entry of acl.entries) {
    const role = entry.grantee === PUBLIC ? null : roleName.get(entry.grantee);
    if (role === undefined)
      unreadable.push(`an entry of a role with OID ${entry.grantee}, which is not known`);
    else if (entry.grantee === owner) continue;
    // What PUBLIC may do with the server's own objects comes with the server.
    else if (role === null ? !inSystem : !leftOut.has(role))
      accesses.push(...entriesOf(what, role, place, entry));
  }
  if (unreadable.length) {
    unread.push({
      section,
      reason: `an entry of the access control list could not be read: ${unreadable.join(", ")}`,
      ...(what === "privilege" && {
        object: {
          kind: place.kind,
          schema: place.schema,
          object: place.object,
          column: place.column ?? null,
        },
      }),
    });
  }
};

type Owned = { readonly owner: Oid; readonly acl: Acl };

const addObject = (
  gathered: Gathered,
  section: "database" | "schemas" | "relations" | "functions" | "types",
  place: Place,
  row: Owned & Record<string, unknown>,
  serverVersion: number,
): void => {
  const { accesses, builtIn, objects, roleName, leftOut } = gathered;
  const owner = roleName.get(row.owner) ?? null;
  objects.set(objectKey(place), { ...place, owner });
  const inSystem = isSystemSchema(place.schema);
  const given = builtInAcl(section, row as never, serverVersion);
  if (!inSystem) {
    for (const entry of given.entries)
      if (entry.grantee === PUBLIC) builtIn.push(...entriesOf("privilege", null, place, entry));
    if (owner !== null && !leftOut.has(owner))
      accesses.push(access({ what: "privilege", role: owner, ...place, privilege: OWNER }));
  }
  addEntries(gathered, "privilege", section, place, row.owner, row.acl ?? given);
};

const classOf = (kind: string): ObjectClass => (kind === "S" ? "sequence" : "table");

const addObjects = (gathered: Gathered, catalog: Catalog): void => {
  const { serverVersion } = catalog;
  const schemaName = new Map(rowsOf(catalog, "schemas").map(({ oid, name }) => [oid, name]));
  const schemasRead = catalog.sections.schemas.status === "read";
  /** The place of an object; undefined where nobody knows its schema. */
  const placeIn = (
    section: SectionName,
    kind: ObjectClass,
    schema: Oid,
    object: string,
  ): Place | undefined => {
    const name = schemaName.get(schema);
    if (name !== undefined) return { kind, schema: name, object };
    if (schemasRead)
      gathered.unread.push({
        section,
        reason: `its schema, OID ${schema}, is not known`,
        object: { kind, schema: null, object, column: null },
      });
    return undefined;
  };
  for (const row of rowsOf(catalog, "database"))
    addObject(gathered, "database", { kind: "database", schema: null, object: null }, row, serverVersion);
  for (const row of rowsOf(catalog, "schemas"))
    addObject(gathered, "schemas", { kind: "schema", schema: row.name, object: null }, row, serverVersion);
  const relations = new Map(rowsOf(catalog, "relations").map((row) => [row.oid, row]));
  for (const row of relations.values()) {
    const place = placeIn("relations", classOf(row.kind), row.schema, row.name);
    if (place) addObject(gathered, "relations", place, row, serverVersion);
  }
  for (const { relation, name, acl } of rowsOf(catalog, "columns")) {
    const table = relations.get(relation);
    const schema = table && schemaName.get(table.schema);
    if (!table || schema === undefined || acl === null) continue;
    const place = { kind: "column" as const, schema, object: table.name, column: name };
    addEntries(gathered, "privilege", "columns", place, table.owner, acl);
  }
  for (const row of rowsOf(catalog, "functions")) {
    const place = placeIn("functions", "function", row.schema, `${row.name}(${row.identityArguments})`);
    if (place) addObject(gathered, "functions", place, row, serverVersion);
  }
  for (const row of rowsOf(catalog, "types")) {
    const place = placeIn("types", "type", row.schema, row.name);
    if (place) addObject(gathered, "types", place, row, serverVersion);
  }
};

const futureClasses: Readonly<Record<string, Exclude<ObjectClass, "database" | "column">>> = {
  r: "table",
  S: "sequence",
  f: "function",
  T: "type",
  n: "schema",
};

const addFuture = (gathered: Gathered, catalog: Catalog): void => {
  if (catalog.sections.defaultPrivileges.status === "unreadable") return;
  const schemaName = new Map(rowsOf(catalog, "schemas").map(({ oid, name }) => [oid, name]));
  const replaced = new Set<string>();
  for (const { role, schema, objectType, acl } of rowsOf(catalog, "defaultPrivileges")) {
    const createdBy = gathered.roleName.get(role);
    const kind = futureClasses[objectType];
    const within = schema === 0 ? null : schemaName.get(schema);
    if (createdBy === undefined || kind === undefined || within === undefined) {
      gathered.unread.push({
        section: "defaultPrivileges",
        reason: `default privileges of the role with OID ${role} in the schema with OID ${schema}, type ${objectType}: not known what they are of`,
      });
      continue;
    }
    if (schema === 0) replaced.add(`${role} ${objectType}`);
    const place = { kind, schema: within, object: null, createdBy };
    addEntries(gathered, "future", "defaultPrivileges", place, role, acl ?? { entries: [], unknown: [] });
  }
  // Where a role has set nothing for all schemas, the built-in default holds: it may be revoked one day.
  for (const [oid, createdBy] of gathered.roleName) {
    for (const objectType of ["f", "T"] as const) {
      const kind = futureClasses[objectType] as "function" | "type";
      const { everyone } = defaultAcl(kind, catalog.serverVersion || 160_000);
      const given = privilegeNames(everyone).map((privilege) =>
        access({ what: "future", role: null, kind, createdBy, privilege }),
      );
      gathered.builtIn.push(...given);
      if (!replaced.has(`${oid} ${objectType}`)) gathered.accesses.push(...given);
    }
  }
};

const addRoles = (gathered: Gathered, catalog: Catalog): void => {
  const { accesses, roleName, leftOut, unread } = gathered;
  for (const role of rowsOf(catalog, "roles")) {
    if (leftOut.has(role.name)) continue;
    for (const privilege of attributesOf(role))
      accesses.push(access({ what: "attribute", role: role.name, privilege }));
  }
  for (const { role, member, admin, inherit, set } of rowsOf(catalog, "memberships")) {
    const [joined, joins] = [roleName.get(role), roleName.get(member)];
    if (joined === undefined || joins === undefined) {
      unread.push({
        section: "memberships",
        reason: `a membership of OID ${member} in OID ${role}: one of these roles is not known`,
      });
      continue;
    }
    if (leftOut.has(joins)) continue;
    // Servers before 16 have no such options: membership is inherited and can be switched to.
    const options = [
      ...(admin ? ["ADMIN OPTION"] : []),
      ...(inherit === false ? [] : ["INHERIT OPTION"]),
      ...(set === false ? [] : ["SET OPTION"]),
    ];
    accesses.push(access({ what: "membership", role: joins, object: joined, privilege: "MEMBER", options }));
  }
};

/** The access that a catalog shows. What could not be read is in `unread`, and nothing is concluded from its absence. */
export const liveAccess = (catalog: Catalog): LiveAccess => {
  const { sections } = catalog;
  const unread: Unread[] = sectionNames.flatMap((section) => {
    const found = sections[section];
    return found.status === "unreadable" ? [{ section, reason: found.reason }] : [];
  });
  const roles = rowsOf(catalog, "roles");
  const gathered: Gathered = {
    accesses: [],
    builtIn: [],
    unread,
    objects: new Map(),
    roleName: new Map(roles.map(({ oid, name }) => [oid, name])),
    leftOut: new Set(roles.filter((role) => isLeftOut(catalog, role)).map(({ name }) => name)),
  };
  for (const { arn, role, roleName } of rowsOf(catalog, "mappings")) {
    const name = gathered.roleName.get(role) ?? roleName;
    gathered.accesses.push(access({ what: "mapping", role: name, principal: arn, privilege: "" }));
  }
  // Without the roles nobody can be named, neither as a grantee nor as an owner.
  const rolesRead = sections.roles.status === "read";
  if (rolesRead) {
    addRoles(gathered, catalog);
    addObjects(gathered, catalog);
    addFuture(gathered, catalog);
  }
  const { accesses, builtIn, objects, leftOut } = gathered;
  const names = rolesRead ? new Set(roles.map(({ name }) => name)) : null;
  return { accesses, builtIn, unread, roles: names, leftOut, objects };
};
