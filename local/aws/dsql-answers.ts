// What Aurora DSQL's own API says of local clusters: ListClusters, GetCluster, GetClusterPolicy and tags, as its REST protocol answers.
// https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_Operations.html
import type { LocalAccount, LocalClusterAccess } from "./iam-account.ts";

export type DsqlAnswer = {
  /** The operation, as IAM calls it; undefined: none that is imitated. */
  readonly action: string | undefined;
  readonly status: number;
  /** The name of the error, where it is one. */
  readonly error?: string;
  readonly body: object;
};

const CREATED_AT = Date.UTC(2025, 0, 15);

const notFound = (action: string, resourceId: string): DsqlAnswer => ({
  action,
  status: 404,
  error: "ResourceNotFoundException",
  body: { message: "The resource could not be found", resourceId, resourceType: "cluster" },
});

const named = ({ arn }: LocalClusterAccess): object => ({
  identifier: arn.slice(arn.lastIndexOf("/") + 1),
  arn,
});

const described = ({
  tags = {},
  peers,
  status = "ACTIVE",
  endpoint,
  tagsLeftOut,
  ...cluster
}: LocalClusterAccess): object => ({
  ...named(cluster),
  status,
  ...(endpoint && { endpoint }),
  creationTime: CREATED_AT / 1000,
  deletionProtectionEnabled: true,
  ...(!tagsLeftOut && { tags }),
  ...(peers && { multiRegionProperties: { clusters: peers } }),
});

/** Who asks where: only clusters of this account and Region are listed. */
export type AskedAs = { readonly account: string; readonly region: string };

/** The answer to a GET of this path. */
export const dsqlAnswer = (account: LocalAccount, path: string, asked: AskedAs): DsqlAnswer => {
  const [, what = "", raw = "", sub] = path.split("/");
  const name = decodeURIComponent(raw);
  const found = account.cluster(name.slice(name.lastIndexOf("/") + 1));
  if (what === "tags")
    return found
      ? { action: "dsql:ListTagsForResource", status: 200, body: { tags: found.tags ?? {} } }
      : notFound("dsql:ListTagsForResource", name);
  if (what === "cluster" && raw === "")
    return {
      ...{ action: "dsql:ListClusters", status: 200 },
      body: {
        clusters: account
          .clusters()
          .filter(({ arn }) => arn.split(":", 5).slice(3).join() === `${asked.region},${asked.account}`)
          .map(named),
      },
    };
  if (what !== "cluster") return { action: undefined, status: 400, body: {} };
  if (sub === "policy") {
    if (!found?.policy) return notFound("dsql:GetClusterPolicy", name);
    const body = { policy: JSON.stringify(found.policy), policyVersion: `${found.policyVersion ?? 1}` };
    return { action: "dsql:GetClusterPolicy", status: 200, body };
  }
  if (sub !== undefined) return { action: undefined, status: 400, body: {} };
  return found
    ? { action: "dsql:GetCluster", status: 200, body: described(found) }
    : notFound("dsql:GetCluster", name);
};
