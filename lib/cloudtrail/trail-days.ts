// The files of a trail's bucket for one account and Region, of some days: what it takes to fill a gap, and no more.
import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { DAY, dayOf, floorTo, HOUR, type Interval } from "../core/base/time.ts";
import { listObjects, logSources } from "./list-prefix.ts";
import { explainS3Error, type S3Object } from "./s3-objects.ts";
import type { TrailSource } from "./trail-source.ts";

/** Where a trail writes, and whose files are meant. `prefix`: of the keys, before "AWSLogs/". */
export type TrailDays = Interval & {
  readonly bucket: string;
  readonly prefix: string;
  readonly account: string;
  readonly region: string;
};

/** Files lie in the folder of the day on which they came, digests in that of their end: both after the hour itself. */
const LATE = 3 * HOUR;

/**
 * The folders of these days, one for each: `PREFIX/AWSLogs/[ORGANIZATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
 */
export const dayFolders = (
  { prefix, account, region, from, to }: TrailDays,
  organization: string,
  kind: "CloudTrail" | "CloudTrail-Digest",
): string[] => {
  const folders: string[] = [];
  for (let day = floorTo(DAY, from); day <= to + LATE; day += DAY)
    folders.push(
      `${prefix}AWSLogs/${organization}${account}/${kind}/${region}/${dayOf(day).replaceAll("-", "/")}/`,
    );
  return folders;
};

/** "o-abc123/" where the bucket holds files of an organization's trail, and "" for those of an account's own. */
const organizationsIn = async (client: S3Client, { bucket, prefix }: TrailDays): Promise<string[]> => {
  const Prefix = `${prefix}AWSLogs/o-`;
  const { Contents = [] } = await client
    .send(new ListObjectsV2Command({ Bucket: bucket, Prefix, MaxKeys: 1 }))
    .catch((error: unknown) => {
      throw explainS3Error(`s3://${bucket}/${Prefix}`, error, "list");
    });
  const [, organization] = /AWSLogs\/(o-[a-z0-9]+\/)/.exec(Contents[0]?.Key ?? "") ?? [];
  return organization === undefined ? [""] : ["", organization];
};

const objectsOf = async function* (
  client: S3Client,
  days: TrailDays,
  kind: "CloudTrail" | "CloudTrail-Digest",
): AsyncGenerator<S3Object> {
  for (const organization of await organizationsIn(client, days))
    for (const folder of dayFolders(days, organization, kind))
      yield* listObjects(client, days.bucket, folder);
};

/** The log files of these days; `onPassedOver` hears of what is none. Errors: as of `listObjects`. */
export const daySources = (
  client: S3Client,
  days: TrailDays,
  onPassedOver: (name: string) => void,
): AsyncGenerator<TrailSource> => logSources(client, objectsOf(client, days, "CloudTrail"), onPassedOver);

/** Their digests, in order. */
export const dayDigests = (client: S3Client, days: TrailDays): AsyncGenerator<S3Object> =>
  objectsOf(client, days, "CloudTrail-Digest");
