// Finds a sub-command that does not exist before anything else is read: `nonsense --help` is no question for help.
import type { Command } from "commander";

const takesValue = (command: Command, flag: string): boolean => {
  const option = command.options.find(({ long, short }) => long === flag || short === flag);
  return Boolean(option && (option.required || option.optional));
};

/** The first word of `args` that is neither an option of `command` nor the value of one, and what comes after it. */
const firstOperand = (
  command: Command,
  args: readonly string[],
): { readonly word: string; readonly rest: readonly string[] } | undefined => {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--") return undefined;
    if (!arg.startsWith("-")) return { word: arg, rest: args.slice(at + 1) };
    if (takesValue(command, arg)) at += 1;
  }
  return undefined;
};

/** A word that stands where only a sub-command can, and is none; `under` is the command that has no such one. */
export const wrongCommand = (
  program: Command,
  args: readonly string[],
): { readonly under: Command; readonly word: string } | undefined => {
  let under = program;
  let left = args;
  while (under.commands.length > 0 && under.registeredArguments.length === 0) {
    const operand = firstOperand(under, left);
    if (!operand) return undefined;
    const { word } = operand;
    const next = under.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!next) return { under, word };
    under = next;
    left = operand.rest;
  }
  return undefined;
};
