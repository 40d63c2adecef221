// The program around the commands: what it loads, what it says to a wrong command.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commands } from "../../cli/commands.ts";
import { processIo } from "../../cli/io.ts";
import { cliIn } from "../support/cli.ts";

const root = join(import.meta.dirname, "../..");
const cli = cliIn(
  () => root,
  () => 0,
);

/** Packages and files that are loaded with `file` before anything runs. */
const loadedWith = (file: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, clause = "", target = ""] of text.matchAll(/^import ([^;"]*?from )?"([^"]+)"/gm)) {
    const onlyTypes = clause.startsWith("type ") || /^\{(?:\s*type \w+,?)+\s*\}/.test(clause);
    if (onlyTypes || target.endsWith(".json")) continue;
    if (target.startsWith(".")) loadedWith(join(dirname(file), target), seen);
    else if (!target.startsWith("node:")) seen.add(target);
  }
  return seen;
};

describe("the program", () => {
  it("loads nothing but the parser of arguments for its help and version", () => {
    const packages = [...loadedWith(join(root, "cli/main.ts"))].filter((name) => !name.startsWith("/"));
    expect(packages).toEqual(["commander"]);
  });

  it.each(commands.map((entry) => [entry.name, entry] as const))(
    "knows %s as its file does",
    async (_, entry) => {
      const program = new Command();
      (await entry.load())(program, processIo(new AbortController().signal), () => {});
      const [command, ...others] = program.commands;
      expect(others).toEqual([]);
      expect(Boolean(command?.commands.length)).toBe(entry.hasCommands ?? false);
      expect([command?.name(), command?.aliases()]).toEqual([entry.name, entry.aliases ?? []]);
      expect(command?.summary() || command?.description()).toBe(entry.summary);
    },
  );

  it("lists every command under a heading, those for one purpose together", async () => {
    const { out } = await cli("--help");
    const headings = [...out.matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(["Options", ...new Set(commands.map(({ heading }) => heading.slice(0, -1)))]);
  });

  it("shows each command with an example, and each example can be typed", async () => {
    const examples: string[] = [];
    for (const entry of commands.filter(({ hidden }) => !hidden)) {
      const program = new Command("dsql-audit");
      (await entry.load())(program, processIo(new AbortController().signal), () => {});
      const leaves = [...program.commands, ...program.commands.flatMap((command) => command.commands)];
      for (const leaf of leaves) {
        let help = "";
        leaf.configureOutput({
          writeOut: (text) => {
            help += text;
          },
        });
        leaf.outputHelp();
        const shown = [...help.replaceAll(/ \\\n\s*/g, " ").matchAll(/^ {2}\$ dsql-audit (.+)$/gm)];
        expect(shown, leaf.name()).not.toEqual([]);
        examples.push(...shown.map(([, line = ""]) => line));
        // Typed, but not run.
        leaf.exitOverride().action(() => {});
      }
      const mine = examples.filter((line) =>
        [entry.name, ...(entry.aliases ?? [])].includes(line.split(" ")[0] ?? ""),
      );
      for (const line of mine) {
        const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, plain]) => quoted ?? plain ?? "",
        );
        const end = words.findIndex((word) => word === ">" || word === "|");
        await program
          .exitOverride()
          .enablePositionalOptions()
          .parseAsync(end < 0 ? words : words.slice(0, end), { from: "user" });
      }
    }
    expect(examples.length).toBeGreaterThan(commands.length);
  });

  it.each([
    ["nonsense", "dsql-audit --help"],
    ["nonsense --help", "unknown command 'nonsense'"],
    ["findngs --help", "Did you mean findings?"],
    ["help findngs", "Did you mean findings?"],
    ["history nonsense --help", "unknown command 'nonsense'"],
    ["history --store x --json shwo --help", "Did you mean show?"],
    ["help history shwo", "dsql-audit history --help"],
  ])("calls %s wrong usage", async (args, says) => {
    const { code, out, err } = await cli(args);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain(says);
  });

  it.each([
    ["--help", "who-can "],
    ["help", "who-can "],
    ["history --help", "timeline "],
    ["help history show", "Usage: dsql-audit history show"],
    ["history show --help", "Usage: dsql-audit history show"],
    ["history help show", "Usage: dsql-audit history show"],
    ["who-can --help", "Usage: dsql-audit who-can"],
    ["--version", "0."],
  ])("answers %s", async (args, says) => {
    const { code, out, err } = await cli(args);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(says);
  });
});
