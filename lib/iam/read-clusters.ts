// The cluster's policy and tags, in its Region and in the Regions of its peers.
import { type DSQLClient, GetClusterCommand, GetClusterPolicyCommand } from "@aws-sdk/client-dsql";
import { parseArn } from "../core/base/ids.ts";
import type { ToldPeers } from "../core/catalog/catalog.ts";
import type { Tags } from "../core/coverage/chosen.ts";
import type { ClusterAccess } from "../core/iam/facts.ts";
import { policyText } from "../core/iam/policy-text.ts";
import { tagsOf } from "../dsql/cluster-tags.ts";
import type { Calls } from "./call.ts";
import { refusalOf, type Unread } from "./refusal.ts";

const identifierIn = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
const regionIn = (arn: string): string => parseArn(arn)?.region ?? "";

type Described = {
  readonly tags: ClusterAccess["tags"];
  readonly peers: readonly string[];
  readonly exists: boolean;
  readonly peersUnread?: string;
};

/** Those that GetCluster told, else what is said of them alone: where that is refused they are not known, never none. */
const tagsIn = async (
  client: DSQLClient,
  { call }: Calls,
  arn: string,
  told?: Tags,
): Promise<ClusterAccess["tags"]> => {
  try {
    const tags = await call(({ abortSignal }) => tagsOf(client, arn, told, abortSignal));
    return { status: "read", rows: Object.entries(tags).map(([key, value]) => ({ key, value })) };
  } catch (error) {
    return refusalOf("dsql:ListTagsForResource", error);
  }
};

const describe = async (client: DSQLClient, calls: Calls, arn: string): Promise<Described> => {
  let refused: Unread;
  try {
    const identifier = identifierIn(arn);
    const { tags: told, multiRegionProperties } = await calls.call((options) =>
      client.send(new GetClusterCommand({ identifier }), options),
    );
    return {
      tags: await tagsIn(client, calls, arn, told),
      peers: multiRegionProperties?.clusters ?? [],
      exists: true,
    };
  } catch (error) {
    refused = refusalOf("dsql:GetCluster", error);
  }
  const tags = await tagsIn(client, calls, arn);
  const peersUnread = refused.reason;
  // The first refusal says more: without GetCluster its peers in other Regions are not known either.
  return tags.status === "read"
    ? { tags, peers: [], exists: true, peersUnread }
    : { tags: refused, peers: [], exists: false, peersUnread };
};

const policyOf = async (
  client: DSQLClient,
  { call }: Calls,
  arn: string,
  exists: boolean,
): Promise<ClusterAccess["policy"]> => {
  try {
    const { policy, policyVersion } = await call((options) =>
      client.send(new GetClusterPolicyCommand({ identifier: identifierIn(arn) }), options),
    );
    if (policy === undefined) return { status: "read", rows: [] };
    return { status: "read", rows: [{ document: policyText(policy), version: policyVersion ?? null }] };
  } catch (error) {
    // Not found is said of the cluster and of its policy alike: where the cluster is there, it is the policy that is not.
    if (exists && error instanceof Error && error.name === "ResourceNotFoundException")
      return { status: "read", rows: [] };
    return refusalOf("dsql:GetClusterPolicy", error);
  }
};

/** Its peers alone, for a snapshot that asks IAM nothing: Aurora DSQL's API knows them without IAM. Never throws. */
export const readPeers = async (client: DSQLClient, { call }: Calls, cluster: string): Promise<ToldPeers> => {
  try {
    const identifier = identifierIn(cluster);
    const { multiRegionProperties } = await call((options) =>
      client.send(new GetClusterCommand({ identifier }), options),
    );
    return { status: "read", arns: (multiRegionProperties?.clusters ?? []).filter((arn) => arn !== cluster) };
  } catch (error) {
    return { status: "unreadable", reason: refusalOf("dsql:GetCluster", error).reason };
  }
};

/** The cluster first, then its peers, each asked in its own Region. Never throws. */
export const readClusters = async (
  clientOf: (region: string) => DSQLClient,
  calls: Calls,
  cluster: string,
): Promise<ClusterAccess[]> => {
  const read = async (arn: string): Promise<{ row: ClusterAccess; peers: readonly string[] }> => {
    const region = regionIn(arn);
    const client = clientOf(region);
    const { tags, peers, exists, peersUnread } = await describe(client, calls, arn);
    const policy = await policyOf(client, calls, arn, exists);
    // Of a peer it does not matter which peers it has: the cluster itself has told them.
    const row = {
      arn,
      region,
      policy,
      tags,
      ...(peersUnread !== undefined && arn === cluster && { peersUnread }),
    };
    return { row, peers };
  };
  const own = await read(cluster);
  const others = [...new Set(own.peers)].filter((arn) => arn !== cluster && regionIn(arn) !== "").sort();
  const peers = await calls.each(others, async (arn) => (await read(arn)).row);
  return [own.row, ...peers];
};
