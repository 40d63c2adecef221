// The second opinion by the real client, from answers in the shape that AWS documents.
import { DSQLClient } from "@aws-sdk/client-dsql";
import { IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secondOpinion } from "../../lib/core/iam/second-opinion.ts";
import { readIam } from "../../lib/iam/read-iam.ts";
import { askSecondOpinion, type Simulate, simulator } from "../../lib/iam/simulate.ts";
import { type LocalIam, startIam } from "../../local/aws/iam-api.ts";

const ACCOUNT = "111122223333";
const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/k7abcdefghij1234567890orders`;
const role = (path: string): string => `arn:aws:iam::${ACCOUNT}:role/${path}`;
const allow = (Action: string, more: object = {}) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource: "*", ...more }],
});

let iam: LocalIam;
let simulate: Simulate;
const ask = async (...principals: string[]) => {
  const settings = {
    endpoint: iam.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const clients = { iam: new IAMClient(settings), dsql: () => new DSQLClient(settings) };
  simulate = simulator(clients.iam);
  const facts = await readIam(clients, { cluster: CLUSTER, arns: principals, now: () => 0 });
  return askSecondOpinion(simulate, secondOpinion(facts, CLUSTER), CLUSTER, principals);
};
const says = (name: string, connect: string, admin = "implicitDeny", more: object = {}): void => {
  for (const [action, decision] of [
    ["dsql:DbConnect", connect],
    ["dsql:DbConnectAdmin", admin],
  ] as const)
    iam.putSimulations({ principal: role(name), action, decision: decision as "allowed", ...more });
};

beforeAll(async () => {
  iam = await startIam({ account: ACCOUNT });
  const more = { kind: "role", createdAt: 0 } as const;
  iam.put(
    {
      ...more,
      name: "app",
      path: "/apps/",
      id: "AROAAPP",
      inline: [{ name: "c", document: allow("dsql:DbConnect") }],
    },
    {
      ...more,
      name: "tagged",
      id: "AROATAGGED",
      inline: [
        {
          name: "c",
          document: allow("dsql:DbConnect", {
            Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } },
          }),
        },
      ],
    },
    {
      ...more,
      name: "vpc",
      id: "AROAVPC",
      inline: [
        {
          name: "c",
          document: allow("dsql:DbConnect", { Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }),
        },
      ],
    },
  );
  iam.putCluster({ arn: CLUSTER });
});
afterAll(() => iam.stop());

describe("SimulatePrincipalPolicy", () => {
  it("agrees and differs action by action, for a role under a path", async () => {
    says("apps/app", "allowed");
    expect((await ask(role("apps/app"))).opinions.map(({ state }) => state)).toEqual(["agrees", "agrees"]);
    says("apps/app", "explicitDeny");
    expect((await ask(role("apps/app"))).opinions).toMatchObject([
      { action: "DbConnect", own: "allowed", aws: { decision: "denied" }, state: "differs" },
      { action: "DbConnectAdmin", own: "denied", aws: { decision: "denied" }, state: "agrees" },
    ]);
  });

  it("is asked again with the keys that it misses and the facts know", async () => {
    says("tagged", "allowed", "implicitDeny", { missing: ["aws:RequestedRegion"] });
    const before = iam.calls.length;
    const { opinions } = await ask(role("tagged"));
    expect(opinions[0]).toMatchObject({ own: "allowed", aws: { missing: [] }, state: "agrees" });
    expect(iam.calls.slice(before).filter((call) => call === "iam:SimulatePrincipalPolicy")).toHaveLength(2);
  });

  it("takes missing keys that the request decides for a conditional answer", async () => {
    says("vpc", "implicitDeny", "implicitDeny", { missing: ["aws:SourceVpc"] });
    expect((await ask(role("vpc"))).opinions[0]).toMatchObject({
      ...{ own: "conditional", aws: { missing: ["aws:SourceVpc"] }, state: "agrees" },
    });
  });

  it("reads what the organisation says beside it", async () => {
    says("apps/app", "implicitDeny", "implicitDeny", { inOrganization: false });
    const { opinions } = await ask(role("apps/app"));
    expect(opinions[0]).toMatchObject({ aws: { inOrganization: false }, state: "not-compared" });
  });

  it("names the missing permission, and asks nothing more", async () => {
    iam.deny("iam:SimulatePrincipalPolicy");
    const before = iam.calls.length;
    const found = await ask(role("apps/app"), role("vpc"));
    iam.deny();
    expect(found).toMatchObject({ opinions: [], refused: { permission: "iam:SimulatePrincipalPolicy" } });
    expect(iam.calls.slice(before).filter((call) => call === "iam:SimulatePrincipalPolicy")).toHaveLength(1);
  });

  it("says so where AWS knows no such identity, and where it does not know the question", async () => {
    expect(await simulate(role("gone"), CLUSTER, new Map())).toMatchObject({ missing: true });
    iam.put({ kind: "role", name: "bare", id: "AROABARE", createdAt: 0 });
    expect(await simulate(role("bare"), CLUSTER, new Map())).toEqual({
      why: expect.stringContaining("iam:SimulatePrincipalPolicy failed: InvalidAction"),
    });
  });
});
