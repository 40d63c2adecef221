// Findings as they reach Security Hub: through its real client, to a stand-in on this machine that holds them to its limits.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AwsSecurityFinding, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { dueOf } from "../../../lib/core/incidents/feed.ts";
import { wordsOf } from "../../../lib/detectors/words.ts";
import { securityHub } from "../../../lib/notices/channels/security-hub.ts";
import { findingOf } from "../../support/query-world.ts";

const T = Date.UTC(2026, 8, 12, 15, 6);
type Imported = AwsSecurityFinding[];
let server: Server;
let client: SecurityHubClient;
let calls: Imported[];
/** By id, the code that it is refused with; or what answers the whole call. */
let refused: Record<string, string>;
let broken: { readonly status: number; readonly code: string } | undefined;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { Findings } = JSON.parse(Buffer.concat(pieces).toString("utf8")) as { Findings: Imported };
    expect([request.method, request.url]).toEqual(["POST", "/findings/import"]);
    response.setHeader("content-type", "application/json");
    if (broken) {
      response.statusCode = broken.status;
      response.setHeader("x-amzn-errortype", broken.code);
      return response.end(JSON.stringify({ Message: "no" }));
    }
    calls.push(Findings);
    const FailedFindings = Findings.flatMap(({ Id = "" }) =>
      refused[Id] ? [{ Id, ErrorCode: refused[Id], ErrorMessage: "no" }] : [],
    );
    return response.end(
      JSON.stringify({
        FailedCount: FailedFindings.length,
        SuccessCount: Findings.length - FailedFindings.length,
        FailedFindings,
      }),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new SecurityHubClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await new Promise((done) => server.close(done));
});
beforeEach(() => {
  calls = [];
  refused = {};
  broken = undefined;
});

const eventsOf = (findings: readonly Finding[]) =>
  findings.flatMap((finding) => dueOf(finding, "security-hub", { since: 0, now: T }));
const send = (...findings: readonly Finding[]) => securityHub(client, { wordsOf }).send(eventsOf(findings));

describe("an import", () => {
  it("holds each finding once, as it is now, as new as what is told by it", async () => {
    const over = findingOf("a-1", { status: "resolved", closedAt: T - 1000 });
    const { taken, failure } = await send(over, findingOf("b-1"));
    expect([taken.length, failure]).toEqual([3, undefined]);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject([
      { Id: "dsql-access-auditor/a-1", RecordState: "ARCHIVED", UpdatedAt: new Date(T).toISOString() },
      {
        Id: "dsql-access-auditor/b-1",
        RecordState: "ACTIVE",
        FindingProviderFields: { Types: [expect.any(String)] },
      },
    ]);
  });

  it("holds at most 100 findings and 6 MB", async () => {
    const evidence = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`e${n}`, "é".repeat(2000)]));
    const many = Array.from({ length: 150 }, (_, n) => findingOf(`f-${n}`, n < 90 ? { evidence } : {}));
    const { taken } = await send(...many);
    expect(taken).toHaveLength(150);
    expect(calls.flat()).toHaveLength(150);
    for (const batch of calls) {
      expect(batch.length).toBeLessThanOrEqual(100);
      expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(6_000_000);
    }
  });
});

describe("what Security Hub refuses", () => {
  it("is that finding alone where it says so", async () => {
    refused["dsql-access-auditor/b-1"] = "InvalidInput";
    const { taken, failure } = await send(findingOf("a-1"), findingOf("b-1"), findingOf("c-1"));
    expect(taken.map(({ finding }) => finding.id)).toEqual(["a-1", "c-1"]);
    expect(failure).toMatchObject({ code: "config", message: expect.stringContaining("InvalidInput") });
  });

  it.each([
    [401, "InvalidAccessException", "not-found", /Switch Security Hub on/],
    [403, "AccessDeniedException", "denied", /BatchImportFindings/],
    [429, "LimitExceededException", "throttled", /Nothing is lost/],
    [500, "InternalException", "connect", /Nothing is lost/],
    [400, "InvalidInputException", "config", /Nothing is lost/],
  ])("%d %s ends in %s", async (status, code, expected, hint) => {
    broken = { status, code };
    const { taken, failure } = await send(findingOf("a-1"));
    expect(taken).toEqual([]);
    expect(failure).toMatchObject({ code: expected, hint: expect.stringMatching(hint) });
  });
});
