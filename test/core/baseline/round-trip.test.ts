// A baseline made of a catalog declares all of it and nothing more; one change afterwards is one row.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baselineOf } from "../../../lib/core/baseline/baseline-of.ts";
import { baselineText } from "../../../lib/core/baseline/baseline-text.ts";
import { type DriftRow, driftOf } from "../../../lib/core/baseline/drift.ts";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import { type Catalog, type RowOf, rowsOf, type SectionName } from "../../../lib/core/catalog/catalog.ts";
import { databaseRole, membership } from "../../../lib/core/findings/example-catalog.ts";
import { anyCatalog } from "../../support/random-catalogs.ts";

const AT = Date.UTC(2026, 5, 1);
const throughFile = (catalog: Catalog) => parseBaseline(baselineText(baselineOf(catalog)), "access.yml");
const known = (rows: readonly DriftRow[]): DriftRow[] => rows.filter(({ kind }) => kind !== "unknown");

const replace = <N extends SectionName>(catalog: Catalog, name: N, rows: readonly RowOf<N>[]): Catalog => ({
  ...catalog,
  sections: { ...catalog.sections, [name]: { status: "read", rows } },
});

type Named = { readonly oid?: number; readonly name: string };

/** As PostgreSQL keeps them: no two of the same name, in schemas and of roles that there are. */
const possible = (catalog: Catalog): Catalog => {
  let next = catalog;
  for (const name of ["roles", "schemas", "relations", "functions", "types", "columns"] as const) {
    const rows = rowsOf(catalog, name) as readonly Named[];
    if (catalog.sections[name].status === "unreadable") continue;
    next = replace(
      next,
      name,
      rows.map((row, i) => ({ ...row, name: `${row.name}${row.oid ?? i}` })) as never,
    );
  }
  return next;
};

/** The same with everything read, and all roles and schemas there. */
const whole = (catalog: Catalog): Catalog => {
  const withRows = (Object.keys(catalog.sections) as SectionName[]).reduce(
    (next, name) => replace(next, name, rowsOf(catalog, name) as never),
    catalog,
  );
  const known = possible(withRows);
  const fill = <T extends { oid: number }>(
    rows: readonly T[],
    oids: number[],
    make: (oid: number) => T,
  ): T[] => oids.map((oid) => rows.find((row) => row.oid === oid) ?? make(oid));
  const noUnknown = <T extends { readonly acl?: unknown }>(rows: readonly T[]): T[] =>
    rows.map((row) => (row.acl ? ({ ...row, acl: { ...(row.acl as object), unknown: [] } } as T) : row));
  let next = replace(
    known,
    "roles",
    fill(rowsOf(known, "roles"), [10, 100, 101, 102], (oid) => databaseRole(oid, `role ${oid}`)),
  );
  next = replace(
    next,
    "schemas",
    fill(rowsOf(known, "schemas"), [2200, 2201, 2202], (oid) => ({
      oid,
      name: `s${oid}`,
      owner: 10,
      acl: null,
    })),
  );
  for (const name of [
    "schemas",
    "relations",
    "columns",
    "functions",
    "types",
    "defaultPrivileges",
    "database",
  ] as const)
    next = replace(next, name, noUnknown(rowsOf(next, name) as never) as never);
  return next;
};

/** A mapping's row bears the name of its role. */
const rightlyNamed = (catalog: Catalog): Catalog => {
  if (catalog.sections.mappings.status === "unreadable") return catalog;
  const names = new Map(rowsOf(catalog, "roles").map(({ oid, name }) => [oid, name]));
  const rows = rowsOf(catalog, "mappings").map((row) => ({
    ...row,
    roleName: names.get(row.role) ?? row.roleName,
  }));
  return replace(catalog, "mappings", rows);
};

describe("a baseline made of a catalog", () => {
  it("is the same after writing and reading the file", () => {
    fc.assert(
      fc.property(anyCatalog, (catalog) => {
        const baseline = baselineOf(catalog);
        expect(parseBaseline(baselineText(baseline), "access.yml")).toEqual(baseline);
      }),
    );
  });

  it("leaves no drift, whatever the catalog", () => {
    fc.assert(
      fc.property(anyCatalog, (catalog) => {
        expect(known(driftOf(throughFile(catalog), catalog, AT))).toEqual([]);
      }),
    );
  });

  it("says of each section that was not read that it is not known", () => {
    fc.assert(
      fc.property(anyCatalog, (catalog) => {
        const unread = Object.entries(catalog.sections).flatMap(([name, { status }]) =>
          status === "unreadable" ? [name] : [],
        );
        const said = new Set(
          driftOf(throughFile(catalog), catalog, AT).map(({ section }) => section as string),
        );
        for (const name of unread) expect(said).toContain(name);
      }),
    );
  });

  it("never calls missing what a later look cannot read", () => {
    fc.assert(
      fc.property(
        anyCatalog.map(rightlyNamed),
        fc.subarray(
          ["relations", "functions", "mappings", "roles", "schemas", "memberships"] as SectionName[],
          { minLength: 1 },
        ),
        (catalog, lost) => {
          const gone = { status: "unreadable", reason: "denied", code: null };
          const sections = Object.fromEntries(lost.map((name) => [name, gone]));
          const later = { ...catalog, sections: { ...catalog.sections, ...sections } } as Catalog;
          const rows = driftOf(throughFile(catalog), later, AT);
          expect(known(rows)).toEqual([]);
          for (const name of lost) expect(rows.map(({ section }) => section)).toContain(name);
        },
      ),
    );
  });

  it("shows one grant, one revoke, one membership or one mapping more or less as one row", () => {
    let changed = 0;
    fc.assert(
      fc.property(anyCatalog.map(whole), fc.nat(), fc.nat(), (catalog, pick, other) => {
        const before = throughFile(catalog);
        expect(driftOf(before, catalog, AT)).toEqual([]);
        const change = oneChange(catalog, pick, other);
        if (!change) return;
        changed += 1;
        const rows = driftOf(before, change.catalog, AT);
        expect(rows, JSON.stringify(change.says)).toHaveLength(1);
        expect(rows[0]).toMatchObject(change.row);
      }),
      { numRuns: 150 },
    );
    expect(changed).toBeGreaterThan(10);
  });
});

type Change = { readonly catalog: Catalog; readonly row: Partial<DriftRow>; readonly says: unknown };
const ROLES = [100, 101, 102];

/** A change that a GRANT or a REVOKE would make; undefined where it would make none. */
const oneChange = (catalog: Catalog, pick: number, other: number): Change | undefined => {
  const grantee = ROLES[other % 3] ?? 100;
  const role = rowsOf(catalog, "roles").find(({ oid }) => oid === grantee)?.name ?? "";
  switch (pick % 4) {
    case 0: {
      const rows = rowsOf(catalog, "mappings");
      const arn = `arn:aws:iam::1:role/new${other}`;
      const row = { iamOid: 900, arn, role: grantee, roleName: role, grantor: 10 };
      return {
        catalog: replace(catalog, "mappings", [...rows, row]),
        row: { kind: "undeclared", principal: arn, role, component: role, privilege: null },
        says: row,
      };
    }
    case 1: {
      const rows = rowsOf(catalog, "memberships");
      const [joined = 100] = ROLES.filter(
        (oid) => oid !== grantee && !rows.some((m) => m.role === oid && m.member === grantee),
      );
      if (rows.some((m) => m.role === joined && m.member === grantee)) {
        return {
          catalog: replace(
            catalog,
            "memberships",
            rows.filter((m) => m.role !== joined || m.member !== grantee),
          ),
          row: { kind: "missing", role, privilege: "MEMBER" },
          says: joined,
        };
      }
      const row = membership(joined, grantee);
      return {
        catalog: replace(catalog, "memberships", [...rows, row]),
        row: { kind: "undeclared", role, privilege: "MEMBER" },
        says: row,
      };
    }
    default:
      return grantOrRevoke(catalog, grantee, role, other, pick % 4 === 3);
  }
};

const grantOrRevoke = (
  catalog: Catalog,
  grantee: number,
  role: string,
  other: number,
  revoke: boolean,
): Change | undefined => {
  const rows = rowsOf(catalog, "relations");
  const at = other % Math.max(1, rows.length);
  const table = rows[at];
  if (!table || table.owner === grantee) return undefined;
  const acl = table.acl ?? { entries: [], unknown: [] };
  const has = (letter: string): boolean =>
    acl.entries.some((entry) => entry.grantee === grantee && entry.privileges.includes(letter));
  const letter = [...(table.kind === "S" ? "rw" : "arw")].find((one) => has(one) === revoke);
  if (letter === undefined) return undefined;
  const without = (text: string): string => text.replaceAll(letter, "");
  const entries = revoke
    ? acl.entries.map((entry) =>
        entry.grantee === grantee
          ? { ...entry, privileges: without(entry.privileges), grantable: without(entry.grantable) }
          : entry,
      )
    : [...acl.entries, { grantee, grantor: table.owner, privileges: letter, grantable: "" }];
  const columns = rowsOf(catalog, "columns").some((column) => column.relation === table.oid);
  const future = rowsOf(catalog, "defaultPrivileges").length > 0;
  // Declared default privileges, and a column of the same, may make a grant another thing.
  if (!revoke && (columns || future)) return undefined;
  const relations = rows.map((row, i) =>
    i === at ? { ...row, acl: { entries, unknown: acl.unknown } } : row,
  );
  return {
    catalog: replace(catalog, "relations", relations),
    row: { kind: revoke ? "missing" : "undeclared", role },
    says: { table, letter, revoke },
  };
};
