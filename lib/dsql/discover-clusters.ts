// Which clusters AWS lists in each Region, and what it says of one that is known.
import {
  type DSQLClient,
  GetClusterCommand,
  paginateListClusters,
  ResourceNotFoundException,
} from "@aws-sdk/client-dsql";
import type { Reach, WatchedCluster } from "../config.ts";
import { Cluster } from "../core/base/ids.ts";
import { AuditError } from "../errors.ts";

/** Clusters to look at, and what AWS would not tell: neither a cluster nor a Region hides the others. */
export type Discovery = {
  readonly clusters: readonly WatchedCluster[];
  readonly failures: readonly unknown[];
  /** AWS said just now that each of them is there; missing: the deployment names them. */
  readonly asked?: boolean;
  /** Those that AWS calls idle or inactive: whoever connects wakes them. */
  readonly asleep?: ReadonlySet<Cluster>;
  /** There is no list at all, of any Region. */
  readonly blind?: boolean;
  /** How the ARNs begin of a Region that was not listed. */
  readonly silent?: readonly string[];
};

/** `unknown`: refused, throttled, not reached, or neither here nor gone yet. It changes nothing. */
export type Presence = "there" | "gone" | "unknown";

/** Clusters that can be connected to; connecting wakes one that is idle. */
const REACHABLE: ReadonlySet<string> = new Set(["ACTIVE", "IDLE", "INACTIVE", "UPDATING"]);
const ASLEEP: ReadonlySet<string> = new Set(["IDLE", "INACTIVE"]);

/** Half of what the plan function has: a Region that is silent must not take the others' hour. */
const REGION_MS = 30_000;

const isMissing = (error: unknown): boolean => error instanceof ResourceNotFoundException;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Found = { readonly watched: WatchedCluster; readonly sleeps: boolean };

/** undefined: it cannot be connected to, or was deleted meanwhile. */
const describe = async (
  client: DSQLClient,
  identifier: string | undefined,
  user: string,
  abortSignal: AbortSignal,
): Promise<Found | undefined> => {
  const asked = client.send(new GetClusterCommand({ identifier }), { abortSignal });
  const found = await asked.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (!found?.status || !REACHABLE.has(found.status)) return undefined;
  const { arn, endpoint, status, multiRegionProperties } = found;
  if (!arn || !endpoint) throw new AuditError("config", `AWS names no ARN or endpoint for ${identifier}`);
  // Whoever connects to its peer in another Region may change what both hold.
  const sleeps = ASLEEP.has(status) && !multiRegionProperties;
  return { watched: { cluster: Cluster.parse(arn), endpoint, user }, sleeps };
};

/** All clusters of one Region that can be connected to. What was found before the list broke off is kept. */
const discoverRegion = async (
  client: DSQLClient,
  user: string,
  abortSignal: AbortSignal,
): Promise<Discovery> => {
  const found: Found[] = [];
  const failures: unknown[] = [];
  let blind = true;
  try {
    for await (const page of paginateListClusters({ client }, {}, { abortSignal })) {
      blind = false;
      for (const { identifier } of page.clusters ?? []) {
        const one = await describe(client, identifier, user, abortSignal).catch(
          (error: unknown) => void failures.push(error),
        );
        if (one) found.push(one);
      }
    }
  } catch (error) {
    failures.push(error);
  }
  const asleep = new Set(found.flatMap(({ watched, sleeps }) => (sleeps ? [watched.cluster] : [])));
  return { clusters: found.map(({ watched }) => watched), failures, asleep, blind };
};

/**
 * All clusters within `reach`, its Regions side by side: one that refuses or is silent takes nothing from the others, and its
 * failures name it. Never throws.
 */
export const discoverRegions = async (
  clientOf: (region: string) => DSQLClient,
  reach: Reach,
  user: string,
  limitMs: number = REGION_MS,
): Promise<Discovery> => {
  const lists = await Promise.all(
    [...reach].map(async ([region, prefix]) => ({
      ...{ region, prefix },
      ...(await discoverRegion(clientOf(region), user, AbortSignal.timeout(limitMs))),
    })),
  );
  return {
    asked: true,
    clusters: lists.flatMap(({ clusters }) => clusters),
    failures: lists.flatMap(({ region, failures }) =>
      failures.map((cause) => new AuditError("denied", `Region ${region}: ${messageOf(cause)}`, { cause })),
    ),
    asleep: new Set(lists.flatMap(({ asleep }) => [...(asleep ?? [])])),
    blind: lists.every(({ blind }) => blind),
    silent: lists.flatMap(({ prefix, blind }) => (blind ? [prefix] : [])),
  };
};

/**
 * What GetCluster says of a cluster within `reach`; of any other nothing is asked. Only "there is none" and DELETED say that it
 * is gone.
 */
export const presenceOf =
  (clientOf: (region: string) => DSQLClient, reach: Reach) =>
  async (cluster: Cluster): Promise<Presence> => {
    const [region, prefix] = [...reach].find(([, begin]) => cluster.startsWith(begin)) ?? [];
    if (region === undefined || prefix === undefined) return "unknown";
    try {
      const { arn, status = "" } = await clientOf(region).send(
        new GetClusterCommand({ identifier: cluster.slice(prefix.length) }),
      );
      if (arn !== cluster) return "unknown";
      return status === "DELETED" ? "gone" : REACHABLE.has(status) ? "there" : "unknown";
    } catch (error) {
      return isMissing(error) ? "gone" : "unknown";
    }
  };
