// The links of clusters to which connections come, and that nobody watches: what happens there is counted, and not looked at.
import { counted } from "../core/base/counted.ts";
import type { UnwatchedClusters } from "../queries/unwatched.ts";
import { unwatchedText, watchStep } from "../wording/not-watched-text.ts";
import { type Link, ok, unknown } from "./link.ts";

/** So many have a row of their own. */
const SHOWN = 5;
export const UNWATCHED_LINK = "clusters not watched";

export const unwatchedLinks = ({ isTold, rows, more }: UnwatchedClusters): readonly Link[] => {
  if (!isTold)
    return [
      unknown(
        UNWATCHED_LINK,
        "the store does not say which clusters are watched: the schedule has not run yet, or an older release is deployed",
      ),
    ];
  const left = Math.max(0, rows.length - SHOWN) + more;
  if (!rows.length && !left)
    return [
      ok(
        UNWATCHED_LINK,
        "no connection that arrived in the last 90 days was to a cluster that nobody watches",
      ),
    ];
  return [
    ...rows
      .slice(0, SHOWN)
      .map(({ cluster, why, ...seen }) =>
        unknown(UNWATCHED_LINK, unwatchedText(cluster, why, seen), watchStep(cluster, why)),
      ),
    ...(left
      ? [unknown(UNWATCHED_LINK, `connections to ${counted(left, "more cluster")}, not listed here`)]
      : []),
  ];
};
