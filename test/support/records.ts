// CloudTrail records for tests: the documented shape of a connect record, with what a test wants to differ.

export const CLUSTER = "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghij1234567890klmnop";
export const APP_ROLE = "arn:aws:iam::111122223333:role/service/AppReadOnlyRole";

export const uuidOf = (n: number): string => {
  const hex = (value: number, digits: number): string =>
    (value >>> 0).toString(16).padStart(digits, "0").slice(-digits);
  return `${hex(Math.imul(n, 2654435761), 8)}-${hex(n >>> 16, 4)}-4${hex(n, 3)}-8${hex(n >>> 8, 3)}-${hex(n, 8)}${hex(Math.imul(n, 40503), 4)}`;
};

export type RecordOptions = {
  readonly id?: string;
  readonly at?: string | number;
  readonly action?: string;
  readonly role?: string;
  readonly session?: string;
  readonly ip?: string;
  readonly vpce?: string | null;
  readonly agent?: string;
  readonly cluster?: string;
  readonly extra?: { readonly [field: string]: unknown };
};

/** A connect record as a trail file holds it. */
export const connectRecord = ({
  id = uuidOf(1),
  at = "2026-11-02T09:14:07Z",
  action = "DbConnect",
  role = APP_ROLE,
  session = "orders-api-7f9c",
  ip = "10.20.4.17",
  vpce = "vpce-0a1b2c3d4e5f67890",
  agent = "aurora-dsql-nodejs-pg/0.1.9",
  cluster = CLUSTER,
  extra = {},
}: RecordOptions = {}): Record<string, unknown> => {
  const account = cluster.split(":")[4];
  const name = role.split("/").at(-1);
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROA${name?.toUpperCase()}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
      accountId: account,
      accessKeyId: "ASIAEXAMPLE0000000001",
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: `AROA${name?.toUpperCase()}`,
          arn: role,
          accountId: account,
          userName: name,
        },
        attributes: { creationDate: "2026-11-02T08:55:00Z", mfaAuthenticated: "false" },
      },
    },
    eventTime: typeof at === "number" ? `${new Date(at).toISOString().slice(0, 19)}Z` : at,
    eventSource: "dsql.amazonaws.com",
    eventName: action,
    awsRegion: cluster.split(":")[3],
    sourceIPAddress: ip,
    userAgent: agent,
    requestParameters: null,
    responseElements: null,
    requestID: "3c2f1f6e-0d7a-4f0e-9d2a-0b8f3b6c1a11",
    eventID: id,
    readOnly: true,
    resources: [{ accountId: account, type: "AWS::DSQL::Cluster", ARN: cluster }],
    eventType: "AwsApiCall",
    managementEvent: false,
    recipientAccountId: account,
    ...(vpce !== null && { vpcEndpointId: vpce }),
    eventCategory: "Data",
    tlsDetails: { tlsVersion: "TLSv1.3", cipherSuite: "TLS_AES_128_GCM_SHA256" },
    ...extra,
  };
};

/** A record of another service, as the same trail file holds it. */
export const foreignRecord = (
  at: string,
  extra: { readonly [field: string]: unknown } = {},
): Record<string, unknown> => ({
  eventVersion: "1.11",
  userIdentity: { type: "AWSService", invokedBy: "lambda.amazonaws.com" },
  eventTime: at,
  eventSource: "s3.amazonaws.com",
  eventName: "GetObject",
  awsRegion: "us-east-1",
  requestParameters: { bucketName: "b", key: "k" },
  eventID: uuidOf(Date.parse(at) % 1_000_003),
  eventType: "AwsApiCall",
  recipientAccountId: "111122223333",
  eventCategory: "Data",
  ...extra,
});

/** A record in EventBridge's envelope. */
export const envelope = (
  record: Record<string, unknown>,
  detailType = "AWS API Call via CloudTrail",
): Record<string, unknown> => ({
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": detailType,
  source: "aws.dsql",
  account: record.recipientAccountId ?? "111122223333",
  time: record.eventTime,
  region: "us-east-1",
  resources: [],
  detail: record,
});
