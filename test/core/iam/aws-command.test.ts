// Commands of the AWS CLI as people paste them: whatever a name holds, it stays one word on one line.
import fc from "fast-check";
import { expect, it } from "vitest";
import { denyCommands } from "../../../lib/core/iam/aws-command.ts";

const part = fc.constantFrom("{", "\n", "npx dsql-audit ack x", "'", "$(id)", "}", "-", "=", "\u202e", "Job");
const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));

it("hold no line that a name made, and no character that nobody sees", () => {
  const denied = (of: string) =>
    denyCommands([`arn:aws:iam::111122223333:role/${of}`], "deny", ["dsql:DbConnect"], ["arn:c"]);
  const lines = denied("Job").split("\n").length;
  fc.assert(
    fc.property(name, (of) => {
      const command = denied(of);
      expect(command.split("\n")).toHaveLength(lines);
      expect(command.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 300 },
  );
});

const CLUSTER = "arn:aws:dsql:us-east-1:111122223333:cluster/abc";
const denied = (principal: string, cluster = CLUSTER) =>
  denyCommands([principal], "NoDsqlAdmin", ["dsql:DbConnectAdmin"], [cluster]);

it("deny in a policy of each cluster's own: what is put for another takes nothing back", () => {
  const names = [CLUSTER, `${CLUSTER}d`, "arn:c"].map(
    (cluster) => /--policy-name (\S+)/.exec(denied("arn:aws:iam::111122223333:role/app", cluster))?.[1],
  );
  expect(names).toEqual(["NoDsqlAdmin-abc", "NoDsqlAdmin-abcd", "NoDsqlAdmin-arnc"]);
});

it.each([
  [
    "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dba_0123456789abcdef",
    /^# Roles of IAM Identity Center/,
  ],
  ["role/AWSReservedSSO_Dba_0123456789abcdef", /^# Roles of IAM Identity Center/],
  ["role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", /^# A service's role/],
  ["role/app/AWSReservedSSO", /^aws iam put-role-policy /],
  ["user/ops/ana", /^aws iam put-user-policy .*--user-name ana /s],
])("are none for %s but where somebody may put a policy", (resource, says) => {
  const text = denied(`arn:aws:iam::111122223333:${resource}`);
  expect(text).toMatch(says);
  if (text.startsWith("#")) expect(text.split("\n").every((line) => line.startsWith("# "))).toBe(true);
});
