// What AWS asks for what the auditor uses: us-east-1, on demand, without free tiers, as AWS's pages had it in November 2026.

export type Price = {
  readonly says: string;
  /** Dollars for so many units; the unit's name in the singular where it is one. */
  readonly dollars: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
};

const page = (service: string): string => `https://aws.amazon.com/${service}/pricing/`;

/** When the pages were last read. */
export const PRICES_READ = "2026-11-28";

export const prices = {
  dataEvents: { says: "CloudTrail, data events", dollars: 0.1, per: 100_000, unit: "events", source: page("cloudtrail") },
  managementEvents: { says: "CloudTrail, management events, each copy but the first", dollars: 2, per: 100_000, unit: "events", source: page("cloudtrail") },
  files: { says: "S3 Standard, storage", dollars: 0.023, per: 1, unit: "GB and month", source: page("s3") },
  filesWritten: { says: "S3 Standard, objects written", dollars: 0.005, per: 1_000, unit: "requests", source: page("s3") },
  filesRead: { says: "S3 Standard, objects read", dollars: 0.0004, per: 1_000, unit: "requests", source: page("s3") },
  /** The dearest that an event can be: AWS's own management events cost nothing. */
  busEvents: { says: "EventBridge, events other than AWS management events", dollars: 1, per: 1e6, unit: "events", source: page("eventbridge") },
  queueRequests: { says: "SQS, requests", dollars: 0.4, per: 1e6, unit: "requests", source: page("sqs") },
  published: { says: "SNS, messages published", dollars: 0.5, per: 1e6, unit: "requests", source: page("sns") },
  mails: { says: "SNS, mails", dollars: 2, per: 100_000, unit: "mails", source: page("sns") },
  httpRequests: { says: "API Gateway, requests to an HTTP API", dollars: 1, per: 1e6, unit: "requests", source: page("api-gateway") },
  calls: { says: "Lambda, requests", dollars: 0.2, per: 1e6, unit: "requests", source: page("lambda") },
  gigabyteSeconds: { says: "Lambda on arm64, duration", dollars: 0.0000133334, per: 1, unit: "GB-second", source: page("lambda") },
  writeUnits: { says: "DynamoDB, writes", dollars: 0.625, per: 1e6, unit: "write units", source: page("dynamodb") },
  readUnits: { says: "DynamoDB, reads", dollars: 0.125, per: 1e6, unit: "read units", source: page("dynamodb") },
  storage: { says: "DynamoDB, storage", dollars: 0.25, per: 1, unit: "GB and month", source: page("dynamodb") },
  recovery: { says: "DynamoDB, point-in-time recovery", dollars: 0.2, per: 1, unit: "GB and month", source: page("dynamodb") },
  key: { says: "KMS, a key of your own", dollars: 1, per: 1, unit: "key and month", source: page("kms") },
  alarms: { says: "CloudWatch, alarms", dollars: 0.1, per: 1, unit: "alarm and month", source: page("cloudwatch") },
  metrics: { says: "CloudWatch, metrics of one's own", dollars: 0.3, per: 1, unit: "metric and month", source: page("cloudwatch") },
  dashboard: { says: "CloudWatch, dashboards", dollars: 3, per: 1, unit: "dashboard and month", source: page("cloudwatch") },
  logs: { says: "CloudWatch, logs taken in", dollars: 0.5, per: 1, unit: "GB", source: page("cloudwatch") },
  dpus: { says: "Aurora DSQL, activity", dollars: 8, per: 1e6, unit: "DPUs", source: page("rds/aurora/dsql") },
  accessAnalyzer: { says: "IAM Access Analyzer, unused access", dollars: 0.2, per: 1, unit: "IAM role or user and month", source: page("iam/access-analyzer") },
  guardDuty: { says: "GuardDuty, RDS Protection", dollars: 1, per: 1, unit: "vCPU and month", source: page("guardduty") },
} as const satisfies Readonly<Record<string, Price>>; // biome-ignore format: one line a price

export type PriceName = keyof typeof prices;
