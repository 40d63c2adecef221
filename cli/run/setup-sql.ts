// `dsql-audit setup-sql`: the SQL and the IAM policy that give the auditor its own least-privileged role.
import { Cluster } from "../../lib/core/base/ids.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { auditorPolicy } from "../../lib/iam/auditor-policy.ts";
import type { AddCommand } from "../command.ts";
import { printDocument } from "../output.ts";

type Options = { role: string; principal: string; cluster: string[]; iam: boolean; json?: boolean };

export const addSetupSql: AddCommand = (program, io) => {
  program
    .command("setup-sql")
    .summary("print the SQL and the IAM policy for the auditor's own role")
    .description(
      "Prints what an admin runs once, so that the auditor can log in as a role that may read the catalog and " +
        "nothing else. Runs nothing.",
    )
    .option("--role <name>", "database role of the auditor", "dsql_auditor")
    .option(
      "--principal <arn>",
      "IAM role of the snapshot function",
      "arn:aws:iam::111122223333:role/dsql-access-auditor-snapshot",
    )
    .option("--cluster <arn...>", "the clusters to watch", [
      "arn:aws:dsql:us-east-1:111122223333:cluster/CLUSTER_ID",
    ])
    .option("--no-iam", "without the permissions to read IAM, for who may connect")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit setup-sql --cluster arn:aws:dsql:us-east-1:111122223333:cluster/abc",
    )
    .action((options: Options) => {
      const sql = setupSql(options.role, options.principal);
      const clusters = options.cluster.map((arn) => Cluster.parse(arn));
      const policy = auditorPolicy(clusters, options.iam);
      printDocument(io, options, { sql, policy }, () =>
        [
          "-- 1. As admin, each statement on its own (one DDL statement a transaction):",
          ...sql,
          "",
          "-- 2. As the new role, to see whether it may read the mappings. AWS does not document it;",
          "--    if it is refused, snapshots show the mappings as unreadable, never as empty:",
          "SELECT count(*) FROM sys.iam_pg_role_mappings;",
          "",
          `-- 3. The policy of ${options.principal}:`,
          JSON.stringify(policy, null, 2),
        ].join("\n"),
      );
    });
};
