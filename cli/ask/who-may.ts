// `dsql-audit who-may`: who may connect to a cluster by IAM and the cluster's policy, and why.
import { resolve } from "node:path";
import { parseIamFile } from "../../lib/core/iam/iam-file.ts";
import type { Because, MayConnect } from "../../lib/core/iam/may-connect.ts";
import { opinionsToldText } from "../../lib/core/iam/opinions-told.ts";
import { AuditError } from "../../lib/errors.ts";
import { groundsAt } from "../../lib/queries/grounds.ts";
import {
  AS_FAR_AS_IT_GOES,
  parseAction,
  type WhoMayAnswer,
  type WhoMayRow,
  whoMayAt,
  whoMayOf,
} from "../../lib/queries/who-may.ts";
import { storedBasis } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  atOption,
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
    readonly action?: string;
    readonly principal?: string;
    readonly at?: string;
    readonly iam?: string;
    readonly live?: boolean;
    readonly all?: boolean;
  };

type Found = { readonly answer: WhoMayAnswer; readonly basis: string; readonly notes: readonly string[] };

const fromFile = (
  io: Io,
  file: string,
  { cluster, at }: Options,
  asked: Parameters<typeof whoMayOf>[1],
): Found => {
  if (cluster === undefined) {
    throw new AuditError("usage", "--iam needs --cluster: the file does not say which cluster it is about", {
      hint: "Add --cluster arn:aws:dsql:REGION:ACCOUNT:cluster/ID.",
    });
  }
  if (at !== undefined) throw new AuditError("usage", "--at needs a store: a file has only one time");
  const { notes, ...known } = parseIamFile(readText(resolve(io.cwd, file)), cluster, printable(file));
  return { answer: whoMayOf({ ...known, cluster }, asked), basis: `IAM file ${printable(file)}`, notes };
};

const fromStore = (io: Io, options: Options, asked: Parameters<typeof whoMayOf>[1]): Promise<Found> =>
  withStore(io, options, { mustExist: true }, async (store) => {
    const cluster = await pickCluster(store, options.cluster);
    const at = atOption(io, options.at);
    const grounds = await groundsAt(store, cluster, at);
    const basis = await storedBasis(store, cluster, grounds, at, options.at !== undefined);
    return { answer: whoMayAt(grounds, asked), basis, notes: [] };
  });

const effects: Readonly<Record<Because["effect"], string>> = {
  Allow: "allows it",
  Deny: "denies it",
  none: "does not allow it",
  unknown: "is not known",
};

/** What is no document with a name of its own reads by itself. */
const unnamed: ReadonlySet<string> = new Set(["cluster policy", "proposed policy", "its own policies"]);

const policyText = ({ policy, from }: Because): string => {
  if (from === "account") return "being the root user";
  if (from === "boundary") return `the boundary ${policy}`;
  return unnamed.has(policy) ? `the ${policy}` : `policy ${policy}`;
};

const becauseText = (because: Because): string => {
  const statement = because.sid === null ? "" : `, statement ${because.sid},`;
  return `${policyText(because)}${statement} ${effects[because.effect]}`;
};

const MAX_BECAUSE = 3;

/** The conditions, then the deciding statements; "no policy allows it" where there is neither. */
const whyText = ({ because, conditions, reasons, verdict }: WhoMayRow): string => {
  const shown = [...new Set(because.map(becauseText))];
  const more = shown.length - MAX_BECAUSE;
  const statements = more > 0 ? [...shown.slice(0, MAX_BECAUSE), `${more} more`] : shown;
  // Some are whole sentences, which here stand within one.
  const said = [...conditions, ...reasons].map((text) => text.replace(/\.$/, ""));
  return [...said, ...statements].join("; ") || (verdict === "denied" ? "no policy allows it" : "");
};

const styles = { allowed: "good", denied: undefined, conditional: "warn", unknown: "warn" } as const;

const columns: readonly Column<WhoMayRow>[] = [
  { head: "principal", cell: ({ principal }) => principal, max: 44 },
  { head: "kind", cell: ({ kind }) => kind.replaceAll("-", " "), max: 14 },
  { head: "action", cell: ({ action }) => action },
  { head: "verdict", cell: ({ verdict }) => verdict, style: ({ verdict }) => styles[verdict] },
  { head: "why", cell: whyText, max: 60 },
];

const verdicts: readonly MayConnect[] = ["allowed", "conditional", "unknown", "denied"];

/** "connect: 3 allowed, 1 conditional, 4,996 denied" */
const countText = (rows: readonly WhoMayRow[], action: WhoMayRow["action"]): string[] => {
  const own = rows.filter((row) => row.action === action);
  if (!own.length) return [];
  const counts = verdicts.flatMap((verdict) => {
    const count = own.filter((row) => row.verdict === verdict).length;
    return count ? [`${count.toLocaleString("en-US")} ${verdict}`] : [];
  });
  return [`${action}: ${counts.join(", ")}`];
};

/** All that an answer rests on, in sentences. */
const groundsText = (basis: string, answer: WhoMayAnswer, isLive: boolean): string =>
  `${basis.endsWith(".") ? basis : `${basis}.`}${toldText(answer, isLive)} ${AS_FAR_AS_IT_GOES}`;

/** Live answers say in their basis who was asked. */
const toldText = ({ secondOpinions }: WhoMayAnswer, isLive: boolean): string =>
  secondOpinions && !isLive ? ` ${opinionsToldText(secondOpinions)}.` : "";

const print = (io: Io, options: Options, { answer, basis, notes }: Found): void => {
  const isJson = options.json || options.ndjson;
  const isLive = options.live === true;
  for (const { part, reason } of answer.unread) {
    io.stderr.write(
      `unknown: ${part} could not be read: ${printable(reason)}; there may be principals or policies that are not listed\n`,
    );
  }
  for (const note of notes) io.stderr.write(`unknown: ${note}\n`);
  if (isJson) {
    printRows(io, options, answer.rows, columns, "");
    io.stderr.write(`${groundsText(basis, answer, isLive)}\n`);
    return;
  }
  const heads = (["connect", "admin"] as const).flatMap((action) => countText(answer.rows, action));
  io.stdout.write(`${heads.join("\n")}\n\n`);
  const isHidden = !options.all && options.principal === undefined;
  const rows = isHidden ? answer.rows.filter(({ verdict }) => verdict !== "denied") : answer.rows;
  printRows(io, options, rows, columns, "Nobody.");
  const hidden = answer.rows.length - rows.length;
  if (hidden)
    io.stdout.write(`\nDenied, and not listed: ${hidden.toLocaleString("en-US")}. --all lists them.\n`);
  io.stdout.write(`\n${paragraph(io, groundsText(basis, answer, isLive))}\n`);
};

export const addWhoMay: AddCommand = (program, io) => {
  const command = program
    .command("who-may")
    .summary("who may connect, by IAM and the cluster's policy")
    .description(
      "Judges offline, from the policies of the account and of the cluster, whom AWS lets connect: allowed, denied, conditional " +
        "(the request decides: its address, VPC, time or session) or unknown (something could not be read). A connection also needs a mapping.",
    )
    .option("--action <name>", "connect (as a database role) or admin; default: both")
    .option("--principal <who>", "of this user, role or session only: its ARN, or its name")
    .option("--at <time>", "the state at that time, from the store: ISO 8601, or 24h, 7d ago")
    .option("--live", "as IAM is now, asked as you, with a second opinion of AWS's policy simulator")
    .option("--iam <file>", "AWS's answers in a file instead of the store; needs --cluster")
    .option("--all", "list those that are denied too")
    .addHelpText("after", "\nExample:\n  $ dsql-audit who-may --action admin");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const asked = { action: parseAction(options.action), principal: options.principal };
    if (options.live && (options.iam !== undefined || options.at !== undefined))
      throw new AuditError("usage", "--live is as IAM is now: neither --at nor --iam goes with it");
    if (options.live)
      print(io, options, await (await import("./who-may-live.ts")).fromAws(io, options, asked));
    else if (options.iam === undefined) print(io, options, await fromStore(io, options, asked));
    else print(io, options, fromFile(io, options.iam, options, asked));
  });
};
