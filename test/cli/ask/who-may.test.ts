// `who-may` on a file with AWS's answers: verdicts, words, and what it refuses.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WhoMayRow } from "../../../lib/queries/who-may.ts";
import { cliIn } from "../../support/cli.ts";
import {
  ACCOUNT,
  allow,
  deny,
  everybody,
  IAM_CLUSTER,
  policy,
  policyArn,
  roleArn,
  userArn,
} from "../../support/iam-facts.ts";

let folder = "";
const cli = cliIn(
  () => folder,
  () => Date.UTC(2026, 10, 28),
);

const role = (name: string, more: object = {}) => ({
  Path: "/",
  RoleName: name,
  RoleId: `AROA${name.toUpperCase()}`,
  Arn: roleArn(name),
  CreateDate: "2026-01-02T03:04:05+00:00",
  AssumeRolePolicyDocument: policy({
    Effect: "Allow",
    Principal: { AWS: ACCOUNT },
    Action: "sts:AssumeRole",
  }),
  RolePolicyList: [],
  AttachedManagedPolicies: [],
  ...more,
});
const inline = (name: string, document: unknown) => ({
  RolePolicyList: [{ PolicyName: name, PolicyDocument: encodeURIComponent(JSON.stringify(document)) }],
});

const account = {
  UserDetailList: [
    {
      Path: "/",
      UserName: "ann",
      UserId: "AIDAANN",
      Arn: userArn("ann"),
      GroupList: ["dba"],
      AttachedManagedPolicies: [],
    },
  ],
  GroupDetailList: [
    {
      Path: "/",
      GroupName: "dba",
      GroupId: "AGPA",
      Arn: `arn:aws:iam::${ACCOUNT}:group/dba`,
      GroupPolicyList: [],
      AttachedManagedPolicies: [{ PolicyName: "Dba", PolicyArn: policyArn("Dba") }],
    },
  ],
  RoleDetailList: [
    role(
      "api",
      inline("Connect", policy(allow({ Sid: "Db", Action: "dsql:DbConnect", Resource: IAM_CLUSTER }))),
    ),
    role("nobody"),
    role("lost", { AttachedManagedPolicies: [{ PolicyName: "Gone", PolicyArn: policyArn("Gone") }] }),
  ],
  Policies: [
    {
      PolicyName: "Dba",
      Arn: policyArn("Dba"),
      DefaultVersionId: "v1",
      PolicyVersionList: [
        { VersionId: "v1", IsDefaultVersion: true, Document: policy(allow({ Sid: "All" })) },
      ],
    },
  ],
};
const vpcOnly = policy(
  deny({
    ...everybody,
    Sid: "VpcOnly",
    Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
    Condition: { Null: { "aws:SourceVpc": "true" } },
  }),
);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "who-may-"));
  const write = (name: string, file: object) => writeFileSync(join(folder, name), JSON.stringify(file));
  write("iam.json", {
    authorizationDetails: account,
    clusterPolicy: { policy: JSON.stringify(vpcOnly), policyVersion: "2" },
    clusterTags: {},
  });
  write("inside.json", {
    authorizationDetails: [account],
    clusterPolicy: { policy: vpcOnly },
    clusterTags: {},
    context: { "aws:SourceVpc": "vpc-1" },
  });
  write("open.json", { authorizationDetails: account, clusterPolicy: null, clusterTags: null });
  write("cut.json", {
    authorizationDetails: { ...account, IsTruncated: true },
    clusterPolicy: null,
    clusterTags: null,
  });
  write("partly.json", { authorizationDetails: { RoleDetailList: account.RoleDetailList } });
  write("wrong.json", { authorizationDetails: { RoleDetailList: [{ Arn: 5 }] } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = async (line: string): Promise<WhoMayRow[]> => {
  const { code, err, json } = await cli(`who-may ${line} --cluster ${IAM_CLUSTER} --json`);
  expect(code, err).toBe(0);
  return json() as WhoMayRow[];
};
const verdicts = async (line: string) =>
  (await rows(line)).map(({ principal, verdict }) => `${principal.split(":").at(-1)} ${verdict}`);

describe("who-may on a file", () => {
  it("gives each principal a verdict for each action, by ARN", async () => {
    expect(await verdicts("--iam open.json --action connect")).toEqual([
      "role/api allowed",
      "role/lost unknown",
      "role/nobody denied",
      "root allowed",
      "user/ann allowed",
    ]);
    expect(await verdicts("--iam open.json --action admin")).toEqual([
      "role/api denied",
      "role/lost unknown",
      "role/nobody denied",
      "root allowed",
      "user/ann allowed",
    ]);
    expect(await rows("--iam open.json")).toHaveLength(10);
  });

  it("names the statements that decide and the conditions in words", async () => {
    const [api, ann] = await Promise.all([
      rows(`--iam iam.json --action connect --principal ${roleArn("api")}`),
      rows(`--iam open.json --action admin --principal ${userArn("ann")}`),
    ]);
    expect(api).toEqual([
      {
        principal: roleArn("api"),
        kind: "role",
        action: "connect",
        verdict: "conditional",
        because: [
          { policy: "Connect", sid: "Db", effect: "Allow", from: "inline" },
          { policy: "cluster policy", sid: "VpcOnly", effect: "Deny", from: "cluster policy" },
        ],
        conditions: ["not if aws:SourceVpc is absent"],
        reasons: [],
      },
    ]);
    expect(ann[0]?.because).toEqual([
      { policy: policyArn("Dba"), sid: "All", effect: "Allow", from: "group" },
    ]);
  });

  it("takes what the file says of requests", async () => {
    expect(await verdicts("--iam inside.json --action connect")).toContain("role/api allowed");
  });

  it("says what is missing, and does not take it for none", async () => {
    const { code, err, json } = await cli(
      `who-may --iam partly.json --cluster ${IAM_CLUSTER} --action connect --json`,
    );
    expect(code).toBe(0);
    expect((json() as WhoMayRow[]).map(({ verdict }) => verdict)).toEqual([
      "unknown",
      "unknown",
      "unknown",
      "allowed",
    ]);
    expect(err).toContain("users could not be read: the answer has no UserDetailList");
    expect(err).toContain("Organisation policies (SCP, RCP)");
  });

  it("judges a session, and says who is not there", async () => {
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/api/job-7`;
    expect(await rows(`--iam open.json --action connect --principal ${session}`)).toMatchObject([
      { principal: session, kind: "role", verdict: "allowed" },
    ]);
    expect(await rows(`--iam open.json --action connect --principal ${roleArn("ghost")}`)).toMatchObject([
      { kind: "gone", verdict: "denied", reasons: ["There is no such identity in this account."] },
    ]);
  });

  it("calls nobody gone by lists that are cut, nor a federated user, whom no list holds", async () => {
    const { json, err } = await cli(
      `who-may --iam cut.json --cluster ${IAM_CLUSTER} --action connect --principal ${roleArn("ghost")} --json`,
    );
    expect(json()).toMatchObject([{ kind: "not-read", verdict: "unknown" }]);
    expect(err).toContain("there may be users and roles that are not listed");
    const federated = `arn:aws:sts::${ACCOUNT}:federated-user/bob`;
    expect(await rows(`--iam open.json --action connect --principal ${federated}`)).toMatchObject([
      { kind: "not-read", verdict: "unknown" },
    ]);
  });

  it("counts for people, and hides those that are denied unless asked", async () => {
    const { out } = await cli(`who-may --iam iam.json --cluster ${IAM_CLUSTER} --action connect`);
    expect(out).toContain("connect: 1 allowed, 2 conditional, 1 unknown, 1 denied\n");
    expect(out).toContain("not if aws:SourceVpc is absent");
    expect(out).toContain("Denied, and not listed: 1. --all lists them.");
    expect(out).not.toContain("role/nobody");
    const all = await cli(`who-may --iam iam.json --cluster ${IAM_CLUSTER} --action connect --all`);
    expect(all.out).toMatch(/role\/nobody .* denied .* no policy allows it/);
  });

  it.each([
    [`--iam open.json`, 64, "--iam needs --cluster"],
    [`--iam open.json --cluster abc`, 64, "is not the ARN of an Aurora DSQL cluster"],
    [`--iam open.json --cluster ${IAM_CLUSTER} --at 7d`, 64, "--at needs a store"],
    [`--iam open.json --cluster ${IAM_CLUSTER} --action write`, 64, 'there is no action "write"'],
    [
      `--iam open.json --cluster ${IAM_CLUSTER} --principal bob`,
      1,
      'no principal is known by the name "bob"',
    ],
    [
      `--iam open.json --cluster ${IAM_CLUSTER} --principal arn:aws:s3:::bob`,
      64,
      "is not the ARN of an IAM principal",
    ],
    [`--iam none.json --cluster ${IAM_CLUSTER}`, 1, "none.json: the file cannot be read"],
    [`--iam wrong.json --cluster ${IAM_CLUSTER}`, 1, "authorizationDetails.RoleDetailList[0].Arn"],
  ])("who-may %s", async (line, code, message) => {
    const run = await cli(`who-may ${line}`);
    expect([run.code, run.err]).toEqual([code, expect.stringContaining(message)]);
  });
});
