import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { type Extras, extraNames } from "../../../lib/core/catalog/extras.ts";
import { notToldBetween } from "../../../lib/core/history/beside-sections.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { notToldTexts } from "../../../lib/wording/not-told-text.ts";
import { acl, estate, table } from "../../support/catalogs.ts";

const none = Object.fromEntries(extraNames.map((name) => [name, { status: "read", rows: [] }])) as never;
const read = (more: Partial<Record<keyof Extras, readonly object[]>>): Catalog => ({
  ...estate({ relations: [table(1000, "orders"), table(1001, "totals", { kind: "v" })] }),
  extras: {
    ...(none as object),
    ...Object.fromEntries(Object.entries(more).map(([name, rows]) => [name, { status: "read", rows }])),
  } as Extras,
});
const parameter = (oid: number, name: string, ...grants: string[]) => ({
  oid,
  name,
  owner: null,
  acl: acl(...grants),
});

describe("what snapshots hold beside their sections", () => {
  it("is the same where it is, in whatever order it was read", () => {
    const rows = [parameter(1, "a", "10=s/10", "100=s/10"), parameter(2, "b", "100=s/10")];
    const turned = [parameter(2, "b", "100=s/10"), parameter(1, "a", "100=s/10", "10=s/10")];
    expect(notToldBetween(read({ parameters: rows }), read({ parameters: turned }))).toEqual([]);
  });

  it("names what came, went or is granted otherwise, though there is no change to tell of it", () => {
    const a = read({ parameters: [parameter(1, "work_mem", "100=s/10"), parameter(2, "gone", "100=s/10")] });
    const b = read({ parameters: [parameter(1, "work_mem", "100=sA/10"), parameter(3, "new", "100=s/10")] });
    expect(diffCatalogs(a, b)).toEqual([]);
    expect(notToldBetween(a, b)).toEqual([
      { kind: "parameters", names: ["gone", "new", "work_mem"], reason: null },
    ]);
    expect(notToldTexts(notToldBetween(a, b))).toEqual([
      "DIFFERS, but is not told change by change: parameters: gone, new, work_mem.",
    ]);
  });

  it("names views by their schema and name, and by the OID where no snapshot has the view", () => {
    const a = read({
      views: [
        { oid: 1001, invoker: true },
        { oid: 4711, invoker: true },
      ],
    });
    const b = read({ views: [{ oid: 1001, invoker: false }] });
    expect(notToldBetween(a, b)).toEqual([
      { kind: "views", names: ["OID 4711", "public.totals"], reason: null },
    ]);
  });

  it("is not known where either side did not read it: never the same, never none", () => {
    const { extras, ...older } = read({});
    for (const [a, b, side] of [
      [older, read({}), "the earlier snapshot"],
      [read({}), older, "the later snapshot"],
      [older, older, "the earlier snapshot"],
    ] as const) {
      const notTold = notToldBetween(a, b);
      expect(notTold.map(({ kind }) => kind)).toEqual(extraNames);
      expect(notTold.every(({ reason }) => reason?.startsWith(side))).toBe(true);
      expect(notToldTexts(notTold)).toEqual([
        expect.stringMatching(/^NOT COMPARED: .*parameters.* In the .* snapshot: an older release took/),
      ]);
    }
    expect(extras).toBeDefined();
  });

  it("says nothing exactly where both sides hold the same", () => {
    const anyParameters = fc.uniqueArray(
      fc.record({ oid: fc.integer({ min: 1, max: 4 }), grant: fc.constantFrom("100=s/10", "100=A/10") }),
      { selector: ({ oid }) => oid, maxLength: 4 },
    );
    const held = (rows: readonly { readonly oid: number; readonly grant: string }[]): string =>
      JSON.stringify([...rows].sort((a, b) => a.oid - b.oid));
    fc.assert(
      fc.property(anyParameters, anyParameters, (a, b) => {
        const [before, after] = [a, b].map((rows) =>
          read({ parameters: rows.map(({ oid, grant }) => parameter(oid, `p${oid}`, grant)) }),
        ) as [Catalog, Catalog];
        expect(notToldBetween(before, after).length === 0).toBe(held(a) === held(b));
      }),
    );
  });
});
