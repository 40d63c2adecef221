// Shutting somebody out in IAM: what is pasted is one denial for one cluster, and where there is none a sentence says so.
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { iamCutLines } from "../../lib/notices/cut-off-text.ts";
import { MAX_COLUMNS } from "../../lib/notices/page.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/k7abcdefghij1234567890orders");
const linesOf = (resource: string, account = "111122223333", peers: readonly string[] | undefined = []) =>
  iamCutLines([`arn:aws:iam::${account}:${resource}`], cluster, peers);
const commandOf = (lines: readonly string[]) =>
  lines.slice(lines.findIndex((line) => line.startsWith("aws ")));
/** The words as a shell hands them over. */
const wordsOf = (lines: readonly string[]): string[] =>
  execFileSync("sh", ["-c", `aws() { printf '%s\\0' "$@"; }\n${commandOf(lines).join("\n")}`], {
    encoding: "utf8",
  })
    .split("\0")
    .slice(0, -1);

describe("in IAM", () => {
  it.each([
    ["role/service/OrdersApi", "put-role-policy", "--role-name", "OrdersApi"],
    ["user/ana", "put-user-policy", "--user-name", "ana"],
    // As an option of its own the name would be none: it hangs on the option before it.
    ["role/--profile", "put-role-policy", "--role-name=--profile"],
  ])("%s is denied this cluster alone, by one command", (resource, ...words) => {
    const lines = linesOf(resource);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(MAX_COLUMNS);
    const all = wordsOf(lines);
    const [call, ...who] = words;
    // Of another cluster it is another policy: neither takes the other's place.
    const policy = "dsql-audit-cut-off-k7abcdefghij1234567890orders";
    expect([...all.slice(0, 5), ...all.slice(6)]).toEqual([
      ...["iam", call, "--policy-name", policy, "--policy-document", ...who],
    ]);
    expect(JSON.parse(all[5] ?? "")).toEqual({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"], Resource: [cluster] }],
    });
  });

  it("a service's role is denied in the cluster's policy, and one of Identity Center there", () => {
    expect(linesOf("role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS").join(" ")).toMatch(
      /^AWS manages the role of a service.*cluster's policy/,
    );
    expect(
      linesOf("role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dba_0123456789abcdef").join(" "),
    ).toMatch(/^In IAM Identity Center:/);
  });

  it("the peers in other Regions are denied by the same command, and where they are not known it says so", () => {
    const peer = "arn:aws:dsql:us-east-2:111122223333:cluster/k7abcdefghij1234567890peered";
    const resourcesOf = (lines: readonly string[]) =>
      JSON.parse(wordsOf(lines)[5] ?? "").Statement[0].Resource;
    const saysOf = (lines: readonly string[]) => lines.join(" ").split(" aws iam ")[0];
    const alone = linesOf("user/ana");
    expect(saysOf(alone)).toBe(
      "In IAM, for this cluster alone, to stop it as any role, admin too. To undo it, delete the policy.",
    );
    const both = linesOf("user/ana", undefined, [peer]);
    expect(resourcesOf(both)).toEqual([cluster, peer]);
    expect(saysOf(both)).toBe(
      "In IAM, for this cluster and its peers alone, to stop it as any role, admin too. To undo it, delete the policy.",
    );
    // One that is no ARN of a cluster could be something else to a shell.
    for (const lines of [
      iamCutLines(["arn:aws:iam::111122223333:user/ana"], cluster, undefined),
      linesOf("user/ana", undefined, [`${peer}'; rm`]),
    ]) {
      expect(resourcesOf(lines)).toEqual([cluster]);
      expect(saysOf(lines)).toMatch(
        /If it has peers in other Regions, add their ARNs: they could not be read\.$/,
      );
    }
  });

  it("nobody is told to change what cannot be: root, a role of Identity Center, another account", () => {
    for (const [says, lines] of [
      [/change its password/, linesOf("root")],
      [/IAM Identity Center/, linesOf("role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Support_a1b2")],
      [/IAM Identity Center/, linesOf("role/AWSReservedSSO_Support_a1b2")],
      [/belongs to account 999900001111/, linesOf("role/bi/Vendor", "999900001111")],
    ] as const) {
      expect(lines.join(" ")).toMatch(says);
      expect(lines.join("\n")).not.toContain("put-");
    }
  });

  it("a name that could be something else to a shell gets no command", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (name) => {
        const lines = linesOf(`role/${name}`);
        if (lines.length && lines.some((line) => line.includes("put-")))
          expect(name.slice(name.lastIndexOf("/") + 1)).toMatch(/^[\w+=,.@-]+$/);
      }),
    );
    expect(linesOf("role/x'; rm -rf ~ #")).toEqual([]);
  });
});
