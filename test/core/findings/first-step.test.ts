// What to do first: in the terms of what the principal is, and by whoever can do it.
import { expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { firstStepOf } from "../../../lib/core/findings/first-step.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxyz");
const own = "arn:aws:iam::111122223333";
const managed = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Support_a1b2c3d4e5f60718";

it.each([
  [`${own}:role/ci/Deploy`, /take its access away, then revoke the active sessions of the IAM role\.$/],
  [`${own}:user/ana`, /take its access away, then deactivate its access keys\.$/],
  [`${own}:${managed}`, /take its access away, then end the person's session in IAM Identity Center\.$/],
  [`${own}:root`, /^Ask whoever holds the password of the root user/],
  ["arn:aws:iam::999900001111:role/Vendor", /, and have account 999900001111 revoke the active sessions/],
  ["arn:aws:iam::999900001111:root", /^Ask the owner .* take its access away\.$/],
  ["arn:aws:sts::111122223333:federated-user/ana", /^Ask the owner .* take its access away\.$/],
  ["unknown:others", /^Ask the owner .* take its access away\.$/],
])("%s is stopped in its own way", (principal, says) => {
  expect(firstStepOf(principal, cluster)).toMatch(says);
});
