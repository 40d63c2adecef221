import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { Privilege } from "../../lib/core/catalog/privileges.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { heldHistory, type ObjectBearers } from "../../lib/queries/held-history.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { acl, cluster, estate, role, table } from "../support/catalogs.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 2, 1, 2);
const roles = [role(10, "admin"), role(100, "app_ro"), role(101, "app_rw"), role(102, "team")];
const member = (of: number, who: number, inherit = true) => ({
  role: of,
  member: who,
  grantor: 10,
  admin: false,
  inherit,
  set: true,
});
const orders = (...items: string[]) => table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) });

/** Role 100's SELECT on orders, or on one of its columns, over snapshots an hour apart. */
const stretches = async (
  catalogs: readonly Catalog[],
  privilege: Privilege,
  columns: ObjectBearers["columns"] = [],
  who = "role:100",
) => {
  const store = createSnapshotStore(await tables.fresh(), { now: () => T });
  for (const [n, catalog] of catalogs.entries()) await store.save(cluster, catalog, T + n * HOUR);
  return heldHistory(store, {
    cluster,
    role: { subjects: [who], names: ["app_ro"] },
    object: { subjects: ["relations:1000"], names: ["public.orders"], columns },
    privilege,
  });
};

const held = async (catalogs: readonly Catalog[], privilege: Privilege = "SELECT") => {
  const periods = await stretches(catalogs, privilege);
  return periods.map(({ holds, after, seq, by }) => ({
    holds,
    after,
    seq,
    by: by.map(({ change }) => change.kind),
  }));
};

describe("heldHistory", () => {
  it("does not name a section that the answer does not rest on as what ended a privilege", async () => {
    const base = { roles, memberships: [] };
    const periods = await held([
      estate({ ...base, relations: [orders("100=r/10")] }),
      estate({ ...base, relations: [orders()], functions: "unreadable" }),
      estate({ ...base, relations: "unreadable" }),
    ]);
    expect(periods.map(({ holds, by }) => [holds, by])).toEqual([
      ["yes", []],
      ["no", ["grant"]],
      ["unknown", ["section-unreadable"]],
    ]);
  });

  it("follows memberships of memberships, also those that came later", async () => {
    const base = { roles, relations: [orders("102=r/10")] };
    expect(
      await held([
        estate({ ...base, memberships: [] }),
        estate({ ...base, memberships: [member(101, 100)] }),
        estate({ ...base, memberships: [member(101, 100), member(102, 101)] }),
        estate({ ...base, memberships: [member(101, 100), member(102, 101, false)] }),
      ]),
    ).toEqual([
      { holds: "no", after: null, seq: 1, by: [] },
      { holds: "yes", after: T + HOUR, seq: 3, by: ["membership"] },
      { holds: "no", after: T + 2 * HOUR, seq: 4, by: ["membership"] },
    ]);
  });

  it("sees a chain that stood from the first snapshot end far away", async () => {
    const base = { roles, memberships: [member(101, 100), member(102, 101)] };
    expect(
      await held([
        estate({ ...base, relations: [orders("102=r/10")] }),
        estate({ ...base, relations: [orders()] }),
      ]),
    ).toEqual([
      { holds: "yes", after: null, seq: 1, by: [] },
      { holds: "no", after: T, seq: 2, by: ["grant"] },
    ]);
  });

  it("counts PUBLIC, a superuser, a dropped and a new object", async () => {
    const base = { memberships: [] };
    expect(
      await held([
        estate({ ...base, roles, relations: [] }),
        estate({ ...base, roles, relations: [orders("0=r/10")] }),
        estate({ ...base, roles, relations: [] }),
        estate({
          ...base,
          roles: [role(10, "admin"), role(100, "app_ro", { superuser: true })],
          relations: [orders()],
        }),
      ]),
    ).toMatchObject([
      { holds: "no", seq: 1 },
      { holds: "yes", seq: 2, by: ["object-created"] },
      { holds: "no", seq: 3, by: ["object-dropped"] },
      { holds: "yes", seq: 4 },
    ]);
  });

  it("says unknown, not no, while what decides could not be read", async () => {
    const base = { roles, memberships: [] };
    const seen = estate({ ...base, relations: [orders("100=r/10")] });
    expect(await held([seen, estate({ ...base, relations: "unreadable" }), seen])).toEqual([
      { holds: "yes", after: null, seq: 1, by: [] },
      { holds: "unknown", after: T, seq: 2, by: ["section-unreadable"] },
      { holds: "yes", after: T + HOUR, seq: 3, by: ["section-readable"] },
    ]);
  });

  it("has nothing to say without a snapshot", async () => {
    expect(await held([])).toEqual([]);
  });

  it("says of every snapshot what the engine says of it, of the table, of a column and of PUBLIC", async () => {
    const grantees = fc.constantFrom(null, "100=r/10", "0=r/10", "102=r/10", "100=w/10");
    const moment = fc.record({ whole: grantees, first: grantees, second: grantees, member: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 6 }), async (moments) => {
        const catalogs = moments.map(({ whole, first, second, member: joined }) =>
          estate({
            roles,
            memberships: joined ? [member(102, 100)] : [],
            relations: [orders(...(whole ? [whole] : []))],
            columns: [first, second].flatMap((entry, i) =>
              entry ? [{ relation: 1000, number: i + 1, name: `c${i + 1}`, acl: acl(entry) }] : [],
            ),
          }),
        );
        const ofTable = await stretches(catalogs, "SELECT");
        const asked = [{ subject: "relations:1000", number: 1, name: "c1" }];
        const ofColumn = await stretches(catalogs, "SELECT", asked);
        const ofPublic = await stretches(catalogs, "SELECT", [], "role:0");
        for (const [n, catalog] of catalogs.entries()) {
          const engine = accessEngine(catalog);
          const id = engine.graph.idOfName.get("app_ro") ?? -1;
          const at = (periods: typeof ofTable) => periods.findLast(({ seq }) => seq <= n + 1);
          const objects = engine.objects.filter(({ oid, kind }) => oid === 1000 && kind !== "type");
          const yes = objects.filter((one) => engine.holds(id, "SELECT", one) === "yes");
          const whole = yes.some(({ kind }) => kind === "table");
          const columns = yes.flatMap(({ column }) => column ?? []);
          expect(at(ofTable)).toMatchObject({ holds: whole ? "yes" : "no", columns: whole ? [] : columns });
          expect(at(ofColumn)?.holds).toBe(whole || columns.includes("c1") ? "yes" : "no");
          expect(at(ofPublic)?.holds).toBe(moments[n]?.whole === "0=r/10" ? "yes" : "no");
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
