// A multi-Region database of examples: this cluster alone, and with a peer.

import { activityIndex } from "../../lib/core/activity/activity-index.ts";
import type { SignRule } from "../../lib/core/anomaly/sign-rule.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import {
  EXAMPLE_CLUSTER,
  type ExampleConnection,
  exampleFacts,
  EXAMPLE_NOW as NOW,
} from "../../lib/core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import type { Facts } from "../../lib/core/findings/facts.ts";
import { auditView } from "../../lib/core/findings/view.ts";

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

/** As a store keeps it: what was usual up to the end of a day, and the connections after it. */
export const keptUpTo = (facts: Facts, daysBack: number, rules: readonly SignRule[]): Facts => {
  const day = Math.floor(NOW / DAY) - daysBack;
  const since = [...facts.activity.principals()].flatMap((principal) =>
    facts.activity
      .talliesOf(principal, { from: 0, to: NOW })
      .filter(({ firstAt }) => firstAt >= (day + 1) * DAY),
  );
  const { settled } = auditView({ ...facts, now: (day + 1) * DAY + 23 * HOUR }).activity.surprise(rules);
  const estate = settled();
  if (estate?.day !== day) throw new Error(`no estate of day ${day}`);
  return { ...facts, estate, activity: activityIndex([{ tallies: since }]) };
};

/** A connection of an example, and whether it came through the peer. */
export type Shown = ExampleConnection & { readonly there: boolean };

/** The database as each of its endpoints sees it, alone and with its peer, and as one endpoint that had all connections would. */
export const seenBy = (made: readonly Shown[]) => {
  const bare = made.map(({ there: _, ...one }): ExampleConnection => one);
  const at = (isThere: boolean): Facts =>
    exampleFacts({ connections: bare.filter((_, n) => made[n]?.there === isThere) });
  const [alone, peerAlone] = [at(false), at(true)];
  return {
    alone,
    peerAlone,
    here: { ...alone, peers: [{ ...peerAlone, cluster: PEER }] } satisfies Facts,
    there: { ...peerAlone, cluster: PEER, peers: [{ ...alone, cluster: EXAMPLE_CLUSTER }] } satisfies Facts,
    whole: exampleFacts({ connections: bare }),
  };
};
