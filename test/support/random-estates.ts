// Random catalogs as estates are: ordinary roles under names that claim something, rightly or not; most of them read.
import fc from "fast-check";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { role } from "./catalogs.ts";
import { anyCatalog } from "./random-catalogs.ts";

const NAMES = [
  "app_ro",
  "reporting",
  "backup_agent",
  "orders_app",
  "migrator",
  "app_owner",
  "developers",
  "dba",
  "x",
];
const OIDS = [10, 100, 101, 102];
const SCHEMAS = [2200, 2201, 2202];

type Row = Readonly<Record<string, unknown>>;
type List = { readonly entries: readonly { readonly privileges: string }[] } | null | undefined;

/** Nobody but the first role owns or creates, and nothing can be passed on; `reading`: nobody writes either. */
const tamed = (section: string, row: Row, reading: boolean): Row => {
  if (section === "memberships") return { ...row, admin: false };
  const list = row.acl as List;
  const owner = row.owner !== undefined ? { owner: 10 } : {};
  if (!list) return { ...row, ...owner };
  const entries = list.entries.map((entry, n) => {
    const writes = section === "relations" && !reading && n % 2 === 0;
    return {
      ...entry,
      privileges: writes ? entry.privileges : entry.privileges.replaceAll(/[^rUX]/g, ""),
      grantable: "",
    };
  });
  return { ...row, ...owner, acl: { entries, unknown: [] } };
};

/** Four ordinary roles and three schemas are always there, where they were read. */
export const anyEstate: fc.Arbitrary<Catalog> = fc
  .tuple(
    anyCatalog,
    fc.array(fc.constantFrom(...NAMES), { minLength: 4, maxLength: 4 }),
    fc.constantFrom("wild", "mixed", "reading"),
    fc.boolean(),
  )
  .map(([made, names, kind, isWhole]): Catalog => {
    const isTame = kind !== "wild";
    const roles = OIDS.map((oid, i) =>
      role(oid, `${names[i]}${oid}`, { createRole: !isTame && i % 2 === 0 }),
    );
    const sections = Object.fromEntries(
      Object.entries(made.sections).map(([name, section]) => {
        if (section.status === "unreadable" && !isWhole) return [name, section];
        const found = section.status === "read" ? (section.rows as readonly Row[]) : [];
        const named =
          name === "schemas"
            ? SCHEMAS.map((oid) => ({
                acl: null,
                owner: 10,
                ...found.find((row) => row.oid === oid),
                oid,
                name: `s${oid}`,
              }))
            : found;
        const rows =
          name === "roles"
            ? roles
            : isTame
              ? named.map((row) => tamed(name, row, kind === "reading"))
              : named;
        return [name, { status: "read", rows }];
      }),
    );
    return { ...made, sections } as unknown as Catalog;
  });
