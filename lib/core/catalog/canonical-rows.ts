// Rows as they are stored: identified, sorted and merged as the section's traits say, in whatever order they were read.
import { AuditError } from "../../errors.ts";
import { canonicalIam } from "./canonical-iam.ts";
import { type Acl, type AclEntry, type Catalog, type SectionName, sectionNames } from "./catalog.ts";
import { traitsOf } from "./section-traits.ts";

/** Any row, for code that treats all sections alike. */
export type AnyRow = { readonly [field: string]: unknown; readonly acl?: Acl };

export const hasAcl = (name: SectionName): boolean => traitsOf(name).acl !== null;

const keyParts = (name: SectionName, row: AnyRow): number[] =>
  traitsOf(name).key.map((field) => row[field] as number);

/** "16384" or "16384/16390/10": what the row is, whatever it is called. */
export const rowKey = (name: SectionName, row: AnyRow): string => keyParts(name, row).join("/");

const compareParts = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < a.length; i++) {
    const by = (a[i] ?? 0) - (b[i] ?? 0);
    if (by) return by;
  }
  return 0;
};

const compareEntries = (a: AclEntry, b: AclEntry): number => a.grantee - b.grantee || a.grantor - b.grantor;

/** The letters of both, in the order in which they first stand. */
const union = (a: string, b: string): string => [...new Set([...a, ...b])].join("");

/** Entries sorted and merged by (grantee, grantor), unknown texts sorted. */
export const canonicalAcl = (acl: Acl): Acl => {
  if (!acl) return null;
  const entries: AclEntry[] = [];
  for (const entry of [...acl.entries].sort(compareEntries)) {
    const last = entries.at(-1);
    if (last && compareEntries(last, entry) === 0) {
      entries[entries.length - 1] = {
        ...last,
        privileges: union(last.privileges, entry.privileges),
        grantable: union(last.grantable, entry.grantable),
      };
    } else entries.push(entry);
  }
  return { entries, unknown: [...acl.unknown].sort() };
};

const sameRow = (name: SectionName, a: AnyRow, b: AnyRow): boolean => {
  const told = (row: AnyRow): string => JSON.stringify([traitsOf(name).fields.map((f) => row[f]), row.acl]);
  return told(a) === told(b);
};

/**
 * Rows sorted by their identity, ACLs canonical, exact repeats dropped. AuditError("bad-record") where two different rows claim one identity.
 */
export const canonicalRows = (name: SectionName, rows: readonly AnyRow[]): AnyRow[] => {
  const { onlyWithAcl } = traitsOf(name);
  const sorted = rows
    .filter((row) => !onlyWithAcl || row.acl)
    .map((row) => ({
      parts: keyParts(name, row),
      row: hasAcl(name) ? { ...row, acl: canonicalAcl(row.acl ?? null) } : row,
    }))
    .sort((a, b) => compareParts(a.parts, b.parts));
  const out: AnyRow[] = [];
  let before: readonly number[] | undefined;
  for (const { parts, row } of sorted) {
    const last = out.at(-1);
    if (last && before && compareParts(before, parts) === 0) {
      if (sameRow(name, last, row)) continue;
      throw new AuditError(
        "bad-record",
        `two different rows of ${name} have the identity ${parts.join("/")}`,
      );
    }
    out.push(row);
    before = parts;
  }
  return out;
};

/** The catalog with the rows of every section in canonical form: two readings of one state are then one value. */
export const canonicalCatalog = (catalog: Catalog): Catalog => {
  const sections = Object.fromEntries(
    sectionNames.map((name) => {
      const section = catalog.sections[name];
      if (section.status !== "read") return [name, section];
      return [name, { status: "read", rows: canonicalRows(name, section.rows as readonly AnyRow[]) }];
    }),
  );
  return {
    ...catalog,
    sections: sections as Catalog["sections"],
    ...(catalog.iam && { iam: canonicalIam(catalog.iam) }),
    ...(catalog.peers?.status === "read" && {
      peers: { status: "read" as const, arns: [...new Set(catalog.peers.arns)].sort() },
    }),
  };
};
