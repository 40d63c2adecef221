// The stack that hands a further Region's events to the auditor's sends what the auditor listens to, and may do nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { changes, connects } from "../../deploy/rule-plans.ts";
import { filled, named, root } from "./stack.ts";

const { Resources, Parameters, Conditions } = parse(
  readFileSync(join(root, "deploy/forward-region.yml"), "utf8"),
);
const values = { "AWS::Partition": "aws-cn", "AWS::AccountId": "111122223333", AuditorRegion: "cn-north-1" };
const BUS = "arn:aws-cn:events:cn-north-1:111122223333:event-bus/default";
const rules = { ConnectRule: connects, DsqlRule: changes[0], TrailRule: changes[2] };

it("sends the events that the auditor's own rules take, but those of IAM, which come in one Region", () => {
  expect(changes.map(({ name }) => name)).toEqual(["dsql", "iam", "trail"]);
  expect(Object.keys(Resources)).toEqual([...Object.keys(rules), "ForwardRole"]);
  for (const [name, plan] of Object.entries(rules))
    expect(Resources[name].Properties.EventPattern, name).toEqual(plan?.pattern({ bucket: "", keys: "" }));
});

it("puts them on the event bus of the auditor's Region, in any partition, and may do no more", () => {
  for (const name of Object.keys(rules)) {
    const { Targets } = Resources[name].Properties;
    expect(filled(Targets[0].Arn, values)).toBe(BUS);
    expect(named(Targets[0].RoleArn)).toEqual(["ForwardRole"]);
  }
  const statements = Resources.ForwardRole.Properties.Policies.flatMap(
    (policy: { PolicyDocument: { Statement: object[] } }) => policy.PolicyDocument.Statement,
  );
  expect(filled(statements, values)).toEqual([
    { Effect: "Allow", Action: "events:PutEvents", Resource: BUS },
  ]);
  expect(Object.keys(Parameters)).toEqual(["AuditorRegion", "AuditorAccount"]);
  // Of another account only where one is named.
  expect(Conditions).toEqual({ IsOwn: { "Fn::Equals": [{ Ref: "AuditorAccount" }, ""] } });
  expect(JSON.stringify(Resources)).toContain(
    '"Account":{"Fn::If":["IsOwn",{"Ref":"AWS::AccountId"},{"Ref":"AuditorAccount"}]}',
  );
});
