// Which endpoints of a database refusals came through.
import { clientFamily } from "../../../core/activity/client-family.ts";
import { fineNetwork } from "../../../core/anomaly/coarse-network.ts";
import type { Spread } from "../../../core/anomaly/spread.ts";
import type { Cluster } from "../../../core/base/ids.ts";
import type { DetectorView } from "../../../core/findings/detector.ts";

/** The endpoints of the database that were tried, where it has several; undefined: it has one. */
export const triedEndpoints = (
  { cluster, activity }: Pick<DetectorView, "cluster" | "activity">,
  { by, value, principals, firstAt, lastAt }: Spread,
): readonly Cluster[] | undefined => {
  if (!activity.peers.length) return undefined;
  const stretch = { from: firstAt, to: lastAt + 1 };
  return [{ cluster, talliesWithin: activity.talliesWithin }, ...activity.peers].flatMap((endpoint) =>
    principals.some((principal) =>
      endpoint
        .talliesWithin(principal, stretch)
        .some(
          ({ outcome, network, client, firstAt: at }) =>
            outcome === "refused" &&
            at >= stretch.from &&
            (by === "network" ? fineNetwork(network) : clientFamily(client)) === value,
        ),
    )
      ? [endpoint.cluster]
      : [],
  );
};
