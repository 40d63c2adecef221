// What AWS answers about capture: one trail that logs, the management events it saw, CloudWatch's counts of connect calls.
import * as z from "zod";
import { floorTo, HOUR } from "../../lib/core/base/time.ts";
import { type AwsOperations, operation } from "./aws-operation.ts";

export type LocalTrail = {
  /** For the clients of CloudTrail and CloudWatch, by the prefix of their targets. */
  readonly services: Readonly<Record<string, { version: string; operations: AwsOperations }>>;
  /** A connect call of this action to the cluster with this id, whether its event reaches anybody or not. */
  readonly called: (clusterId: string, action: string, at: number) => void;
  /** A management event, as LookupEvents will tell it: the record itself. */
  readonly happened: (record: { readonly eventName: string; readonly eventTime: string }) => void;
};

const Named = z.looseObject({ Name: z.optional(z.string()), TrailName: z.optional(z.string()) });
const Lookup = z.strictObject({
  LookupAttributes: z.array(
    z.strictObject({ AttributeKey: z.literal("EventName"), AttributeValue: z.string() }),
  ),
  StartTime: z.number(), // epoch seconds, as everywhere here
  EndTime: z.number(),
});
const Statistics = z.strictObject({
  Namespace: z.literal("AWS/Usage"),
  MetricName: z.literal("CallCount"),
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })),
  StartTime: z.number(),
  EndTime: z.number(),
  Period: z.literal(HOUR / 1000),
  Statistics: z.tuple([z.literal("Sum")]),
});

// https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cloudtrail-data-events.html
const takesConnects = [
  { Field: "eventCategory", Equals: ["Data"] },
  { Field: "resources.type", Equals: ["AWS::DSQL::Cluster"] },
];

/** One trail of this account and Region, which writes its files into `bucket`. */
export const localTrail = (place: { account: string; region: string; bucket: string }): LocalTrail => {
  const arn = `arn:aws:cloudtrail:${place.region}:${place.account}:trail/local`;
  const counts = new Map<string, number>(); // "<cluster id> <action> <hour>"
  const events: { readonly eventName: string; readonly eventTime: string }[] = [];
  const keyOf = (id: string, action: string, hour: number): string => `${id} ${action} ${hour}`;
  const cloudTrail: AwsOperations = {
    ListTrails: operation(z.strictObject({}), () => ({
      Trails: [{ TrailARN: arn, Name: "local", HomeRegion: place.region }],
    })),
    DescribeTrails: operation(z.looseObject({}), () => ({
      trailList: [{ TrailARN: arn, Name: "local", HomeRegion: place.region, S3BucketName: place.bucket }],
    })),
    GetTrail: operation(Named, () => ({
      Trail: { TrailARN: arn, Name: "local", HomeRegion: place.region, S3BucketName: place.bucket },
    })),
    GetTrailStatus: operation(Named, () => ({ IsLogging: true })),
    GetEventSelectors: operation(Named, () => ({
      TrailARN: arn,
      AdvancedEventSelectors: [{ Name: "connects", FieldSelectors: takesConnects }],
    })),
    LookupEvents: operation(Lookup, ({ LookupAttributes, StartTime, EndTime }) => ({
      Events: events
        .filter(({ eventName }) =>
          LookupAttributes.every(({ AttributeValue }) => AttributeValue === eventName),
        )
        .filter(({ eventTime }) => {
          const at = Date.parse(eventTime) / 1000;
          return at >= StartTime && at <= EndTime;
        })
        .map((record) => ({ EventName: record.eventName, CloudTrailEvent: JSON.stringify(record) })),
    })),
    // Nothing here signs digests.
    ListPublicKeys: operation(z.looseObject({}), () => ({ PublicKeyList: [] })),
  };
  const cloudWatch: AwsOperations = {
    GetMetricStatistics: operation(Statistics, ({ Dimensions, StartTime, EndTime }) => {
      const of = (name: string): string => Dimensions.find(({ Name }) => Name === name)?.Value ?? "";
      const id = of("ResourceId").replace(/^cluster\//, "");
      const Datapoints: { Timestamp: number; Sum: number; Unit: string }[] = [];
      for (let hour = floorTo(HOUR, StartTime * 1000); hour < EndTime * 1000; hour += HOUR) {
        const Sum = counts.get(keyOf(id, of("Resource"), hour));
        if (Sum !== undefined) Datapoints.push({ Timestamp: hour / 1000, Sum, Unit: "None" });
      }
      return { Label: "CallCount", Datapoints };
    }),
  };
  return {
    services: {
      CloudTrail_20131101: { version: "1.1", operations: cloudTrail },
      GraniteServiceVersion20100801: { version: "1.0", operations: cloudWatch },
    },
    called: (id, action, at) => {
      const key = keyOf(id, action, floorTo(HOUR, at));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    happened: (record) => void events.push(record),
  };
};
