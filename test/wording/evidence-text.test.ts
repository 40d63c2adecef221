// Evidence in words: lists of whole entries, stretches as stretches, and nothing that the rest of it says already.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sharedWords } from "../../lib/core/findings/shared-words.ts";
import { evidenceLines } from "../../lib/wording/evidence-text.ts";

const words = sharedWords({ category: "anomalous", life: "episode" });
const ip = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((text) => !text.includes("%")),
);

describe("a list", () => {
  it("holds whole entries, and counts what there is no room for", () => {
    const entry = fc.oneof(
      ip,
      fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(entry, { minLength: 1, maxLength: 30 }), (addresses) => {
        const [line = ""] = evidenceLines({ addresses }, words);
        const said = line.replace("Addresses: ", "").split(", ");
        const more = /^and (\d+) more$/.exec(said.at(-1) ?? "")?.[1];
        const shown = more === undefined ? said : said.slice(0, -1);
        expect(shown).toEqual(addresses.slice(0, shown.length));
        expect(shown.length + Number(more ?? 0)).toBe(addresses.length);
      }),
      { numRuns: 300 },
    );
  });

  it("of twenty addresses, as many as a finding keeps, is shown whole", () => {
    fc.assert(
      fc.property(fc.uniqueArray(ip, { minLength: 20, maxLength: 20 }), (addresses) => {
        expect(evidenceLines({ addresses }, words)).toEqual([`Addresses: ${addresses.join(", ")}`]);
      }),
    );
  });
});

describe("the signs of an episode", () => {
  const at = { firstAt: "2026-10-30T01:12:00.000Z", lastAt: "2026-10-30T01:13:00.000Z" };
  const titled = { isTitle: true, detector: "new-network", bits: 8.4, says: "connected from afar", ...at };
  const other = { detector: "new-client", bits: 6, says: "used psql", ...at };

  it("are told without the one that the title tells, and with their stretch first", () => {
    expect(evidenceLines({ signs: [titled, other] }, words)).toEqual([
      "Also: 2026-10-30 01:12 UTC to 2026-10-30 01:13 UTC, new-client, used psql",
    ]);
    expect(evidenceLines({ signs: [titled] }, words)).toEqual([]);
  });

  it("of one moment have no end of their own", () => {
    expect(evidenceLines({ signs: [titled, { ...other, lastAt: at.firstAt }] }, words)).toEqual([
      "Also: 2026-10-30 01:12 UTC, new-client, used psql",
    ]);
  });

  it("that an earlier release kept, when none was marked, are all told", () => {
    const { isTitle: _, ...before } = titled;
    expect(evidenceLines({ signs: [before, other] }, words)).toHaveLength(2);
  });
});

describe("a record", () => {
  it("keeps a sentence apart from what it is about", () => {
    const flaws = [
      { statement: "KeepOut", says: "It denies nothing." },
      { statement: "Open", says: "It never applies." },
    ];
    const fields = { statement: "", says: { label: "", sentence: true } };
    expect(evidenceLines({ flaws }, { flaws: { label: "Fault", lines: true, fields } })).toEqual([
      "Fault: KeepOut: It denies nothing.",
      "Fault: Open: It never applies.",
    ]);
  });
});
