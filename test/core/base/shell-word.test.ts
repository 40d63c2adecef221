// Words as a shell takes them: what is pasted arrives as it was, and a terminal sees no character that it acts on.
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellDocument, shellOption, shellWord } from "../../../lib/core/base/shell-word.ts";

const HOSTILE = [
  ...["$(touch x)", "`id`", "a;b", "a&&b", "a|b", "a b", "", "'", "''", '"', "\\", "!!", "!x", "~", "~root"],
  ...["=ls", "@x", "#x", "*", "?", "[a]", "{a,b}", "<(id)", ">x", "$HOME", "$'x'", "-rf", "--", "a\nb"],
  ...[
    "a\r\nid\n",
    "\u0003\nid\n",
    "\u001b[2J",
    "\u202eb",
    "\u200b",
    "\u2028",
    "\ud800",
    "é",
    "😀",
    "a\\nb",
    "%1",
  ],
];
const word = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
  fc
    .array(fc.constantFrom(..."$`'\"\\!=~#{}()<>|&;*?[] \n\r\t\u0003\u001b-a"), { maxLength: 8 })
    .map((all) => all.join("")),
);

/** Whether this machine has the shell: bash is everywhere, zsh on some. */
const has = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0;

describe.each(["bash", "zsh"])("a word in %s", (shell) => {
  it.skipIf(!has(shell))("arrives as it was, whatever it is", () => {
    const words = [...HOSTILE, ...fc.sample(word, { numRuns: 300, seed: 7 })];
    const script = `printf '%s\\0' ${words.map((text) => shellWord(text)).join(" ")}`;
    const { stdout, status } = spawnSync(shell, [shell === "zsh" ? "-fc" : "-c", script], {
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stdout.split("\0").slice(0, -1)).toEqual(words.map((text) => text.toWellFormed()));
  });
});

it("shows every character, so that a terminal has none to act on", () => {
  fc.assert(fc.property(word, (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(shellWord(text))));
});

it("keeps the lines of a document", () => {
  expect(shellDocument('{\n "a": 1\n}')).toBe(`'{\n "a": 1\n}'`);
  expect(shellDocument("{\u0003\n}")).toBe("$'{\\003\\012}'");
});

it("puts a value that begins with a dash behind an equals sign", () => {
  expect(shellOption("--role-name", "-x $(id)")).toBe("--role-name='-x $(id)'");
  expect(shellOption("--role-name", "=ls")).toBe("--role-name '=ls'");
});
