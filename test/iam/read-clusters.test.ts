// A cluster's policy and tags read by the real clients: what AWS leaves out is asked for, and what is refused is not known.
import { describe, expect, it } from "vitest";
import { whoMay } from "../../lib/core/iam/who-may.ts";
import { callsUntil } from "../../lib/iam/call.ts";
import { readPeers } from "../../lib/iam/read-clusters.ts";
import { ACCOUNT, allow, CLUSTER, CREATED, fill, role, rowsOf, start } from "../support/read-iam-account.ts";

describe("reading the peers alone", () => {
  const peer = `arn:aws:dsql:us-east-2:${ACCOUNT}:cluster/z7abcdefghij1234567890orders`;
  it("asks Aurora DSQL once and IAM nothing, and names the permission that is missing", async () => {
    const { iam, clients } = await start();
    iam.putCluster({ arn: CLUSTER, peers: [CLUSTER, peer] });
    const read = () =>
      readPeers(
        clients.dsql(),
        callsUntil(() => 0, 1_000),
        CLUSTER,
      );
    expect(await read()).toEqual({ status: "read", arns: [peer] });
    expect(iam.calls).toEqual(["dsql:GetCluster"]);
    iam.putCluster({ arn: CLUSTER });
    expect(await read()).toEqual({ status: "read", arns: [] });
    iam.deny("dsql:GetCluster");
    expect(await read()).toEqual({
      status: "unreadable",
      reason: "access denied: the auditor's role lacks dsql:GetCluster",
    });
  });
});

describe("reading the cluster's policy and tags", () => {
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
});
