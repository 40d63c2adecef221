// What each function's role lets it do, and that its code needs no more of the table than that.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { roles } from "../../deploy/roles.ts";
import { tableArn } from "../../deploy/table.ts";
import { leadingKeys, tableRights, writtenByPeople } from "../../deploy/table-rights.ts";
import { allFunctions } from "../../deploy/topology.ts";
import { filled, named, policiesOf, root } from "./stack.ts";

const conditionOf = ({ Condition }: Statement): unknown =>
  (Condition as Record<string, Record<string, unknown>>)["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"];

type Statement = {
  Sid: string;
  Effect: string;
  Action: string[];
  Resource: unknown;
  Condition?: unknown;
};

const entries = (type: string) => Object.entries(roles).filter(([, { Type }]) => Type === type);

/** Every statement of identity policies, by the role that has it. */
const statements = (): { role: string; statement: Statement }[] => {
  const documents = [
    ...entries("AWS::IAM::Role").flatMap(([role, { Properties }]) =>
      policiesOf<Statement>(Properties).map((policy) => ({ role, ...policy })),
    ),
    ...entries("AWS::IAM::RolePolicy").map(([, { Properties }]) => ({
      role: named(Properties.RoleName)[0] ?? "",
      PolicyDocument: Properties.PolicyDocument,
    })),
  ];
  return documents.flatMap(({ role, PolicyDocument }) =>
    (PolicyDocument as { Statement: Statement[] }).Statement.map((statement) => ({ role, statement })),
  );
};

describe("permissions", () => {
  /** Why a statement may say more than one thing by name. */
  const WIDE: Readonly<Record<string, string>> = {
    FindClusters: "dsql:ListClusters knows no resource",
    CountCalls: "cloudwatch:GetMetricStatistics knows no resource",
    FindTrails: "cloudtrail:ListTrails and LookupEvents know no resource",
    ProveDigests: "cloudtrail:ListPublicKeys knows no resource",
    NeverAsAdmin: "a Deny, for every cluster there is",
    AssumeMemberRole: "one role by its name, in the accounts that the condition names",
    AskForSecondOpinions: "identities come and go; it asks about them and changes nothing",
    ReadMappingsAsAdmin: "as ConnectAsTheAuditor, and only with auditAsAdmin",
    ConnectAsTheAuditor: "clusters come and go; each also needs a mapping made by its admin",
    DescribeClusters: "clusters come and go",
    ReadPolicies: "iam:GetAccountAuthorizationDetails knows no resource",
    ReadMappedIdentities: "whom the mappings name is not known beforehand",
    ReadClusterAccess: "clusters come and go, and their peers live in other Regions",
    DescribeTrails: "a trail may live in another Region, an organization's in another account",
    ReadTrailFiles: "the files below the trail's prefix",
    JoinVpc: "an interface has no name while it is made",
    JoinNothingByItself: "a Deny",
  };

  it("are for named things, but where AWS knows no name", () => {
    const wide = statements().filter(({ statement }) =>
      JSON.stringify(filled(statement.Resource, {})).includes("*"),
    );
    expect([...new Set(wide.map(({ statement }) => statement.Sid))].sort()).toEqual(Object.keys(WIDE).sort());
    const everything = wide.filter(({ statement }) => [statement.Resource].flat().includes("*"));
    expect(everything.map(({ statement }) => statement.Sid).sort()).toEqual([
      "CountCalls",
      "FindClusters",
      "FindTrails",
      "JoinNothingByItself",
      "JoinVpc",
      "NeverAsAdmin",
      "ProveDigests",
      "ReadPolicies",
    ]);
    for (const { statement } of statements()) expect([statement.Action].flat().join()).not.toContain("*");
  });

  it("let nobody connect as admin where no parameter asks for it, and only the snapshot function connect at all", () => {
    const connecting = statements().filter(({ statement }) =>
      /dsql:DbConnect/.test([statement.Action].flat().join()),
    );
    expect(
      connecting.map(({ role, statement }) => `${role} ${statement.Effect} ${statement.Action}`).sort(),
    ).toEqual([
      "SnapshotRole Allow dsql:DbConnect",
      "SnapshotRole Allow dsql:DbConnectAdmin",
      "SnapshotRole Deny dsql:DbConnectAdmin",
    ]);
    const [one, admin] = connecting.filter(({ statement }) => statement.Effect === "Allow");
    expect(admin?.statement.Resource).toEqual(one?.statement.Resource);
    expect(admin?.statement.Condition).toEqual(one?.statement.Condition);
    expect(roles.SnapshotRole?.Properties.Policies).toContainEqual({
      "Fn::If": [
        "HasAuditAsAdmin",
        expect.objectContaining({ PolicyName: "as-admin" }),
        expect.objectContaining({ PolicyName: "never-as-admin" }),
      ],
    });
  });

  it("reach the clusters of the Regions that the parameter names, and of no others", () => {
    const own = statements().filter(({ statement }) =>
      JSON.stringify(statement.Resource).includes("HasRegions"),
    );
    expect(own.map(({ statement }) => statement.Sid)).toEqual([
      ...["DescribeClusters", "ConnectAsTheAuditor", "ReadMappingsAsAdmin"],
    ]);
    const regions = { "Fn::Split": [",", { "Fn::Sub": `\${AWS::Region},\${Regions}` }] };
    for (const { statement } of own)
      expect(statement.Condition).toEqual({
        "Fn::If": [
          "HasRegions",
          { StringEqualsIfExists: { "aws:RequestedRegion": regions } },
          { Ref: "AWS::NoValue" },
        ],
      });
  });

  it("let one function do each thing that reaches outside", () => {
    const outside = statements()
      .filter(({ statement }) => !named(statement.Resource).includes("KmsKeyArn"))
      .flatMap(({ role, statement }) => [statement.Action].flat().map((action) => `${role} ${action}`))
      .filter((line) => !/ (?:logs|dynamodb|sqs|dsql|cloudtrail|ec2):/.test(line));
    expect(outside.sort()).toEqual([
      "DetectRole cloudwatch:GetMetricStatistics",
      "DetectRole sns:ListSubscriptionsByTopic",
      "IngestFilesRole kms:Decrypt",
      "IngestFilesRole s3:GetObject",
      "NotifyRole events:PutEvents",
      "NotifyRole kms:Decrypt",
      "NotifyRole kms:GenerateDataKey",
      "NotifyRole securityhub:BatchImportFindings",
      "NotifyRole sns:Publish", // mails
      "NotifyRole sns:Publish", // chat
      "PlanRole sts:AssumeRole",
      "SnapshotRole iam:GetAccessKeyLastUsed",
      "SnapshotRole iam:GetAccountAuthorizationDetails",
      "SnapshotRole iam:GetRole",
      "SnapshotRole iam:GetUser",
      "SnapshotRole iam:ListAccessKeys",
      "SnapshotRole iam:SimulatePrincipalPolicy",
      "SnapshotRole sts:AssumeRole",
    ]);
  });

  it("let Lambda take the snapshot function into a VPC where one is asked for, and no function do it by itself", () => {
    const joining = statements().filter(({ statement }) => /ec2:/.test([statement.Action].flat().join()));
    expect(joining.map(({ role, statement }) => `${role} ${statement.Effect}`)).toEqual([
      "SnapshotRole Allow",
      "SnapshotRole Deny",
    ]);
    const [allowed, denied] = joining.map(({ statement }) => statement);
    expect(denied?.Action).toEqual(allowed?.Action);
    expect(filled(denied?.Condition, { "AWS::StackName": "auditor" })).toMatchObject({
      ArnEquals: { "lambda:SourceFunctionArn": [expect.stringMatching(/:function:auditor-snapshot$/)] },
    });
    expect(JSON.stringify(roles.SnapshotRole)).toMatch(/"Fn::If":\["HasVpc",\{"PolicyName":"vpc"/);
  });

  it.each(allFunctions.map(({ name }) => name))(
    "let %s write and remove its own kinds of items alone",
    (fn) => {
      const { writes, removes } = tableRights[fn];
      const changing = statements().filter(
        ({ role, statement }) =>
          role.toLowerCase() === `${fn}role`.toLowerCase() &&
          /dynamodb:(?!GetItem|Query|BatchGetItem)/.test(statement.Action.join(" ")),
      );
      expect(changing.map(({ statement }) => [statement.Action[0], conditionOf(statement)])).toEqual([
        ...(writes.length ? [["dynamodb:PutItem", leadingKeys(writes)]] : []),
        ...(removes.length ? [["dynamodb:DeleteItem", leadingKeys(removes)]] : []),
      ]);
      for (const { statement } of changing) expect(statement.Resource).toEqual([tableArn]);
    },
  );

  it.each(allFunctions.map(({ name }) => name))("let %s read its own kinds of items alone", (fn) => {
    const reading = statements().filter(
      ({ role, statement }) =>
        role.toLowerCase() === `${fn}role`.toLowerCase() &&
        /dynamodb:(?:GetItem|Query|BatchGetItem)/.test(statement.Action.join(" ")),
    );
    expect(reading.map(({ statement }) => conditionOf(statement))).toEqual([
      leadingKeys(tableRights[fn].reads),
    ]);
  });

  it("let the functions that take events from outside read no snapshot and no finding", () => {
    for (const fn of ["ingestEvents", "ingestFiles"] as const)
      expect(tableRights[fn].reads.filter((kind) => /^(?:CLUSTER|CHUNK|FINDING)#$/.test(kind))).toEqual([]);
  });

  it("give every kind of item somebody who writes it, and name no kind that is not there", () => {
    const source = readFileSync(join(root, "lib/store/table/keys.ts"), "utf8");
    const there = new Set([...source.matchAll(/(?:pk: |=> )[`"]([A-Z]+#?)/g)].map(([, kind]) => kind));
    expect(there.size).toBeGreaterThan(15);
    const owned = Object.values(tableRights).flatMap(({ writes, removes }) => [...writes, ...removes]);
    expect([...new Set([...owned, ...writtenByPeople])].sort()).toEqual([...there].sort());
  });

  it("name a kind so that no other kind begins like it", () => {
    const patterns = Object.values(tableRights).flatMap(({ writes }) => leadingKeys(writes));
    expect(patterns).toContain("CLUSTERS");
    expect(patterns.filter((pattern) => pattern.endsWith("*") && !pattern.endsWith("#*"))).toEqual([]);
  });

  it("let the query function read, and nothing else", () => {
    const own = statements().filter(({ role }) => role === "QueryRole");
    expect(
      own.flatMap(({ statement }) => statement.Action).filter((action) => !/^(?:logs|kms):/.test(action)),
    ).toEqual(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"]);
  });
});

it("lets notify use the key of the chat's topic, through SNS alone, and no function any other key but the trail's and the stack's own", () => {
  const keys = statements().filter(
    ({ statement }) =>
      statement.Action.some((action) => action.startsWith("kms:")) &&
      !named(statement.Resource).includes("KmsKeyArn"),
  );
  expect(keys.map(({ role, statement }) => [role, statement.Sid, named(statement.Resource)]).sort()).toEqual([
    ["IngestFilesRole", "OpenTrailFiles", ["TrailKeyArn"]],
    ["NotifyRole", "SealForChat", ["ChatTopicKeyArn"]],
  ]);
  const chat = keys.find(({ role }) => role === "NotifyRole")?.statement;
  expect(chat?.Action).toEqual(["kms:GenerateDataKey", "kms:Decrypt"]);
  expect(chat?.Condition).toEqual({
    StringLike: { "kms:ViaService": { "Fn::Sub": `sns.*.\${AWS::URLSuffix}` } },
  });
});
