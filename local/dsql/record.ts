// The CloudTrail record of a connection attempt. AWS publishes no sample of one: this follows the documented general
// record, and leaves out what nothing promises, such as the database role.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
import { randomUUID } from "node:crypto";
import { type Credential, callerArn, sessionNameOf } from "./credentials.ts";
import type { Claim } from "./token.ts";

/** What is known of the other end of the connection. */
export type Peer = {
  readonly address: string;
  readonly serverName?: string;
  readonly tlsVersion?: string;
  readonly cipherSuite?: string;
};

export type ClusterIdentity = {
  readonly clusterArn: string;
  readonly region: string;
  readonly accountId: string;
};

export type RecordFacts = {
  readonly sessionId: string;
  /** Epoch milliseconds of the attempt, which may be simulated. */
  readonly at: number;
  readonly user: string;
  readonly applicationName: string | undefined;
  readonly claim: Claim;
  readonly peer: Peer;
  readonly error: { readonly code: string; readonly message: string } | undefined;
};

export type ConnectRecord = {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: "dsql.amazonaws.com";
  readonly eventName: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
  readonly sourceIPAddress: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly [field: string]: unknown;
};

export const connectRecord = (cluster: ClusterIdentity, facts: RecordFacts): ConnectRecord => {
  const { claim, peer, error } = facts;
  const { credential } = claim;
  const eventTime = `${new Date(facts.at).toISOString().slice(0, 19)}Z`;
  const host = claim.host ?? peer.serverName;
  return {
    eventVersion: "1.11",
    userIdentity: credential
      ? identityOf(credential, claim.accessKeyId, eventTime)
      : { type: "Unknown", ...(claim.accessKeyId && { accessKeyId: claim.accessKeyId }) },
    eventTime,
    eventSource: "dsql.amazonaws.com",
    eventName: eventNameOf(facts),
    awsRegion: cluster.region,
    sourceIPAddress: credential?.sourceIp ?? peer.address,
    ...(facts.applicationName && { userAgent: facts.applicationName }),
    ...(error && { errorCode: error.code, errorMessage: error.message }),
    requestParameters: null,
    responseElements: null,
    requestID: randomUUID(),
    eventID: facts.sessionId,
    readOnly: true,
    resources: [{ accountId: cluster.accountId, type: "AWS::DSQL::Cluster", ARN: cluster.clusterArn }],
    eventType: "AwsApiCall",
    managementEvent: false,
    recipientAccountId: cluster.accountId,
    ...(credential?.vpcEndpointId && { vpcEndpointId: credential.vpcEndpointId }),
    eventCategory: "Data",
    ...(peer.tlsVersion && {
      tlsDetails: {
        tlsVersion: peer.tlsVersion,
        cipherSuite: peer.cipherSuite,
        ...(host && { clientProvidedHostHeader: host }),
      },
    }),
  };
};

/** A token names its action; without a readable one the user tells which would have been right. */
const eventNameOf = ({ claim, user }: RecordFacts): string => {
  if (claim.action === "DbConnect" || claim.action === "DbConnectAdmin") return claim.action;
  return user === "admin" ? "DbConnectAdmin" : "DbConnect";
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
const identityOf = ({ principal }: Credential, accessKeyId: string | undefined, createdAt: string) => {
  const accountId = principal.arn.split(":")[4];
  const userName = principal.arn.split("/").at(-1);
  const common = { arn: callerArn(principal), accountId, accessKeyId };
  if (principal.type === "IAMUser") {
    return { type: principal.type, principalId: principal.principalId, ...common, userName };
  }
  return {
    type: principal.type,
    principalId: `${principal.principalId}:${sessionNameOf(principal)}`,
    ...common,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: principal.principalId,
        arn: principal.arn,
        accountId,
        userName,
      },
      attributes: { creationDate: createdAt, mfaAuthenticated: "false" },
    },
  };
};

/** The envelope in which EventBridge hands a record of a trail to its rules. */
export const toEventBridge = (record: ConnectRecord) => ({
  version: "0",
  id: randomUUID(),
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.dsql",
  account: record.recipientAccountId,
  time: record.eventTime,
  region: record.awsRegion,
  resources: [] as string[],
  detail: record,
});
