// The trail that a deployment makes where it is asked to, with the bucket of its files; and where the files are in any case.
import { CONNECTS } from "../lib/core/coverage/merge-selectors.ts";
import type { AdvancedSelector } from "../lib/core/coverage/trail-selectors.ts";
import { arn, either, type Resources, ref, sub } from "./cloudformation.ts";

const MAKES_TRAIL = "MakesTrail";
const MAKES_BUCKET = "MakesTrailBucket";

/** With the Region: a trail of all Regions takes its name in each of them. */
const trailName = sub(`\${AWS::StackName}-\${AWS::Region}`);
/** As text, for the bucket's policy names the trail before there is one. */
const nameInArn = arn("cloudtrail", `trail/\${AWS::StackName}-\${AWS::Region}`);

/** The trail that the stack makes; empty: none. */
export const ownTrailArn = either(MAKES_TRAIL, nameInArn, "");

/** The bucket that this trail writes to: the stack makes it, or one of its name did before. */
export const ownBucketName = either(MAKES_BUCKET, ref("TrailFiles"), ref("ExistingTrailBucket"));

/** The bucket of the files that are read. */
export const trailBucketName = either("NamesTrailBucket", ref("TrailBucket"), ownBucketName);

/** What was deleted or overwritten can be brought back for so many days. */
const OLD_VERSION_DAYS = 30;

const management: AdvancedSelector = {
  Name: "Management events",
  FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }],
};

const inBucket = (keys: string) =>
  sub(`arn:\${AWS::Partition}:s3:::\${Files}${keys}`, { Files: ownBucketName });

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
const policy = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "TlsAlone",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [inBucket(""), inBucket("/*")],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "s3:GetBucketAcl",
      Resource: inBucket(""),
      Condition: { StringEquals: { "aws:SourceArn": nameInArn } },
    },
    {
      Sid: "TrailWrites",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: inBucket(`/AWSLogs/\${AWS::AccountId}/*`),
      Condition: {
        StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": nameInArn },
      },
    },
  ],
};

export const trail: Resources = {
  TrailFiles: {
    Type: "AWS::S3::Bucket",
    Condition: MAKES_BUCKET,
    // The files are the record: removing the stack leaves them, and nothing lets anybody in without its policy.
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: {
      PublicAccessBlockConfiguration: {
        ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
        ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      // What a trail without a key writes. With trailKeyArn the trail itself encrypts by that key.
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      // Digests show that a file was deleted or changed; only an older version brings it back.
      VersioningConfiguration: { Status: "Enabled" },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: "expire",
            Status: "Enabled",
            ExpirationInDays: ref("TrailDays"),
            NoncurrentVersionExpiration: { NoncurrentDays: OLD_VERSION_DAYS },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          },
          // A rule of its own: S3 takes it beside no number of days.
          { Id: "forget", Status: "Enabled", ExpiredObjectDeleteMarker: true },
        ],
      },
    },
  },
  TrailFilesPolicy: {
    Type: "AWS::S3::BucketPolicy",
    // Not kept: it names this stack's trail, and a stack that goes on with the bucket makes its own.
    Condition: MAKES_TRAIL,
    Properties: { Bucket: ownBucketName, PolicyDocument: policy },
  },
  Trail: {
    Type: "AWS::CloudTrail::Trail",
    Condition: MAKES_TRAIL,
    // CloudTrail tries whether it may write when the trail is made.
    DependsOn: "TrailFilesPolicy",
    Properties: {
      TrailName: trailName,
      S3BucketName: ownBucketName,
      IsLogging: true,
      EnableLogFileValidation: true,
      IncludeGlobalServiceEvents: true,
      // IAM's events come in one Region, and reach EventBridge there only where a trail records it. Connects of a Region where
      // nothing is watched would be charged for nothing.
      IsMultiRegionTrail: either("RecordsAllRegions", true, false),
      AdvancedEventSelectors: either("RecordsManagement", [management, CONNECTS], [CONNECTS]),
      KMSKeyId: either("HasTrailKey", ref("TrailKeyArn"), ref("AWS::NoValue")),
    },
  },
};
