// Where a deployment may connect, and which of the clusters that it was given it could not watch from there.
import { AuditError } from "../../errors.ts";
import { ADMIN } from "../activity/admin-logins.ts";
import { type Cluster, parseArn } from "../base/ids.ts";
import { visible } from "../base/visible-text.ts";

/** An account and Region whose clusters the deployment may connect to, and how the ARN of each begins. */
export type Place = { readonly account: string; readonly region: string; readonly prefix: string };
/** Its own place first. */
export type Reach = readonly Place[];

/** Where the deployment may connect: in its own Region and these, of its own account and of its members. */
export const reachOf = (
  prefix: string,
  regions: readonly string[],
  members: readonly string[] = [],
): Reach => {
  const [arn, partition, service, own = "", home = "", ...rest] = prefix.split(":");
  return [...new Set([home, ...members])].flatMap((account) =>
    [...new Set([own, ...regions])].map((region) => ({
      ...{ account, region },
      prefix: [arn, partition, service, region, account, ...rest].join(":"),
    })),
  );
};

/** A cluster as a deployment is given it. */
type Named = { readonly cluster: Cluster; readonly endpoint: string; readonly user: string };

/** What a deployment may connect to. `accounts` or `partition` undefined: not known yet, and nothing is held against it. */
export type Within = {
  readonly partition: string | undefined;
  readonly regions: readonly string[];
  readonly accounts: readonly string[] | undefined;
};

const CLUSTER_ID = /^cluster\/([a-z0-9]+)$/;
/** https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html; other hosts tell nothing. */
const CLUSTER_HOST = /^([a-z0-9]+)\.dsql[a-z0-9-]*\.([a-z0-9-]+)\.on\.aws$/;

const oneOf = (values: readonly string[]): string => [...new Set(values)].join(", ");

/**
 * What speaks against clusters that a deployment is given, a sentence each, with its ARN: its role is for those within, so
 * every login to another one would be refused. So are an ARN that names no cluster, one that stands twice, admin, and the
 * host of another cluster, whose catalog would be kept under this one's name.
 */
export const unusable = (clusters: readonly Named[], within: Within): readonly string[] => {
  const first = new Map(clusters.map(({ cluster }, n) => [cluster, n] as const).reverse());
  return clusters.flatMap(({ cluster, endpoint, user }, n) => {
    const shown = visible(cluster, 200);
    const { partition, service, region = "", account = "", resource = "" } = parseArn(cluster) ?? {};
    const [, id] = CLUSTER_ID.exec(resource) ?? [];
    if (service !== "dsql" || id === undefined || !/^\d{12}$/.test(account))
      return `${shown} is not the ARN of a cluster`;
    if (within.partition !== undefined && partition !== within.partition)
      return `${shown} is of partition ${visible(partition ?? "", 20)}, and this deployment of ${within.partition}`;
    if (!within.regions.includes(region))
      return `${shown} is in ${visible(region, 40)}, and this deployment connects to clusters in ${oneOf(within.regions)} alone`;
    if (within.accounts && !within.accounts.includes(account))
      return `${shown} is of account ${account}, and this deployment connects to clusters of ${oneOf(within.accounts)} alone`;
    if ((first.get(cluster) ?? n) < n) return `${shown} stands twice`;
    const [, hostId, hostRegion] = CLUSTER_HOST.exec(endpoint) ?? [];
    if (hostId !== undefined && (hostId !== id || hostRegion !== region))
      return `${shown} has the endpoint of another cluster: ${visible(endpoint, 200)}`;
    return user === ADMIN ? `${shown} has the user ${ADMIN}, which the auditor never connects as` : [];
  });
};

/** The clusters themselves, where the deployment can watch all of them. AuditError("config") names each that it cannot. */
export const withinReach = <T extends Named>(clusters: readonly T[], reach: Reach): readonly T[] => {
  const problems = unusable(clusters, {
    partition: parseArn(reach[0]?.prefix ?? "")?.partition,
    regions: reach.map(({ region }) => region),
    accounts: reach.map(({ account }) => account),
  });
  if (problems.length === 0) return clusters;
  throw new AuditError("config", `CLUSTERS: ${problems.join("; ")}`, {
    hint: "Correct the parameter clusters, or take them out of it. Other Regions are named by the parameter regions, other accounts by memberAccounts.",
  });
};
