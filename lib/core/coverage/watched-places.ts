// What a deployment watches by its own settings, and why a cluster is none of it.
import { type Cluster, isClusterArn, parseArn } from "../base/ids.ts";
import type { Tags } from "./chosen.ts";

/** The settings of a deployment that say which clusters it watches. */
export type Watching = {
  /** Where it runs. */
  readonly account: string;
  readonly region: string;
  /** Beside these. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** By ARN; undefined: all that AWS lists in these places. */
  readonly named: readonly string[] | undefined;
  /** With all of these tags alone; empty: all. */
  readonly tags: Tags;
};

/** What else would leave it out, once the first is mended: its Region too, and that the deployment names its clusters. */
export type StillMissing = { readonly region: string | null; readonly unnamed: boolean };

/**
 * Why a deployment does not watch a cluster of which it has no snapshot. `tags`: nothing says that it has them; whether it does
 * shows when the schedule asks AWS the next time.
 */
export type NotWatched =
  | { readonly is: "account"; readonly account: string; readonly also: StillMissing }
  | { readonly is: "region"; readonly region: string; readonly also: Pick<StillMissing, "unnamed"> }
  | { readonly is: "not-named" }
  | { readonly is: "tags"; readonly wanted: Tags };

/** undefined: it is watched by these settings, or what it is cannot be told by its ARN. */
export const notWatchedBy = (cluster: Cluster, watching: Watching): NotWatched | undefined => {
  const { account, region, accounts, regions, named, tags } = watching;
  const parts = parseArn(cluster);
  if (!parts || !isClusterArn(cluster) || named?.includes(cluster)) return undefined;
  const unnamed = named !== undefined;
  const strange = parts.region !== region && !regions.includes(parts.region) ? parts.region : null;
  if (parts.account !== account && !accounts.includes(parts.account))
    return { is: "account", account: parts.account, also: { region: strange, unnamed } };
  if (strange !== null) return { is: "region", region: strange, also: { unnamed } };
  if (named) return { is: "not-named" };
  return Object.keys(tags).length ? { is: "tags", wanted: tags } : undefined;
};
