// The trails that live elsewhere, as a Region sees them: an organization's in its member accounts, and those of all Regions.
import { type CloudTrailClient, DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import type { ListedTrail } from "./trail-config.ts";

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html */
export const replicatedTrails = async (client: CloudTrailClient): Promise<ListedTrail[]> => {
  const { trailList = [] } = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
  return trailList.flatMap(({ TrailARN, HomeRegion }) =>
    TrailARN === undefined ? [] : [{ arn: TrailARN, home: HomeRegion }],
  );
};
