// `dsql-audit policy try`: a proposed policy, held against the connections that there were.

import { resolve } from "node:path";
import { counted } from "../../lib/core/base/counted.ts";
import { parseInterval } from "../../lib/core/base/parse-time.ts";
import { DAY, iso } from "../../lib/core/base/time.ts";
import { principalName } from "../../lib/core/base/visible-text.ts";
import { parseProposal } from "../../lib/core/iam/proposed-policy.ts";
import {
  type PolicyTrial,
  TRIAL_DAYS,
  type TrialRow,
  trialText,
  tryProposal,
} from "../../lib/queries/policy-trial.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph, printable, printRows } from "../output.ts";
import { readText } from "../read-text.ts";

type Options = StoreOptions &
  OutputFlags & {
    readonly from?: string;
    readonly to?: string;
    readonly principal?: string;
    readonly add?: boolean;
    readonly exitCode?: boolean;
  };

const EDITOR = "The query editor of the AWS console needs the public endpoint";

const verdicts = {
  denied: { text: "refused", style: "bad" },
  conditional: { text: "it depends", style: "warn" },
  unknown: { text: "unknown", style: "warn" },
  allowed: { text: "let in", style: "good" },
} as const;

const whyText = ({ statement, conditions, reasons, verdict }: TrialRow): string =>
  [...conditions, ...reasons, ...(statement === null ? [] : [`(${statement})`])].join("; ") ||
  (verdict === "denied" ? "nothing allows it" : "nothing denies it");

const principal: Column<TrialRow> = {
  head: "principal",
  cell: (row) => principalName(row.principal),
  max: 30,
};
const action: Column<TrialRow> = { head: "as", cell: (row) => (row.action === "admin" ? "admin" : "a role") };
const verdict: Column<TrialRow> = {
  head: "verdict",
  cell: (row) => verdicts[row.verdict].text,
  style: (row) => verdicts[row.verdict].style,
};
const why: Column<TrialRow> = { head: "why", cell: whyText, max: 60 };
const seenColumns: readonly Column<TrialRow>[] = [
  principal,
  action,
  { head: "connections", cell: ({ connections }) => connections, align: "right" },
  verdict,
  { head: "from", cell: ({ networks }) => networks.join(", "), max: 30 },
  why,
];
const unseenColumns: readonly Column<TrialRow>[] = [principal, action, verdict, why];

const figure = (count: number): string => count.toLocaleString("en-US");
const shown = (at: number): string => iso(at).slice(0, 16).replace("T", " ");
const basisOf = ({ interval, hours, unprovenHours, iamTakenAt, says }: PolicyTrial): string[] => [
  `Connections from ${shown(interval.from)} to ${shown(interval.to)} UTC: capture is ${unprovenHours ? `not proven for ${figure(unprovenHours)} of ${counted(hours, "hour")}, so that there may have been more` : `proven for all ${counted(hours, "hour")}`}. Refused attempts are left out.`,
  iamTakenAt === null
    ? "IAM was not read: who else may connect is unknown."
    : `Policies and identities as of the snapshot of ${shown(iamTakenAt)} UTC.`,
  "Of where a connection came from, only its network or its VPC endpoint is kept, and of an endpoint not its VPC. A public address without an endpoint is taken for the internet: AWS does not document whether these records always name the endpoint.",
  says,
];

/** What stands beside the rows: of the policy as a whole. */
const remarksOf = ({ flaws, keepsInternetOut, unread }: PolicyTrial): string[] => [
  ...(flaws ?? []).map(({ statement, says }) => `Note: ${statement === null ? "" : `${statement}: `}${says}`),
  ...(keepsInternetOut === null
    ? []
    : [keepsInternetOut === "yes" ? `${EDITOR}, which this policy closes to it.` : `${EDITOR}.`]),
  ...unread.map(
    ({ part, reason }) =>
      `Unknown: ${part} could not be read (${reason}); there may be more whom it would let in.`,
  ),
];

const print = (io: Io, options: Options, found: PolicyTrial): void => {
  if (options.json || options.ndjson) {
    printRows(io, options, found.rows, seenColumns);
    for (const line of [...remarksOf(found), ...basisOf(found)]) io.stderr.write(`${printable(line)}\n`);
    return;
  }
  const seen = found.rows.filter(({ connections }) => connections > 0);
  const unseen = found.rows.filter(({ connections }) => connections === 0);
  io.stdout.write(`${paragraph(io, trialText(seen))}\n\n`);
  if (seen.length) printRows(io, options, seen, seenColumns);
  if (unseen.length) {
    io.stdout.write(`${seen.length ? "\n" : ""}Not seen in this time, and it would let them in, or may:\n\n`);
    printRows(io, options, unseen, unseenColumns);
  }
  for (const line of remarksOf(found)) io.stdout.write(`\n${paragraph(io, line)}\n`);
  io.stdout.write(`\n${paragraph(io, basisOf(found).join(" "))}\n`);
};

export const addPolicyTry: AddCommand = (program, io, finish) => {
  const command = program
    .command("try")
    .argument("<file>", "a policy as JSON")
    .summary("what a proposed policy would have refused among past connections")
    .description(
      "Holds a cluster policy, or an IAM policy, against the connections that were let in: which it would have refused, " +
        "principal by principal, and whom it would still let in. A cluster policy is tried instead of the cluster's own, an IAM " +
        "policy instead of the policies that each principal has. Nothing is changed.",
    )
    .option(
      "--principal <who>",
      "only the connections of this principal, by its ARN or its name; an IAM policy is tried as its policy",
    )
    .option("--add", "try an IAM policy beside those that each principal has")
    .option("--from <time>", `from when (default: ${TRIAL_DAYS} days before --to)`)
    .option("--to <time>", "the end (default: now)")
    .option("--exit-code", "exit with 2 when it would have refused a connection")
    .addHelpText("after", "\nExample:\n  $ dsql-audit policy try policy.json --from 30d");
  addOutputOptions(addStoreOptions(command)).action(async (file: string, options: Options) => {
    const now = io.now();
    const proposed = parseProposal(readText(resolve(io.cwd, file)), printable(file));
    const { to } = parseInterval({ to: options.to }, now, { from: 0, to: now });
    const interval = parseInterval(options, now, { from: Math.max(0, to - TRIAL_DAYS * DAY), to: now });
    const asked = { proposed, interval, principal: options.principal, added: options.add };
    const found = await withStore(io, options, { mustExist: true }, async (store) =>
      tryProposal(store, await pickCluster(store, options.cluster), asked, now),
    );
    print(io, options, found);
    if (options.exitCode && found.rows.some((row) => row.connections > 0 && row.verdict === "denied"))
      finish(2);
  });
};
