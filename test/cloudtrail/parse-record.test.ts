import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseRecord } from "../../lib/cloudtrail/parse-record.ts";
import { Connection } from "../../lib/core/activity/connection.ts";
import { APP_ROLE, CLUSTER, connectRecord, envelope, foreignRecord } from "../support/records.ts";

const connectionOf = (raw: unknown): Connection => {
  const parsed = parseRecord(raw);
  if (parsed.kind !== "connection") throw new Error(JSON.stringify(parsed));
  expect(Connection.parse(parsed.connection)).toEqual(parsed.connection);
  return parsed.connection;
};
const identity = (userIdentity: unknown): Connection =>
  connectionOf(connectRecord({ extra: { userIdentity } }));

describe("parseRecord", () => {
  it("reads every field of a connect record", () => {
    expect(connectionOf(connectRecord({ id: "e1" }))).toEqual({
      eventId: "e1",
      at: Date.parse("2026-11-02T09:14:07Z"),
      cluster: CLUSTER,
      action: "DbConnect",
      outcome: "allowed",
      principal: APP_ROLE,
      principalType: "role",
      account: "111122223333",
      principalId: "AROAAPPREADONLYROLE",
      sessionName: "orders-api-7f9c",
      accessKeyId: "ASIAEXAMPLE0000000001",
      sourceIp: "10.20.4.17",
      vpcEndpointId: "vpce-0a1b2c3d4e5f67890",
      userAgent: "aurora-dsql-nodejs-pg/0.1.9",
    });
  });

  it("reads the same connection from both envelopes of EventBridge as from the bare record", () => {
    const record = connectRecord();
    const bare = connectionOf(record);
    expect(connectionOf(envelope(record))).toEqual(bare);
    expect(connectionOf(envelope(record, "AWS Service Event via CloudTrail"))).toEqual(bare);
  });

  it("reads a record with nothing but the four fields that CloudTrail guarantees", () => {
    const { eventID, eventTime, eventSource, eventName } = connectRecord();
    const connection = connectionOf({ eventID, eventTime, eventSource, eventName });
    expect(connection.principal).toMatch(/^unknown:/);
    expect(connection.cluster).toBe("unknown:/");
    expect(connection.principalType).toBe("unknown");
  });

  it("takes an error code as a refusal and keeps it", () => {
    const refused = connectionOf(
      connectRecord({ extra: { errorCode: "AccessDenied", errorMessage: "no \u0007" } }),
    );
    expect(refused).toMatchObject({
      outcome: "refused",
      errorCode: "AccessDenied",
      errorMessage: "no \u0007",
    });
  });

  it.each([
    ["requestParameters", { dbUser: "app_ro" }],
    ["additionalEventData", { database_role: "app_ro" }],
    ["serviceEventDetails", { PgRoleName: "app_ro" }],
  ])("finds a database role in %s", (field, content) => {
    expect(connectionOf(connectRecord({ extra: { [field]: content } })).databaseRole).toBe("app_ro");
  });

  it("does not take an IAM role for a database role", () => {
    expect(
      connectionOf(connectRecord({ extra: { requestParameters: { role: APP_ROLE } } })).databaseRole,
    ).toBeUndefined();
  });

  it("finds the cluster by the requested host when no resource names it", () => {
    const host = "abcdefghij1234567890klmnop.dsql.us-east-1.on.aws";
    const extra = { resources: undefined, tlsDetails: { clientProvidedHostHeader: host } };
    expect(connectionOf(connectRecord({ extra })).cluster).toBe(CLUSTER);
  });

  it("keeps connections without a cluster apart by Region and account", () => {
    expect(connectionOf(connectRecord({ extra: { resources: "none" } })).cluster).toBe(
      "unknown:us-east-1/111122223333",
    );
  });

  it("ignores other services and other DSQL calls, with their time", () => {
    const at = Date.parse("2026-11-02T09:14:07Z");
    expect(parseRecord(foreignRecord("2026-11-02T09:14:07Z"))).toEqual({ kind: "ignored", at });
    expect(parseRecord(connectRecord({ action: "GetCluster" }))).toEqual({ kind: "ignored", at });
  });

  it.each([
    ["null", null],
    ["an array", []],
    ["a text", "DbConnect"],
    ["no source", { eventName: "DbConnect" }],
    ["a source that is a number", connectRecord({ extra: { eventSource: 7 } })],
    ["no event id", connectRecord({ extra: { eventID: undefined } })],
    ["an empty event id", connectRecord({ id: "" })],
    ["an endless event id", connectRecord({ id: "x".repeat(1_000) })],
    ["no time", connectRecord({ extra: { eventTime: undefined } })],
    ["30 February", connectRecord({ at: "2026-02-30T00:00:00Z" })],
    ["a time of day that is none", connectRecord({ at: "2026-02-03T25:00:00Z" })],
    ["a year that is none", connectRecord({ at: "0001-01-01T00:00:00Z" })],
    ["a local time", connectRecord({ at: "2026-02-03 10:00:00" })],
  ])("rejects %s with a reason", (_, raw) => {
    const parsed = parseRecord(raw);
    expect(parsed.kind).toBe("rejected");
    expect(parsed.kind === "rejected" && parsed.reason).toBeTruthy();
  });

  it("agrees with the assumed sample record", () => {
    const sample = JSON.parse(readFileSync("test/fixtures/dbconnect-eventbridge.json", "utf8"));
    expect(connectionOf(sample)).toMatchObject({ principal: APP_ROLE, sessionName: "orders-api-7f9c" });
  });
});

describe("callers", () => {
  it("folds a session without an issuer as far as its ARN tells", () => {
    const caller = identity({
      type: "AssumedRole",
      arn: "arn:aws:sts::444455556666:assumed-role/Ops/alice@example.com",
    });
    expect(caller).toMatchObject({
      principal: "arn:aws:iam::444455556666:role/Ops",
      principalType: "role",
      account: "444455556666",
      sessionName: "alice@example.com",
    });
  });

  it("keeps the partition and the role's path", () => {
    const arn = "arn:aws-us-gov:iam::444455556666:role/a/b/Ops";
    const caller = identity({
      type: "AssumedRole",
      arn: "arn:aws-us-gov:sts::444455556666:assumed-role/Ops/x",
      sessionContext: { sessionIssuer: { arn }, sourceIdentity: "alice" },
    });
    expect(caller).toMatchObject({ principal: arn, sourceIdentity: "alice" });
  });

  it("names a user and root by their own ARN", () => {
    expect(
      identity({ type: "IAMUser", arn: "arn:aws:iam::1:user/x/bob", principalId: "AIDA1" }),
    ).toMatchObject({
      principal: "arn:aws:iam::1:user/x/bob",
      principalType: "user",
      principalId: "AIDA1",
    });
    expect(identity({ type: "Root", arn: "arn:aws:iam::1:root" })).toMatchObject({
      principal: "arn:aws:iam::1:root",
      principalType: "root",
    });
  });

  it("folds a federated session to the user that issued it", () => {
    const caller = identity({
      type: "FederatedUser",
      arn: "arn:aws:sts::1:federated-user/carol",
      sessionContext: { sessionIssuer: { type: "IAMUser", arn: "arn:aws:iam::1:user/broker" } },
    });
    expect(caller).toMatchObject({
      principal: "arn:aws:iam::1:user/broker",
      principalType: "federated",
      sessionName: "carol",
    });
  });

  it("marks the roles of Identity Center and its users", () => {
    const role =
      "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dba_0123456789abcdef";
    const session = identity({
      type: "AssumedRole",
      arn: "arn:aws:sts::1:assumed-role/AWSReservedSSO_Dba_0123456789abcdef/dave@example.com",
      sessionContext: { sessionIssuer: { arn: role } },
    });
    expect(session).toMatchObject({ principal: role, principalType: "identity-center" });
    const user = identity({ type: "IdentityCenterUser", accountId: "1", onBehalfOf: { userId: "u-1" } });
    expect(user).toMatchObject({
      principal: "unknown:IdentityCenterUser/1/u-1",
      principalType: "identity-center",
    });
  });

  it("keeps a foreign account's principal as it is", () => {
    const caller = identity({
      type: "AssumedRole",
      arn: "arn:aws:sts::999988887777:assumed-role/Partner/s",
      sessionContext: {
        sessionIssuer: { arn: "arn:aws:iam::999988887777:role/Partner", accountId: "999988887777" },
      },
    });
    expect(caller).toMatchObject({
      principal: "arn:aws:iam::999988887777:role/Partner",
      account: "999988887777",
    });
  });

  it("does not let a session issuer that is no IAM ARN become a principal", () => {
    const caller = identity({
      type: "AssumedRole",
      arn: "arn:aws:sts::1:assumed-role/Ops/x",
      sessionContext: { sessionIssuer: { arn: "arn:aws:s3:::bucket" } },
    });
    expect(caller.principal).toBe("arn:aws:iam::1:role/Ops");
  });

  it("tells nameless callers apart", () => {
    expect(identity({ type: "AWSService", invokedBy: "backup.amazonaws.com" })).toMatchObject({
      principal: "unknown:AWSService/backup.amazonaws.com",
      principalType: "service",
    });
    expect(identity(undefined).principal).toBe("unknown:");
    expect(identity("hostile").principal).toBe("unknown:");
  });
});

it.each([
  ["us-east-1", "arn:aws:dsql:us-east-1"],
  ["cn-north-1", "arn:aws-cn:dsql:cn-north-1"],
  ["us-gov-west-1", "arn:aws-us-gov:dsql:us-gov-west-1"],
])("names a cluster by its id as an ARN of the partition of %s", (awsRegion, beginning) => {
  const requestParameters = { clusterIdentifier: "abcdefghijklmnopqrstuvwxyz" };
  const parsed = parseRecord(connectRecord({ extra: { awsRegion, resources: null, requestParameters } }));
  expect(parsed).toMatchObject({
    connection: { cluster: `${beginning}:111122223333:cluster/abcdefghijklmnopqrstuvwxyz` },
  });
});

it("takes nothing for a cluster that another ARN of DSQL names", () => {
  const requestParameters = {
    clusterArn: "arn:aws:dsql:us-east-1:999900009999:stream/abcdefghijklmnopqrstuvwxyz",
  };
  const parsed = parseRecord(connectRecord({ extra: { resources: null, requestParameters } }));
  expect(parsed).toMatchObject({ connection: { cluster: "unknown:us-east-1/111122223333" } });
});
