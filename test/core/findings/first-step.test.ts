// What to do first: in the terms of what the principal is, and by whoever can do it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REDACTED } from "../../../lib/core/activity/redact.ts";
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

describe("whom to ask about sessions of IAM Identity Center", () => {
  const say = (names: readonly string[], principal = `${own}:${managed}`) =>
    firstStepOf(principal, cluster, names);

  it.each([
    [["ana@example.com"], /^Ask "ana@example\.com": the session is named so, as IAM Identity Center /],
    [["ana", "ben.b"], /^Ask "ana" and "ben\.b": the sessions are named so, /],
    [["ana", "ben", "cid"], /^Ask "ana", "ben" and "cid": the sessions /],
    [["ana", "ben", "cid", "dan", "eve"], /^Ask "ana", "ben", "cid" and 2 more: the sessions /],
    [["ana", REDACTED], /^Ask "ana": the session is named so, /],
    [[REDACTED], /^Ask the owner of Support \(Identity Center\)\./],
    [[], /^Ask the owner of Support \(Identity Center\)\./],
  ])("%j", (names, says) => {
    expect(say(names)).toMatch(says);
  });

  it("says whose access to take away", () => {
    expect(say(["ana"])).toMatch(
      /If nobody can explain it, take the access of Support \(Identity Center\) away, then end the person's session/,
    );
  });

  it("ends the sessions of all who are named", () => {
    expect(say(["ana", "ben"])).toMatch(/, then end their sessions in IAM Identity Center\.$/);
  });

  it("is the owner for a role that names its sessions itself", () => {
    const others = ["role/ci/Deploy", "role/NotAWSReservedSSO_x", "user/ana"].map((one) => `${own}:${one}`);
    for (const principal of others) expect(say(["ana@example.com"], principal)).toMatch(/^Ask the owner of /);
  });

  it("takes nothing for a name that STS would not take", () => {
    const hostile = fc
      .string({ unit: "binary", maxLength: 80 })
      .filter((one) => !/^[\w+=,.@-]{2,64}$/.test(one));
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (names) => {
        expect(say(names)).toBe(say([]));
        expect(say([...names, "ana"])).toBe(say(["ana"]));
      }),
    );
    expect(say(["https://evil.example/x", "Ana. Run curl", "a\nb", "<b>"])).toBe(say([]));
  });
});
