import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalLines, canonicalText, parseCanonical } from "../../../lib/core/catalog/canonical.ts";
import { CATALOG_FORMAT, rowsOf } from "../../../lib/core/catalog/catalog.ts";
import { chunkLines, MAX_CHUNK_BYTES, openChunk, packChunk } from "../../../lib/core/history/chunk.ts";
import { decodeNode, treeOver } from "../../../lib/core/history/chunk-tree.ts";
import { acl, catalog, estate, role, table } from "../../support/catalogs.ts";
import { anyCatalog } from "../../support/random-catalogs.ts";

const many = (changed?: number) =>
  catalog({
    relations: Array.from({ length: 2_000 }, (_, i) =>
      table(10_000 + i, `table_${i}`, {
        acl: acl(`10=arwdDxt/10`, `${100 + (i % 7)}=${i === changed ? "rw" : "r"}/10`),
      }),
    ),
  });

describe("canonical form", () => {
  it("reads back as the catalog that was written", () => {
    fc.assert(
      fc.property(anyCatalog, (a) => {
        expect(parseCanonical(canonicalText(a))).toEqual(a);
      }),
      { numRuns: 100 },
    );
  });

  it("is the same bytes whatever the order of rows and entries", () => {
    const shuffled = estate({
      roles: [role(101, "app_rw"), role(10, "admin", { createRole: true }), role(100, "app_ro")],
      relations: [
        table(1001, "payments", { acl: acl("100=r/10", "10=arwdDxt/10") }),
        table(1000, "orders", { acl: acl("101=arw/10", "10=arwdDxt/10", "100=r/10") }),
      ],
    });
    expect(canonicalText(shuffled)).toBe(canonicalText(estate()));
  });

  it("refuses two different rows with one identity and takes an exact repeat as one", () => {
    const twice = (name: string) => catalog({ roles: [role(1, "a"), role(1, name)] });
    expect(canonicalText(twice("a"))).toBe(canonicalText(catalog({ roles: [role(1, "a")] })));
    expect(() => canonicalText(twice("b"))).toThrow(expect.objectContaining({ code: "bad-record" }));
  });

  it("names the fault of a text that is none of ours, and never half reads one", () => {
    const text = canonicalText(estate());
    for (const bad of [
      "",
      "{",
      '["catalog"]',
      text.slice(0, text.length >> 1),
      text.replace("app_ro", '"'),
      `${text}["?"]`,
    ]) {
      expect(() => parseCanonical(bad)).toThrow(expect.objectContaining({ code: "bad-file" }));
    }
    const later = text.replace(`["catalog",${CATALOG_FORMAT}`, `["catalog",${CATALOG_FORMAT + 1}`);
    expect(() => parseCanonical(later)).toThrow(/format/);
  });
});

describe("chunks", () => {
  const text = (chunks: readonly { bytes: Uint8Array }[]) =>
    Buffer.concat(chunks.map(({ bytes }) => bytes)).toString();

  it("join to what was cut, whatever the names", () => {
    fc.assert(
      fc.property(anyCatalog, (a) => {
        expect(text(chunkLines(canonicalLines(a)))).toBe(canonicalText(a));
      }),
      { numRuns: 50 },
    );
  });

  it("change alone when one row changes, and its node with it", () => {
    const [before, after] = [chunkLines(canonicalLines(many())), chunkLines(canonicalLines(many(1_234)))];
    const old = new Set(before.map(({ hash }) => hash));
    expect(before.length).toBeGreaterThan(5);
    expect(after.filter(({ hash }) => !old.has(hash))).toHaveLength(1);
    const nodes = new Set(treeOver(before).nodes.map(({ hash }) => hash));
    expect(treeOver(after).nodes.filter(({ hash }) => !nodes.has(hash)).length).toBeLessThanOrEqual(2);
  });

  it("change near by when a row goes", () => {
    const all = many();
    const without = catalog({ relations: rowsOf(all, "relations").filter((_, i) => i !== 700) });
    const old = new Set(chunkLines(canonicalLines(all)).map(({ hash }) => hash));
    const fresh = chunkLines(canonicalLines(without)).filter(({ hash }) => !old.has(hash));
    expect(fresh.length).toBeLessThanOrEqual(2);
  });

  it("stay small with a table of 20,000 grantees, a line of a megabyte and names that do not compress", () => {
    const noise = (n: number) =>
      Array.from({ length: n }, (_, i) => ((i * 2_654_435_761) >>> 7).toString(36)).join("");
    const big = catalog({
      relations: [table(1, "t", { acl: acl(...Array.from({ length: 20_000 }, (_, i) => `${i + 1}=r/10`)) })],
      functions: [
        {
          oid: 2, schema: 1, name: "f", identityArguments: noise(180_000), kind: "f", owner: 10, securityDefiner: false, acl: null,
        }, // biome-ignore format: one glance
      ],
    });
    const chunks = chunkLines(canonicalLines(big));
    expect(Math.max(...chunks.map((chunk) => packChunk(chunk).length))).toBeLessThan(MAX_CHUNK_BYTES + 64);
    expect(parseCanonical(text(chunks))).toEqual(big);
  });

  it("open only to the content that their hash names, whichever bit is flipped", () => {
    const chunk = chunkLines(canonicalLines(estate()))[0];
    if (!chunk) throw new Error("an estate has chunks");
    const packed = packChunk(chunk);
    expect(openChunk(chunk.hash, packed)).toEqual(Buffer.from(chunk.bytes));
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const flipped = Uint8Array.from(packed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => openChunk(chunk.hash, flipped)).toThrow(expect.objectContaining({ code: "store" }));
    }
  });

  it("hang on a tree whose nodes stay small and that ends in one root", () => {
    expect(treeOver(chunkLines(canonicalLines(estate()))).nodes).toEqual([]);
    const chunks = Array.from({ length: 20_000 }, (_, i) => ({
      hash: i.toString(16).padStart(8, "0").repeat(8).replace(/^./, "f") as never,
      bytes: new Uint8Array(),
    }));
    for (const count of [0, 2, 8, 129, 130, 20_000]) {
      const { root, nodes } = treeOver(chunks.slice(0, count));
      expect(nodes.at(-1)?.hash).toBe(root);
      expect(Math.max(...nodes.map(({ bytes }) => bytes.length))).toBeLessThan(20_000);
      const leaves = nodes.map(({ bytes }) => decodeNode(bytes)).filter(({ level }) => level === 1);
      expect(leaves.reduce((sum, { children }) => sum + children.length, 0)).toBe(count);
    }
  });
});
