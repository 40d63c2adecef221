// IAM as it is now, with the credentials of whoever runs the command: the clients, and what is asked of them.
import { awsTimeouts } from "../lib/cloudtrail/aws-timeouts.ts";
import type { IamFacts } from "../lib/core/iam/facts.ts";
import type { Simulate } from "../lib/iam/simulate.ts";
import type { Io } from "./io.ts";

export type LiveIam = {
  /** As `readIam`. */
  readonly read: (cluster: string, arns: readonly string[] | null) => Promise<IamFacts>;
  readonly simulate: Simulate;
};

/** Opens the clients for `work` alone; they are loaded when they are needed. */
export const withLiveIam = async <T>(
  { now }: Pick<Io, "now">,
  region: string,
  work: (iam: LiveIam) => Promise<T>,
): Promise<T> => {
  const [{ IAMClient }, { DSQLClient }, { readIam }, { simulator }] = await Promise.all([
    import("@aws-sdk/client-iam"),
    import("@aws-sdk/client-dsql"),
    import("../lib/iam/read-iam.ts"),
    import("../lib/iam/simulate.ts"),
  ]);
  const settings = { requestHandler: awsTimeouts, retryMode: "standard", maxAttempts: 6 } as const;
  const opened: { destroy: () => void }[] = [];
  const keep = <C extends { destroy: () => void }>(client: C): C => {
    opened.push(client);
    return client;
  };
  const iam = keep(new IAMClient({ ...settings, region }));
  const dsql = (own: string) => keep(new DSQLClient({ ...settings, region: own }));
  try {
    return await work({
      read: (cluster, arns) => readIam({ iam, dsql }, { cluster, arns, now }),
      simulate: simulator(iam),
    });
  } finally {
    for (const client of opened) client.destroy();
  }
};
