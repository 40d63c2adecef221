// The policy of a trail's key: whether CloudTrail may write and the auditor read, and what cannot be known.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TrailKeyUse, trailKeyLink, trailKeyStatements } from "../../lib/doctor/trail-key.ts";

const OWN = "111122223333";
const ARCHIVE = "999988887777";
const ID = "5e1f7e3c-0000-4000-8000-000000000001";
const TRAIL = `arn:aws:cloudtrail:us-east-1:${OWN}:trail/main`;
const use: TrailKeyUse = {
  arn: `arn:aws:kms:eu-central-1:${OWN}:key/${ID}`,
  ...{ trail: TRAIL, account: OWN, stack: "dsql-access-auditor-prod" },
};
const [writes, looks, reads] = trailKeyStatements(use) as Record<string, unknown>[];
const root = (account: string) => ({
  ...{ Sid: "Enable IAM User Permissions", Effect: "Allow", Action: "kms:*", Resource: "*" },
  Principal: { AWS: `arn:aws:iam::${account}:root` },
});
const policy = (...Statement: readonly unknown[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const link = (statements: readonly unknown[], of: TrailKeyUse = use) =>
  trailKeyLink({ value: policy(...statements) }, of).link;

/** As CloudTrail's console makes it: docs.aws.amazon.com/awscloudtrail: default-kms-key-policy */
const context = { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${OWN}:trail/*` };
const byConsole = [
  root(OWN),
  {
    ...{ Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Resource: "*" },
    Action: "kms:GenerateDataKey*",
    Condition: { StringEquals: { "aws:SourceArn": TRAIL }, StringLike: context },
  },
  {
    ...{ Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Resource: "*" },
    Action: "kms:DescribeKey",
  },
  {
    ...{ Effect: "Allow", Principal: { AWS: "*" }, Resource: "*" },
    Action: ["kms:Decrypt", "kms:ReEncryptFrom"],
    Condition: { StringEquals: { "kms:CallerAccount": OWN }, StringLike: context },
  },
];

describe("the policy of a trail's key", () => {
  it("admits everybody as CloudTrail's console makes it, and with what is printed", () => {
    expect(link(byConsole).state).toBe("ok");
    // Also where the account's root may do nothing, and callers of the account are admitted by their account.
    expect(link(byConsole.slice(1)).state).toBe("ok");
    expect(link([root(OWN), writes, looks]).state).toBe("ok");
    expect(link([writes, looks, reads]).state).toBe("ok");
    const role = {
      ...root(OWN),
      Principal: { AWS: `arn:aws:iam::${OWN}:role/${use.stack}-IngestFilesRole-A1` },
    };
    expect(link([role, writes, looks]).state).toBe("ok");
  });

  it("lets CloudTrail neither write nor look as KMS makes it, and the function read", () => {
    const { state, says } = link([root(OWN)]);
    expect(state).toBe("broken");
    expect(says).toMatch(/CloudTrail to write .*, CloudTrail to look at the key/);
    expect(says).not.toContain("to read");
  });

  it("admits nobody by a statement for another trail, account, action or key", () => {
    const other = { Condition: { StringEquals: { "aws:SourceArn": TRAIL.replace("main", "other") } } };
    for (const more of [other, { Action: "kms:Decrypt" }, { Resource: use.arn.replace(/.$/, "2") }]) {
      const { state, says } = link([root(OWN), { ...writes, ...more }, looks]);
      expect([state, says]).toEqual(["broken", expect.stringMatching(/does not admit CloudTrail to write/)]);
    }
    const foreign = { StringEquals: { "kms:CallerAccount": ARCHIVE } };
    expect(link([writes, looks, { ...byConsole[3], Condition: foreign }]).says).toMatch(
      /does not admit .*to read/,
    );
  });

  it("of another account has to name the auditor's, and is its owner's to change", () => {
    const theirs = { ...use, arn: use.arn.replace(OWN, ARCHIVE) };
    const found = trailKeyLink({ value: policy(root(ARCHIVE), writes, looks) }, theirs);
    expect(found.link.says).toContain(`does not admit the function ingestFiles of account ${OWN} to read`);
    expect(found.merged).toMatchObject({
      command: expect.stringMatching(/^As account 999988887777, whose key it is: aws kms put-key-policy /),
    });
    expect(link([root(ARCHIVE), writes, looks, reads], theirs).state).toBe("ok");
  });

  it("goes by the account that owns the trail, as AWS documents it", () => {
    const by = (account: string) => ({ Condition: { StringEquals: { "aws:SourceAccount": account } } });
    expect(link([root(OWN), { ...writes, ...by(OWN) }, { ...looks, ...by(OWN) }]).state).toBe("ok");
    expect(link([root(OWN), { ...writes, ...by(ARCHIVE) }, looks]).state).toBe("broken");
  });

  it("is not known where it is not shown, not understood, or rests on who asks; a denial is named", () => {
    expect(trailKeyLink({ why: "refused", permission: "kms:GetKeyPolicy" }, use).link).toMatchObject({
      state: "unknown",
      next: expect.stringMatching(/^Allow kms:GetKeyPolicy to whoever runs this command\. These statements/),
    });
    expect(trailKeyLink({ value: "{" }, use).link.state).toBe("unknown");
    const tagged = { Condition: { StringEquals: { "aws:PrincipalTag/team": "audit" } } };
    expect(link([{ ...root(OWN), ...tagged }, writes, looks]).state).toBe("unknown");
    const deny = { Effect: "Deny", Principal: "*", Action: "kms:Decrypt", Resource: "*" };
    expect(link([...byConsole, deny])).toMatchObject({
      state: "broken",
      says: expect.stringMatching(/denies the function ingestFiles/),
    });
    expect(trailKeyLink({ why: "no", missing: true }, use).link.state).toBe("broken");
  });

  it("is merged so that all that is there stays in its order, and nobody is missing then", () => {
    const strange = [...byConsole, writes, { ...looks, Action: "kms:Decrypt" }, root(ARCHIVE)];
    fc.assert(
      fc.property(fc.shuffledSubarray(strange, { minLength: 1 }), (statements) => {
        const { link: before, merged } = trailKeyLink({ value: policy(...statements) }, use);
        if (before.state !== "broken") return;
        if (!merged || !("merge" in merged)) throw new Error("nothing is merged");
        const { Statement } = merged.merge.puts as { Statement: unknown[] };
        expect(Statement.slice(0, statements.length)).toEqual(statements);
        expect(link(Statement).state).toBe("ok");
      }),
      { numRuns: 60 },
    );
  });
});
