// Whatever the policies say, and whatever names hold: who is shut out is denied, nobody else is touched, and commands can be pasted and taken back.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleArn } from "../../../lib/core/findings/example-facts.ts";
import { exampleIam } from "../../../lib/core/findings/example-iam.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import { applyIamChange, sameIam, undoOfIamChange } from "../../../lib/core/remediation/iam/iam-change.ts";
import { iamCommand } from "../../../lib/core/remediation/iam/iam-command.ts";
import { changedMay } from "../../../lib/core/remediation/iam/iam-proof.ts";
import { allow, cluster, clusterWith, planned, policy, shut, withInline } from "../../support/planned-iam.ts";

/** What a shell makes of a command: its words. */
const wordsOf = (command: string): string[] =>
  execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

describe("a command", () => {
  it("is what a shell reads back, whatever a name or a policy holds", () => {
    const holder = { kind: "role", name: "-x" } as const;
    const document = policy(allow("dsql:DbConnect", "*", { Sid: "it's $(rm) `x` \u202e é\n" }));
    const words = wordsOf(iamCommand({ does: "put-inline", holder, policy: "a=b", document }) ?? "");
    expect(words.slice(0, 6)).toEqual([
      "aws",
      "iam",
      "put-role-policy",
      "--role-name=-x",
      "--policy-name",
      "a=b",
    ]);
    expect(JSON.parse(words[7] ?? "")).toEqual(JSON.parse(document));
  });

  it.each(["x; rm", "x'y", "x\ny", "", "a b", "\u202ex"])(
    "is not written for a name that IAM does not take: %j",
    (name) => {
      const holder = { kind: "role", name } as const;
      expect(iamCommand({ does: "delete-inline", holder, policy: "p" })).toBeUndefined();
      expect(iamCommand({ does: "key", user: name, id: "AKIA", active: false })).toBeUndefined();
    },
  );
});

const actions = fc.subarray(
  ["dsql:DbConnect", "dsql:DbConnectAdmin", "dsql:*", "dsql:dbconnect", "s3:GetObject", "*"],
  {
    minLength: 1,
  },
);
const statement = fc.record({
  Effect: fc.constantFrom("Allow", "Allow", "Deny"),
  Action: actions,
  Resource: fc.constantFrom(cluster, "*", `${cluster}x`),
});
const names = ["A", "B", "C"] as const;
const estates = fc.record({
  inline: fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
  named: fc.option(
    fc.record({
      Effect: fc.constantFrom("Allow", "Deny"),
      Action: actions,
      Principal: fc.oneof(
        fc.constant("*"),
        fc.record({
          AWS: fc.subarray(
            names.map((name): string => exampleArn(name)),
            { minLength: 1 },
          ),
        }),
      ),
      Resource: fc.constant("*"),
    }),
  ),
  action: fc.constantFrom("DbConnect" as const, "DbConnectAdmin" as const),
});

describe("whatever the policies say", () => {
  it("who is shut out is denied, nobody else's verdict changes, and the way back says what was said", () => {
    fc.assert(
      fc.property(estates, ({ inline, named, action }) => {
        const iam = exampleIam({
          roles: names.map((name, i) => withInline(name, policy(...(inline[i] ?? [])))),
          clusters: clusterWith(named ? policy(named) : undefined),
        });
        const before = whoMay({ facts: iam, cluster }).verdictOf(exampleArn("A"), action).verdict;
        const { plan, left, proof } = planned(iam, shut("A", action));
        expect(left).toEqual([]);
        expect(proof.because).toEqual([]);
        expect(plan.steps.length > 0).toBe(before === "allowed");
        const after = plan.expected?.iam ?? iam;
        expect(whoMay({ facts: after, cluster }).verdictOf(exampleArn("A"), action).verdict).toBe("denied");
        expect(changedMay(iam, after, plan.meantMay).changed.length).toBe(before === "allowed" ? 1 : 0);
        for (const { text, undo } of plan.steps)
          expect(wordsOf(text).length * wordsOf(undo).length).toBeGreaterThan(9);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("a change and what takes it back leave the same facts", () => {
    const iam = exampleIam({ roles: [withInline("A", policy(allow("dsql:*")))] });
    const change = { does: "delete-inline", holder: { kind: "role", name: "A" }, policy: "connect" } as const;
    const after = applyIamChange(iam, change);
    expect(sameIam(after, iam)).toBe(false);
    expect(sameIam(applyIamChange(after, undoOfIamChange(iam, change)), iam)).toBe(true);
  });
});
