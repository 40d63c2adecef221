// What a deployment would make: packaged once, then held against the code and against AWS's rules. One file, because
// packaging takes longer than all of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allFunctions, functionPlans, queuePlans } from "../../deploy/topology.ts";
import { readSettings, type Setting } from "../../lib/config.ts";
import { TTL_ATTRIBUTE, tableDefinition } from "../../lib/store/table/table-definition.ts";
import { bundleTests } from "./bundle-tests.ts";
import { ownKeyTests } from "./own-key-tests.ts";
import { queueTests } from "./queue-tests.ts";
import { ruleTests } from "./rule-tests.ts";
import {
  chosen,
  filled,
  lookIn,
  named,
  packageStack,
  root,
  type Stack,
  type Statement,
  upper,
  VALUES,
} from "./stack.ts";
import { trailTests } from "./trail-tests.ts";

const FUNCTIONS = allFunctions.map(({ name }) => name);
let stack: Stack;
beforeAll(async () => {
  stack = await packageStack();
}, 130_000);
afterAll(() => stack?.remove());

const { all, made, lambda } = lookIn(() => stack);
describe("the template", () => {
  it("names nothing that is not there, and nothing in a circle", () => {
    const { Resources, Parameters, Conditions, Outputs } = stack.template;
    const edges = new Map(
      Object.entries(Resources).map(([id, { Properties, DependsOn = [] }]) => [
        id,
        [...named(Properties), ...[DependsOn].flat()].filter((to) => !(to in Parameters)),
      ]),
    );
    const done = new Set<string>();
    const visit = (id: string, path: readonly string[]): void => {
      expect(path, "a circle").not.toContain(id);
      if (done.has(id)) return;
      expect([...edges.keys()], path.join(" -> ")).toContain(id);
      for (const to of edges.get(id) ?? []) visit(to, [...path, id]);
      done.add(id);
    };
    for (const id of edges.keys()) visit(id, []);
    for (const { Value } of Object.values(Outputs))
      for (const id of named(Value)) expect(Resources).toHaveProperty(id);
    const choices = [...JSON.stringify(Resources).matchAll(/"Fn::If":\["(\w+)"/g)].map(([, name]) => name);
    const conditions = [...choices, ...Object.values(Resources).flatMap(({ Condition }) => Condition ?? [])];
    expect(new Set(conditions)).toEqual(new Set(Object.keys(Conditions)));
    expect(Object.keys(Outputs)).toEqual(
      expect.arrayContaining(["TableName", "TopicArn", "SnapshotRoleArn", "HttpApiUrl"]),
    );
  });

  it("asks for nothing without conditions that needs the trail's bucket or an address", () => {
    for (const [id, { Condition, Properties: all }] of Object.entries(stack.template.Resources)) {
      // What a function is told of it is text that may be empty.
      const { Environment: _, ...Properties } = all;
      if (named(Properties).includes("TrailBucket")) expect(Condition, id).toBe("HasTrailBucket");
      if (named(Properties).includes("ChatTopicKeyArn")) expect(Condition, id).toBe("HasChatTopicKey");
      if (named(Properties).includes("TrailKeyArn"))
        expect(["HasTrailKey", "MakesTrail"], id).toContain(Condition);
      if (named(Properties).includes("AlertEmail")) expect(Condition, id).toBe("HasAlertEmail");
    }
  });

  it("puts the one function that connects to clusters into a VPC, and only where subnets and groups are given", () => {
    const placed = all("AWS::Lambda::Function").filter(([, { Properties }]) => "VpcConfig" in Properties);
    expect(placed.map(([id]) => id)).toEqual(["SnapshotLambdaFunction"]);
    const { Properties } = made("SnapshotLambdaFunction");
    expect(Properties.VpcConfig).toEqual({
      "Fn::If": [
        "HasVpc",
        {
          SubnetIds: { "Fn::Split": [",", { Ref: "Subnets" }] },
          SecurityGroupIds: { "Fn::Split": [",", { Ref: "SecurityGroups" }] },
        },
        { Ref: "AWS::NoValue" },
      ],
    });
  });

  it("uses no AWS-managed key, and gives a first deployment no parameter that its template lacks", () => {
    expect(JSON.stringify(stack.template)).not.toMatch(/alias\/aws/);
    expect(stack.first).not.toHaveProperty("Parameters");
    expect(readFileSync(join(root, "serverless.yml"), "utf8")).not.toMatch(/^ +stackParameters:/m);
  });

  it("makes the table that the code was written for, and keeps it", () => {
    const [[, table] = [], ...more] = all("AWS::DynamoDB::Table");
    const { TableName: _, ...definition } = tableDefinition("");
    expect(more).toEqual([]);
    expect(table).toMatchObject({
      Condition: "MakesTable",
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
    });
    expect(chosen(table?.Properties, ["MakesTable"])).toEqual({
      ...definition,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });
});

describe("functions", () => {
  it("are these, each with a role and a log of its own, on Node.js 24 and arm64", () => {
    const functions = all("AWS::Lambda::Function");
    expect(functions.map(([id]) => id).sort()).toEqual(
      FUNCTIONS.map((fn) => `${upper(fn)}LambdaFunction`).sort(),
    );
    const roles = functions.map(([, { Properties }]) => named(Properties.Role).join());
    expect(new Set(roles).size).toBe(FUNCTIONS.length);
    expect(roles.sort()).toEqual(
      all("AWS::IAM::Role")
        .map(([id]) => id)
        .sort(),
    );
    for (const fn of FUNCTIONS) {
      expect(lambda(fn).Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
      expect(made(`${upper(fn)}LogGroup`).Properties.RetentionInDays).toBe(90);
    }
  });

  it.each(FUNCTIONS)("%s is as the table of functions says", (fn) => {
    const { says, code, memory, timeout, settings, called } = functionPlans[fn];
    const { Variables } = lambda(fn).Properties.Environment as { Variables: object };
    expect(lambda(fn).Properties).toMatchObject({
      Description: says,
      Handler: `handlers/${code}.handler`,
      MemorySize: memory,
      Timeout: timeout,
    });
    expect(Object.keys(Variables)).toEqual(expect.arrayContaining([...settings]));
    // Nobody's number of calls is held down: the poller would run into throttles.
    expect(lambda(fn).Properties).not.toHaveProperty("ReservedConcurrentExecutions");
    const mappings = all("AWS::Lambda::EventSourceMapping").filter(([, { Properties }]) =>
      named(Properties.FunctionName).includes(`${upper(fn)}LambdaFunction`),
    );
    expect(mappings).toHaveLength(called.by === "queue" ? 1 : 0);
    if (called.by === "queue") {
      expect(mappings[0]?.[1].Properties).toMatchObject({
        BatchSize: called.batch,
        ...(called.window > 0 && { MaximumBatchingWindowInSeconds: called.window }),
        ScalingConfig: { MaximumConcurrency: called.concurrency },
      });
    }
    const retries = all("AWS::Lambda::EventInvokeConfig")
      .filter(([, { Properties }]) => named(Properties.FunctionName).includes(`${upper(fn)}LambdaFunction`))
      .map(([, { Properties }]) => [Properties.MaximumRetryAttempts, Properties.MaximumEventAgeInSeconds]);
    expect(retries).toEqual(called.by === "events" ? [[called.retries, called.maxAge]] : []);
  });

  it.each(FUNCTIONS)("%s is told what its handler reads, and no more", (fn) => {
    const file = String(lambda(fn).Properties.Handler).replace(/\.handler$/, ".ts");
    const calls = readFileSync(join(root, file), "utf8").matchAll(/\bsettings\(([^)]*)\)/g);
    const names = [...calls].flatMap(([, list = ""]) =>
      [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? ""),
    );
    const { Variables } = lambda(fn).Properties.Environment as { Variables: Record<string, unknown> };
    const { NODE_OPTIONS, POWERTOOLS_LOG_LEVEL, ...own } = Variables;
    expect(NODE_OPTIONS).toBe("--enable-source-maps --max-semi-space-size=4");
    expect(POWERTOOLS_LOG_LEVEL).toEqual({ Ref: "LogLevel" });
    expect(Object.keys(own).sort()).toEqual([...new Set(names)].sort());

    const defaults = Object.entries(stack.template.Parameters).map(([id, { Default = "" }]) => [id, Default]);
    const urls = queuePlans.map(({ name }) => [`${upper(name)}Queue`, `https://sqs.example/${name}`]);
    const environment = filled(own, { ...VALUES, ...Object.fromEntries([...defaults, ...urls]) });
    expect(() => readSettings(environment as Record<string, string>, ...(names as Setting[]))).not.toThrow();
  });

  it.each(FUNCTIONS)("%s may use what it is told of, and nothing else of the stack", (fn) => {
    const { Variables } = lambda(fn).Properties.Environment as { Variables: Record<string, unknown> };
    const role = made(named(lambda(fn).Properties.Role)[0] ?? "");
    const [policy] = role.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[];
    const reached = (action: string): string[] =>
      (policy?.PolicyDocument.Statement ?? [])
        .filter(({ Action }) => [Action].flat().some((name) => name.startsWith(action)))
        .flatMap(({ Resource }) => named(Resource));
    const told = (suffix: string): string[] =>
      Object.keys(Variables)
        .filter((name) => name.endsWith(suffix))
        .flatMap((name) => named(Variables[name]));
    const queues = reached("sqs:SendMessage").filter((id) => id !== `${upper(fn)}DeadLetterQueue`);
    expect(queues.sort()).toEqual(told("_QUEUE_URL").sort());
    // One function tells, and one looks whether anybody listens.
    expect(reached("sns:")).toEqual(told("TOPIC_ARN"));
    expect(reached("sns:Publish")).toEqual(fn === "notify" ? ["Topic"] : []);
    expect([...new Set(reached("dynamodb:"))]).toEqual(told("TABLE_NAME"));
    expect(reached("sqs:ReceiveMessage")).toEqual(
      queuePlans.filter(({ name }) => name === fn).map(() => `${upper(fn)}Queue`),
    );
  });

  it("are asked over HTTP with signed requests alone: GET to ask, POST to act on a finding or a cluster", () => {
    const routes = all("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => Properties);
    for (const route of routes) expect(route).toMatchObject({ AuthorizationType: "AWS_IAM" });
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      "GET /{path+}",
      "POST /clusters/{id}/{act}",
      "POST /findings/{id}/{act}",
      "POST /incidents/{id}/{act}",
      "POST /policy/try",
    ]);
    const [[, stage] = []] = all("AWS::ApiGatewayV2::Stage");
    expect(stage?.Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingBurstLimit: expect.any(Number),
      ThrottlingRateLimit: expect.any(Number),
    });
    expect(made("HttpApiLogGroup").Properties.RetentionInDays).toBe(90);
  });
});

queueTests(FUNCTIONS, () => stack);

ownKeyTests(FUNCTIONS, () => stack);

ruleTests(() => stack);

trailTests(() => stack);

bundleTests(FUNCTIONS, () => stack);
