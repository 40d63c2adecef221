// `dsql-audit setup-sql`: the SQL and the IAM policy that give the auditor its own least-privileged role.
import { checkedStage, fileOf, readFileOf, stackNameOf } from "../../deploy/params-file.ts";
import { auditorIn, isMember } from "../../lib/core/base/auditor-in.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { shellWord } from "../../lib/core/base/shell-word.ts";
import { AUDITOR_ROLE as ROLE } from "../../lib/core/catalog/auditor-needs.ts";
import { unanswered } from "../../lib/doctor/link.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { AuditError } from "../../lib/errors.ts";
import { auditorPolicy } from "../../lib/iam/auditor-policy.ts";
import type { AddCommand } from "../command.ts";
import { outputOf, stackIn } from "../deploy/outputs.ts";
import { watchedBy } from "../deploy/watched.ts";
import type { Io } from "../io.ts";
import { printable, printDocument } from "../output.ts";

type Options = {
  readonly role?: string;
  readonly principal?: string;
  readonly cluster?: readonly string[];
  readonly stage?: string;
  readonly outputs?: string;
  readonly region?: string;
  readonly iam: boolean;
  readonly json?: boolean;
};

/** What the SQL is for; `deployed`: the principal is a deployment's, which gave it its policy. */
type Named = {
  readonly role: string;
  readonly principal: string;
  /** null: those that the deployment watches, which nobody named. */
  readonly clusters: readonly string[] | null;
  readonly deployed: boolean;
};

const EXAMPLES = {
  principal: "arn:aws:iam::111122223333:role/dsql-access-auditor-snapshot",
  clusters: ["arn:aws:dsql:us-east-1:111122223333:cluster/CLUSTER_ID"],
};
const PRINCIPAL = "SnapshotRoleArn";

const usage = (message: string, hint: string): AuditError => new AuditError("usage", message, { hint });

/** One cluster, or a word in capitals where its id is to be written. */
const ONE_CLUSTER = /^arn:[a-z-]+:dsql:[a-z0-9-]+:\d{12}:cluster\/(?:[a-z0-9]+|[A-Z_]+)$/;

/** One cluster each: a policy for what is none would let the auditor in nowhere. AuditError("usage"). */
const checkClusters = (clusters: readonly string[] = []): void => {
  const strange = clusters.find((cluster) => !ONE_CLUSTER.test(cluster));
  if (strange !== undefined)
    throw usage(
      `--cluster ${JSON.stringify(strange)} is not the ARN of one Aurora DSQL cluster`,
      "Write arn:aws:dsql:REGION:ACCOUNT:cluster/ID, several with spaces between; `aws dsql list-clusters` shows them.",
    );
};

/** The stage's own file, where the command runs in a checkout that has it. */
const paramsOf = (io: Io, stage: string | undefined) => {
  const read = stage === undefined ? undefined : readFileOf(io.cwd, fileOf(stage));
  return read && "params" in read ? read.params : undefined;
};

/** From the stack of a stage: the principal, and the clusters that it watches. */
const ofStage = async (io: Io, options: Options, stage: string): Promise<Named> => {
  const params = paramsOf(io, stage);
  const region = options.region ?? params?.region ?? io.env.AWS_REGION;
  if (region === undefined)
    throw new AuditError("config", "it is not said in which Region the stage is", {
      hint: `Give --region, or write ${fileOf(stage)}: npx dsql-audit init --stage ${stage}`,
    });
  const { withSetupPorts } = await import("./setup-ports.ts");
  return withSetupPorts(io, region, async (ports) => {
    const name = stackNameOf(stage);
    const stack = await ports.stack(name);
    if (!("value" in stack))
      throw new AuditError(
        stack.missing ? "not-found" : "denied",
        stack.missing ? `${name} is not deployed in ${region}` : stack.why,
        {
          hint: stack.missing
            ? `npx serverless deploy --stage ${stage}`
            : `${unanswered("stack", stack).next} Or name the values yourself: --principal and --cluster.`,
        },
      );
    const watched = options.cluster ?? (params && watchedBy(params));
    const listed = watched ? undefined : await ports.clusters();
    if (listed && !("value" in listed))
      throw new AuditError("denied", `the clusters are not known: ${listed.why}`, {
        hint: `${unanswered("clusters", listed).next} Or name them with --cluster.`,
      });
    return {
      role: options.role ?? stack.value.parameters.AuditorUser ?? params?.auditorUser ?? ROLE,
      principal: outputOf(stack.value.outputs, PRINCIPAL, name),
      clusters: watched ?? listed?.value.map(({ arn }) => arn) ?? [],
      deployed: true,
    };
  });
};

const named = async (io: Io, options: Options): Promise<Named> => {
  const { principal, cluster, stage, outputs } = options;
  if (stage !== undefined) checkedStage(stage);
  if (outputs !== undefined && principal !== undefined)
    throw usage("--outputs and --principal both name the role", "Leave one of them out.");
  const params = paramsOf(io, stage);
  const role = options.role ?? params?.auditorUser;
  if (outputs !== undefined) {
    const stack = stackIn(io, outputs);
    const deployed = options.role ?? stack.parameters.AuditorUser ?? params?.auditorUser;
    if (deployed === undefined)
      io.stderr.write(
        `${printable(outputs)} does not say which database role the deployment connects as: ${ROLE} is taken, its default. ` +
          "Name another with --role.\n",
      );
    return {
      role: deployed ?? ROLE,
      principal: outputOf(stack.outputs, PRINCIPAL, outputs),
      clusters: cluster ?? (params && watchedBy(params)) ?? null,
      deployed: true,
    };
  }
  if (stage !== undefined && principal === undefined) return ofStage(io, options, stage);
  return {
    ...{ role: role ?? ROLE, principal: principal ?? EXAMPLES.principal, deployed: false },
    clusters: cluster ?? EXAMPLES.clusters,
  };
};

/** Of the clusters those that this principal enters; each other account has a role of its own. */
const entered = ({ clusters, principal, deployed }: Named): readonly Cluster[] | null =>
  clusters
    ?.map((arn) => Cluster.parse(arn))
    .filter((cluster) => !deployed || !isMember(principal, cluster)) ?? null;

const placesOf = ({ clusters, principal }: Named, own: readonly Cluster[] | null): string[] => {
  const others = (clusters ?? []).map((arn) => Cluster.parse(arn)).filter((one) => !own?.includes(one));
  return [
    ...(clusters?.length
      ? []
      : ["-- In each cluster that the deployment watches, but for those of other accounts:"]),
    ...(own?.length ? ["-- In each of these clusters:", ...own.map((arn) => `--   ${arn}`)] : []),
    ...(others.length ? ["-- Clusters of other accounts are entered with the role there:"] : []),
    ...others.map(
      (cluster) =>
        `--   npx dsql-audit setup-sql --principal ${shellWord(auditorIn(Principal.parse(principal), cluster))} --cluster ${shellWord(cluster)}`,
    ),
  ];
};

export const addSetupSql: AddCommand = (program, io) => {
  program
    .command("setup-sql")
    .summary("print the SQL and the IAM policy for the auditor's own role")
    .description(
      "Prints what an admin runs once, so that the auditor can log in as a role that may read the catalog and " +
        "nothing else. Runs nothing. With --stage it asks CloudFormation for the names that the deployment gave.",
    )
    .option("--role <name>", `database role of the auditor (default: the deployment's, or ${ROLE})`)
    .option(
      "--principal <arn>",
      "IAM role of the snapshot function (default: the deployment's, or an example)",
    )
    .option("--cluster <arn...>", "the clusters to watch (default: the deployment's, or an example)")
    .option("--stage <name>", "take what is not named from this deployment")
    .option("--outputs <file>", "take both roles from this file: the stack, as describe-stacks printed it")
    .option("--region <region>", "Region of the deployment (default: that of its file of parameters)")
    .option("--no-iam", "without the permissions to read IAM, for who may connect")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit setup-sql --stage prod")
    .action(async (options: Options) => {
      checkClusters(options.cluster);
      const given = await named(io, options);
      const { role, principal, deployed } = given;
      const sql = setupSql(role, principal);
      const arns = entered(given);
      const policy = auditorPolicy(arns ?? EXAMPLES.clusters.map((arn) => Cluster.parse(arn)), options.iam);
      printDocument(io, options, { sql, policy, principal, clusters: arns }, () =>
        [
          ...(deployed ? placesOf(given, arns) : []),
          "-- 1. As admin, each statement on its own (one DDL statement a transaction):",
          ...sql,
          "",
          "-- 2. As the new role, to see whether it may read the mappings. AWS does not document it;",
          "--    if it is refused, snapshots show the mappings as unreadable, never as empty:",
          "SELECT count(*) FROM sys.iam_pg_role_mappings;",
          "",
          ...(deployed
            ? [`-- 3. The deployment gave ${principal} its policy.`]
            : [`-- 3. The policy of ${principal}:`, JSON.stringify(policy, null, 2)]),
        ].join("\n"),
      );
    });
};
