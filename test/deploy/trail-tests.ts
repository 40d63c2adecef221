// The trail that a deployment makes where it is asked to: registered by serverless.test.ts, which packages once for everything.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { type AdvancedSelector, connectsTaken } from "../../lib/core/coverage/trail-selectors.ts";
import { lookIn, type Stack } from "./stack.ts";
import { conditionsOf, resolved, VALUES_OF_TRAIL } from "./trail-values.ts";

type Statement = {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: string | readonly string[];
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const ARN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/dsql-access-auditor-prod-us-east-1";
const CLUSTER = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");

/** Registers the tests; `packaged` is asked when they run. */
export const trailTests = (packaged: () => Stack): void => {
  const { made, lambda } = lookIn(packaged);
  /** A deployment with these parameters: what there is, and what of it says. */
  const deployed = (
    parameters: Readonly<Record<string, string>>,
    region = "us-east-1",
    partition = "aws",
  ) => {
    const { Parameters, Conditions } = packaged().template;
    const defaults = Object.entries(Parameters).map(([name, { Default = "" }]) => [name, String(Default)]);
    const place = { "AWS::Region": region, "AWS::Partition": partition };
    const values = { ...VALUES_OF_TRAIL, ...Object.fromEntries(defaults), ...place, ...parameters };
    const holds = conditionsOf(Conditions, values);
    return {
      there: (id: string): boolean => {
        const { Condition } = made(id);
        return Condition === undefined || holds(Condition);
      },
      of: (id: string): Record<string, unknown> =>
        resolved(made(id).Properties, values, holds) as Record<string, unknown>,
      told: (fn: string) =>
        resolved(lambda(fn).Properties.Environment, values, holds) as { Variables: Record<string, string> },
    };
  };
  const statementsOf = (policy: unknown) =>
    (policy as { PolicyDocument: { Statement: readonly Statement[] } }).PolicyDocument.Statement;

  describe("the trail of the stack's own", () => {
    it("is not there unless it is asked for, and nothing of it", () => {
      const { there, told } = deployed({ TrailBucket: "company-trail" });
      for (const id of ["Trail", "TrailFiles", "TrailFilesPolicy"]) expect(there(id), id).toBe(false);
      for (const id of ["TrailFileRule", "ReadTrailFiles"]) expect(there(id), id).toBe(true);
      expect(JSON.parse(told("plan").Variables.DEPLOYMENT ?? "")).toMatchObject({
        ...{ bucket: "company-trail", prefix: "", trail: "" },
      });
      expect(deployed({}).there("TrailFileRule")).toBe(false);
    });

    it.each([
      ["on", 2, true],
      ["connects", 1, false],
    ] as const)(
      "%s: signs its files, takes every connect, and so much of the rest",
      (CreateTrail, selectors, everywhere) => {
        const { there, of } = deployed({ CreateTrail });
        for (const id of ["Trail", "TrailFiles", "TrailFilesPolicy"]) expect(there(id), id).toBe(true);
        const trail = of("Trail");
        expect(trail).toMatchObject({
          ...{ TrailName: ARN.split("/")[1], S3BucketName: "TrailFiles", IsLogging: true },
          ...{
            EnableLogFileValidation: true,
            IsMultiRegionTrail: everywhere,
            IncludeGlobalServiceEvents: true,
          },
        });
        expect(trail).not.toHaveProperty("KMSKeyId");
        const taken = trail.AdvancedEventSelectors as AdvancedSelector[];
        expect(taken).toHaveLength(selectors);
        expect(connectsTaken(taken, CLUSTER).taken).toBe("yes");
        expect(JSON.stringify(taken).includes("Management")).toBe(everywhere);
        expect(made("Trail").DependsOn).toContain("TrailFilesPolicy");
      },
    );

    it("records connects of all Regions where more than one is watched", () => {
      const trail = deployed({ CreateTrail: "connects", Regions: "eu-west-1" }).of("Trail");
      expect(trail).toMatchObject({ IsMultiRegionTrail: true });
      expect(trail.AdvancedEventSelectors).toHaveLength(1);
    });

    it("keeps its files in a private, encrypted bucket that tells of new ones, and that outlives the stack", () => {
      expect(made("TrailFiles")).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
      const bucket = deployed({ CreateTrail: "on", TrailDays: "90" }).of("TrailFiles");
      expect(bucket).not.toHaveProperty("BucketName"); // a name of one's own would stand in the way of the next
      expect(bucket).toMatchObject({
        PublicAccessBlockConfiguration: {
          ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
          ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
        VersioningConfiguration: { Status: "Enabled" },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      });
      const { Rules } = bucket.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
      expect(Rules[0]).toMatchObject({ Status: "Enabled", ExpirationInDays: "90" });
      // S3 refuses a rule with both.
      for (const rule of Rules)
        expect("ExpirationInDays" in rule && "ExpiredObjectDeleteMarker" in rule).toBe(false);
    });

    it.each([
      ["us-east-1", "aws"],
      ["cn-north-1", "aws-cn"],
      ["us-gov-west-1", "aws-us-gov"],
    ])(
      "in %s lets this one trail write, below its account's folder, and everybody in by TLS alone",
      (region, partition) => {
        const { of } = deployed({ CreateTrail: "on" }, region, partition);
        const statements = statementsOf(of("TrailFilesPolicy"));
        const trail = ARN.replace("arn:aws:", `arn:${partition}:`).replaceAll("us-east-1", region);
        const bucket = `arn:${partition}:s3:::TrailFiles`;
        const service = { Service: "cloudtrail.amazonaws.com" };
        expect(statements.filter(({ Effect }) => Effect === "Allow")).toEqual([
          {
            ...{ Sid: "TrailLooks", Effect: "Allow", Principal: service, Action: "s3:GetBucketAcl" },
            ...{ Resource: bucket, Condition: { StringEquals: { "aws:SourceArn": trail } } },
          },
          {
            ...{ Sid: "TrailWrites", Effect: "Allow", Principal: service, Action: "s3:PutObject" },
            Resource: `${bucket}/AWSLogs/111122223333/*`,
            Condition: {
              StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trail },
            },
          },
        ]);
        expect(statements.filter(({ Effect }) => Effect === "Deny")).toMatchObject([
          {
            ...{ Principal: "*", Action: "s3:*", Resource: [bucket, `${bucket}/*`] },
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ]);
      },
    );

    it.each([
      [{}, "TrailFiles"],
      [{ ExistingTrailBucket: "old-files" }, "old-files"],
    ])("with %j is what the functions read and are told of", (more, bucket) => {
      const { there, of, told } = deployed({ CreateTrail: "connects", ...more });
      expect(there("TrailFiles")).toBe(bucket === "TrailFiles");
      expect(of("Trail").S3BucketName).toBe(bucket);
      expect(of("TrailFilesPolicy").Bucket).toBe(bucket);
      expect(of("TrailFileRule").EventPattern).toMatchObject({
        detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: "AWSLogs/" }] } },
      });
      expect(statementsOf(of("ReadTrailFiles"))[0]?.Resource).toEqual([`arn:aws:s3:::${bucket}/AWSLogs/*`]);
      for (const id of ["TrailFileRule", "TrailFileRulePolicy", "ReadTrailFiles"])
        expect(there(id)).toBe(true);
      const { Variables } = told("plan");
      expect(JSON.parse(Variables.DEPLOYMENT ?? "")).toMatchObject({ bucket, prefix: "", trail: ARN });
    });

    it("encrypts with the key that is named, which ingestFiles may use", () => {
      const TrailKeyArn = "arn:aws:kms:us-east-1:111122223333:key/k";
      const { of, there } = deployed({ CreateTrail: "on", TrailKeyArn });
      expect(of("Trail").KMSKeyId).toBe(TrailKeyArn);
      expect(there("OpenTrailFiles")).toBe(true);
    });

    it("is named by the outputs, with its bucket", () => {
      const { TrailArn, TrailBucketName } = packaged().template.Outputs;
      expect(TrailArn).toMatchObject({ Condition: "MakesTrail", Value: { "Fn::GetAtt": ["Trail", "Arn"] } });
      expect(TrailBucketName).toMatchObject({ Condition: "MakesTrail" });
    });
  });
};
