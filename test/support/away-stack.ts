// The local stack with one cluster that is away: nobody listens at its port.
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";

export const AWAY = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/gone");

/** The register knows the cluster. */
export const startAwayStack = async (options: Pick<StackOptions, "folder" | "clock">): Promise<Stack> => {
  const stack = await startStack({
    ...options,
    random: () => 0,
    account: "111122223333",
    region: "us-east-1",
    clusters: [
      {
        cluster: AWAY,
        endpoint: "gone.dsql.us-east-1.on.aws",
        user: "auditor",
        dial: { host: "127.0.0.1", port: 1 },
      },
    ],
    credentials: { accessKeyId: "local", secretAccessKey: "local", sessionToken: "local" },
    auditor: Principal.parse("arn:aws:iam::111122223333:role/auditor"),
  });
  await stack.store.clusters.register(AWAY);
  return stack;
};
