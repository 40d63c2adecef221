// A multi-Region database of examples: this cluster alone, and with a peer.
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY } from "../../lib/core/base/time.ts";
import { EXAMPLE_CLUSTER, EXAMPLE_NOW as NOW } from "../../lib/core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";

export const PEER = Cluster.parse(EXAMPLE_CLUSTER.replace("us-east-1", "us-east-2"));
/** IAM as a snapshot has it: of one endpoint, and of two. */
export const one = exampleIam({});
export const both = exampleIam({ clusters: [exampleCluster(EXAMPLE_CLUSTER), exampleCluster(PEER)] });
export const mappings = [
  { to: "Job", role: "app" },
  { to: "Both", role: "ro" },
  { to: "Both", role: "rw", madeAt: NOW - 40 * DAY },
  { to: "New", role: "app", madeAt: NOW - 3 * DAY },
];
