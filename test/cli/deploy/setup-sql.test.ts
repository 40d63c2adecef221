// setup-sql with the names that a deployment gave, from its stack or from a file; nothing is copied by hand.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documents } from "../../../cli/schemas/index.ts";
import { paramsText } from "../../../deploy/params.ts";
import { fileOf, stackNameOf } from "../../../deploy/params-file.ts";
import { cliIn } from "../../support/cli.ts";
import { ACCOUNT, REGION, type SetupAccount, startSetupAccount } from "../../support/setup-account.ts";

const CLUSTER = `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abc`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/snapshot`;
const root = mkdtempSync(join(tmpdir(), "setup-sql-"));
let account: SetupAccount;
const cli = cliIn(
  () => root,
  () => 0,
);

beforeAll(async () => {
  account = await startSetupAccount();
  account.iam.putCluster({ arn: CLUSTER });
  account.stacks = {
    [`${REGION} ${stackNameOf("prod")}`]: {
      status: "CREATE_COMPLETE",
      outputs: { SnapshotRoleArn: ROLE },
      parameters: { AuditorUser: "watcher" },
    },
    [`${REGION} ${stackNameOf("old")}`]: { status: "CREATE_COMPLETE", outputs: {}, parameters: {} },
  };
  mkdirSync(join(root, "deploy"));
  writeFileSync(join(root, fileOf("prod")), paramsText({ region: REGION }));
});
afterAll(async () => {
  await account?.stop();
  rmSync(root, { recursive: true, force: true });
});

describe("setup-sql", () => {
  it("asks the stack of a stage for the role, and AWS for the clusters", async () => {
    const done = await cli("setup-sql --stage prod --json");
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(documents.get("setup-sql")?.safeParse(done.json()).error).toBeUndefined();
    expect(done.json()).toMatchObject({
      sql: ["CREATE ROLE watcher WITH LOGIN;", `AWS IAM GRANT watcher TO '${ROLE}';`],
      ...{ principal: ROLE, clusters: [CLUSTER] },
    });
    const { out } = await cli("setup-sql --stage prod");
    expect(out).toContain(`--   ${CLUSTER}\n`);
    expect(out).toContain(`-- 3. The deployment gave ${ROLE} its policy.`);
  });

  it.each(["", "abc", `${CLUSTER},${CLUSTER}d`, `${CLUSTER}*`, CLUSTER.replace("cluster/", "cluster:")])(
    "takes --cluster %j for no cluster",
    async (cluster) => {
      expect(await cli(["setup-sql", "--cluster", cluster])).toMatchObject({
        code: 64,
        out: "",
        err: expect.stringContaining("is not the ARN of one Aurora DSQL cluster"),
      });
    },
  );

  it("says of a stage that is not deployed, or of another release, what to do", async () => {
    expect(await cli(`setup-sql --stage test --region ${REGION}`)).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /dsql-access-auditor-test is not deployed in eu-central-1\n.*npx serverless deploy --stage test/,
      ),
    });
    expect((await cli(`setup-sql --stage old --region ${REGION}`)).err).toContain(
      "has no output SnapshotRoleArn",
    );
    expect((await cli("setup-sql --stage test")).err).toContain("npx dsql-audit init");
    account.denied = ["cloudformation:DescribeStacks"];
    expect((await cli("setup-sql --stage prod")).err).toMatch(
      /Allow cloudformation:DescribeStacks to whoever runs this command\. Or .* --principal and --cluster\./,
    );
    account.denied = [];
    account.iam.deny("dsql:ListClusters");
    expect((await cli("setup-sql --stage prod")).err).toMatch(
      /Allow dsql:ListClusters .*\. Or name them with --cluster\./,
    );
    account.iam.deny();
  });

  const list = [
    { OutputKey: "Other", OutputValue: "x" },
    { OutputKey: "SnapshotRoleArn", OutputValue: ROLE },
  ];
  it.each([
    ["the answer of describe-stacks", { Stacks: [{ StackName: "s", Outputs: list }] }],
    ["its stack", { Outputs: list }],
    ["its list of outputs", list],
    ["a map", { SnapshotRoleArn: ROLE }],
  ])("takes %s from a file", async (_, value) => {
    writeFileSync(join(root, "outputs.json"), JSON.stringify(value));
    const { sql } = (await cli(`setup-sql --outputs outputs.json --cluster ${CLUSTER} --json`)).json() as {
      sql: string[];
    };
    expect(sql[1]).toBe(`AWS IAM GRANT dsql_auditor TO '${ROLE}';`);
  });

  it("takes the database role from the answer of describe-stacks, and says where the file has none", async () => {
    const parameters = [{ ParameterKey: "Old" }, { ParameterKey: "AuditorUser", ParameterValue: "watcher" }];
    const said = async (value: object, ...words: string[]) => {
      writeFileSync(join(root, "outputs.json"), JSON.stringify(value));
      const done = await cli(["setup-sql", "--outputs", "outputs.json", "--json", ...words]);
      return { role: (done.json() as { sql: string[] }).sql[0]?.split(" ")[2], err: done.err };
    };
    const answer = { Stacks: [{ Outputs: list, Parameters: parameters }] };
    expect(await said(answer)).toEqual({ role: "watcher", err: "" });
    expect(await said(answer, "--role", "own")).toEqual({ role: "own", err: "" });
    expect(await said(list, "--stage", "prod")).toEqual({ role: "dsql_auditor", err: "" });
    expect(await said(list)).toEqual({
      role: "dsql_auditor",
      err: expect.stringMatching(/^outputs\.json does not say which database role .* --role\.\n$/),
    });
  });

  it("takes no example for a cluster where nobody named the clusters", async () => {
    writeFileSync(join(root, "outputs.json"), JSON.stringify(list));
    const done = await cli("setup-sql --outputs outputs.json --json");
    expect(documents.get("setup-sql")?.safeParse(done.json()).error).toBeUndefined();
    expect(done.json()).toMatchObject({ principal: ROLE, clusters: null });
    const { out } = await cli("setup-sql --outputs outputs.json");
    expect(out).toContain(
      "-- In each cluster that the deployment watches, but for those of other accounts:\n",
    );
    expect(out).not.toContain("CLUSTER_ID");
  });

  it.each([
    ["[]", "has no output SnapshotRoleArn"],
    ["{", "holds no outputs of a stack"],
    ["null", "holds no outputs of a stack"],
    ['{"SnapshotRoleArn": 1}', "holds no outputs of a stack"],
    [`{"SnapshotRoleArn": "arn:aws:iam::${ACCOUNT}:role/*"}`, "is not the ARN of an IAM role or user"],
    [
      `{"SnapshotRoleArn": "arn:aws:iam::${ACCOUNT}:role/a\\nDROP ROLE b"}`,
      "is not the ARN of an IAM role or user",
    ],
  ])("refuses a file of %j", async (text, says) => {
    writeFileSync(join(root, "outputs.json"), text);
    const done = await cli("setup-sql --outputs outputs.json");
    expect(done.code).not.toBe(0);
    expect(done.err).toContain(says);
    expect(done.out).toBe("");
  });
});
