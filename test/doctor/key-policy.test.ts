// The policy of a deployment's own key: who is admitted, who is not, and what cannot be known.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeKeyPolicy, type KeyUse, keyStatements, mergedKeyPolicy } from "../../lib/doctor/key-policy.ts";

const ID = "5e1f7e3c-0000-4000-8000-000000000001";
const use: KeyUse = {
  arn: `arn:aws:kms:eu-central-1:111122223333:key/${ID}`,
  stack: "dsql-access-auditor-prod",
};
const LOGS = "logs.eu-central-1.amazonaws.com";
const EVENTS = "events.amazonaws.com";
const ALARMS = "cloudwatch.amazonaws.com";
const ROOT = {
  Sid: "Enable IAM User Permissions",
  ...{
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::111122223333:root" },
    Action: "kms:*",
    Resource: "*",
  },
};
const [logs, events, alarms] = keyStatements(use) as Record<string, unknown>[];
const policy = (...statements: readonly unknown[]): string =>
  JSON.stringify({ Version: "2012-10-17", Id: "key-default-1", Statement: statements });
const judge = (...statements: readonly unknown[]) => judgeKeyPolicy(policy(...statements), use);
const nothing = { problem: null, missing: [], denied: [], unknown: [], account: "yes" };

describe("a key's policy", () => {
  it("admits nobody but the account as KMS makes it, and everybody with what is printed", () => {
    expect(judge(ROOT)).toEqual({ ...nothing, missing: [LOGS, EVENTS, ALARMS] });
    expect(judge(ROOT, logs, events, alarms)).toEqual(nothing);
    expect(judge({ ...ROOT, Principal: { AWS: "111122223333" } }, logs, events, alarms)).toEqual(nothing);
  });

  it("is printed with the partition's own names", () => {
    const own = { arn: `arn:aws-cn:kms:cn-north-1:111122223333:key/${ID}`, stack: use.stack };
    const text = JSON.stringify(keyStatements(own));
    expect(text).toContain('"logs.cn-north-1.amazonaws.com.cn"');
    expect(text).toContain('"arn:aws-cn:logs:cn-north-1:111122223333:log-group:/aws/http-api/');
    expect(text).not.toMatch(/arn:aws:/);
    const root = { ...ROOT, Principal: { AWS: "arn:aws-cn:iam::111122223333:root" } };
    expect(judgeKeyPolicy(policy(root, ...keyStatements(own)), own)).toEqual(nothing);
  });

  it("admits no service by the statement for the account, nor by one for another Region, key, group or action", () => {
    const principal = { Principal: { Service: "logs.us-east-1.amazonaws.com" } };
    const context = (arn: string) => ({
      Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": arn } },
    });
    const key = { Resource: use.arn.replace(/.$/, "2") };
    const group = "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/";
    for (const more of [
      principal,
      key,
      context(`${group}*`),
      context(`${group}other`),
      { Action: "kms:Decrypt" },
    ])
      expect(judge(ROOT, { ...logs, ...more }, events, alarms)).toEqual({ ...nothing, missing: [LOGS] });
    expect(judge(ROOT, { ...logs, ...context("arn:aws:logs:*:111122223333:*") }, events, alarms)).toEqual(
      nothing,
    );
    const elsewhere = { Condition: { StringEquals: { "aws:SourceAccount": "999988887777" } } };
    expect(judge(ROOT, logs, events, { ...alarms, ...elsewhere })).toEqual({ ...nothing, missing: [ALARMS] });
  });

  it("is not known where AWS does not say what a request brings, or whom a star means", () => {
    const account = { Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } } };
    const via = { Condition: { StringEquals: { "kms:ViaService": "sqs.eu-central-1.amazonaws.com" } } };
    for (const more of [account, via, { Principal: "*" }, { Principal: { AWS: "*" } }])
      expect(judge(ROOT, logs, { ...events, ...more }, alarms)).toEqual({ ...nothing, unknown: [EVENTS] });
    expect(judge(ROOT, { ...logs, Principal: { Service: "logs.amazonaws.com" } }, events, alarms)).toEqual({
      ...nothing,
      unknown: [LOGS],
    });
    expect(judge(ROOT, logs, events, alarms, { Effect: "Allow" })).toEqual(nothing);
    expect(judgeKeyPolicy("{", use).problem).not.toBeNull();
  });

  it("admits nobody whom it also denies, and may not where that is open", () => {
    const deny = { Effect: "Deny", Principal: { Service: EVENTS }, Action: "kms:Decrypt", Resource: "*" };
    expect(judge(ROOT, logs, events, alarms, deny)).toEqual({ ...nothing, denied: [EVENTS] });
    const odd = { ...deny, Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } };
    expect(judge(ROOT, logs, events, alarms, odd)).toEqual({
      ...{ problem: null, missing: [], denied: [], unknown: [LOGS, EVENTS, ALARMS] },
      account: "unknown",
    });
    const other = { ...deny, Principal: "*", Action: "kms:ScheduleKeyDeletion" };
    expect(judge(ROOT, logs, events, alarms, other)).toEqual(nothing);
  });

  it("lets the policies of the account's roles count only where its root is admitted without more", () => {
    const role = { ...ROOT, Principal: { AWS: "arn:aws:iam::111122223333:role/admin" } };
    expect(judge(role, logs, events, alarms).account).toBe("no");
    const caller = { Condition: { StringEquals: { "kms:CallerAccount": "111122223333" } } };
    expect(judge({ ...ROOT, ...caller }, logs, events, alarms).account).toBe("unknown");
    expect(judge({ ...ROOT, Action: "kms:Describe*" }, logs, events, alarms).account).toBe("no");
  });
});

it("is merged so that all that is there stays in its order, and nobody is missing then", () => {
  const strange = [
    ROOT,
    ...[logs, events, alarms].map((one) => ({
      ...one,
      Resource: "arn:aws:kms:eu-central-1:111122223333:key/x",
    })),
    ...[logs, events, alarms],
    ...[logs, events].map((one) => ({ ...one, Sid: `${one?.Sid}2`, Action: "kms:Describe*" })),
    { ...ROOT, Sid: "it's", Principal: { AWS: "arn:aws:iam::999988887777:root" } },
    { Effect: "Deny", Principal: "*", Action: "kms:ScheduleKeyDeletion", Resource: "*" },
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(strange, { minLength: 1 }), (statements) => {
      const text = policy(...statements);
      const { missing } = judgeKeyPolicy(text, use);
      const merged = mergedKeyPolicy(text, use, missing);
      if (!("merge" in merged)) throw new Error(merged.why);
      const { keeps, adds, puts } = merged.merge;
      const { Statement } = puts as { Statement: { Sid?: string }[] };
      expect([keeps, (adds as unknown[]).length]).toEqual([statements.length, missing.length]);
      expect(Statement.slice(0, keeps)).toEqual(statements);
      const there = statements.map((one) => (one as { Sid?: string }).Sid);
      for (const { Sid } of Statement.slice(keeps)) expect(there).not.toContain(Sid);
      expect(judgeKeyPolicy(JSON.stringify(puts), use).missing).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
