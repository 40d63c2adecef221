// `dsql-audit demo`: the whole loop on the embedded stack, told as a story that a newcomer can follow.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Option } from "commander";
import { AuditError } from "../../lib/errors.ts";
import type { AddCommand } from "../command.ts";
import { withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printDocument } from "../output.ts";
import { progressLine } from "../progress.ts";
import { writeWhole } from "../write-whole.ts";
import { demoDocument, demoText } from "./demo-summary.ts";

type Options = { readonly dir: string; readonly smtp?: string; readonly json?: boolean };

const MARKER = ".dsql-audit-demo";
const STORE = "store.db";
/** What the stack kept its table in while it ran. */
const STACK_STORE = "store";

/** An empty folder of our own; what an earlier demonstration left is cleared, anybody else's files never. */
const prepareFolder = (folder: string): void => {
  if (existsSync(folder) && readdirSync(folder).length && !existsSync(join(folder, MARKER))) {
    throw new AuditError("usage", `${folder} is not empty and not from a demonstration`, {
      hint: "Name another folder with --dir DIR.",
    });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARKER), "Made by `dsql-audit demo`: the next run clears this folder.\n");
  for (const own of [STACK_STORE, STORE, "outbox", "report.html", "access.yml"])
    rmSync(join(folder, own), { recursive: true, force: true });
};

const smtpOf = (text: string | undefined): { host: string; port: number } | undefined => {
  if (text === undefined) return undefined;
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (!host || !port) {
    throw new AuditError("usage", `cannot read --smtp ${JSON.stringify(text)}`, {
      hint: "Write HOST:PORT.",
    });
  }
  return { host, port: Number(port) };
};

/** A spinner on a terminal; elsewhere a line per phase, and one every 20 days of the story. */
const storyteller = (io: Io) => {
  const line = progressLine(io);
  let told = "";
  return {
    say: (text: string, day?: number, days?: number): void => {
      const shown = day === undefined ? text : `simulating day ${day} of ${days}`;
      line.update(shown);
      if (!io.stderr.isTTY && shown !== told && (day === undefined || day % 20 === 1))
        io.stderr.write(`${shown}\n`);
      told = shown;
    },
    done: line.done,
  };
};

const demo = async (io: Io, options: Options): Promise<void> => {
  const folder = resolve(io.cwd, options.dir);
  const smtp = smtpOf(options.smtp);
  // The stack is loaded here, so that the other commands do not wait for it; a package has none and says so.
  const [{ runDemo }, { convertStore }] = await Promise.all([
    import("../../local/demo/run.ts"),
    import("../../local/store/convert-store.ts"),
  ]);
  prepareFolder(folder);
  const { say, done } = storyteller(io);
  try {
    const startedAt = performance.now();
    const result = await runDemo({
      folder,
      now: io.now,
      signal: io.signal,
      onProgress: say,
      ...(smtp && { smtp }),
    });
    say("writing the report");
    const store = join(folder, STORE);
    await convertStore(join(folder, STACK_STORE), store, io);
    rmSync(join(folder, STACK_STORE), { recursive: true, force: true });
    const near = relative(io.cwd, folder) || ".";
    const shown = near.startsWith("..") ? folder : near;
    const document = await withStore(io, { store }, { mustExist: true }, async (opened) => {
      const [{ loadReportData }, { renderReport }] = await Promise.all([
        import("../../lib/queries/load-report-data.ts"),
        import("../../lib/report/render-report.ts"),
      ]);
      const data = await loadReportData(opened, result.cluster, io.now(), {
        storeOption: `--store ${shown}/${STORE}`,
      });
      await writeWhole(join(folder, "report.html"), await renderReport(data));
      say("proving a plan");
      const { demoPlan } = await import("./demo-plan.ts");
      const plan = await demoPlan(io, opened, result.cluster);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      return { ...(await demoDocument(opened, result, shown, seconds)), plan };
    });
    done();
    printDocument(io, options, document, (it) => demoText(io, it));
  } finally {
    done();
  }
};

export const addDemo: AddCommand = (program, io) => {
  program
    .command("demo")
    .summary("simulate 120 days of a company on this machine")
    .description(
      "Starts PostgreSQL 16 behind a stand-in for Aurora DSQL, with stand-ins for DynamoDB, SNS, S3 and EventBridge, runs " +
        "the real functions through 120 simulated days, and leaves emails, a report and a store. Takes 2 to 5 minutes.",
    )
    .addOption(new Option("--dir <dir>", "where to leave everything").default("dsql-audit-demo"))
    .option("--smtp <host:port>", "also send each email there")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit demo --dir /tmp/audit-demo")
    .action((options: Options) => demo(io, options));
};
