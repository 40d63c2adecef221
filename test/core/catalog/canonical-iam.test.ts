// The IAM section as a snapshot stores it: read back as it was, and the same bytes whatever the order it came in.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalLines, canonicalText, parseCanonical } from "../../../lib/core/catalog/canonical.ts";
import { canonicalCatalog } from "../../../lib/core/catalog/canonical-rows.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { carryKnown } from "../../../lib/core/catalog/known-catalog.ts";
import { chunkLines } from "../../../lib/core/history/chunk.ts";
import { catalog } from "../../support/catalogs.ts";
import { allow, anyIam, iamFacts, iamRole, roleArn } from "../../support/iam.ts";

const withIam = (iam: Catalog["iam"]): Catalog => ({ ...catalog({}), ...(iam && { iam }) });

describe("the IAM section in canonical form", () => {
  it("reads back as what was written, whatever its texts are", () => {
    fc.assert(
      fc.property(anyIam, (iam) => {
        const stored = canonicalCatalog(withIam(iam));
        expect(parseCanonical(canonicalText(stored))).toEqual(stored);
        expect(canonicalText(stored)).toBe(canonicalText(withIam(iam)));
      }),
      { numRuns: 100 },
    );
  });

  it("is the same bytes whatever the order of rows and lists", () => {
    const one = iamRole("a", {
      attached: ["p1", "p2"],
      inline: [
        { name: "x", document: allow("s3:*") },
        { name: "y", document: allow("dsql:*") },
      ],
      tags: [
        { key: "team", value: "b" },
        { key: "cost", value: "a" },
      ],
    });
    const turned = {
      ...one,
      attached: [...one.attached].reverse(),
      inline: [...one.inline].reverse(),
      tags: [...one.tags].reverse(),
    };
    const two = iamRole("b");
    expect(canonicalText(withIam(iamFacts({ roles: [two, turned] })))).toBe(
      canonicalText(withIam(iamFacts({ roles: [one, two] }))),
    );
  });

  it("leaves a catalog without IAM as earlier releases wrote it", () => {
    const plain = catalog({});
    expect(canonicalText(plain)).not.toContain('["@"');
    expect(parseCanonical(canonicalText(plain))).not.toHaveProperty("iam");
  });

  it("keeps what was last known of a part that cannot be read", () => {
    const before = withIam(iamFacts({ roles: [iamRole("a")] }));
    const blind = withIam(iamFacts({ roles: "access denied" }));
    const carried = carryKnown(before, { at: 5, seq: 1 }, blind);
    expect(carried.lastIam?.roles).toEqual({ at: 5, seq: 1, rows: [iamRole("a")] });
    expect(parseCanonical(canonicalText(carried))).toEqual(carried);
    const again = carryKnown(carried, { at: 9, seq: 2 }, blind);
    expect(again.lastIam?.roles?.seq).toBe(1);
  });

  it("names a line that is out of its place", () => {
    const text = canonicalText(withIam(iamFacts({ roles: [iamRole("a")] })));
    const lines = text.split("\n");
    const row = lines.findIndex((line) => line.startsWith('["~"'));
    const moved = [lines[0], lines[row], ...lines.slice(1)].join("\n");
    expect(() => parseCanonical(moved)).toThrow(/out of its place/);
    expect(() => parseCanonical(text.replace('"AROAA"', "7"))).toThrow(/wrong shape/);
  });

  it("changes few chunks when one of 3,000 roles changes", () => {
    const roles = Array.from({ length: 3_000 }, (_, i) =>
      iamRole(`r${i}`, { tags: [{ key: "n", value: `${i}` }] }),
    );
    const changed = roles.map((role) =>
      role.arn === roleArn("r1500") ? { ...role, attached: [`arn:aws:iam::aws:policy/P`] } : role,
    );
    const [before, after] = [roles, changed].map((rows) =>
      chunkLines(canonicalLines(withIam(iamFacts({ roles: rows })))),
    ) as [ReturnType<typeof chunkLines>, ReturnType<typeof chunkLines>];
    const old = new Set(before.map(({ hash }) => hash));
    expect(before.length).toBeGreaterThan(10);
    expect(after.filter(({ hash }) => !old.has(hash))).toHaveLength(1);
  });
});
