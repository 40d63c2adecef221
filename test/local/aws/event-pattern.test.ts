import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compilePattern, type EventPattern } from "../../../local/aws/event-pattern.ts";

const connect = {
  version: "0",
  id: "6a7e8feb",
  source: "aws.dsql",
  "detail-type": "AWS API Call via CloudTrail",
  resources: [],
  detail: {
    eventSource: "dsql.amazonaws.com",
    eventName: "DbConnect",
    readOnly: true,
    attempts: 3,
    errorCode: null,
    requestParameters: {},
    tags: ["blue", "green"],
    resources: [
      { type: "AWS::DSQL::Cluster", accountId: "111122223333" },
      { type: "AWS::KMS::Key", accountId: "444455556666" },
    ],
  },
};
const matches = (pattern: EventPattern, event: unknown = connect) => compilePattern(pattern)(event);
const detail = (pattern: EventPattern) => matches({ detail: pattern });

describe("compilePattern", () => {
  it.each<[string, boolean, EventPattern]>([
    ["one of several values", true, { eventName: ["DbConnect", "DbConnectAdmin"] }],
    ["none of several values", false, { eventName: ["DbConnectAdmin"] }],
    ["all fields", false, { eventName: ["DbConnect"], eventSource: ["iam.amazonaws.com"] }],
    ["case", false, { eventName: ["dbconnect"] }],
    ["a boolean", true, { readOnly: [true] }],
    ["a boolean that is no text", false, { readOnly: ["true"] }],
    ["a number", true, { attempts: [3] }],
    ["null", true, { errorCode: [null] }],
    ["an absent field", false, { userAgent: [null] }],
    ["an inherited field", false, { constructor: [{ exists: true }] }],
    ["one of an array's values", true, { tags: ["green"] }],
    ["a prefix", true, { eventName: [{ prefix: "Db" }] }],
    ["another prefix", false, { eventName: [{ prefix: "Get" }] }],
    ["a prefix of no text", false, { attempts: [{ prefix: "3" }] }],
    ["a suffix", true, { eventSource: [{ suffix: ".amazonaws.com" }] }],
    ["a value or a prefix", true, { eventName: ["GetCluster", { prefix: "Db" }] }],
    ["anything but another", true, { eventName: [{ "anything-but": "GetCluster" }] }],
    ["anything but this", false, { eventName: [{ "anything-but": ["DbConnect", "GetCluster"] }] }],
    ["anything but a prefix", false, { eventName: [{ "anything-but": { prefix: "Db" } }] }],
    ["anything but of an absent field", false, { userAgent: [{ "anything-but": "x" }] }],
    ["an existing field", true, { errorCode: [{ exists: true }] }],
    ["a missing field", true, { userAgent: [{ exists: false }] }],
    ["a field that should be missing", false, { eventName: [{ exists: false }] }],
    ["an object, which is no leaf", false, { requestParameters: [{ exists: true }] }],
    ["a missing field of a missing object", true, { userIdentity: { arn: [{ exists: false }] } }],
    ["an object in an array", true, { resources: { type: ["AWS::KMS::Key"], accountId: ["444455556666"] } }],
    [
      "fields of different objects",
      false,
      { resources: { type: ["AWS::KMS::Key"], accountId: ["111122223333"] } },
    ],
  ])("looks at %s: %s", (_what, expected, pattern) => {
    expect(detail(pattern)).toBe(expected);
  });

  it("takes an empty array for no field", () => {
    expect(matches({ resources: [{ exists: false }] })).toBe(true);
    expect(matches({ resources: [{ exists: true }] })).toBe(false);
  });

  it("matches the assumed connect event by source and name, under both detail types", () => {
    const pattern: EventPattern = {
      source: ["aws.dsql"],
      "detail-type": ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
      detail: { eventSource: ["dsql.amazonaws.com"], eventName: [{ prefix: "DbConnect" }] },
    };
    const event = JSON.parse(
      readFileSync(new URL("../../fixtures/dbconnect-eventbridge.json", import.meta.url), "utf8"),
    );
    expect(matches(pattern, event)).toBe(true);
    expect(matches(pattern, { ...event, "detail-type": "AWS Service Event via CloudTrail" })).toBe(true);
    expect(matches(pattern, { ...event, source: "aws.s3" })).toBe(false);
  });

  it.each<[string, unknown]>([
    ["an operator that it does not know", { source: [{ wildcard: "aws.*" }] }],
    ["an operator beside a known one", { source: [{ prefix: "aws.", suffix: "dsql" }] }],
    ["an anything-but that it does not know", { source: [{ "anything-but": { wildcard: "*" } }] }],
    ["an exists that is no boolean", { source: [{ exists: "yes" }] }],
    ["$or", { $or: [{ source: ["aws.s3"] }] }],
    ["a bare value", { source: "aws.s3" }],
    ["an empty list", { source: [] }],
    ["an empty pattern", {}],
    ["a list in a list", { source: [["aws.s3"]] }],
  ])("refuses %s", (_what, pattern) => {
    expect(() => compilePattern(pattern as EventPattern)).toThrowError(
      expect.objectContaining({ name: "AuditError", code: "config" }),
    );
  });
});
