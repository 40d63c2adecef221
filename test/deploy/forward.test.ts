// The stacks that hand events to the auditor's Region send what the auditor listens to, and may do nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { changes, connects } from "../../deploy/rule-plans.ts";
import { filled, named, root } from "./stack.ts";

const [dsql, iam, trail] = changes;
const account = "111122223333";

it("between them send all that the auditor's own rules take; IAM's events come in one Region", () => {
  expect(changes.map(({ name }) => name)).toEqual(["dsql", "iam", "trail"]);
});

it("hear of every call to IAM that changes whom its policies let in, and of no call that there is not", () => {
  const { detail } = { detail: undefined, ...iam?.pattern({ bucket: "", keys: "" }) };
  const named = (detail as { readonly eventName: readonly string[] } | undefined)?.eventName ?? [];
  const operations = Object.keys(sdk).flatMap((name) => (/^(\w+)Command$/.exec(name) ?? []).slice(1));
  const changing =
    /^(?:(?:Attach|Detach|Put|Delete)(?:Role|User|Group)(?:Policy|PermissionsBoundary)|(?:Tag|Untag)(?:Role|User)|(?:AddUserTo|RemoveUserFrom)Group|UpdateAssumeRolePolicy)$/;
  expect(operations.filter((name) => changing.test(name))).toContain("PutUserPermissionsBoundary");
  expect(operations.filter((name) => changing.test(name) && !named.includes(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !operations.includes(name))).toEqual([]);
});

type Condition = Readonly<Record<string, unknown>>;
/** Whether a condition of a template holds. */
const holds = (one: Condition, all: Readonly<Record<string, Condition>>, values: object): boolean => {
  const [[word, held] = []] = Object.entries(one);
  const parts = (Array.isArray(held) ? held : []) as Condition[];
  const each = () => parts.map((part) => holds(part, all, values));
  if (word === "Condition") return holds(all[String(held)] ?? {}, all, values);
  if (word === "Fn::Not") return !each()[0];
  if (word === "Fn::And") return each().every(Boolean);
  if (word === "Fn::Or") return each().some(Boolean);
  if (word !== "Fn::Equals") throw new Error(`no condition: ${JSON.stringify(one)}`);
  const [a, b] = parts.map((part) => filled(part, values as Record<string, string>));
  return a === b;
};

describe.each([
  {
    file: "forward-region.yml",
    rules: { ConnectRule: connects, DsqlRule: dsql, TrailRule: trail },
    partition: "aws-cn",
    region: "cn-north-1",
  },
  { file: "forward-iam.yml", rules: { Forward: iam }, partition: "aws-us-gov", region: "us-gov-east-1" },
])("$file", ({ file, rules, partition, region }) => {
  const { Resources, Parameters, Conditions } = parse(readFileSync(join(root, "deploy", file), "utf8"));
  const values = { "AWS::Partition": partition, "AWS::AccountId": account, AuditorRegion: region };
  const bus = `arn:${partition}:events:${region}:${account}:event-bus/default`;

  it("sends the events that the auditor's own rules take", () => {
    expect(Object.keys(Resources).sort()).toEqual([...Object.keys(rules), "ForwardRole"].sort());
    for (const [name, plan] of Object.entries(rules)) {
      expect(plan, name).toBeDefined();
      expect(Resources[name].Properties.EventPattern, name).toEqual(plan?.pattern({ bucket: "", keys: "" }));
    }
  });

  it.each([
    ["another Region of the auditor's account", "eu-west-9", "", true],
    ["the same Region of another account", region, "999999999999", true],
    ["the auditor's own Region", region, "", false],
    ["the auditor's own Region and account, by its number", region, account, false],
  ])("hands over from %s, and no bus its events to itself", (_, here, AuditorAccount, isSent) => {
    const own = { ...values, "AWS::Region": here, AuditorAccount };
    for (const name of Object.keys(rules))
      expect(holds({ Condition: Resources[name].Condition }, Conditions, own), name).toBe(isSent);
  });

  it("gives its role to rules of its own account and Region alone", () => {
    const own = { ...values, "AWS::Region": "eu-west-9" };
    const statements = filled(Resources.ForwardRole.Properties.AssumeRolePolicyDocument.Statement, own);
    expect(statements).toEqual([
      {
        ...{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" },
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:${partition}:events:eu-west-9:${account}:rule/*` },
        },
      },
    ]);
  });

  it("puts them on the event bus of the auditor's Region, in any partition, and may do no more", () => {
    for (const name of Object.keys(rules)) {
      const { Targets } = Resources[name].Properties;
      expect(filled(Targets[0].Arn, values)).toBe(bus);
      expect(named(Targets[0].RoleArn)).toEqual(["ForwardRole"]);
    }
    const statements = Resources.ForwardRole.Properties.Policies.flatMap(
      (policy: { PolicyDocument: { Statement: object[] } }) => policy.PolicyDocument.Statement,
    );
    expect(filled(statements, values)).toEqual([
      { Effect: "Allow", Action: "events:PutEvents", Resource: bus },
    ]);
    expect(Object.keys(Parameters)).toEqual(["AuditorRegion", "AuditorAccount"]);
    // Of another account only where one is named.
    expect(Conditions.IsOwn).toEqual({ "Fn::Equals": [{ Ref: "AuditorAccount" }, ""] });
    expect(JSON.stringify(Resources)).toContain(
      '"Account":{"Fn::If":["IsOwn",{"Ref":"AWS::AccountId"},{"Ref":"AuditorAccount"}]}',
    );
  });
});
