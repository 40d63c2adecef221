// What would have a cluster watched: all that is missing, in one step that can be taken, and what comes after it.
import { expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { notWatchedBy } from "../../lib/core/coverage/watched-places.ts";
import { watchStep } from "../../lib/wording/not-watched-text.ts";

const cluster = Cluster.parse("arn:aws:dsql:eu-west-1:444455556666:cluster/orders");
const home = { account: "111122223333", region: "us-east-1", accounts: [], regions: [], tags: {} };
const stepOf = (more: Partial<Parameters<typeof notWatchedBy>[1]>): string => {
  const why = notWatchedBy(cluster, { ...home, named: undefined, ...more });
  if (!why) throw new Error("it is watched");
  return watchStep(cluster, why);
};
const entry =
  '{"cluster":"arn:aws:dsql:eu-west-1:444455556666:cluster/orders","endpoint":"orders.dsql.eu-west-1.on.aws","user":"dsql_auditor"} to clusters';
const deploy = "in deploy/params.STAGE.yml, then npx serverless deploy --stage STAGE";
const account =
  "and npx dsql-audit deploy-check --stage STAGE, which prints what that account needs: the auditor's role there, then its login in the cluster.";
const region = "and npx dsql-audit deploy-check --stage STAGE, which prints what that Region needs.";

it.each([
  [{ regions: ["eu-west-1"] }, `add 444455556666 to memberAccounts ${deploy} ${account}`],
  [{}, `add 444455556666 to memberAccounts and eu-west-1 to regions ${deploy} ${account}`],
  [
    { regions: ["eu-west-1"], named: [] },
    `add 444455556666 to memberAccounts and ${entry} ${deploy} ${account}`,
  ],
  [
    { named: [] },
    `add 444455556666 to memberAccounts, eu-west-1 to regions and ${entry} ${deploy} ${account}`,
  ],
  [{ accounts: ["444455556666"] }, `add eu-west-1 to regions ${deploy} ${region}`],
  [{ accounts: ["444455556666"], named: [] }, `add eu-west-1 to regions and ${entry} ${deploy} ${region}`],
  [{ accounts: ["444455556666"], regions: ["eu-west-1"], named: [] }, `add ${entry} ${deploy}`],
])("with %j it takes all of it", (watching, says) => {
  expect(stepOf(watching)).toBe(`To watch it: ${says}`);
});
