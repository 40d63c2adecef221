// What a set-up reads of trails and buckets, and the merged settings put back, against moto, an emulator that others wrote.
// moto has no clusters of Aurora DSQL and no trails of other accounts; it takes EventBridge for a bucket, and does not say so.
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captureState } from "../../lib/cloudtrail/capture-state.ts";
import { replicatedTrails } from "../../lib/cloudtrail/replicated-trails.ts";
import { trailPort } from "../../lib/cloudtrail/trail-config.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { readNotification } from "../../lib/doctor/bucket-notification.ts";
import { type Merged, mergedNotification, mergedSelectors } from "../../lib/doctor/merges.ts";
import { awsCallsOf } from "../support/aws-cli.ts";
import { installMoto, MOTO, type Moto, startMoto } from "./moto.ts";

const ACCOUNT = "123456789012";
const CLUSTER = Cluster.parse(`arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/abc`);
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:others`;

const missing = installMoto();
if (missing !== null)
  process.stderr.write(
    `\n*** SKIPPED: moto ${MOTO} is not to be had, so the reads of a set-up were NOT tried against it: ${missing}\n\n`,
  );

/** The options of the printed command, as a shell and the AWS CLI would take them. */
const printed = (merged: Merged): Readonly<Record<string, string>> => {
  if ("why" in merged) throw new Error(merged.why);
  return awsCallsOf(merged.command)[0]?.options ?? {};
};

describe.skipIf(missing !== null)("a set-up against moto", () => {
  let moto: Moto;
  let trails: CloudTrailClient;
  let s3: S3Client;
  beforeAll(async () => {
    moto = await startMoto();
    const settings = {
      ...{ endpoint: moto.endpoint, region: "us-east-1", forcePathStyle: true },
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    };
    trails = new CloudTrailClient(settings);
    s3 = new S3Client(settings);
    await s3.send(new CreateBucketCommand({ Bucket: "trail-files" }));
    const main = {
      Name: "main",
      S3BucketName: "trail-files",
      S3KeyPrefix: "p",
      EnableLogFileValidation: true,
    };
    await trails.send(new CreateTrailCommand({ ...main, IsMultiRegionTrail: true }));
    await trails.send(new StartLoggingCommand({ Name: "main" }));
  });
  afterAll(() => moto?.stop());

  const read = () => trailPort(() => trails, replicatedTrails).trails();
  const place = { bucket: "trail-files", prefix: "p/", keyArn: "", region: "us-east-1" };

  it("reads a trail once, though two lists tell of it, and merges its basic selectors", async () => {
    const EventSelectors = [
      {
        ...{ ReadWriteType: "All" as const, IncludeManagementEvents: true },
        DataResources: [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3:::orders/"] }],
      },
    ];
    await trails.send(new PutEventSelectorsCommand({ TrailName: "main", EventSelectors }));
    const before = await read();
    expect(before).toHaveLength(1);
    expect(before[0]).toMatchObject({
      bucket: "trail-files",
      prefix: "p",
      validation: true,
      multiRegion: true,
    });
    expect(captureState(before, CLUSTER).captured).toBe("no");
    const { "trail-name": TrailName, "advanced-event-selectors": selectors = "" } = printed(
      mergedSelectors(before, place, ACCOUNT, CLUSTER),
    );
    const AdvancedEventSelectors = JSON.parse(selectors) as never;
    await trails.send(new PutEventSelectorsCommand({ TrailName, AdvancedEventSelectors }));
    const after = await read();
    expect(captureState(after, CLUSTER)).toMatchObject({ captured: "yes", validation: true });
    expect(after[0]).toMatchObject({ selectors: AdvancedEventSelectors });
    expect(selectors).toContain("arn:aws:s3:::orders/");
  });

  it("puts EventBridge beside whom the bucket told before, who stays", async () => {
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: "trail-files",
        SkipDestinationValidation: true,
        NotificationConfiguration: {
          QueueConfigurations: [{ Id: "others", QueueArn: QUEUE, Events: ["s3:ObjectCreated:*"] }],
        },
      }),
    );
    const there = await readNotification(s3, "trail-files");
    expect(there.EventBridgeConfiguration).toBeUndefined();
    const { bucket: Bucket, "notification-configuration": text = "" } = printed(
      mergedNotification("trail-files", there),
    );
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: JSON.parse(text) as never,
      }),
    );
    const then = await readNotification(s3, "trail-files");
    expect(then.QueueConfigurations).toMatchObject([{ Id: "others", QueueArn: QUEUE }]);
  });
});
