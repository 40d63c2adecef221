import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { type Extras, extraNames, otherSections } from "../../../lib/core/catalog/extras.ts";
import { applyChanges } from "../../../lib/core/history/apply.ts";
import { notToldBetween } from "../../../lib/core/history/beside-sections.ts";
import { Change } from "../../../lib/core/history/change.ts";
import { changeFor, roleSubject, subjectsOf } from "../../../lib/core/history/change-subjects.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { changeText } from "../../../lib/wording/change-text.ts";
import { notToldTexts } from "../../../lib/wording/not-told-text.ts";
import { acl, estate, table } from "../../support/catalogs.ts";
import { anyExtras } from "../../support/random-extras.ts";

const none = Object.fromEntries(extraNames.map((name) => [name, { status: "read", rows: [] }])) as never;
const read = (more: Partial<Record<keyof Extras, readonly object[]>>): Catalog => ({
  ...estate({ relations: [table(1000, "orders"), table(1001, "totals", { kind: "v" })] }),
  extras: {
    ...(none as object),
    ...Object.fromEntries(Object.entries(more).map(([name, rows]) => [name, { status: "read", rows }])),
  } as Extras,
});
const other = (oid: number, name: string, owner: number | null, ...grants: string[]) => ({
  oid,
  name,
  owner,
  acl: grants.length ? acl(...grants) : null,
});
const texts = (a: Catalog, b: Catalog): string[] => diffCatalogs(a, b).map(changeText);

/** Rows as a set: their order, and that of the grants in them, mean nothing. */
const written = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(written).sort().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${written(inner)}`).join()}}`;
};

describe("what snapshots hold beside their sections", () => {
  it("is the same where it is, in whatever order it was read", () => {
    const rows = [other(1, "a", null, "10=s/10", "100=s/10"), other(2, "b", null, "100=s/10")];
    const turned = [other(2, "b", null, "100=s/10"), other(1, "a", null, "100=s/10", "10=s/10")];
    expect(diffCatalogs(read({ parameters: rows }), read({ parameters: turned }))).toEqual([]);
  });

  it("tells who was granted what on a parameter, and which grant ended", () => {
    const a = read({
      parameters: [other(1, "work_mem", null, "100=s/10"), other(2, "gone", null, "100=s/10")],
    });
    const b = read({
      parameters: [other(1, "work_mem", null, "100=sA/10"), other(3, "new", null, "100=s*/10")],
    });
    expect(texts(a, b)).toEqual([
      "app_ro was granted ALTER SYSTEM on parameter work_mem by admin",
      "the grant of SET on parameter gone to app_ro by admin ended",
      "app_ro was granted SET on parameter new by admin; app_ro may grant SET on parameter new to others, by admin",
    ]);
    expect(notToldBetween(a, b)).toEqual([]);
  });

  it("tells a foreign server that was made, given away and dropped", () => {
    const films = other(1, "films", 10);
    expect(
      texts(read({}), read({ foreignServers: [{ ...films, acl: acl("10=U/10", "100=U/10") }] })),
    ).toEqual([
      "foreign server films was created, owned by admin; app_ro was granted USAGE on foreign server films by admin",
    ]);
    const owned = { ...films, acl: acl("10=U/10", "100=U/10") };
    const given = { ...films, owner: 101, acl: acl("101=U/101", "100=U/101") };
    expect(texts(read({ foreignServers: [owned] }), read({ foreignServers: [given] }))).toEqual([
      "foreign server films went from owner admin to app_rw",
    ]);
    expect(texts(read({ foreignServers: [given] }), read({}))).toEqual([
      "foreign server films was dropped; app_ro held USAGE",
    ]);
  });

  it("calls a first grant that grant alone, and shows what PUBLIC loses of what is built in", () => {
    const [before, granted] = [other(1, "films", 10), other(1, "films", 10, "10=U/10", "100=U/10")];
    expect(texts(read({ foreignServers: [before] }), read({ foreignServers: [granted] }))).toEqual([
      "app_ro was granted USAGE on foreign server films by admin",
    ]);
    const [open, closed] = [other(13, "plv8", 10), other(13, "plv8", 10, "10=U/10")];
    expect(texts(read({ languages: [open] }), read({ languages: [closed] }))).toEqual([
      "the grant of USAGE on language plv8 to PUBLIC by admin ended",
    ]);
  });

  it("never calls a privilege lost that another grantor gave too", () => {
    const a = read({ foreignServers: [other(1, "films", 10, "100=U/10", "100=U/101")] });
    const b = read({ foreignServers: [other(1, "films", 10, "100=U/10")] });
    expect(texts(a, b)).toEqual(["the grant of USAGE on foreign server films to app_ro by app_rw ended"]);
  });

  it("tells rights and rules of views, each of several rules too, and whose a sequence is", () => {
    const rule = (event: string | null, ...relations: number[]) => ({
      view: 1001,
      relations,
      updatable: 0,
      event,
    });
    const a = read({
      views: [{ oid: 1001, invoker: true }],
      viewRules: [rule(null, 1000), rule("INSERT", 1000), rule("DELETE")],
      sequences: [{ sequence: 4711, table: 1000 }],
    });
    const b = read({
      views: [{ oid: 1001, invoker: false }],
      viewRules: [rule(null, 1000), rule("INSERT"), rule("DELETE")],
    });
    expect(texts(a, b)).toEqual([
      "view public.totals runs with the rights of its owner, before with the rights of its caller (security_invoker)",
      "view public.totals: its rules changed: now a rule on INSERT reaches no table; no longer a rule on INSERT reaches table public.orders",
      "relation OID 4711 no longer belongs to a column of table public.orders",
    ]);
    expect(diffCatalogs(a, b).map(subjectsOf)).toEqual([
      ["relations:1001"],
      ["relations:1001"],
      ["relations:4711"],
    ]);
  });

  it("says nothing of the rules of a view that was dropped", () => {
    const whole = read({
      views: [{ oid: 1001, invoker: true }],
      viewRules: [{ view: 1001, relations: [1000], updatable: 0 }],
    });
    const gone = { ...read({}), sections: estate({ relations: [table(1000, "orders")] }).sections };
    expect(texts(whole, gone)).toEqual(["view public.totals was dropped"]);
  });

  it("is not known where either side did not read it: never the same, never none", () => {
    const { extras, ...older } = read({});
    for (const [a, b, side] of [
      [older, read({ parameters: [other(1, "a", null, "100=s/10")] }), "the earlier snapshot"],
      [read({ parameters: [other(1, "a", null, "100=s/10")] }), older, "the later snapshot"],
      [older, older, "the earlier snapshot"],
    ] as const) {
      expect(diffCatalogs(a, b)).toEqual([]);
      const notTold = notToldBetween(a, b);
      // Aurora DSQL has no row-level security: there is nothing to read.
      expect(notTold.map(({ kind }) => kind)).toEqual(extraNames.filter((name) => name !== "rowSecurity"));
      expect(notTold.every(({ reason }) => reason?.startsWith(side))).toBe(true);
      expect(notToldTexts(notTold)).toEqual([
        expect.stringMatching(/^NOT COMPARED: .*parameters.* In the .* snapshot: an older release took/),
      ]);
    }
    expect(extras).toBeDefined();
  });

  it("applied gives the later state of all that both sides read, and leaves the rest alone; each change has its words", () => {
    const withExtras = (extras: Extras): Catalog => ({ ...read({}), extras });
    fc.assert(
      fc.property(anyExtras, anyExtras, (one, two) => {
        const [a, b] = [withExtras(one), withExtras(two)];
        const changes = diffCatalogs(a, b);
        const { extras } = applyChanges(a, changes);
        for (const name of extraNames) {
          const both = one[name]?.status === "read" && two[name]?.status === "read";
          expect(written(extras?.[name])).toBe(written(both ? two[name] : one[name]));
        }
        expect(changes.map((change) => Change.parse(JSON.parse(JSON.stringify(change))))).toEqual(changes);
        for (const change of changes) expect(changeText(change)).toMatch(/\S: |\S \S/);
        const told = changes.length + notToldBetween(a, b).length > 0;
        if (!told) expect(written(one)).toBe(written(two));
      }),
    );
  });

  it("stands in the timeline of each role whose grant began or ended, with that role's grants alone", () => {
    fc.assert(
      fc.property(anyExtras, anyExtras, (one, two) => {
        const changes = diffCatalogs({ ...read({}), extras: one }, { ...read({}), extras: two });
        for (const change of changes) {
          if (change.kind !== "other-object") continue;
          expect(otherSections).toContain(change.section);
          const subjects = subjectsOf(change);
          for (const { grantee } of change.grants) {
            expect(subjects).toContain(roleSubject(grantee.oid));
            const mine = changeFor(roleSubject(grantee.oid), change);
            if (mine.kind !== "other-object") throw new Error("it stays what it is");
            expect(mine.grants.every((grant) => grant.grantee.oid === grantee.oid)).toBe(true);
            expect(mine.grants.length).toBeGreaterThan(0);
          }
        }
      }),
    );
  });
});
