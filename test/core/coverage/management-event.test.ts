import { describe, expect, it } from "vitest";
import { parseManagementEvent } from "../../../lib/cloudtrail/parse-management-event.ts";
import { HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import {
  breaksOf,
  concerns,
  doubtsOfTrails,
  type ManagementEvent,
} from "../../../lib/core/coverage/management-event.ts";
import { connectRecord, envelope } from "../../support/records.ts";

const H = Date.parse("2026-11-02T09:00:00Z");
const record = (eventName: string, at: number, extra: object = {}) =>
  connectRecord({
    id: `${eventName}${at}`,
    action: eventName,
    at,
    extra: { eventSource: "cloudtrail.amazonaws.com", requestParameters: { name: "main" }, ...extra },
  });
const event = (name: string, at: number, extra?: object): ManagementEvent => {
  const parsed = parseManagementEvent(record(name, at, extra));
  if (!parsed) throw new Error(name);
  return parsed;
};

describe("parseManagementEvent", () => {
  it("reads what happens to trails and clusters, bare and enveloped", () => {
    expect(event("StopLogging", H)).toMatchObject({
      kind: "stopped",
      target: "main",
      at: H,
      scope: "111122223333/us-east-1",
    });
    expect(parseManagementEvent(envelope(record("PutEventSelectors", H)))?.kind).toBe("selectors-changed");
    const policy = connectRecord({
      action: "PutClusterPolicy",
      extra: { requestParameters: { identifier: "abc" } },
    });
    expect(parseManagementEvent(policy)).toMatchObject({ kind: "policy-put", target: "abc" });
  });

  it("passes over other events, refused ones and rubbish", () => {
    expect(parseManagementEvent(record("DescribeTrails", H))).toBeUndefined();
    expect(parseManagementEvent(record("constructor", H))).toBeUndefined();
    expect(parseManagementEvent(record("StopLogging", H, { errorCode: "AccessDenied" }))).toBeUndefined();
    expect(parseManagementEvent(record("StopLogging", H, { eventTime: "never" }))).toBeUndefined();
    expect(parseManagementEvent(null)).toBeUndefined();
    expect(parseManagementEvent({ eventSource: "__proto__", eventName: "toString" })).toBeUndefined();
  });
});

describe("doubtsOfTrails", () => {
  it("doubts from a stop until the same trail starts again", () => {
    const stop = event("StopLogging", H + 10 * MINUTE);
    const other = event("StartLogging", H + HOUR, { requestParameters: { name: "other" } });
    const start = event("StartLogging", H + 5 * HOUR, {
      requestParameters: { name: "arn:aws:cloudtrail:us-east-1:1:trail/main" },
    });
    expect(doubtsOfTrails([start, other, stop], H + 9 * HOUR)).toEqual([
      { from: H, to: H + 5 * HOUR, reason: "a trail was stopped" },
    ]);
    expect(doubtsOfTrails([stop], H + 9 * HOUR)).toEqual([
      { from: H, to: H + 9 * HOUR, reason: "a trail was stopped" },
    ]);
  });

  it("believes that some trail takes connects as soon as one comes", () => {
    const stop = event("StopLogging", H + 10 * MINUTE);
    const alive = (at: number) => (at < H + 3 * HOUR ? H + 3 * HOUR : undefined);
    expect(doubtsOfTrails([stop], H + 9 * HOUR, alive)).toMatchObject([{ from: H, to: H + 3 * HOUR }]);
  });

  it("doubts the hour of a change, and lets no canary link across it", () => {
    const change = event("UpdateTrail", H + 10 * MINUTE);
    expect(doubtsOfTrails([change], H + 9 * HOUR)).toEqual([
      { from: H, to: H + HOUR, reason: "a trail was changed" },
    ]);
    expect(breaksOf([change, event("StartLogging", H)])).toEqual([H + 10 * MINUTE]);
  });
});

describe("whom an event concerns", () => {
  const scopes = ["111122223333/us-east-1", "111122223333/eu-west-1", "444455556666/us-east-1"];
  const heard = (kind: ManagementEvent["kind"], scope: string) =>
    scopes.filter((one) => concerns({ kind, scope }, one));
  it("is of a trail all Regions of its account, and of a cluster its own", () => {
    for (const kind of ["stopped", "started", "changed"] as const)
      expect(heard(kind, "111122223333/us-east-1")).toEqual(scopes.slice(0, 2));
    expect(heard("policy-put", "111122223333/us-east-1")).toEqual(scopes.slice(0, 1));
  });
  it("is everybody where a trail's event does not say where it is from", () => {
    expect(heard("stopped", "*")).toEqual(scopes);
    expect(heard("cluster-updated", "*")).toEqual([]);
  });
});
