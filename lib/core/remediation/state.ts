// A cluster's access while statements are thought through: a catalog that is replaced, never changed, and who runs them.
import { ADMIN } from "../activity/admin-logins.ts";
import { type Oid, PUBLIC } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { builtInAcl } from "../catalog/built-in-acl.ts";
import type { AnyRow } from "../catalog/canonical-rows.ts";
import { type Acl, type Catalog, isDsql, type RowOf, rowsOf, type SectionName } from "../catalog/catalog.ts";
import type { ObjectSection } from "../catalog/object-section.ts";
import { privilegeBit } from "../catalog/privileges.ts";
import { type RoleGraph, reachable, roleGraph } from "../privileges/effective-graph.ts";
import { type AccessObject, sectionOf } from "../privileges/effective-objects.ts";
import { type AclContext, type AclItem, aclOfItems, itemsOf } from "./acl-change.ts";

/** Where an object's row stands; `number` is a column's, else 0. */
export type ObjectRef = { readonly section: ObjectSection; readonly oid: Oid; readonly number: number };

export const refOf = ({
  kind,
  oid,
  columnNumber,
}: Pick<AccessObject, "kind" | "oid" | "columnNumber">): ObjectRef => ({
  section: sectionOf(kind) as ObjectSection,
  oid,
  number: columnNumber,
});

export type State = {
  readonly catalog: Catalog;
  /** Who logged in: a superuser, or on Aurora DSQL the role `admin` by its OID. */
  readonly login: Oid | "superuser";
  /** What SET ROLE made of it; null: nothing. */
  readonly role: Oid | null;
};

/** The state that a script begins with; undefined: nobody could run one, as the snapshot has no `admin`. */
export const stateOf = (catalog: Catalog): State | undefined => {
  const login = isDsql(catalog)
    ? rowsOf(catalog, "roles").find(({ name }) => name === ADMIN)?.oid
    : "superuser";
  return login === undefined ? undefined : { catalog, login, role: null };
};

/** The catalog with other rows in one section; an unreadable section stays as it is. */
export const withRows = <N extends SectionName>(
  catalog: Catalog,
  name: N,
  rows: readonly RowOf<N>[],
): Catalog =>
  catalog.sections[name].status === "read"
    ? {
        ...catalog,
        sections: { ...catalog.sections, [name]: { status: "read", rows } } as Catalog["sections"],
      }
    : catalog;

/** The rows of a section whatever they are. */
const anyRows = (catalog: Catalog, section: SectionName): readonly AnyRow[] =>
  rowsOf(catalog, section) as readonly AnyRow[];

/** A number is below 2^16, an OID below 2^32. */
const placeKey = (oid: number, number: number): number => oid * 65_536 + number;
type Places = ReadonlyMap<number, number>;
const placesSeen = new WeakMap<readonly AnyRow[], Places>();

/** Where each row of a section stands among its rows: scripts ask for thousands of them. */
const placesOf = (section: ObjectSection, rows: readonly AnyRow[]): Places => {
  const known = placesSeen.get(rows);
  if (known) return known;
  const isColumn = section === "columns";
  const keyOf = ({ oid, relation, number }: AnyRow): number =>
    isColumn ? placeKey(relation as Oid, number as number) : placeKey(oid as Oid, 0);
  const places = new Map(rows.map((row, place) => [keyOf(row), place]));
  placesSeen.set(rows, places);
  return places;
};

const placeOf = (section: ObjectSection, rows: readonly AnyRow[], ref: ObjectRef): number | undefined =>
  placesOf(section, rows).get(placeKey(ref.oid, section === "columns" ? ref.number : 0));

/** The rows with another one in its place, where all the others stand as before. */
const replaced = (section: ObjectSection, rows: readonly AnyRow[], place: number, row: AnyRow) => {
  const changed = rows.with(place, row);
  placesSeen.set(changed, placesOf(section, rows));
  return changed;
};

export const rowOf = (catalog: Catalog, ref: ObjectRef): AnyRow | undefined => {
  const rows = anyRows(catalog, ref.section);
  return rows[placeOf(ref.section, rows, ref) ?? -1];
};

/** Of a column its relation's; undefined: the row is not there. */
export const ownerOf = (catalog: Catalog, ref: ObjectRef): Oid | undefined =>
  rowOf(catalog, ref.section === "columns" ? { ...ref, section: "relations", number: 0 } : ref)?.owner as
    | Oid
    | undefined;

/** The object's ACL written out: what null stands for, and nothing for a column that has none. */
export const itemsAt = (catalog: Catalog, ref: ObjectRef): readonly AclItem[] => {
  const row = rowOf(catalog, ref);
  if (ref.section === "columns" || !row) return itemsOf(row?.acl ?? null);
  return itemsOf(row.acl ?? builtInAcl(ref.section, row, catalog.serverVersion));
};

/** The object with another ACL. A column that has none left is no row any more; `name` is of one that had none. */
export const withItems = (
  catalog: Catalog,
  ref: ObjectRef,
  items: readonly AclItem[],
  name = "",
): Catalog => {
  const { section, oid, number } = ref;
  const rows = anyRows(catalog, section);
  const place = placeOf(section, rows, ref);
  const row = rows[place ?? -1];
  const kept = row?.acl?.unknown ?? [];
  const acl: Acl = aclOfItems(items, kept);
  const isEmpty = section === "columns" && acl.entries.length === 0 && kept.length === 0;
  if (place === undefined || !row)
    return section === "columns" && !isEmpty
      ? withRows(catalog, "columns", [...rowsOf(catalog, "columns"), { relation: oid, number, name, acl }])
      : catalog;
  const changed = isEmpty ? rows.toSpliced(place, 1) : replaced(section, rows, place, { ...row, acl });
  return withRows(catalog, section, changed as never[]);
};

/** The row with other fields. */
export const withFields = (catalog: Catalog, ref: ObjectRef, fields: AnyRow): Catalog => {
  const { section } = ref;
  const rows = anyRows(catalog, section);
  const place = placeOf(section, rows, ref);
  const row = rows[place ?? -1];
  if (place === undefined || !row) return catalog;
  return withRows(catalog, section, replaced(section, rows, place, { ...row, ...fields }) as never[]);
};

type Graphed = { readonly sections: readonly unknown[]; readonly graph: RoleGraph };
const graphs = new WeakMap<object, Graphed>();

/** The roles as a graph, made again only where one of its three sections is another: most statements change none. */
export const graphOf = (catalog: Catalog): RoleGraph => {
  const { memberships, roles, database } = catalog.sections;
  const known = graphs.get(memberships);
  if (known?.sections[0] === roles && known.sections[1] === database) return known.graph;
  const graph = roleGraph(catalog);
  graphs.set(memberships, { sections: [roles, database], graph });
  return graph;
};

/** The role and all whose privileges it has, nearest first. */
export const privilegesOf = (catalog: Catalog, role: Oid): readonly Oid[] => {
  const graph = graphOf(catalog);
  const id = graph.idOf.get(role);
  if (id === undefined) return [role];
  return reachable(graph.inherit, id).flatMap((one) => graph.roles[one]?.oid ?? []);
};

/** Whether the role has CREATE on the schema, of its own, by a role or by PUBLIC; true as well where the schema is no row here. */
export const mayCreateIn = (catalog: Catalog, schema: Oid, role: Oid): boolean => {
  const ref = { section: "schemas", oid: schema, number: 0 } as const;
  if (!rowOf(catalog, ref)) return true;
  const roles = privilegesOf(catalog, role);
  const create = privilegeBit("CREATE");
  return itemsAt(catalog, ref).some(
    ({ grantee, mask }) => (grantee === PUBLIC || roles.includes(grantee)) && mask & create,
  );
};

/** What an ACL's rules ask of the roles. */
export const aclContext = (catalog: Catalog, owner: Oid): AclContext => {
  const graph = graphOf(catalog);
  const reach = lazily((role: Oid) => new Set(privilegesOf(catalog, role)));
  return {
    owner,
    hasPrivilegesOf: (role, of) =>
      role === of || graph.roles[graph.idOf.get(role) ?? -1]?.superuser === true || reach(role).has(of),
  };
};

/** Whose rights a statement is run with. */
export const runsAs = ({ catalog, login, role }: State): Oid | "superuser" => {
  const acting = role ?? login;
  if (acting === "superuser") return acting;
  const graph = graphOf(catalog);
  return graph.roles[graph.idOf.get(acting) ?? -1]?.superuser ? "superuser" : acting;
};
