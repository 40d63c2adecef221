// Asks IAM beside the database, with the same credentials, where it is a DSQL cluster that is named by its ARN.

import { parseArn } from "../lib/core/base/ids.ts";
import type { Target } from "../lib/dsql/connect.ts";
import type { SnapshotPorts } from "../lib/jobs/take-snapshot.ts";
import type { Io } from "./io.ts";
import { withLiveIam } from "./live-iam.ts";

/** For `takeSnapshot` and `withIam`; nothing where there is nobody to ask. */
export const iamBeside = (
  io: Pick<Io, "now">,
  target: Target,
  { iam }: { readonly iam?: boolean },
): Pick<SnapshotPorts, "readIam"> => {
  const { cluster } = target;
  const region = cluster === undefined ? undefined : parseArn(cluster)?.region;
  if (iam === false || target.kind !== "dsql" || !region) return {};
  return { readIam: (of, arns) => withLiveIam(io, region, ({ read }) => read(of, arns)) };
};
