// The `dsql-audit` command: loads the sub-command that is asked for, runs it, and ends in an exit code.
import { Command, CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { type Asked, awsFailure } from "./aws-failure.ts";
import type { ExitCode } from "./command.ts";
import { commands } from "./commands.ts";
import { refuseConflicts } from "./conflicts.ts";
import { fillIn } from "./defaults.ts";
import { exitOf, explainError } from "./explain-error.ts";
import { guarded } from "./guarded.ts";
import type { Io } from "./io.ts";
import { wrongCommand } from "./wrong-command.ts";

/** A command that prints through `io` and throws where commander would end the process; its sub-commands inherit both. */
const quietCommand = (name: string, io: Io): Command =>
  new Command(name)
    .showHelpAfterError("(add --help for the options)")
    // An option belongs to the command that it stands after: `history` and `history show` both know --json.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    });

type Listed = (typeof commands)[number];

/** What help and suggestions need of a command that is not loaded. */
const addNamed = (program: Command, { heading, name, summary, aliases = [] }: Listed): void => {
  program
    .command(name)
    .summary(summary)
    .helpGroup(heading)
    .aliases([...aliases]);
};

const commandLine = (command: Command): string =>
  command.parent ? `${commandLine(command.parent)} ${command.name()}` : command.name();

/** Throws commander's error, with the nearest name there is. */
const refuse = (under: Command, word: string, io: Io): void => {
  const names = quietCommand(under.name(), io);
  for (const one of under.commands) names.command(one.name()).aliases([...one.aliases()]);
  names.showHelpAfterError(`(${commandLine(under)} --help lists the commands)`);
  // Only names are left to parse, so that --help cannot answer in the place of the error.
  names.parse([word], { from: "user" });
};

/** `help history show` and `history help show` are `history show --help`. */
const asHelp = ([first, ...rest]: readonly string[]): readonly string[] => {
  if (first === "help") return [...rest, "--help"];
  const isParent = commands.some(({ name, hasCommands }) => name === first && hasCommands);
  return first !== undefined && isParent && rest[0] === "help"
    ? [first, ...rest.slice(1), "--help"]
    : [...(first === undefined ? [] : [first]), ...rest];
};

const parse = async (
  argv: readonly string[],
  io: Io,
  finish: (code: ExitCode) => void,
  asking: (options: Asked) => void,
): Promise<unknown> => {
  const program = quietCommand("dsql-audit", io)
    .description("Who can reach what in Amazon Aurora DSQL, who did, and what should be taken away.")
    .version(packageJson.version)
    .commandsGroup("This command:")
    .helpCommand("help [command]", "display help for command");
  const args = asHelp(argv);
  const entry = commands.find(
    ({ name, aliases = [] }) => name === args[0] || aliases.includes(args[0] ?? ""),
  );
  if (entry) {
    const add = await entry.load();
    add(program, io, finish);
  } else for (const one of commands) if (!one.hidden) addNamed(program, one);
  program.hook("preAction", async (_, command) => {
    refuseConflicts(command);
    await fillIn(command, io);
    asking({ profile: io.env.AWS_PROFILE, region: io.env.AWS_REGION, ...command.opts<Asked>() });
  });
  const wrong = wrongCommand(program, args);
  if (wrong) refuse(wrong.under, wrong.word, io);
  return program.parseAsync([...args], { from: "user" });
};

/** Runs one command line to its exit code; never throws, never calls process.exit. */
export const run = async (argv: readonly string[], process: Io): Promise<ExitCode> => {
  const io = guarded(process);
  let code: ExitCode = 0;
  let asked: Asked = {};
  try {
    await parse(
      argv,
      io,
      (ended) => {
        code = ended;
      },
      (options) => {
        asked = options;
      },
    );
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64;
    if (io.signal.aborted) {
      io.stderr.write("Stopped; nothing is left running.\n");
      return 1;
    }
    const foreseen = awsFailure(error, asked) ?? error;
    io.stderr.write(explainError(foreseen, Boolean(io.env.DSQL_AUDIT_DEBUG)));
    return exitOf(foreseen);
  }
};
