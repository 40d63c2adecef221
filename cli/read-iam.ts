// Asks IAM beside the database, with the same credentials, where it is a DSQL cluster that is named by its ARN.

import { awsTimeouts } from "../lib/cloudtrail/aws-timeouts.ts";
import { parseArn } from "../lib/core/base/ids.ts";
import type { Target } from "../lib/dsql/connect.ts";
import type { SnapshotPorts } from "../lib/jobs/take-snapshot.ts";
import type { Io } from "./io.ts";

/** For `takeSnapshot` and `withIam`; nothing where there is nobody to ask. The clients are loaded when they are needed. */
export const iamBeside = (
  { now }: Pick<Io, "now">,
  target: Target,
  { iam }: { readonly iam?: boolean },
): Pick<SnapshotPorts, "readIam"> => {
  const { cluster } = target;
  const region = cluster === undefined ? undefined : parseArn(cluster)?.region;
  if (iam === false || target.kind !== "dsql" || !region) return {};
  return {
    readIam: async (of, arns) => {
      const [{ IAMClient }, { DSQLClient }, { readIam }] = await Promise.all([
        import("@aws-sdk/client-iam"),
        import("@aws-sdk/client-dsql"),
        import("../lib/iam/read-iam.ts"),
      ]);
      const settings = { requestHandler: awsTimeouts, retryMode: "standard", maxAttempts: 6 } as const;
      const opened: { destroy: () => void }[] = [];
      const keep = <T extends { destroy: () => void }>(client: T): T => {
        opened.push(client);
        return client;
      };
      const clients = {
        iam: keep(new IAMClient({ ...settings, region })),
        dsql: (own: string) => keep(new DSQLClient({ ...settings, region: own })),
      };
      try {
        return await readIam(clients, { cluster: of, arns, now });
      } finally {
        for (const client of opened) client.destroy();
      }
    },
  };
};
