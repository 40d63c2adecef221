// What a role is proposed to be for: its grants decide, its name may say it better, and what was not read is unknown.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { isReader } from "../../../lib/core/privileges/archetype.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import {
  archetypeProposals,
  type ConnectsAs,
  type Proposal,
} from "../../../lib/core/privileges/propose-archetype.ts";
import { writeAccess } from "../../../lib/core/privileges/write-access.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";
import { anyCatalog } from "../../support/random-catalogs.ts";
import { anyEstate } from "../../support/random-estates.ts";

const people = { people: 2, programs: 0, untold: 0 };
const programs = { people: 0, programs: 1, untold: 0 };
const nobody = { people: 0, programs: 0, untold: 0 };

const proposalOf = (found: Catalog, name: string, by: ConnectsAs | null): Proposal => {
  const engine = accessEngine(found);
  const id = engine.graph.idOfName.get(name) ?? -1;
  return archetypeProposals(engine, by && (() => by), [id]).get(id) as Proposal;
};

type Rows = Parameters<typeof catalog>[0];
const estate = (name: string, more: Rows = {}, itself: Parameters<typeof role>[2] = {}): Catalog =>
  catalog({
    roles: [role(10, "admin"), role(100, name, itself), role(101, "group")],
    schemas: [publicSchema],
    ...more,
  });
const tables = (...lists: string[]) => ({
  relations: lists.map((list, i) => table(1000 + i, `t${i}`, { acl: acl(list) })),
});

describe("a proposed archetype", () => {
  it.each<[string, Rows, ConnectsAs | null, string | null]>([
    ["x", tables("100=r/10", "100=r/10"), programs, "read-only"],
    ["x", tables("100=arwd/10"), programs, "service"],
    ["x", tables("100=arwd/10"), people, "developer"],
    ["x", tables("100=arwd/10"), nobody, "read-write"],
    ["x", tables("100=arwd/10"), { people: 1, programs: 1, untold: 0 }, "read-write"],
    ["x", tables("100=arwd/10"), null, "read-write"],
    ["orders_app", tables("100=r/10"), programs, "service"],
    ["orders_app", tables("100=arwd/10"), null, "service"],
    ["nightly_backup", tables("100=r/10"), programs, "backup"],
    ["reporting", tables("100=r/10"), programs, "analytics"],
    ["team_developers", tables("100=r/10"), people, "developer"],
    ["migrator", { relations: [table(1000, "t", { owner: 100 })] }, programs, "migration"],
    ["app_owner", { relations: [table(1000, "t", { owner: 100 })] }, nobody, "owner"],
    ["x", { relations: [table(1000, "t", { owner: 100 })] }, programs, "custom"],
    ["x", { relations: [table(1000, "t", { owner: 100 })] }, people, "developer"],
    ["x", { schemas: [{ ...publicSchema, acl: acl("100=UC/10") }] }, programs, "custom"],
    ["x", {}, programs, null],
  ])("of %s with %j, used by %j, is %s", (name, rows, by, expected) => {
    const found = proposalOf(estate(name, rows), name, by);
    expect(found).toMatchObject({ archetype: expected, fits: true, certain: true });
    expect(found.because).toMatch(/^it(s name says)? \S.*[^.]$/);
  });

  it.each<[string, Rows, ConnectsAs, string, RegExp]>([
    [
      "api_readonly",
      tables("100=rw/10"),
      programs,
      "custom",
      /^its name says "readonly", but it may .*write 1 of 1/,
    ],
    ["reporting", tables("100=ra/10"), programs, "custom", /^its name says "reporting", but it may/],
    ["migrator", tables("100=r/10"), programs, "read-only", /^its name says "migrator", but it may read/],
    ["app_owner", tables("100=arwd/10"), programs, "service", /^its name says "owner", but it may/],
    [
      "orders_app",
      tables("100=arwd/10"),
      people,
      "developer",
      /^its name says "app", but .* people connect as it$/,
    ],
    [
      "team_developers",
      tables("100=arwd/10"),
      programs,
      "service",
      /^its name says "developers", but .*programs/,
    ],
  ])(
    "of %s is what the grants show, and says that the name disagrees",
    (name, rows, by, expected, because) => {
      const found = proposalOf(estate(name, rows), name, by);
      expect(found).toMatchObject({ archetype: expected, fits: false });
      expect(found.because).toMatch(because);
    },
  );

  it("counts what comes through memberships and PUBLIC, and what default privileges will give", () => {
    const member = { role: 101, member: 100, grantor: 10, admin: false, inherit: true, set: true };
    const through = estate("x", { ...tables("101=arwd/10"), memberships: [member] });
    expect(proposalOf(through, "x", programs).archetype).toBe("service");
    expect(proposalOf(estate("x", tables("0=a/10")), "x", programs).archetype).toBe("service");
    const future = { oid: 1, role: 10, schema: 0, objectType: "r", acl: acl("100=a/10") };
    const later = estate("x", { ...tables("100=r/10"), defaultPrivileges: [future] } as Rows);
    expect(proposalOf(later, "x", programs).archetype).toBe("service");
  });

  it("is admin for who can become one, however little it was granted", () => {
    const member = { role: 10, member: 100, grantor: 10, admin: false, inherit: false, set: true };
    const found = proposalOf(estate("app_ro", { memberships: [member] }), "app_ro", programs);
    expect(found).toMatchObject({ archetype: "custom", fits: false });
    expect(found.because).toContain("is a member of admin");
    expect(proposalOf(estate("x", { memberships: [member] }), "x", programs).archetype).toBe("admin");
    expect(proposalOf(estate("x", tables("100=r/10"), { createRole: true }), "x", people).archetype).toBe(
      "admin",
    );
  });

  it.each(["roles", "memberships", "schemas", "relations", "columns"] as const)(
    "is none while %s could not be read",
    (section) => {
      const engine = accessEngine(estate("app_ro", { ...tables("100=r/10"), [section]: "unreadable" }));
      const found = archetypeProposals(engine, null, [0]).get(0);
      expect(found).toMatchObject({ archetype: null, certain: false });
      expect(found?.because).toContain(`${section} could not be read`);
    },
  );

  it("says what else was not read, and is not certain then", () => {
    const found = proposalOf(estate("x", { ...tables("100=r/10"), functions: "unreadable" }), "x", programs);
    expect(found).toMatchObject({ archetype: "read-only", certain: false });
    expect(found.because).toContain("it may be able to do more: functions could not be read");
    const list = { ...acl("100=r/10"), unknown: ["x=?/y"] } as NonNullable<ReturnType<typeof acl>>;
    const odd = estate("x", { relations: [table(1000, "t", { acl: list })] });
    expect(proposalOf(odd, "x", programs).certain).toBe(false);
  });

  it("is a reader only of who can write, own and create nothing, in any catalog", () => {
    let readers = 0;
    fc.assert(
      fc.property(
        fc.oneof(anyCatalog, anyEstate),
        fc.constantFrom(people, programs, nobody, null),
        (found, by) => {
          const engine = accessEngine(found);
          const ids = engine.graph.roles.map((_, id) => id);
          for (const [id, { archetype, certain, because }] of archetypeProposals(
            engine,
            by && (() => by),
            ids,
          )) {
            expect(because).not.toBe("");
            if (archetype === null || !isReader(archetype)) continue;
            readers += 1;
            const { superuser, owned, direct, inherited } = writeAccess(engine, id);
            expect([superuser, owned.length, direct.length, inherited.size]).toEqual([false, 0, 0, 0]);
            if (certain) expect(engine.gaps.filter(({ section }) => section !== "mappings")).toEqual([]);
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(readers).toBeGreaterThan(10);
  });
});
