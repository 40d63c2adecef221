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
const settingsOf = ({ endpoint }: LocalIam) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});
const ask = async (...principals: string[]) => {
  const settings = settingsOf(iam);
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

  it("says so where AWS knows no such identity", async () => {
    expect(await simulate(role("gone"), CLUSTER, new Map())).toMatchObject({ missing: true });
  });

  it("goes on to the next where the policies of one cannot be evaluated", async () => {
    says("apps/app", "allowed", "implicitDeny");
    const settings = settingsOf(iam);
    const clients = { iam: new IAMClient(settings), dsql: () => new DSQLClient(settings) };
    const principals = [role("tagged"), role("apps/app")];
    const facts = await readIam(clients, { cluster: CLUSTER, arns: principals, now: () => 0 });
    const failing: Simulate = (principal, ...rest) => {
      const client = principal.endsWith("tagged") ? new IAMClient(settings) : clients.iam;
      client.middlewareStack.add(
        (next) => async (args) => {
          if (!principal.endsWith("tagged")) return next(args);
          throw Object.assign(new Error("no"), { name: "PolicyEvaluationException" });
        },
        { step: "initialize" },
      );
      return simulator(client)(principal, ...rest);
    };
    const found = await askSecondOpinion(failing, secondOpinion(facts, CLUSTER), CLUSTER, principals);
    expect(found.refused).toBeNull();
    expect(found.opinions.map(({ aws, state }) => [aws?.decision ?? null, state])).toEqual([
      [null, "not-compared"],
      [null, "not-compared"],
      ["allowed", "agrees"],
      ["denied", "agrees"],
    ]);
  });

  it("makes no more calls than it may", async () => {
    const before = iam.calls.length;
    const none = simulator(new IAMClient(settingsOf(iam)), () => false);
    expect(await none(role("apps/app"), CLUSTER, new Map())).toEqual({
      why: "no more calls were allowed for now",
    });
    expect(iam.calls).toHaveLength(before);
  });

  it("is answered in the local stack by its own identities, where nobody put an answer there", async () => {
    iam.put(
      { kind: "role", name: "bare", id: "AROABARE", createdAt: 0 },
      {
        kind: "role",
        name: "wide",
        id: "AROAWIDE",
        createdAt: 0,
        inline: [{ name: "all", document: allow("dsql:*") }],
      },
    );
    const { opinions } = await ask(role("bare"), role("wide"));
    expect(opinions.map(({ own, aws, state }) => [own, aws?.decision, state])).toEqual([
      ...["DbConnect", "DbConnectAdmin"].map(() => ["denied", "denied", "agrees"]),
      ...["DbConnect", "DbConnectAdmin"].map(() => ["allowed", "allowed", "agrees"]),
    ]);
  });
});
