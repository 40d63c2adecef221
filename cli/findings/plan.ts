// `dsql-audit plan FINDING…`: the script that ends findings, proven on a throw-away server, with the way back.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Option } from "commander";
import type { Baseline } from "../../lib/core/baseline/baseline.ts";
import { notProven } from "../../lib/core/remediation/proof.ts";
import { AuditError } from "../../lib/errors.ts";
import { findFinding } from "../../lib/queries/findings.ts";
import { type PlanAnswer, type PlanFor, type Prove, planOf } from "../../lib/queries/plan.ts";
import { planDocument } from "../../lib/queries/plan-document.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { readBaseline, requireSameCluster } from "../ask/baseline-file.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printDocument } from "../output.ts";
import { writeWhole } from "../write-whole.ts";
import { detectOptions, settingsOf } from "./judge-settings.ts";
import { sayPlan } from "./plan-text.ts";

type Options = StoreOptions & {
  readonly baseline?: string;
  readonly forRole?: string;
  readonly least?: boolean;
  readonly dropRole?: boolean;
  readonly proveWith?: string;
  readonly proof: boolean;
  readonly days: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly exitCode?: boolean;
};

const wrong = (message: string, hint: string): AuditError => new AuditError("usage", message, { hint });

const daysOf = (text: string): number => {
  const days = Number(text);
  if (/^\d{1,4}$/.test(text) && days >= 1) return days;
  throw wrong("--days wants a whole number of days", "How far back to look for who used it, such as 90.");
};

/** Refuses what cannot be meant, before the store is opened. */
const checkAsked = (ids: readonly string[], { baseline, forRole, least, dropRole }: Options): void => {
  const declares = baseline !== undefined || forRole !== undefined;
  if (!ids.length && !declares)
    throw wrong(
      "plan needs a finding, --baseline FILE, or --for-role ROLE --least",
      "List the findings: dsql-audit findings",
    );
  if (ids.length && declares)
    throw wrong("a plan is for findings or for a baseline, not for both", "Make two plans.");
  if (forRole !== undefined && !least)
    throw wrong("--for-role needs --least", "dsql-audit plan --for-role ROLE --least");
  if (least && forRole === undefined)
    throw wrong("--least needs --for-role ROLE", "dsql-audit plan --for-role ROLE --least");
  if (dropRole && !ids.length)
    throw wrong("--drop-role is for findings on a role", "dsql-audit plan FINDING --drop-role");
};

/** The file that is named, else what was published. */
const baselineFor = async (
  io: Io,
  store: Store,
  cluster: string,
  { baseline, forRole }: Options,
): Promise<Baseline> => {
  if (baseline !== undefined) {
    const declared = readBaseline(io, baseline);
    requireSameCluster(baseline, declared, cluster);
    return declared;
  }
  const kept = await store.baselines.read(cluster as Parameters<Store["baselines"]["read"]>[0]);
  if (kept) return kept.baseline;
  throw wrong(
    `nothing says what ${forRole} needs: no baseline was published, and use of objects is not recorded`,
    "Declare it in access.yml and name the file: dsql-audit plan --for-role ROLE --least --baseline access.yml",
  );
};

const askedOf = async (
  io: Io,
  store: Store,
  cluster: Parameters<Store["baselines"]["read"]>[0],
  ids: readonly string[],
  options: Options,
): Promise<PlanFor> => {
  if (!ids.length)
    return { baseline: await baselineFor(io, store, cluster, options), role: options.forRole ?? null };
  const findings = [];
  for (const id of new Set(ids))
    findings.push(await findFinding(store.findings, cluster, id, "dsql-audit findings"));
  return { findings, dropRoles: options.dropRole ?? false };
};

/** PostgreSQL is loaded here, so that the other commands do not wait for it. */
const proverOf = async (io: Io, { proof, proveWith }: Options): Promise<Prove> => {
  if (!proof) return async () => notProven(["the proof was left out (--no-proof)"]);
  io.stderr.write("Proving the plan on a throw-away PostgreSQL 16 …\n");
  const { prover } = await import("../../local/prove/prover.ts");
  return prover(proveWith);
};

const scriptText = (head: string, statements: readonly string[]): string =>
  `${head}\n\n${statements.join("\n\n")}${statements.length ? "\n" : ""}`;

/** What each wall is written in; `#` and `--` begin what is only said. */
const scripts = [
  { wall: "iam", file: "sh", remark: "#", head: "#!/bin/sh -e\n" },
  { wall: "sql", file: "sql", remark: "--", head: "" },
] as const;

/** Scripts for review, two for each wall that is changed. What is to be done by hand stands in the first as a remark. */
const writeScripts = async (folder: string, { plan, proof }: PlanAnswer): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  for (const { wall, file, remark, head } of scripts) {
    const steps = plan.steps.filter((step) => step.wall === wall);
    if (!steps.length && wall === "iam") continue;
    const said = (text: string): string => text.replaceAll(/^(?:-- ?)?/gm, `${remark} `);
    const texts = steps.map(({ text, says, byHand }) =>
      [...says.map(said), byHand ? said(text) : text].join("\n"),
    );
    const undo = steps.flatMap((step) => step.undo || []).toReversed();
    const begins = (text: string): string => `${head}${remark} ${text}`;
    await writeWhole(
      join(folder, `apply.${file}`),
      scriptText(begins(`dsql-audit plan: ${proof.status}`), texts),
    );
    await writeWhole(join(folder, `undo.${file}`), scriptText(begins(`takes apply.${file} back`), undo));
  }
};

export const addPlan: AddCommand = (program, io, finish) => {
  const command = program
    .command("plan")
    .summary("the script that ends findings, proven before anybody runs it")
    .description(
      "Prints the steps that end findings or drift, in the order that the server takes, and the way back. SQL is tried on a\n" +
        "throw-away PostgreSQL 16 that holds the snapshot's roles, grants and owners, behind the refusals of Aurora DSQL; of IAM\n" +
        "it is decided again who may connect, by the snapshot's policies as the plan changes them. It is proven when the finding\n" +
        "is gone, nothing else changed, and the way back restores the snapshot. Nothing is ever run on the cluster or in AWS.",
    )
    .argument("[findings...]", "ids of findings, or the beginning of each")
    .option("--baseline <file>", "bring the access to what this file declares")
    .option("--for-role <role>", "with --least: what differs of this role alone")
    .option("--least", "the fewest grants that cover what is declared of the role")
    .option("--drop-role", "remove the roles that the findings are about altogether")
    .addOption(new Option("--prove-with <url>", "prove on this empty PostgreSQL 16, as superuser"))
    .option("--no-proof", "leave the proof out: the answer is then not-proven")
    .option("--days <n>", "how far back to look for who used it", "90")
    .option("--out <dir>", "also write apply.sql and undo.sql there, and apply.sh and undo.sh for IAM")
    .option("--exit-code", "exit with 2 when the plan is not proven")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  $ dsql-audit plan 3f1c6a0b\n  $ dsql-audit plan --baseline access.yml --out review\n" +
        "  $ dsql-audit plan --for-role app_ro --least",
    );
  addStoreOptions(command).action(async (ids: string[], options: Options) => {
    checkAsked(ids, options);
    const usedDays = daysOf(options.days);
    const answer = await withStore(io, options, { mustExist: true }, async (store) => {
      const cluster = await pickCluster(store, options.cluster);
      const asked = await askedOf(io, store, cluster, ids, options);
      const settings = detectOptions(await settingsOf(io, store));
      return planOf(store, cluster, asked, io.now(), {
        settings,
        prove: await proverOf(io, options),
        usedDays,
      });
    });
    if (options.out !== undefined) await writeScripts(resolve(io.cwd, options.out), answer);
    if (options.json) printDocument(io, options, planDocument(answer), () => "");
    else sayPlan(io, answer);
    if (options.exitCode && answer.proof.status !== "proven") finish(2);
  });
};
