// The `dsql-audit` command: which sub-commands there are, how errors read, which exit code they end in.
import { Command, CommanderError } from "commander";
import { AuditError } from "../lib/errors.ts";
import packageJson from "../package.json" with { type: "json" };
import { addEscalations } from "./ask/escalations.ts";
import { addExplain } from "./ask/explain.ts";
import { addPrivileges } from "./ask/privileges.ts";
import { addTomorrow } from "./ask/tomorrow.ts";
import { addWhoCan } from "./ask/who-can.ts";
import type { AddCommand, ExitCode } from "./command.ts";
import { addAck } from "./findings/ack.ts";
import { addDetect } from "./findings/detect.ts";
import { addExempt, addUnexempt } from "./findings/exempt.ts";
import { addFinding } from "./findings/finding.ts";
import { addFindings } from "./findings/findings.ts";
import { addScan } from "./findings/scan.ts";
import { addHistory } from "./history/history.ts";
import { addSnapshot } from "./history/snapshot.ts";
import type { Io } from "./io.ts";
import { printable } from "./output.ts";
import { addDemo } from "./run/demo.ts";
import { addIngest } from "./run/ingest.ts";
import { addReconcile } from "./run/reconcile.ts";
import { addReplay } from "./run/replay.ts";
import { addReport } from "./run/report.ts";
import { addSetupSql } from "./run/setup-sql.ts";

const commands: readonly AddCommand[] = [
  addAck,
  addDemo,
  addDetect,
  addEscalations,
  addExempt,
  addExplain,
  addFinding,
  addFindings,
  addHistory,
  addIngest,
  addPrivileges,
  addReconcile,
  addReplay,
  addReport,
  addScan,
  addSetupSql,
  addSnapshot,
  addUnexempt,
  addTomorrow,
  addWhoCan,
];

/** Message, then what to do next; a stack only for what we did not foresee, and only when asked for. */
const explainError = (error: unknown, verbose: boolean): string => {
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`error: ${message.split("\n").map(printable).join("\n")}`];
  if (error instanceof AuditError && error.hint)
    lines.push(...error.hint.split("\n").map((l) => `  ${printable(l)}`));
  if (verbose && error instanceof Error && error.stack) lines.push(error.stack);
  else if (!(error instanceof AuditError))
    lines.push("  This was not foreseen. DSQL_AUDIT_DEBUG=1 shows where it came from.");
  return `${lines.join("\n")}\n`;
};

const exitOf = (error: unknown): ExitCode => (error instanceof AuditError && error.code === "usage" ? 64 : 1);

/** Runs one command line to its exit code; never throws, never calls process.exit. */
export const run = async (argv: readonly string[], io: Io): Promise<ExitCode> => {
  let code: ExitCode = 0;
  const program = new Command("dsql-audit")
    .description("Who can reach what in Amazon Aurora DSQL, who did, and what should be taken away.")
    .version(packageJson.version)
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
  for (const add of commands) {
    add(program, io, (ended) => {
      code = ended;
    });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64;
    if (io.signal.aborted) {
      io.stderr.write("Stopped; nothing is left running.\n");
      return 1;
    }
    io.stderr.write(explainError(error, Boolean(io.env.DSQL_AUDIT_DEBUG)));
    return exitOf(error);
  }
};
