// deploy-check over an account behind the real clients: what is missing is told, and what it prints mends it.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { paramsText, readParams } from "../../../deploy/params.ts";
import { stackNameOf, stackValues } from "../../../deploy/params-file.ts";
import { FORWARD_REGION_STACK, FORWARD_STACK } from "../../../lib/doctor/forward-stacks.ts";
import { awsCallsOf } from "../../support/aws-cli.ts";
import { CLUSTER, startCheckedAccount, values } from "../../support/checked-account.ts";
import { ACCOUNT, REGION, TABLE } from "../../support/setup-account.ts";

const { account, cli, file, check, item, write, reset, stop } = await startCheckedAccount();
beforeEach(reset);
afterAll(stop);

const ROLE = `arn:aws:iam::${ACCOUNT}:role/dsql-access-auditor-prod-snapshot`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:topic`;

const deployed = (more: Record<string, string> = {}) => {
  const read = readParams(paramsText({ ...values, ...more }));
  if ("problems" in read) throw new Error(read.problems.join());
  return {
    status: "CREATE_COMPLETE",
    outputs: {
      SnapshotRoleArn: ROLE,
      TableName: TABLE,
      TopicArn: TOPIC,
      ConfirmAlertEmail: "aws sns confirm-subscription --token TOKEN",
    },
    parameters: { ...stackValues(read.params) },
  };
};

describe("deploy-check", () => {
  it("names the command that writes the file of parameters, and asks AWS nothing without one", async () => {
    rmSync(file);
    const before = account.iam.calls.length;
    const items = await check();
    expect(items[0]).toMatchObject({
      item: "parameters",
      state: "missing",
      next: "npx dsql-audit init --stage prod",
    });
    expect(account.iam.calls).toHaveLength(before);
    writeFileSync(file, "alertEmial: x\n");
    expect((await check())[0]?.says).toContain('there is no parameter "alertEmial"');
  });

  it("looks at the clusters that the file names, and at the table of before", async () => {
    write({
      clusters: JSON.stringify([{ cluster: `${CLUSTER}gone`, endpoint: "e", user: "u" }]),
      existingTable: "other",
    });
    expect((await item("clusters"))?.says).toBe(`AWS lists no such cluster in ${REGION}: ${CLUSTER}gone`);
    expect(await item("existing table")).toMatchObject({ state: "missing", says: "there is no table other" });
    write({ existingTable: TABLE });
    expect((await item("existing table"))?.state).toBe("ok");
  });

  it("refuses clusters that no function would take, by the account that is signed in to", async () => {
    const foreign = "arn:aws:dsql:us-east-1:999988887777:cluster/x";
    const named = (...arns: string[]) =>
      JSON.stringify(arns.map((cluster) => ({ cluster, endpoint: "e", user: "u" })));
    write({ clusters: named(foreign.replace("us-east-1", REGION)) });
    const items = (await check()).filter((one) => one.item === "clusters");
    expect(items).toMatchObject([
      {
        state: "missing",
        says: `${foreign.replace("us-east-1", REGION)} is of account 999988887777, and this deployment connects to clusters of ${ACCOUNT} alone`,
        next: expect.stringContaining("Correct clusters in deploy/params.prod.yml"),
      },
    ]);
    write({ clusters: named(CLUSTER.replace(REGION, "eu-north-1")) });
    expect((await item("parameters"))?.says).toContain(
      `is in eu-north-1, and this deployment connects to clusters in ${REGION} alone`,
    );
  });

  it("asks each account and Region about the named clusters that it has, and no other's", async () => {
    const there = `arn:aws:dsql:eu-west-1:${ACCOUNT}:cluster/there`;
    account.iam.putCluster({ arn: there });
    const named = (...arns: string[]) =>
      JSON.stringify(arns.map((cluster) => ({ cluster, endpoint: "e", user: "u" })));
    const more = { regions: "eu-west-1", memberAccounts: "444455556666" };
    const other = CLUSTER.replace(ACCOUNT, "444455556666");
    write({ ...more, clusters: named(there, other) });
    const items = await check();
    expect(items.filter((one) => one.item.startsWith("clusters"))).toMatchObject([
      { item: "clusters in eu-west-1", state: "ok" },
    ]);
    // Whether its trails take the connects is not this account's to say, and no selector here would change it.
    expect(items.find((one) => one.item === "trail" && one.cluster === other)).toMatchObject({
      ...{ state: "unknown", merge: null, says: expect.stringContaining("444455556666") },
    });
    account.iam.removeCluster(there);
  });

  it("prints for a cluster of a member account the login of the role that this account gives", async () => {
    const other = CLUSTER.replace(ACCOUNT, "444455556666");
    const more = {
      memberAccounts: "444455556666",
      clusters: JSON.stringify([{ cluster: other, endpoint: "e", user: "u" }]),
    };
    account.stacks = { [`${REGION} ${stackNameOf("prod")}`]: deployed(more) };
    write(more);
    expect((await item("database login"))?.sql).toEqual([
      "CREATE ROLE dsql_auditor WITH LOGIN;",
      `AWS IAM GRANT dsql_auditor TO '${ROLE.replace(ACCOUNT, "444455556666")}';`,
    ]);
    const { out } = await cli("setup-sql --stage prod");
    expect(out).not.toContain("In each of these clusters");
    expect(out).toContain(
      `npx dsql-audit setup-sql --principal ${ROLE.replace(ACCOUNT, "444455556666")} --cluster ${other}`,
    );
  });

  it("looks at the clusters that the tags choose, and knows none where AWS does not say which tags they have", async () => {
    const other = CLUSTER.replace("abc", "tagged");
    write({ clusterTags: '{"audit":true}' });
    expect(await item("clusters")).toMatchObject({
      state: "missing",
      says: `no cluster in ${REGION} has the tags of clusterTags: audit=true`,
      next: expect.stringContaining(
        `aws dsql tag-resource --region ${REGION} --resource-arn ${CLUSTER} --tags`,
      ),
    });
    account.iam.putCluster({ arn: other, tags: { audit: "true" }, tagsLeftOut: true });
    const items = await check();
    expect(items.find((one) => one.item === "clusters")?.says).toBe(
      `1 in ${REGION} with the tags audit=true`,
    );
    expect(items.filter((one) => one.item === "trail").map(({ cluster }) => cluster)).toEqual([other]);
    account.iam.deny("dsql:ListTagsForResource");
    expect(await item("clusters")).toMatchObject({ state: "unknown", says: expect.stringContaining(other) });
    account.iam.removeCluster(other);
  });

  it("looks at the clusters of each further Region, and names what hands over its events", async () => {
    const there = `arn:aws:dsql:eu-west-1:${ACCOUNT}:cluster/there`;
    account.iam.putCluster({ arn: there });
    // Its own Region among them, and one twice, are no further ones.
    write({ regions: `eu-west-1,${REGION},eu-north-1,eu-west-1` });
    account.stacks = {
      [`eu-north-1 ${FORWARD_REGION_STACK}`]: {
        ...{ status: "CREATE_COMPLETE", outputs: {}, parameters: { AuditorRegion: REGION } },
      },
    };
    const items = await check();
    const states = Object.fromEntries(items.map((one) => [one.item, one.state]));
    expect(states).toMatchObject({
      ...{ clusters: "ok", "clusters in eu-west-1": "ok", "clusters in eu-north-1": "missing" },
      ...{ "events of eu-west-1": "missing", "events of eu-north-1": "ok" },
    });
    const regional = items.filter(({ item: name }) => /(?:events of|clusters in) /.test(name));
    expect(regional).toHaveLength(4);
    const trails = items.filter((one) => one.item === "trail").map(({ cluster }) => cluster);
    expect(trails).toEqual([CLUSTER, there]);
    expect(items.find((one) => one.item === "events of eu-west-1")?.next).toBe(
      `aws cloudformation deploy --region eu-west-1 --stack-name ${FORWARD_REGION_STACK} --template-file deploy/forward-region.yml --capabilities CAPABILITY_IAM --parameter-overrides AuditorRegion=${REGION}`,
    );
  });

  it("fills in the deployment's outputs once it is there, and says who has still to act", async () => {
    account.stacks = {
      [`${REGION} ${stackNameOf("prod")}`]: deployed(),
      [`us-east-1 ${FORWARD_STACK}`]: {
        status: "CREATE_COMPLETE",
        outputs: {},
        parameters: { AuditorRegion: REGION },
      },
    };
    account.subscriptions = ["PendingConfirmation"];
    const items = await check();
    expect(items.filter(({ when }) => when === "after")).toMatchObject([
      { item: "stack", state: "ok" },
      {
        ...{ item: "database login", cluster: CLUSTER, state: "unknown" },
        next: "As admin, in the cluster: npx dsql-audit setup-sql --stage prod",
        sql: ["CREATE ROLE dsql_auditor WITH LOGIN;", `AWS IAM GRANT dsql_auditor TO '${ROLE}';`],
      },
      {
        item: "subscriptions",
        state: "missing",
        next: expect.stringContaining("aws sns confirm-subscription"),
      },
      { item: "IAM events", state: "ok" },
    ]);
    const { out } = await cli("deploy-check");
    expect(out).toContain(`npx dsql-audit doctor --table ${TABLE} --region ${REGION} --send-test`);
    account.subscriptions = [`${TOPIC}:1`];
    expect((await item("subscriptions"))?.state).toBe("ok");
  });

  it("prints commands that the AWS CLI takes apart as they are meant", async () => {
    const [call] = awsCallsOf((await item("IAM events"))?.next ?? "");
    expect(call).toEqual({
      words: ["cloudformation", "deploy"],
      options: {
        ...{ region: "us-east-1", "stack-name": FORWARD_STACK, "template-file": "deploy/forward-iam.yml" },
        ...{ capabilities: "CAPABILITY_IAM", "parameter-overrides": `AuditorRegion=${REGION}` },
      },
    });
    // The same command stands in the template itself, for its readers.
    const template = readFileSync(join(import.meta.dirname, "../../../deploy/forward-iam.yml"), "utf8");
    expect(template).toContain((await item("IAM events"))?.next ?? "nothing");
  });

  it("sees that a deployment has other parameters than the file, or failed", async () => {
    const key = `${REGION} ${stackNameOf("prod")}`;
    account.stacks = { [key]: deployed({ keepDays: "30" }) };
    expect(await item("stack")).toMatchObject({
      state: "missing",
      says: expect.stringContaining("another KeepDays"),
    });
    account.stacks = { [key]: { ...deployed(), status: "ROLLBACK_COMPLETE" } };
    expect((await item("stack"))?.next).toBe(
      "aws cloudformation describe-stack-events --stack-name dsql-access-auditor-prod",
    );
  });

  it("exits with 2 for what is missing, where it is asked to", async () => {
    expect((await cli("deploy-check --exit-code")).code).toBe(2);
    expect((await cli("deploy-check --stage ../x")).code).toBe(64);
  });
});
