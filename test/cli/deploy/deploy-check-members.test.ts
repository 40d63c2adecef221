// deploy-check of the accounts whose clusters are watched too: by what the deployed functions heard there.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { stackNameOf } from "../../../deploy/params-file.ts";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { FORWARD_REGION_STACK, FORWARD_STACK, MEMBER_STACK } from "../../../lib/doctor/forward-stacks.ts";
import { openStore, type Store } from "../../../lib/store/open-store.ts";
import { openDynamoDbTable } from "../../../lib/store/table/dynamodb/dynamodb-table.ts";
import { awsCallsOf } from "../../support/aws-cli.ts";
import { startCheckedAccount } from "../../support/checked-account.ts";
import { connection } from "../../support/connections.ts";
import { ACCOUNT, REGION, TABLE } from "../../support/setup-account.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");
const { account, check, write, reset, stop } = await startCheckedAccount();
beforeEach(reset);
afterAll(stop);

describe("deploy-check of member accounts", () => {
  const [GIVES, REFUSES, SILENT] = ["444455556666", "777788889999", "222233334444"];
  const NAME = `dsql-access-auditor-prod-snapshot-${REGION}`;
  const hidden = `arn:aws:dsql:${REGION}:${GIVES}:cluster/hidden`;
  const none = { account: "", region: REGION, reason: "no answer within 30 s" };
  const heard = async (more?: (store: Store) => Promise<void>): Promise<void> => {
    const client = new DynamoDBClient({ region: REGION });
    const store = openStore(
      openDynamoDbTable({ client, name: TABLE, sleep: async () => {}, random: () => 0 }),
      { now: () => NOW },
    );
    await store.deployments.ran(NOW, undefined);
    await store.deployments.listed(
      NOW,
      [
        { ...none, account: REFUSES as string, reason: "AccessDenied", role: "refused" },
        { ...none, account: SILENT as string },
      ],
      [hidden],
    );
    await more?.(store);
    client.destroy();
  };

  it("knows nothing of them before anything is deployed, and prints what each of them deploys", async () => {
    write({ memberAccounts: `${GIVES},${REFUSES}`, regions: "eu-west-1" });
    const found = (await check()).filter((one) => one.item.includes(GIVES as string));
    expect(found.map((one) => [one.item, one.state, one.optional])).toEqual([
      [`account ${GIVES}`, "unknown", false],
      [`events of ${GIVES} in ${REGION}`, "unknown", true],
      [`events of ${GIVES} in eu-west-1`, "unknown", true],
      [`IAM events of ${GIVES}`, "unknown", true],
    ]);
    const templates = found.map(
      ({ next }) => awsCallsOf((next?.split("\n")[0] ?? "").replace(/^.*?: (?:As [^:]*: )?/, ""))[0],
    );
    expect(templates.map((call) => call?.options["template-file"])).toEqual([
      ...["deploy/member-account.yml", "deploy/forward-region.yml"],
      ...["deploy/forward-region.yml", "deploy/forward-iam.yml"],
    ]);
    expect(templates.map((call) => call?.options["stack-name"])).toEqual([
      ...[MEMBER_STACK, FORWARD_REGION_STACK, FORWARD_REGION_STACK, FORWARD_STACK],
    ]);
    expect(found[0]?.next).toContain(
      `--parameter-overrides AuditorRegion=${REGION} AuditorAccount=${ACCOUNT} AuditorStack=dsql-access-auditor-prod`,
    );
  });

  it("knows of the clusters that the file names whether they were read only where the table says so", async () => {
    const clusters = JSON.stringify([{ cluster: hidden, endpoint: "e", user: "u" }]);
    write({ memberAccounts: GIVES as string, clusters });
    const member = async () => (await check()).find((one) => one.item === `account ${GIVES}`);
    expect(await member()).toMatchObject({ state: "unknown" });
    await heard();
    account.stacks = {
      [`${REGION} ${stackNameOf("prod")}`]: {
        ...{ status: "CREATE_COMPLETE", outputs: { TableName: TABLE }, parameters: {} },
      },
    };
    expect(await member()).toMatchObject({
      state: "missing",
      says: `the deployment names clusters of it that were never read: ${hidden}`,
    });
    // Both steps, in their order, each on a line of its own.
    const [role, login, ...others] = (await member())?.next?.split("\n") ?? [];
    expect(role).toMatch(/^If it does not give the auditor a role yet: As account 444455556666: aws cloud/);
    expect(login).toBe(
      `As admin, in the cluster: npx dsql-audit setup-sql --principal arn:aws:iam::${GIVES}:role/${NAME} --cluster ${hidden}`,
    );
    expect(others).toEqual([]);
  });

  it("says of each what the deployed functions heard there, and what it needs", async () => {
    await heard();
    account.stacks = {
      [`${REGION} ${stackNameOf("prod")}`]: {
        ...{ status: "CREATE_COMPLETE", outputs: { TableName: TABLE }, parameters: {} },
      },
    };
    write({ memberAccounts: `${GIVES},${REFUSES},${SILENT}` });
    const items = await check();
    const of = (name?: string) => items.find((one) => one.item === `account ${name}`);
    expect(of(GIVES)).toMatchObject({
      ...{ state: "missing", when: "after", says: `it lets the auditor in, never read: ${hidden}` },
      next: `As admin, in the cluster: npx dsql-audit setup-sql --principal arn:aws:iam::${GIVES}:role/${NAME} --cluster ${hidden}`,
    });
    expect(of(REFUSES)).toMatchObject({
      ...{ state: "missing", says: `it does not give the auditor its role: ${REGION}: AccessDenied` },
      next: expect.stringMatching(/^As account 777788889999: aws cloudformation deploy /),
    });
    expect(of(SILENT)).toMatchObject({
      ...{ state: "unknown", says: `its clusters are not known in ${REGION}: no answer within 30 s` },
    });
  });

  // Last: what it leaves in the table is there for all tests of this file.
  it("calls events handed over where a canary login came by EventBridge, and nowhere else", async () => {
    write({ memberAccounts: `${GIVES},${SILENT}` });
    account.stacks = {
      [`${REGION} ${stackNameOf("prod")}`]: {
        ...{ status: "CREATE_COMPLETE", outputs: { TableName: TABLE }, parameters: {} },
      },
    };
    const cluster = Cluster.parse(hidden);
    const auditor = Principal.parse(`arn:aws:iam::${GIVES}:role/${NAME}`);
    await heard(async (store) => {
      await store.clusters.register(cluster);
      const login = connection("own", NOW - 60 * 60_000, { cluster, principal: auditor });
      await store.canaries.noteLogins([login], auditor, "event", NOW);
    });
    const items = await check();
    const stateOf = (item: string) => items.find((one) => one.item === item)?.state;
    expect(stateOf(`events of ${GIVES} in ${REGION}`)).toBe("ok");
    for (const item of [`IAM events of ${GIVES}`, `events of ${SILENT} in ${REGION}`])
      expect(stateOf(item), item).toBe("unknown");
  });
});
