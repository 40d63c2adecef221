// What doctor says of a question that nobody answered: whom it could not reach, and what to look at.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DSQLClient } from "@aws-sdk/client-dsql";
import { STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsPorts, type DoctorClients } from "../../lib/doctor/aws-ports.ts";

/** It takes connections and says nothing. */
const silent = createServer(() => undefined);
let url: string;
beforeAll(async () => {
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/clusters`;
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

/** Nothing listens there any more. */
const closed = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}`;
};

const getting = (get: DoctorClients["get"]) => awsPorts({ get } as DoctorClients).get;
const status = async (one: string, signal?: AbortSignal): Promise<number> =>
  (await fetch(one, { signal: signal ?? null })).status;

describe("the API", () => {
  it("cannot be reached where nothing listens, and is named", async () => {
    const nobody = await closed();
    expect(await getting(status)(nobody)).toEqual({
      why: `${nobody} cannot be reached: ECONNREFUSED`,
      next: "Check that this is the URL in the stack's outputs, and the network from here: DNS, proxy, VPC endpoint.",
    });
  });

  it("does not answer where it is silent", async () => {
    expect(await getting((one) => status(one, AbortSignal.timeout(20)))(url)).toEqual({
      why: `${url} does not answer`,
      next: "Run this command again; if it stays so, check the network from here: DNS, proxy, VPC endpoint.",
    });
  });

  it.each([
    ["the name", "ENOTFOUND"],
    ["the certificate", "CERT_HAS_EXPIRED"],
    ["a silent address", "UND_ERR_CONNECT_TIMEOUT"],
  ])("cannot be reached by %s, whose fault stands below fetch's own", async (_, code) => {
    const fail = () =>
      Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(), { code }) }));
    expect(await getting(fail)(url)).toMatchObject({ why: `${url} cannot be reached: ${code}` });
  });

  it("shows what is below fetch's own words where it has no name for it", async () => {
    const fail = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("bad port") }));
    expect(await getting(fail)(url)).toEqual({
      why: `${url} did not answer: TypeError: fetch failed: bad port`,
    });
  });
});

it("AWS cannot be reached where nothing listens, and the place is named", async () => {
  const endpoint = await closed();
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const sts = new STSClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  expect(await awsPorts({ sts } as DoctorClients).identity()).toEqual({
    why: `AWS at ${endpoint.slice("http://".length)} cannot be reached: ECONNREFUSED`,
    next: "Check the spelling of the Region, and the network from here: DNS, proxy, VPC endpoint.",
  });
  sts.destroy();
});

describe("an answer of AWS that is not whole", () => {
  const answering = (answer: unknown) => ({ send: async () => answer, config: {} });
  const half = [{}, { Attributes: {} }, { Attributes: { ApproximateNumberOfMessages: "" } }, { Arn: "" }];
  const counted = { ApproximateNumberOfMessages: " ", ApproximateNumberOfMessagesNotVisible: "-1" };

  it.each([
    ...half,
    { Attributes: counted },
    { clusters: null },
    { clusters: [{ identifier: "x" }] },
    null,
    undefined,
    "<html>",
  ])("is no answer: %j", async (answer) => {
    const client = answering(answer);
    const ports = awsPorts({
      sts: client,
      sqs: client,
      dsql: Object.assign(Object.create(DSQLClient.prototype), client),
    } as unknown as DoctorClients);
    for (const asked of [ports.identity(), ports.queue("https://queue"), ports.clusters()])
      expect(await asked).toMatchObject({ why: expect.stringMatching(/./) });
  });
});
