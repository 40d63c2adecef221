// Events on findings through the real EventBridge client: their shape by the published schema, and what a bus refuses.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { dueOf, type FeedEvent } from "../../../lib/core/incidents/feed.ts";
import { eventBus } from "../../../lib/notices/channels/event-bus.ts";
import { findingEvent } from "../../../lib/queries/finding-event.ts";
import { type Bus, createBus } from "../../../local/aws/bus.ts";
import { type BusEndpoint, startBusEndpoint } from "../../../local/aws/bus-endpoint.ts";
import { cluster } from "../../support/catalogs.ts";
import { findingOf } from "../../support/query-world.ts";

const T = Date.UTC(2026, 8, 12, 15, 6);
const BUS = "arn:aws:events:us-east-1:111122223333:event-bus/default";
let bus: Bus;
let served: BusEndpoint;
let client: EventBridgeClient;
let got: Record<string, unknown>[];

beforeEach(async () => {
  got = [];
  bus = createBus({ random: () => 0, now: () => T, account: "111122223333", region: "us-east-1" });
  bus.addFunction({ name: "listener", handler: (event: Record<string, unknown>) => void got.push(event) });
  bus.addRule({
    name: "findings",
    pattern: { source: ["dsql-access-auditor"] },
    targets: [{ function: "listener" }],
  });
  served = await startBusEndpoint(bus);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = new EventBridgeClient({
    ...{ region: "us-east-1", credentials, maxAttempts: 1, endpoint: served.endpoint },
  });
});
afterEach(async () => {
  client.destroy();
  await served.stop();
});

const detail = (event: FeedEvent): string => JSON.stringify(findingEvent(event));
const eventsOf = (finding: Finding): readonly FeedEvent[] =>
  dueOf(finding, "event-bus", { since: 0, now: T });
const send = async (findings: readonly Finding[], to = BUS) => {
  const answer = await eventBus(client, to, detail).send(findings.flatMap(eventsOf));
  await bus.drain();
  return answer;
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
(formats as unknown as (one: typeof ajv) => void)(ajv);
const valid = ajv.compile(
  JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../docs/schema/finding-event.schema.json"), "utf8"),
  ) as object,
);

describe("an event on a finding", () => {
  it("says what happened, to which finding of which incident, as the published schema has it", async () => {
    const open = findingOf("a-1", { incident: "inc-00000001" });
    const mark = eventsOf(open)[0]?.mark;
    const worse: Finding = { ...open, severity: "high", ...(mark && { channels: { "event-bus": mark } }) };
    const over = findingOf("b-1", { status: "resolved", closedAt: T, closedBecause: "It was revoked." });
    const { taken, failure } = await send([open, worse, over]);
    expect([taken.length, failure]).toEqual([4, undefined]);
    expect(got.map((event) => event["detail-type"]).sort()).toEqual([
      "finding opened",
      "finding opened",
      "finding resolved",
      "finding updated",
    ]);
    for (const event of got) {
      expect(valid(event.detail), JSON.stringify(valid.errors)).toBe(true);
      expect(event).toMatchObject({ source: "dsql-access-auditor", resources: [cluster] });
    }
    expect(got.find((event) => event["detail-type"] === "finding updated")?.detail).toMatchObject({
      ...{ version: 1, event: "updated", incident: "inc-00000001", leftOut: [] },
      before: { severity: "medium", status: "open" },
      finding: { id: "a-1", severity: "high", evidence: { days: 90 } },
    });
  });

  it("fits into a call whatever the finding holds, and says what is left out", async () => {
    const long = "😀".repeat(40_000);
    const { taken } = await send([
      findingOf("a-1", { title: long, fix: long, evidence: { long }, eventIds: [long], ends: long }),
    ]);
    expect(taken).toHaveLength(1);
    expect(valid(got[0]?.detail), JSON.stringify(valid.errors)).toBe(true);
    expect(got[0]?.detail).toMatchObject({ leftOut: ["evidence", "eventIds", "fix"] });
  });

  it("goes out with as many others as a call holds, and large ones with fewer", async () => {
    const large = Array.from({ length: 12 }, (_, n) =>
      findingOf(`l-${n}`, { evidence: { note: "x".repeat(50_000) } }),
    );
    const small = Array.from({ length: 25 }, (_, n) => findingOf(`s-${n}`));
    const { taken, failure } = await send([...large, ...small]);
    expect([taken.length, failure, got.length]).toEqual([37, undefined, 37]);
  });
});

describe("a bus that does not take events", () => {
  it("is named where it is not there, with what to do; nothing counts as taken", async () => {
    const { taken, failure } = await send([findingOf("a-1")], BUS.replace("default", "gone"));
    expect(taken).toEqual([]);
    expect(failure).toMatchObject({
      code: "not-found",
      message: expect.stringContaining("event-bus/gone"),
      hint: expect.stringContaining("eventBus"),
    });
  });

  it("that cannot be reached leaves everything due", async () => {
    await served.stop();
    const answer = await eventBus(client, BUS, detail).send(eventsOf(findingOf("a-1")));
    expect(answer).toMatchObject({ taken: [], failure: { code: "connect" } });
    served = await startBusEndpoint(bus);
  });
});
