// What each function's role lets it do, and that its code needs no more of the table than that.
import { describe, expect, it } from "vitest";
import { roles } from "../../deploy/roles.ts";
import { filled, named } from "./stack.ts";

type Statement = {
  Sid: string;
  Effect: string;
  Action: string[];
  Resource: unknown;
};

const entries = (type: string) => Object.entries(roles).filter(([, { Type }]) => Type === type);

/** Every statement of identity policies, by the role that has it. */
const statements = (): { role: string; statement: Statement }[] => {
  const documents = [
    ...entries("AWS::IAM::Role").flatMap(([role, { Properties }]) =>
      (Properties.Policies as { PolicyDocument: unknown }[]).map((policy) => ({ role, ...policy })),
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
    ConnectAsTheAuditor: "clusters come and go; each also needs a mapping made by its admin",
    DescribeClusters: "clusters come and go",
    DescribeTrails: "a trail may live in another Region, an organization's in another account",
    ReadTrailFiles: "the files below the trail's prefix",
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
      "NeverAsAdmin",
      "ProveDigests",
    ]);
    for (const { statement } of statements()) expect([statement.Action].flat().join()).not.toContain("*");
  });

  it("let nobody connect as admin, and only the snapshot function connect at all", () => {
    const connecting = statements().filter(({ statement }) =>
      /dsql:DbConnect/.test([statement.Action].flat().join()),
    );
    expect(
      connecting.map(({ role, statement }) => `${role} ${statement.Effect} ${statement.Action}`).sort(),
    ).toEqual(["SnapshotRole Allow dsql:DbConnect", "SnapshotRole Deny dsql:DbConnectAdmin"]);
  });

  it("let one function do each thing that reaches outside", () => {
    const outside = statements()
      .flatMap(({ role, statement }) => [statement.Action].flat().map((action) => `${role} ${action}`))
      .filter((line) => !/ (?:logs|dynamodb|sqs|dsql|cloudtrail):/.test(line));
    expect(outside.sort()).toEqual([
      "DetectRole cloudwatch:GetMetricStatistics",
      "IngestFilesRole kms:Decrypt",
      "IngestFilesRole s3:GetObject",
      "NotifyRole sns:Publish",
    ]);
  });

  it("let retention remove snapshots and chunks, and nothing else", () => {
    const removing = statements().filter(
      ({ role, statement }) => role === "RetainRole" && statement.Action.includes("dynamodb:DeleteItem"),
    );
    expect(removing.map(({ statement }) => statement)).toMatchObject([
      {
        Action: ["dynamodb:DeleteItem"],
        Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["CLUSTER#*", "CHUNK#*#*"] } },
      },
    ]);
  });

  it("let the query function read, and nothing else", () => {
    const own = statements().filter(({ role }) => role === "QueryRole");
    expect(
      own.flatMap(({ statement }) => statement.Action).filter((action) => !action.startsWith("logs:")),
    ).toEqual(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"]);
  });
});
