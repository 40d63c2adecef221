// IAM read by the real clients from the local IAM: whole, page by page, throttled, and with each call refused in turn.
import { DSQLClient } from "@aws-sdk/client-dsql";
import { IAMClient } from "@aws-sdk/client-iam";
import { afterEach, describe, expect, it } from "vitest";
import { DAY } from "../../lib/core/base/time.ts";
import { type IamFacts, type iamPartNames, iamRows } from "../../lib/core/catalog/iam-facts.ts";
import { whoMay } from "../../lib/core/iam/who-may.ts";
import { readIam } from "../../lib/iam/read-iam.ts";
import { type LocalIam, startIam } from "../../local/aws/iam-api.ts";
import { retriesAtOnce } from "../support/hurried-retries.ts";

const ACCOUNT = "111122223333";
const ID = "k7abcdefghij1234567890orders";
const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/${ID}`;
const role = (path: string): string => `arn:aws:iam::${ACCOUNT}:role/${path}`;
const CREATED = Date.UTC(2026, 2, 1);
const USED = Date.UTC(2026, 10, 20, 13, 5);

const allow = (...Action: string[]) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource: "*" }],
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const start = async (mostItems?: number) => {
  const iam = await startIam({ account: ACCOUNT, ...(mostItems && { mostItems }) });
  const settings = {
    endpoint: iam.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    retryStrategy: retriesAtOnce(4),
  };
  const clients = { iam: new IAMClient(settings), dsql: () => new DSQLClient(settings) };
  cleanups.push(iam.stop);
  const read = (...arns: string[]) => readIam(clients, { cluster: CLUSTER, arns, now: () => 0 });
  return { iam, read, clients };
};

/** A user with two keys in a group, two roles, a managed policy that matters and one that does not. */
const fill = (iam: LocalIam): void => {
  iam.put(
    {
      kind: "user",
      name: "kim",
      path: "/people/",
      id: "AIDAKIM",
      createdAt: CREATED,
      groups: ["Readers"],
      tags: { team: "data" },
      keys: [
        { id: "AKIAOLD", createdAt: CREATED, lastUsedAt: USED },
        { id: "AKIANEW", createdAt: CREATED, active: false },
      ],
    },
    {
      kind: "group",
      name: "Readers",
      id: "AGPAREADERS",
      createdAt: CREATED,
      inline: [{ name: "connect", document: allow("dsql:DbConnect") }],
    },
    {
      kind: "role",
      name: "OrdersApi",
      path: "/service/",
      id: "AROAORDERS",
      createdAt: CREATED,
      lastUsedAt: USED,
      attached: [`arn:aws:iam::${ACCOUNT}:policy/Connect`, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
    },
    {
      kind: "role",
      name: "Builder",
      id: "AROABUILDER",
      createdAt: CREATED,
      inline: [
        { name: "build", document: allow("s3:*", "ecr:*") },
        {
          name: "all-but",
          document: {
            Version: "2012-10-17",
            Statement: [{ Effect: "Deny", NotAction: "s3:*", Resource: "*" }],
          },
        },
      ],
    },
  );
  iam.putManaged(
    { arn: `arn:aws:iam::${ACCOUNT}:policy/Connect`, document: allow("dsql:DbConnect") },
    { arn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", document: allow("s3:Get*", "s3:List*") },
  );
  iam.putCluster({ arn: CLUSTER, policy: allow("dsql:DbConnect"), policyVersion: 3, tags: { env: "prod" } });
};

const rowsOf = <N extends (typeof iamPartNames)[number]>(facts: IamFacts, name: N) => {
  const { rows } = iamRows(facts, name);
  if (!rows) throw new Error(`${name} was not read`);
  return rows;
};

describe("reading IAM", () => {
  it("reads identities, policies, keys and the cluster's policy", async () => {
    const { iam, read } = await start();
    fill(iam);
    const kim = `arn:aws:iam::${ACCOUNT}:user/people/kim`;
    const facts = await read(role("service/OrdersApi"), kim);
    expect(rowsOf(facts, "identities")).toMatchObject([
      { arn: role("service/OrdersApi"), status: "exists", id: "AROAORDERS", lastUsedAt: USED - (USED % DAY) },
      { arn: kim, status: "exists", kind: "user", id: "AIDAKIM", tags: [{ key: "team", value: "data" }] },
    ]);
    expect(rowsOf(facts, "accessKeys")).toEqual([
      {
        arn: kim,
        keys: {
          status: "read",
          rows: [
            {
              id: "AKIAOLD",
              active: true,
              createdAt: CREATED,
              lastUsedAt: USED - (USED % DAY),
              lastUsedService: "dsql",
            },
            { id: "AKIANEW", active: false, createdAt: CREATED, lastUsedAt: null, lastUsedService: null },
          ],
        },
      },
    ]);
    expect(rowsOf(facts, "clusters")).toEqual([
      {
        arn: CLUSTER,
        region: "us-east-1",
        policy: {
          status: "read",
          rows: [{ document: JSON.stringify(allow("dsql:DbConnect")), version: "3" }],
        },
        tags: { status: "read", rows: [{ key: "env", value: "prod" }] },
      },
    ]);
    const judged = whoMay({ facts, cluster: CLUSTER });
    expect(judged.verdictOf(kim, "DbConnect").verdict).toBe("allowed");
    expect(judged.verdictOf(role("Builder"), "DbConnect").verdict).toBe("denied");
  });

  it("keeps the policies that bear on connecting, denials by NotAction too, and counts what it left out", async () => {
    const { iam, read } = await start();
    fill(iam);
    const facts = await read();
    expect(facts.leftOut).toEqual({ inline: 1, managed: 1 });
    expect(rowsOf(facts, "managedPolicies").map(({ name }) => name)).toEqual(["Connect"]);
    const [builder, orders] = rowsOf(facts, "roles");
    expect(builder?.inline.map(({ name }) => name)).toEqual(["all-but"]);
    expect(orders?.attached).toEqual([`arn:aws:iam::${ACCOUNT}:policy/Connect`]);
  });

  it("tells an identity that is gone, one that was made again, and those that cannot be asked for", async () => {
    const { iam, read } = await start();
    fill(iam);
    const other = "arn:aws:iam::999999999999:role/Other";
    const facts = await read(role("external/Gone"), other, "arn:aws:iam::111122223333:role/*", "nobody");
    expect(rowsOf(facts, "identities")).toEqual([
      expect.objectContaining({ arn: role("*"), status: "unreadable" }),
      { arn: role("external/Gone"), status: "gone" },
      expect.objectContaining({ arn: other, reason: expect.stringMatching(/^another account/) }),
      expect.objectContaining({ arn: "nobody", status: "unreadable" }),
    ]);
    // What the lists have is not asked for again; what they lack is, once.
    expect(iam.calls.filter((call) => call === "iam:GetRole")).toHaveLength(1);
  });

  it("says that a cluster has no policy, and not that it could not be read", async () => {
    const { iam, read } = await start();
    iam.putCluster({ arn: CLUSTER });
    expect(rowsOf(await read(), "clusters")[0]?.policy).toEqual({ status: "read", rows: [] });
  });

  it("reads every peer's policy in its own Region", async () => {
    const { iam, read } = await start();
    const peer = `arn:aws:dsql:us-east-2:${ACCOUNT}:cluster/z7abcdefghij1234567890orders`;
    iam.putCluster({ arn: CLUSTER, peers: [CLUSTER, peer], policy: allow("dsql:DbConnect") });
    iam.putCluster({ arn: peer, peers: [CLUSTER, peer] });
    expect(rowsOf(await read(), "clusters").map(({ region, policy }) => [region, policy.status])).toEqual([
      ["us-east-1", "read"],
      ["us-east-2", "read"],
    ]);
  });

  it("puts the pages of a large account together", async () => {
    const { iam, read } = await start(7);
    fill(iam);
    for (let n = 0; n < 40; n += 1)
      iam.put({ kind: "role", name: `r${n}`, id: `AROA${n}`, createdAt: CREATED });
    const facts = await read();
    expect(rowsOf(facts, "roles")).toHaveLength(42);
    expect(rowsOf(facts, "managedPolicies")).toHaveLength(1);
    expect(iam.calls.filter((call) => call.startsWith("iam:GetAccount"))).toHaveLength(7);
  });

  it("goes on after a throttled call, and is content with what it has after too many", async () => {
    const { iam, read } = await start();
    fill(iam);
    iam.throttleNext("iam:GetAccountAuthorizationDetails", 2);
    expect((await read()).parts.roles.status).toBe("read");
    iam.throttleNext("iam:GetAccountAuthorizationDetails", 4);
    const facts = await read(role("service/OrdersApi"));
    expect(facts.parts.roles).toMatchObject({
      status: "unreadable",
      reason: expect.stringMatching(/throttled iam:GetAccountAuthorizationDetails/),
    });
    expect(rowsOf(facts, "identities")).toMatchObject([{ status: "exists", id: "AROAORDERS" }]);
  });

  it.for([
    ["iam:GetAccountAuthorizationDetails", (facts: IamFacts) => facts.parts.roles],
    ["iam:GetRole", (facts: IamFacts) => rowsOf(facts, "identities").find(({ arn }) => arn === role("Gone"))],
    ["iam:ListAccessKeys", (facts: IamFacts) => rowsOf(facts, "accessKeys")[0]?.keys],
    ["iam:GetAccessKeyLastUsed", (facts: IamFacts) => rowsOf(facts, "accessKeys")[0]?.keys],
    ["dsql:GetClusterPolicy", (facts: IamFacts) => rowsOf(facts, "clusters")[0]?.policy],
  ] as const)("without %s says so, and reads the rest", async ([action, part]) => {
    const { iam, read } = await start();
    fill(iam);
    iam.deny(action);
    const facts = await read(role("Gone"), `arn:aws:iam::${ACCOUNT}:user/people/kim`);
    expect(part(facts)).toMatchObject({
      status: "unreadable",
      reason: `access denied: the auditor's role lacks ${action}`,
      code: expect.stringMatching(/^AccessDenied/),
    });
    expect(JSON.stringify(facts).match(/lacks/g)).toHaveLength(
      action === "iam:GetAccountAuthorizationDetails" ? 5 : 1,
    );
  });

  it("asks for the tags alone where the cluster may not be described", async () => {
    const { iam, read } = await start();
    fill(iam);
    iam.deny("dsql:GetCluster");
    expect(rowsOf(await read(), "clusters")[0]?.tags).toEqual({
      status: "read",
      rows: [{ key: "env", value: "prod" }],
    });
    iam.deny("dsql:GetCluster", "dsql:ListTagsForResource");
    expect(rowsOf(await read(), "clusters")[0]?.tags).toMatchObject({
      reason: expect.stringMatching(/lacks dsql:GetCluster$/),
    });
  });

  it("asks for the tags alone where AWS leaves them out, and knows nothing of them where that is refused", async () => {
    const { iam, read } = await start();
    const env = (Effect: "Allow" | "Deny", value: string) => ({
      ...{ Effect, Action: "dsql:DbConnect", Resource: "*" },
      Condition: { StringEquals: { "aws:ResourceTag/env": value } },
    });
    const document = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });
    const always = { Effect: "Allow", Action: "dsql:DbConnect", Resource: "*" };
    const policies = {
      ByTag: document(env("Allow", "prod")),
      OtherTag: document(env("Allow", "test")),
      ButByTag: document(always, env("Deny", "prod")),
      Plain: document(always),
    };
    for (const [name, held] of Object.entries(policies))
      iam.put({
        ...({ kind: "role", name, id: `AROA${name}`, createdAt: CREATED } as const),
        inline: [{ name: "connect", document: held }],
      });
    const verdicts = async (): Promise<(string | number)[]> => {
      const before = iam.calls.length;
      const facts = await read(...Object.keys(policies).map(role));
      const asked = iam.calls.slice(before).filter((call) => call === "dsql:ListTagsForResource").length;
      const { verdictOf } = whoMay({ facts, cluster: CLUSTER });
      return [
        asked,
        ...Object.keys(policies).map((name) => verdictOf(role(name), "DbConnect").verdict),
        rowsOf(facts, "clusters")[0]?.tags.status ?? "",
      ];
    };
    const known = ["allowed", "denied", "denied", "allowed", "read"];
    iam.putCluster({ arn: CLUSTER, tags: { env: "prod" } });
    expect(await verdicts()).toEqual([0, ...known]);
    iam.putCluster({ arn: CLUSTER, tags: { env: "prod" }, tagsLeftOut: true });
    expect(await verdicts()).toEqual([1, ...known]);
    iam.putCluster({ arn: CLUSTER, tagsLeftOut: true });
    expect(await verdicts()).toEqual([1, "denied", "denied", "allowed", "allowed", "read"]);
    iam.deny("dsql:ListTagsForResource");
    const [, ...unread] = await verdicts();
    expect(unread).toEqual(["unknown", "unknown", "unknown", "allowed", "unreadable"]);
    expect(rowsOf(await read(), "clusters")[0]?.tags).toMatchObject({
      reason: expect.stringMatching(/lacks dsql:ListTagsForResource$/),
    });
  });

  it("reads nothing and says why where nothing may be read", async () => {
    const { iam, read } = await start();
    iam.deny(
      ...["GetAccountAuthorizationDetails", "GetRole", "GetUser", "ListAccessKeys"].map(
        (name) => `iam:${name}`,
      ),
      ...["GetCluster", "GetClusterPolicy", "ListTagsForResource"].map((name) => `dsql:${name}`),
    );
    const facts = await read(role("App"));
    expect(facts.parts.users.status).toBe("unreadable");
    expect(rowsOf(facts, "identities")).toMatchObject([{ status: "unreadable" }]);
    expect(whoMay({ facts, cluster: CLUSTER }).verdictOf(role("App"), "DbConnect").verdict).toBe("unknown");
  });

  it("says of identities and keys that they are not known where the mappings are not", async () => {
    const { clients } = await start();
    const facts = await readIam(clients, { cluster: CLUSTER, arns: null, now: () => 0 });
    expect(facts.parts.identities).toMatchObject({ status: "unreadable" });
    expect(facts.parts.accessKeys).toMatchObject({ status: "unreadable" });
  });

  it("stops asking when its time is over", async () => {
    const { iam, clients } = await start();
    fill(iam);
    let at = 0;
    const now = (): number => {
      at += 100_000;
      return at;
    };
    const facts = await readIam(clients, { cluster: CLUSTER, arns: [role("Gone")], now });
    expect(rowsOf(facts, "identities")).toMatchObject([{ reason: "iam:GetRole was not answered in time" }]);
  });
});
