// CloudTrail records and trail files of the demonstration, in the shapes that the stand-in's own records have.
import { gzipSync } from "node:zlib";
import { HOUR, type Instant, iso } from "../../lib/core/base/time.ts";
import type { Credential } from "../dsql/credentials.ts";
import { type ConnectRecord, connectRecord } from "../dsql/record.ts";
import { ACCOUNT, CLUSTER, isUser, madeAgainId, principals, REGION, ROOT } from "./estate.ts";
import type { Attempt } from "./life.ts";

const identity = { clusterArn: CLUSTER, region: REGION, accountId: ACCOUNT };

/** The record of a connection that somebody of the story makes; `midnight` is the story's first. */
export const recordOf = (attempt: Attempt, midnight: Instant): ConnectRecord => {
  const { arn, id, role: usual } = principals[attempt.who];
  const role = attempt.asAdmin ? "admin" : usual;
  const action = role === "admin" ? "DbConnectAdmin" : "DbConnect";
  const credential: Credential = {
    secretAccessKey: "",
    sourceIp: attempt.ip,
    ...(attempt.vpce && { vpcEndpointId: attempt.vpce }),
    principal: {
      type: isUser(arn) ? "IAMUser" : "AssumedRole",
      arn,
      principalId: attempt.madeAgain ? madeAgainId(id) : id,
      sessionName: attempt.session,
      actions: [action],
    },
  };
  const refused = { code: "AccessDenied", message: "Signature expired" };
  const record = connectRecord(identity, {
    sessionId: attempt.eventId,
    at: midnight + attempt.at,
    user: role,
    applicationName: attempt.agent,
    claim: { accessKeyId: "ASIADEMO", credential, action },
    peer: { address: attempt.ip, tlsVersion: "TLSv1.3", cipherSuite: "TLS_AES_128_GCM_SHA256" },
    error: attempt.refused ? refused : undefined,
  });
  return attempt.asRoot ? { ...record, userIdentity: rootIdentity } : record;
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
const rootIdentity = {
  type: "Root",
  principalId: ACCOUNT,
  arn: ROOT,
  accountId: ACCOUNT,
  accessKeyId: "AKIADEMOROOT00000001",
};

/** Something else in the account that the trail records too: files of a trail are never about one service alone. */
export const foreignRecord = (at: Instant, eventID: string): Readonly<Record<string, unknown>> => ({
  eventVersion: "1.11",
  eventTime: `${iso(at).slice(0, 19)}Z`,
  eventSource: "sts.amazonaws.com",
  eventName: "AssumeRole",
  awsRegion: REGION,
  eventID,
  eventType: "AwsApiCall",
  recipientAccountId: ACCOUNT,
});

/** The object that CloudTrail delivers some minutes after the hour. */
export const trailFile = (hour: Instant, records: readonly unknown[]): { key: string; body: Uint8Array } => {
  const delivered = iso(hour + HOUR)
    .replace(/[-:]|:\d\d\.\d+/g, "")
    .slice(0, 13);
  const folder = iso(hour).slice(0, 10).replaceAll("-", "/");
  return {
    key: `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/${folder}/${ACCOUNT}_CloudTrail_${REGION}_${delivered}Z_demo.json.gz`,
    body: gzipSync(JSON.stringify({ Records: records })),
  };
};
