import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { afterEach, describe, expect, it } from "vitest";
import { captureState } from "../../lib/cloudtrail/capture-state.ts";
import { lookupManagementEvents } from "../../lib/cloudtrail/look-up-events.ts";
import { publicKeyPort } from "../../lib/cloudtrail/public-keys.ts";
import { type TrailRead, trailPort } from "../../lib/cloudtrail/trail-config.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { takesConnects, readTrail as trail } from "../support/read-trail.ts";
import { CLUSTER, connectRecord } from "../support/records.ts";

const cluster = CLUSTER as Cluster;

describe("captureState", () => {
  it("takes only a trail of the organization for one of another account's cluster, and knows no more of it", () => {
    const account = cluster.split(":")[4] ?? "";
    const asked = "999988887777";
    const organization = { ...trail, arn: trail.arn.replace(account, "000011112222"), organization: true };
    expect(captureState([trail], cluster, account).captured).toBe("yes");
    expect(captureState([organization], cluster, asked).captured).toBe("yes");
    for (const trails of [[], [trail], [{ ...organization, logging: false }]])
      expect(captureState(trails, cluster, asked)).toMatchObject({
        captured: "unknown",
        reasons: expect.arrayContaining([expect.stringContaining(`account ${account} are not asked about`)]),
      });
  });

  it.each<[string, TrailRead[], string]>([
    ["a logging trail of the Region", [trail], "yes"],
    ["no trail", [], "no"],
    ["a stopped trail", [{ ...trail, logging: false }], "no"],
    ["a trail that cannot deliver", [{ ...trail, deliveryError: "AccessDenied" }], "no"],
    ["a trail of another Region", [{ ...trail, homeRegion: "eu-west-1" }], "no"],
    ["a trail of a Region that AWS does not say", [{ ...trail, homeRegion: null }], "unknown"],
    ["a stopped trail of such a Region", [{ ...trail, homeRegion: null, logging: false }], "no"],
    ["a trail of all Regions", [{ ...trail, homeRegion: "eu-west-1", multiRegion: true }], "yes"],
    ["a trail without data events", [{ ...trail, selectors: [] }], "no"],
    ["a trail that may not be read", [{ arn: "x", unreadable: "AccessDeniedException" }], "unknown"],
    [
      "one that may not be read beside a good one",
      [{ arn: "x", unreadable: "AccessDeniedException" }, trail],
      "yes",
    ],
    [
      "a filter that is not understood",
      [
        {
          ...trail,
          selectors: [
            {
              FieldSelectors: [
                ...(takesConnects[0]?.FieldSelectors ?? []),
                { Field: "readOnly", Equals: ["true"] },
              ],
            },
          ],
        },
      ],
      "unknown",
    ],
  ])("says of %s: %s", (_, trails, captured) => {
    const state = captureState(trails, cluster);
    expect(state.captured).toBe(captured);
    expect(state.reasons.length > 0).toBe(captured !== "yes");
  });
});

let server: Server | undefined;
afterEach(() => server?.close());

/** The service's JSON protocol, as far as the calls need it. */
const service = async (answers: Record<string, (input: Record<string, unknown>) => object>) => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      const answer = answers[operation];
      response.writeHead(answer ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
      const input = JSON.parse(Buffer.concat(chunks).toString() || "{}");
      response.end(
        JSON.stringify(answer ? answer(input) : { __type: "AccessDeniedException", message: "no" }),
      );
    });
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server?.once("listening", done));
  const { port } = server.address() as AddressInfo;
  return new CloudTrailClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
};

describe("the CloudTrail client", () => {
  it("reads every page of trails with their status and selectors", async () => {
    const client = await service({
      ListTrails: ({ NextToken }) =>
        NextToken
          ? { Trails: [{ TrailARN: "t2", HomeRegion: "us-east-1" }] }
          : { Trails: [{ TrailARN: "t1", HomeRegion: "us-east-1" }], NextToken: "more" },
      GetTrail: ({ Name }) => ({
        Trail: {
          TrailARN: Name,
          IsMultiRegionTrail: true,
          S3BucketName: "b",
          LogFileValidationEnabled: true,
        },
      }),
      GetTrailStatus: () => ({ IsLogging: true, LatestDeliveryTime: 1_762_000_000 }),
      GetEventSelectors: () => ({ AdvancedEventSelectors: takesConnects }),
    });
    const trails = await trailPort(() => client).trails();
    expect(trails.map(({ arn }) => arn)).toEqual(["t1", "t2"]);
    expect(trails[0]).toMatchObject({
      logging: true,
      bucket: "b",
      deliveredAt: 1_762_000_000_000,
      stoppedAt: null,
    });
    expect(captureState(trails, cluster)).toMatchObject({ captured: "yes", validation: true });
  });

  it("keeps a trail that it may not read as unreadable", async () => {
    const client = await service({ ListTrails: () => ({ Trails: [{ TrailARN: "t1" }] }) });
    expect(await trailPort(() => client).trails()).toEqual([
      { arn: "t1", unreadable: "AccessDeniedException" },
    ]);
  });

  it.each([
    ["GetTrail", {}],
    ["GetTrailStatus", {}],
    ["GetEventSelectors", {}],
  ])(
    "keeps a trail as unreadable whose %s says nothing: it is neither stopped nor without selectors",
    async (call, none) => {
      const client = await service({
        ListTrails: () => ({ Trails: [{ TrailARN: "t1" }] }),
        GetTrail: ({ Name }) => ({ Trail: { TrailARN: Name, IsMultiRegionTrail: true } }),
        GetTrailStatus: () => ({ IsLogging: true }),
        GetEventSelectors: () => ({ AdvancedEventSelectors: takesConnects }),
        [call]: () => none,
      });
      const trails = await trailPort(() => client).trails();
      expect(trails).toEqual([{ arn: "t1", unreadable: "the answer is not whole" }]);
      expect(captureState(trails, cluster).captured).toBe("unknown");
    },
  );

  it("asks for a public key once", async () => {
    let asked = 0;
    const client = await service({
      ListPublicKeys: () => {
        asked++;
        return { PublicKeyList: [{ Fingerprint: "f", Value: Buffer.from("nokey").toString("base64") }] };
      },
    });
    const port = publicKeyPort(() => client);
    expect(await port("f", 0)).toBeUndefined();
    expect(await port("f", 0)).toBeUndefined();
    expect(asked).toBe(1);
  });

  it("takes a refusal to tell public keys for a key that is not known", async () => {
    const client = await service({});
    expect(await publicKeyPort(() => client)("f", 0, "eu-west-1")).toBeUndefined();
  });

  it("looks up what happened to trails and clusters, each event once", async () => {
    const stop = connectRecord({
      id: "s",
      action: "StopLogging",
      extra: { eventSource: "cloudtrail.amazonaws.com", requestParameters: { name: "main" } },
    });
    const client = await service({
      LookupEvents: ({ NextToken }) => ({
        Events: [{ CloudTrailEvent: JSON.stringify(stop) }, { CloudTrailEvent: "broken" }, {}],
        ...(!NextToken && { NextToken: "more" }),
      }),
    });
    const events = await lookupManagementEvents(client, { from: 0, to: 1_000 }, async () => {});
    expect(events).toMatchObject([{ eventId: "s", kind: "stopped", target: "main" }]);
  });
});
