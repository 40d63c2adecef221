// Which clusters the plan function finds in the account, and what AWS says of each.
import { DSQLClient } from "@aws-sdk/client-dsql";
import { describe, expect, it } from "vitest";
import { discoverClusters, presenceOf } from "../../handlers/plan.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { startIam } from "../../local/aws/iam-api.ts";

describe("what AWS says of a cluster", () => {
  const at = (cluster_: string) => `${PREFIX}${cluster_}`;
  const PREFIX = "arn:aws:dsql:us-east-1:111122223333:cluster/";
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };

  it("is that it is gone where AWS knows none of that id, and nothing where it refuses or another account's is meant", async () => {
    const iam = await startIam({ account: "111122223333" });
    iam.putCluster({ arn: at("here") });
    const client = new DSQLClient({
      endpoint: iam.endpoint,
      region: "us-east-1",
      credentials,
      maxAttempts: 1,
    });
    const presence = presenceOf(client, PREFIX);
    const says = (name: string) => presence(name as Cluster);
    expect(await says(at("here"))).toBe("there");
    expect(await says(at("away"))).toBe("gone");
    expect(await says("arn:aws:dsql:eu-west-1:111122223333:cluster/away")).toBe("unknown");
    expect(await says("postgres://localhost:5432/app")).toBe("unknown");
    const endpoint = "c.dsql.us-east-1.on.aws";
    for (const status of ["ACTIVE", "IDLE", "INACTIVE", "DELETING"])
      iam.putCluster({ arn: at(status.toLowerCase()), status, endpoint });
    iam.putCluster({ arn: at("peered"), status: "IDLE", endpoint, peers: [at("other")] });
    iam.putCluster({ arn: at("here"), endpoint });
    const { clusters, asleep } = await discoverClusters(client, "auditor");
    expect(clusters.map(({ cluster: arn }) => arn).sort()).toEqual(
      ["active", "here", "idle", "inactive", "peered"].map(at),
    );
    expect([...(asleep ?? [])].sort()).toEqual(["idle", "inactive"].map(at));
    iam.deny("dsql:GetCluster");
    expect(await says(at("away"))).toBe("unknown");
    expect((await discoverClusters(client, "auditor")).failures).toHaveLength(6);
    await iam.stop();
    expect(await says(at("away"))).toBe("unknown");
    client.destroy();
  });
});
