// Options that make no sense together: each pair is wrong usage, told in one sentence, instead of one that wins in silence.
import type { Command } from "commander";
import { AuditError } from "../lib/errors.ts";

type Has = (option: string) => boolean;
type Pair = {
  readonly one: readonly string[];
  readonly other: readonly string[];
  /** For which commands, by the options that they know. */
  readonly of: (knows: Has, given: Has) => boolean;
  readonly says: (one: string, other: string) => string;
  readonly hint: string;
};

const SOURCES = ["url", "endpoint", "catalog"];
/** A command that asks one catalog: live, from a file, or as the store holds it. */
const asks = (knows: Has): boolean => knows("url") && knows("at");

const pairs: readonly Pair[] = [
  {
    one: SOURCES,
    other: ["store", "table"],
    of: asks,
    says: (one, other) => `${one} and ${other} name two catalogs; an answer uses one`,
    hint: "Leave one of them out.",
  },
  {
    one: ["at"],
    other: SOURCES,
    of: asks,
    says: (one, other) => `${one} asks the store for the past, but ${other} has only one time`,
    hint: "Leave out one of them.",
  },
  {
    one: ["region"],
    other: ["store", "url", "catalog"],
    // Trail files in S3 have a Region whatever the store is.
    of: (knows, given) => !knows("events") && !knows("queue") && !given("endpoint") && !given("table"),
    says: (one, other) => `${one} does not go with ${other}: it is the Region of --table or --endpoint`,
    hint: "Leave out one of them.",
  },
  {
    one: ["ca"],
    other: ["url", "catalog"],
    of: () => true,
    says: (one, other) => `${one} goes with --endpoint, not with ${other}`,
    hint: "In a URL the authority is named by ?sslrootcert=FILE.",
  },
  {
    one: ["cluster"],
    other: ["catalog"],
    of: (knows) => knows("url"),
    says: (one, other) => `${one} cannot rename what ${other} holds: the file names its cluster itself`,
    hint: "Leave out --cluster.",
  },
  {
    one: ["file"],
    other: ["store", "table", "cluster"],
    of: (knows) => knows("head"),
    says: (one, other) => `${one} is verified without a store, so ${other} has no effect`,
    hint: "Leave one of them out.",
  },
  {
    one: ["json"],
    other: ["ndjson"],
    of: () => true,
    says: (one, other) => `${one} and ${other} exclude each other`,
    hint: "--json prints one document, --ndjson one row a line.",
  },
  {
    one: ["json", "ndjson"],
    other: ["format"],
    of: () => true,
    says: (one, other) => `${one} and ${other} exclude each other`,
    hint: "Leave one of them out.",
  },
];

const usage = (message: string, hint: string): AuditError => new AuditError("usage", message, { hint });

/** AuditError("usage") for options that were given to a command together, or to the command above it. */
export const refuseConflicts = (command: Command): void => {
  const known = new Map(
    command.options.map((option) => [option.attributeName(), option.long ?? option.flags]),
  );
  const knows: Has = (name) => known.has(name);
  const given: Has = (name) => command.getOptionValueSource(name) === "cli";
  for (const { one, other, of, says, hint } of pairs) {
    const a = one.find(given);
    const b = other.find(given);
    if (a && b && of(knows, given)) throw usage(says(known.get(a) ?? a, known.get(b) ?? b), hint);
  }
  // An option of the command above is not this one's: it would be dropped without a word.
  for (let above = command.parent; above; above = above.parent) {
    for (const option of above.options) {
      if (above.getOptionValueSource(option.attributeName()) !== "cli") continue;
      const whole = `${above.name()} ${command.name()}`;
      throw usage(
        `${option.long} stands before ${command.name()}, where it has no effect`,
        `Put it after the command: ${whole} ${option.long} …`,
      );
    }
  }
};
