// What reaches a terminal, a file and a script: whole, never raw, coloured only where it is wanted.
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasColour, PAINTED, paint } from "../../cli/colour.ts";
import { guarded, withoutHidden } from "../../cli/guarded.ts";
import type { Io } from "../../cli/io.ts";
import { paragraph, printRows, table } from "../../cli/output.ts";

const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** Escape sequences, C1, bidirectional controls, separators, zero width, a tag beyond the first plane. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\u001b[31m",
        "\u001b[8m",
        "\u001b]0;x\u0007",
        "\u009b2J",
        "\u202e",
        "\u2066",
        "\u200b",
      ),
      fc.constantFrom(
        "\u2028",
        "\u2029",
        "\u0085",
        "\u007f",
        "\u00ad",
        "\ufeff",
        "\u{e0041}",
        "\r",
        "\t",
        '"',
      ),
      fc.string({ unit: "grapheme", maxLength: 8 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

const captured = (options: { isTTY?: boolean; columns?: number; env?: Io["env"] } = {}) => {
  const { isTTY = false, columns = 80, env = {} } = options;
  const parts: string[] = [];
  const stdout = { write: (text: string) => parts.push(text), isTTY, columns };
  const io = guarded({ stdout, stderr: stdout, env } as unknown as Io);
  return { io, text: () => parts.join("") };
};

describe("JSON on standard output", () => {
  it("is the same value without one character that a terminal acts on or hides", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(hostile, fc.oneof(hostile, fc.jsonValue()))),
        fc.boolean(),
        (rows, isTTY) => {
          const json = captured({ isTTY });
          printRows(json.io, { json: true }, rows, []);
          expect(json.text()).not.toMatch(HIDDEN);
          expect(JSON.parse(json.text())).toEqual(JSON.parse(JSON.stringify(rows)));
          const lines = captured({ isTTY });
          printRows(lines.io, { ndjson: true }, rows, []);
          expect(lines.text()).not.toMatch(HIDDEN);
          expect(
            lines
              .text()
              .split("\n")
              .filter(Boolean)
              .map((line) => JSON.parse(line) as unknown),
          ).toEqual(JSON.parse(JSON.stringify(rows)));
        },
      ),
    );
  });
});

describe("a table", () => {
  const columns = [
    { head: "name", cell: ([name]: readonly string[]) => name },
    { head: "arn", cell: ([, arn]: readonly string[]) => arn, max: 30 },
  ];
  const word = fc.string({ unit: fc.constantFrom(..."abcdef:/-.1"), minLength: 1, maxLength: 90 });
  const rowsOf = fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 5 });

  it("breaks and cuts nothing outside a terminal", () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const out = captured();
        table(out.io, rows, columns);
        const lines = out.text().trimEnd().split("\n").slice(1);
        expect(lines.map((line) => line.split(/ +/))).toEqual(rows.map((row) => [...row]));
      }),
    );
  });

  it("fits the terminal and still loses nothing", () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 40, max: 200 }), (rows, width) => {
        const out = captured({ isTTY: true, columns: width });
        table(out.io, rows, columns);
        const lines = stripVTControlCharacters(out.text()).split("\n");
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
        const letters = (text: string) => [...text.replaceAll(/\s/g, "")].sort().join("");
        expect(letters(lines.slice(1).join(""))).toBe(letters(rows.flat().join("")));
      }),
    );
  });

  it("shows hostile names, and acts on none", () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (name, isTTY) => {
        const out = captured({ isTTY, env: { NO_COLOR: "1" } });
        table(out.io, [[name, name]], columns);
        out.io.stdout.write(paragraph(out.io, name));
        expect(out.text()).not.toMatch(HIDDEN);
      }),
    );
  });
});

describe("the guard", () => {
  it("lets out what a command printed raw only as visible text", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        expect(withoutHidden(`role ${name}\n`)).not.toMatch(HIDDEN);
        // Colours of our own may pass on a terminal, nothing else that begins with an escape.
        expect(withoutHidden(name, true).replaceAll(new RegExp(PAINTED, "g"), "")).not.toMatch(HIDDEN);
      }),
    );
  });
});

describe("colours", () => {
  const on = (isTTY: boolean, env: Io["env"] = {}) =>
    hasColour({ env, stdout: { isTTY, columns: 80, write: () => true } });

  it.each([
    ["on a terminal", on(true), true],
    ["in a pipe", on(false), false],
    ["on a terminal with NO_COLOR", on(true, { NO_COLOR: "1" }), false],
    ["on a terminal with an empty NO_COLOR", on(true, { NO_COLOR: "" }), true],
    ["in a pipe with FORCE_COLOR", on(false, { FORCE_COLOR: "1" }), true],
    ["on a terminal with FORCE_COLOR=0", on(true, { FORCE_COLOR: "0" }), false],
    ["on a dumb terminal", on(true, { TERM: "dumb" }), false],
  ])("%s", (_, got, expected) => {
    expect(got).toBe(expected);
  });

  it("pass the guard, and change nothing but the looks", () => {
    const { io, text } = captured({ isTTY: true });
    for (const style of ["bad", "warn", "good", "quiet", "strong"] as const)
      io.stdout.write(paint(io, style, style));
    expect(stripVTControlCharacters(text())).toBe("badwarngoodquietstrong");
    expect(text()).not.toBe("badwarngoodquietstrong");
  });
});
