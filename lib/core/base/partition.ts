// Partitions of AWS: which one a Region is of, what its services' names end in, and where its IAM is. Without a library, as
// ./arn.ts. The source is what AWS publishes with the SDK: partitions.js of @aws-sdk/core, and the endpoints of
// @aws-sdk/client-iam; a test holds the table to both. The table is here because a function that reads trail files loads
// neither.

type Partition = {
  readonly id: string;
  readonly regions: RegExp;
  readonly suffix: string;
  /**
   * Where IAM's control plane answers, and so where CloudTrail and EventBridge tell of its calls. In China that is not the
   * Region that AWS calls the partition's global one (`implicitGlobalRegion`).
   */
  readonly iam: string;
};

const PARTITIONS: readonly Partition[] = [
  { id: "aws-cn", regions: /^cn-\w+-\d+$/, suffix: "amazonaws.com.cn", iam: "cn-north-1" },
  { id: "aws-us-gov", regions: /^us-gov-\w+-\d+$/, suffix: "amazonaws.com", iam: "us-gov-west-1" },
  { id: "aws-eusc", regions: /^eusc-de-\w+-\d+$/, suffix: "amazonaws.eu", iam: "eusc-de-east-1" },
  { id: "aws-iso", regions: /^us-iso-\w+-\d+$/, suffix: "c2s.ic.gov", iam: "us-iso-east-1" },
  { id: "aws-iso-b", regions: /^us-isob-\w+-\d+$/, suffix: "sc2s.sgov.gov", iam: "us-isob-east-1" },
  { id: "aws-iso-e", regions: /^eu-isoe-\w+-\d+$/, suffix: "cloud.adc-e.uk", iam: "eu-isoe-west-1" },
  { id: "aws-iso-f", regions: /^us-isof-\w+-\d+$/, suffix: "csp.hci.ic.gov", iam: "us-isof-south-1" },
  // Last, and wider than the SDK has it: Regions with a new beginning come here, as mx-central-1 did.
  { id: "aws", regions: /^[a-z]{2}-\w+-\d+$/, suffix: "amazonaws.com", iam: "us-east-1" },
];

/** What the name of a Region looks like in any partition. */
export const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d+$/;

const partitionWith = (region: string): Partition | undefined =>
  PARTITIONS.find(({ regions }) => regions.test(region));

/** The partition that a Region is of, as ARNs have it; undefined: its name does not tell. */
export const partitionOf = (region: string): string | undefined => partitionWith(region)?.id;

/** The Region in which the IAM of this Region's partition tells of its changes; undefined: not known. */
export const iamRegionOf = (region: string): string | undefined => partitionWith(region)?.iam;

/** What host names and service principals of a partition end in; that of AWS's own for a partition that is not known. */
export const dnsSuffixOf = (partition: string): string =>
  PARTITIONS.find(({ id }) => id === partition)?.suffix ?? "amazonaws.com";
