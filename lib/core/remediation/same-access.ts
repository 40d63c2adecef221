// Whether two catalogs of one cluster say the same of access: PostgreSQL cannot make a written list null again.
import { builtInAcl } from "../catalog/built-in-acl.ts";
import { type AnyRow, canonicalRows } from "../catalog/canonical-rows.ts";
import { type Catalog, type SectionName, sectionNames } from "../catalog/catalog.ts";
import { ObjectSection } from "../catalog/object-section.ts";

const isObject = (name: SectionName): name is ObjectSection =>
  ObjectSection.options.includes(name as ObjectSection) && name !== "columns";

/** Rows that are known by what they link; their OID is a number that is another each time they are made. */
const links: Readonly<
  Partial<Record<SectionName, { readonly oid: string; readonly by: readonly string[] }>>
> = {
  defaultPrivileges: { oid: "oid", by: ["role", "schema", "objectType"] },
  mappings: { oid: "iamOid", by: ["role", "arn"] },
};

const numbered = (name: SectionName, rows: readonly AnyRow[]): readonly AnyRow[] => {
  const link = links[name];
  if (!link) return rows;
  const key = (row: AnyRow): string => JSON.stringify(link.by.map((field) => row[field]));
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }, i) => ({ ...row, [link.oid]: i + 1 }));
};

const writtenRows = (catalog: Catalog, name: SectionName, rows: readonly AnyRow[]): AnyRow[] =>
  canonicalRows(
    name,
    numbered(name, rows).map((row) =>
      isObject(name) && !row.acl ? { ...row, acl: builtInAcl(name, row, catalog.serverVersion) } : row,
    ),
  );

/**
 * The catalog in canonical order with every ACL written out: what null stands for stands there. Default privileges and
 * mappings are numbered by what they link, as the server gives them another OID each time they are made.
 */
export const writtenOut = (catalog: Catalog): Catalog => {
  const sections = sectionNames.map((name) => {
    const section = catalog.sections[name];
    return [
      name,
      section.status === "read"
        ? { status: "read", rows: writtenRows(catalog, name, section.rows as readonly AnyRow[]) }
        : section,
    ];
  });
  return { ...catalog, sections: Object.fromEntries(sections) as Catalog["sections"] };
};

const told = (catalog: Catalog, name: SectionName): string => {
  const section = catalog.sections[name];
  return JSON.stringify(
    section.status === "read" ? writtenRows(catalog, name, section.rows as readonly AnyRow[]) : section,
  );
};

/** The same rows in every section, whatever their order; extras are no section, and no statement here changes them. */
export const sameAccess = (a: Catalog, b: Catalog): boolean =>
  sectionNames.every((name) => a.sections[name] === b.sections[name] || told(a, name) === told(b, name));
