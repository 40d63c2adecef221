// What to do first: in the terms of what the principal is, and by whoever can do it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REDACTED } from "../../../lib/core/activity/redact.ts";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { firstStepAnew, firstStepOf } from "../../../lib/core/findings/first-step.ts";

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

describe("who was refused and has no mapping", () => {
  const lets = "take away what lets it try: dsql:DbConnect, and dsql:DbConnectAdmin if it has that, in";

  it.each([
    [
      `${own}:role/ci/Deploy`,
      `${lets} its IAM policies and in the cluster policy. Then revoke the active sessions of the IAM role.`,
    ],
    [
      `${own}:user/ana`,
      `${lets} its IAM policies and in the cluster policy. Then deactivate its access keys.`,
    ],
    [`${own}:${managed}`, `${lets} its permission set and in the cluster policy. Then end the person's`],
    [
      "arn:aws:iam::999900001111:role/Vendor",
      `${lets} its IAM policies, which only account 999900001111 can change, and in the cluster policy. Then have account 999900001111 revoke`,
    ],
    ["arn:aws:sts::111122223333:federated-user/ana", `${lets} its IAM policies and in the cluster policy.`],
    [`${own}:root`, "change the password"],
  ])("%s has a permission to lose, and no mapping", (principal, says) => {
    for (const refused of ["never", "revoked"] as const) {
      const step = firstStepOf(principal, cluster, { refused });
      expect(step).toContain(says);
      expect(step).not.toContain("access away");
    }
  });

  const sign = (detector: string, evidence: object) => ({ detector, evidence });
  const asked = (...signs: object[]) =>
    firstStepAnew({
      ...{ life: "episode" as const, cluster, detector: "failed-attempts", fix: "" },
      subject: { principal: Principal.parse(`${own}:role/OldJob`), facet: "" },
      evidence: { signs },
    }).fix;
  const never = sign("unmapped-connection", { refused: true });
  const revoked = sign("revoked-connection", { refused: true });
  const refusals = sign("failed-attempts", { thenAllowed: false });

  it("is told so while all that was seen was refused, and no longer", () => {
    expect(asked(never)).toMatch(/^It was refused, and no mapping named it: there is none to end\. Ask /);
    const barred = sign("failed-attempts", { thenAllowed: false, mapping: "revoked" });
    expect(asked(revoked, barred)).toMatch(/^It was refused, and its mapping was revoked: /);
    expect(asked(never, revoked)).toMatch(/^It was refused, and its mapping was revoked: /);
    // What stands for a week is no sign of its own any more.
    const standing = sign("failed-attempts", { thenAllowed: false, mapping: "never" });
    expect(asked(standing)).toMatch(/^It was refused, and no mapping named it: /);
    for (const letIn of [
      [sign("unmapped-connection", { refused: false })],
      [revoked, sign("failed-attempts", { thenAllowed: true })],
      [never, sign("new-network", { connections: 3 })],
      // Who was only refused may be mapped, also where it was not before.
      [refusals],
      [never, refusals],
      [revoked, refusals],
    ])
      expect(asked(...letIn)).toMatch(/^Ask the owner of OldJob\. .* take its access away, then /);
  });
});

describe("whom to ask about sessions of IAM Identity Center", () => {
  const say = (names: readonly string[], principal = `${own}:${managed}`) =>
    firstStepOf(principal, cluster, { sessionNames: names });

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
