// Which words may stand at the cursor of a command line that is being typed.
import type { Argument, Command, Option } from "commander";

/** "files": the shell lists files itself. */
export type Candidates = "files" | readonly { readonly name: string; readonly description: string }[];

const words = (names: readonly string[]): Candidates => names.map((name) => ({ name, description: "" }));

/** Values that no list of choices tells, because several may be given at once or because they are many. */
const known: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  severity: async () => (await import("../lib/core/findings/finding.ts")).Severity.options,
  status: async () => (await import("../lib/core/findings/finding.ts")).Status.options,
  detector: async () => (await import("../lib/detectors/words.ts")).detectorIds(),
  privilege: async () =>
    (await import("../lib/core/catalog/privileges.ts")).PRIVILEGES.map(({ name }) => name),
};

const isPath = (text: string): boolean => /\b(?:file|dir|path)s?\b/.test(text);

const valuesOf = async (
  name: string,
  term: string,
  choices: readonly string[] | undefined,
): Promise<Candidates> => {
  if (choices?.length) return words(choices);
  if (isPath(term)) return "files";
  return words((await known[name]?.()) ?? []);
};

const takesValue = (option: Option | undefined): option is Option =>
  Boolean(option && (option.required || option.optional));

const optionOf = (command: Command, word: string | undefined): Option | undefined =>
  command.options.find(({ long, short }) => word !== undefined && (long === word || short === word));

type Place = { readonly command: Command; readonly operands: number };

/** The command that the words name, and how many of its arguments they fill. */
const placeOf = (program: Command, typed: readonly string[]): Place => {
  let command = program;
  let operands = 0;
  for (let at = 0; at < typed.length; at += 1) {
    const word = typed[at] ?? "";
    if (word.startsWith("-")) {
      if (takesValue(optionOf(command, word))) at += 1;
      continue;
    }
    const next =
      operands === 0 && command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next) command = next;
    else operands += 1;
  }
  return { command, operands };
};

const summaryOf = (command: Command): string =>
  (command.summary() || command.description()).split("\n")[0] ?? "";

const optionsOf = (command: Command): Candidates => [
  ...command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, flags, description }) => ({
      name: long ?? flags,
      description: description.split("\n")[0] ?? "",
    })),
];

const argumentAt = ({ command, operands }: Place): Argument | undefined => {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[operands] ?? (last?.variadic ? last : undefined);
};

/** Those that begin so; privileges, which are taken in any case, in the case that is being typed. */
const startingWith = (found: Candidates, current: string): Candidates => {
  if (found === "files") return found;
  const asTyped = /[a-z]/.test(current) ? (name: string) => name.toLowerCase() : (name: string) => name;
  return found
    .filter(({ name }) => name.toLowerCase().startsWith(current.toLowerCase()))
    .map(({ name, description }) => ({ name: asTyped(name), description }));
};

/** `typed`: the words before the cursor, without the program's name; `current`: the one that is being typed. */
export const candidates = async (
  program: Command,
  typed: readonly string[],
  current: string,
): Promise<Candidates> => {
  const place = placeOf(program, typed);
  const { command, operands } = place;
  const option = optionOf(command, typed.at(-1));
  if (takesValue(option)) {
    return startingWith(await valuesOf(option.attributeName(), option.flags, option.argChoices), current);
  }
  if (current.startsWith("-")) return startingWith(optionsOf(command), current);
  if (operands === 0 && command.commands.length) {
    const names = command
      .createHelp()
      .visibleCommands(command)
      .map((one) => ({ name: one.name(), description: summaryOf(one) }));
    return startingWith(names, current);
  }
  const argument = argumentAt(place);
  if (!argument) return [];
  return startingWith(await valuesOf(argument.name(), argument.name(), argument.argChoices), current);
};
