// The stack that hands IAM's events to the auditor's Region sends what the auditor listens to, and may do nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { eventPlans } from "../../deploy/topology.ts";
import { filled, named, root } from "./stack.ts";

const { Resources, Parameters, Conditions } = parse(
  readFileSync(join(root, "deploy/forward-iam.yml"), "utf8"),
);
const values = {
  "AWS::Partition": "aws-us-gov",
  "AWS::AccountId": "111122223333",
  AuditorRegion: "us-gov-east-1",
};
const BUS = "arn:aws-us-gov:events:us-gov-east-1:111122223333:event-bus/default";

it("sends the events that the auditor's own rule takes", () => {
  const rule = eventPlans.flatMap(({ called }) => called.rules).find(({ name }) => name === "iam");
  expect(rule).toBeDefined();
  expect(Resources.Forward.Properties.EventPattern).toEqual(rule?.pattern({ bucket: "", keys: "" }));
});

it("puts them on the event bus of the auditor's Region, in any partition, and may do no more", () => {
  const { Targets } = Resources.Forward.Properties;
  expect(filled(Targets[0].Arn, values)).toBe(BUS);
  expect(named(Targets[0].RoleArn)).toEqual(["ForwardRole"]);
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
