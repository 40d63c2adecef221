// `dsql-audit init`: writes the file of parameters that a deployment needs, by what is asked, given and there already.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Option } from "commander";
import { type ParameterName, parameterPlans } from "../../deploy/parameters.ts";
import type { Params } from "../../deploy/params.ts";
import { checkedStage, EXAMPLE, fileOf } from "../../deploy/params-file.ts";
import { bucketLink, identityLink } from "../../lib/doctor/account-links.ts";
import { type Link, ok } from "../../lib/doctor/link.ts";
import { placeLink, watchedLink } from "../../lib/doctor/setup-links.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import { AuditError } from "../../lib/errors.ts";
import type { AddCommand } from "../command.ts";
import type { Io } from "../io.ts";
import { printDocument } from "../output.ts";
import { linkLines } from "../run/link-lines.ts";
import { withSetupPorts } from "../run/setup-ports.ts";
import { writeWhole } from "../write-whole.ts";
import { type Asking, asked } from "./asked.ts";
import { type CheckItem, itemOf, itemStyles } from "./check-item.ts";
import { placeOf } from "./checks-trail.ts";
import { askRegion, type InitOptions, paramsFrom } from "./init-answers.ts";
import { type Change, changesTo, mayWrite, oldFile, shownChange, textOf } from "./init-file.ts";
import { checkedParams } from "./init-values.ts";
import { accountOf, type Looked, look, notSignedIn, regionsOf, tells, unseen } from "./look.ts";
import { tagsWanted, watchedIn } from "./watched.ts";

type Options = InitOptions & {
  readonly yes?: boolean;
  readonly offline?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

/** What AWS shows of the values, in deploy-check's words. */
type Seen = Pick<CheckItem, "item" | "state" | "says" | "next">;

type Made = {
  readonly file: string;
  readonly stage: string;
  readonly written: boolean;
  readonly params: Params;
  readonly changes: readonly Change[];
  readonly seen: readonly Seen[];
  readonly next: readonly string[];
};

/** `text`: of the file, as it is or would be. */
type Outcome = { readonly made: Made; readonly text: string };

/** The same links that deploy-check asks for. */
const seenOf = async (
  looked: Looked,
  params: Params,
  stage: string,
  ports: SetupPorts | undefined,
): Promise<Seen[]> => {
  const { region } = params;
  const bucket = params.trailBucket || params.existingTrailBucket;
  const again = (options: string) => `npx dsql-audit init --stage ${stage} --force ${options}`;
  const asks = ports && !notSignedIn(looked) && bucket;
  const told = asks ? bucketLink(bucket, tells(await ports.notification(bucket))) : undefined;
  const links: readonly Link[] = [
    identityLink(looked.identity),
    watchedLink(looked.clusters, watchedIn(params, region, accountOf(looked)), region, tagsWanted(params)),
    params.createTrail === "off"
      ? placeLink(looked.trails, placeOf(params), again)
      : ok("trail files", "the stack makes the trail and the bucket of its files"),
    // The setting merged with what is there is deploy-check's to print.
    ...(told ? [told.state === "broken" ? { ...told, next: checkOf(stage) } : told] : []),
  ];
  return links.map((link) => {
    const { item, state, says, next } = itemOf("before", link);
    return { item, state, says, next };
  });
};

const checkOf = (stage: string): string => `npx dsql-audit deploy-check --stage ${stage}`;

/** A key whose policy does not admit CloudWatch Logs fails the deployment half-way: so it is looked at first. */
const nextOf = ({ kmsKeyArn }: Params, stage: string): readonly string[] => [
  ...(kmsKeyArn === "" ? [] : [checkOf(stage)]),
  `npx serverless deploy --stage ${stage}`,
  checkOf(stage),
];

/** The Region, which everything else is asked in. */
const regionFor = async (
  { env }: Io,
  { region }: Options,
  old: Partial<Params>,
  asking: Asking | undefined,
): Promise<string> => {
  const known = region ?? old.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region === undefined && asking) return askRegion(asking, known ?? "us-east-1");
  if (known === undefined)
    throw new AuditError("usage", "it is not said in which Region the clusters are", {
      hint: "Give --region REGION, or set AWS_REGION.",
    });
  return checkedParams({ region: known }).region;
};

const stageFor = async ({ stage }: Options, asking: Asking | undefined): Promise<string> =>
  stage === undefined && asking
    ? asked(asking, "Stage, which names the deployment", "prod", checkedStage)
    : checkedStage(stage ?? "prod");

const make = async (io: Io, options: Options): Promise<Outcome> => {
  const mayAsk = io.ask && !options.yes && !options.json;
  const asking = mayAsk && io.ask ? { ask: io.ask, stderr: io.stderr } : undefined;
  if (!options.dryRun && !existsSync(join(io.cwd, EXAMPLE)))
    throw new AuditError("config", `there is no ${EXAMPLE} here, and a deployment is made from a checkout`, {
      hint: "Go to the folder of the checkout, or add --dry-run to print the file.",
    });
  const stage = await stageFor(options, asking);
  const file = fileOf(stage);
  const path = join(io.cwd, file);
  const old = oldFile(path, file);
  const region = await regionFor(io, options, old?.params ?? {}, asking);
  const decide = async (ports: SetupPorts | undefined): Promise<Outcome> => {
    const looked = ports
      ? await look(ports, regionsOf(old?.params ?? {}))
      : unseen({ why: "not asked: --offline", next: "Leave out --offline." });
    const params = await paramsFrom({ options, old: old?.params ?? {}, looked, region, asking });
    const text = textOf(options, file, params, old);
    const changes = changesTo(params, old?.params ?? {});
    const seen = await seenOf(looked, params, stage, ports);
    const writes = !options.dryRun && old?.text !== text;
    if (writes) {
      if (old) await mayWrite(io, options, file, changes, asking);
      await writeWhole(path, text);
    }
    const next = nextOf(params, stage);
    return { text, made: { file, stage, written: writes, params, changes, seen, next } };
  };
  return options.offline ? decide(undefined) : withSetupPorts(io, region, decide);
};

const isDefault = ({ name, to }: Change): boolean => parameterPlans[name as ParameterName].default === to;

/** What changed in a file that was there stands on stderr already: it was shown before it was written. */
const shown = (io: Io, { file, written, seen, next, changes }: Made): string =>
  [
    written ? `Wrote ${file}.` : `${file} says all this already: nothing was written.`,
    ...(written && changes.every(({ from }) => from === null)
      ? changes.filter((change) => !isDefault(change)).map(shownChange)
      : []),
    "",
    "What AWS shows:",
    ...linkLines(
      io,
      seen.map((one) => ({ ...one, name: one.item })),
      itemStyles,
    ),
    "",
    "Next:",
    ...next.map((line) => `  ${line}`),
  ].join("\n");

/** An option that takes what its parameter does; a shell completes them. */
const choice = (
  name: "createTrail" | "iam" | "securityHub" | "logLevel",
  flag: string,
  says: string,
): Option => {
  const { values } = parameterPlans[name];
  return new Option(`${flag} <${values.join("|")}>`, says).choices(values);
};

export const addInit: AddCommand = (program, io) => {
  program
    .command("init")
    .summary("write the file of parameters that a deployment needs")
    .description(
      "Writes deploy/params.STAGE.yml in a checkout. Asks on a terminal for what no option says, and looks at clusters and trails as you, " +
        "without changing anything in AWS. What an existing file says stays, unless an option says otherwise.",
    )
    .option("--stage <name>", "names the deployment (default: prod)")
    .option("--region <region>", "Region of the clusters (default: the file's, then $AWS_REGION)")
    .option("--email <address>", "who gets the notices; '' for nobody")
    .option("--event-bus <arn>", "EventBridge bus that gets an event for each finding; '' for none")
    .addOption(choice("securityHub", "--security-hub", "whether findings are imported into Security Hub"))
    .option("--chat-topic <arn>", "SNS topic that goes to Slack or Microsoft Teams; '' for none")
    .option("--clusters <arns>", "auto: all of them, new ones too; or ARNs, separated by commas")
    .option(
      "--tag <key=value>",
      "instead of --clusters: those that have this tag now; the parameter clusterTags: at any time",
    )
    .option("--trail-bucket <name>", "bucket of the trail that records the connects; '' for none")
    .addOption(
      choice(
        "createTrail",
        "--create-trail",
        "whether the stack makes a trail; AWS charges for what it records",
      ),
    )
    .option("--trail-prefix <prefix>", "the trail's key prefix, with its slash (default: the trail's)")
    .option("--trail-key <arn>", "KMS key of the trail's files (default: the trail's)")
    .option("--auditor-user <role>", "the auditor's database role")
    .addOption(choice("iam", "--iam", "whether IAM is read, for who may connect"))
    .option("--dormant-days <n>", "days without a connection until a mapping is dormant")
    .option("--keep-days <n>", "days that every snapshot is kept")
    .option("--existing-table <name>", "the table of an earlier deployment, to go on with")
    .option("--kms-key <arn>", "KMS key of your own for all that the stack keeps; '' for AWS's keys")
    .addOption(choice("logLevel", "--log-level", "how much the functions log"))
    .option(
      "--set <name=value>",
      "any other parameter, by its name in the file; can be given again",
      (word: string, all: string[] = []) => [...all, word],
    )
    .option("--yes", "ask nothing: take what AWS shows and what an existing file says")
    .option("--offline", "look at nothing in AWS")
    .option("--force", "change the file if it is there; what changes is shown, the rest stays")
    .option("--dry-run", "print the file, and write nothing")
    .option("--json", "one JSON document on stdout; asks nothing")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit init --stage prod --region eu-central-1 --email team@example.com --yes",
    )
    .action(async (options: Options) => {
      const { made, text } = await make(io, options);
      if (options.dryRun && !options.json) {
        io.stdout.write(text);
        return;
      }
      printDocument(io, options, made, () => shown(io, made));
    });
};
