// What a command says where AWS or the network says no: each clear, with the next step, none "unexpected error".
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { bareEnvironment } from "../support/bare-environment.ts";
import { cliIn } from "../support/cli.ts";

type Answer = { readonly status: number; readonly type: string; readonly message?: string };

let dynamoDb: Server;
let answer: Answer = { status: 200, type: "" };
let endpoint = "";
const cli = cliIn(
  () => import.meta.dirname,
  () => Date.UTC(2026, 5, 1),
  { AWS_PROFILE: "audit" },
);

const environment = (more: Readonly<Record<string, string | undefined>> = {}): void =>
  bareEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: endpoint, ...more });

beforeAll(async () => {
  dynamoDb = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const { status, type, message } = answer;
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "r1" });
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }));
    });
  }).listen(0, "127.0.0.1");
  await once(dynamoDb, "listening");
  endpoint = `http://127.0.0.1:${(dynamoDb.address() as AddressInfo).port}`;
});
afterAll(() => dynamoDb.close());
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const DENIED =
  "User: arn:aws:iam::111122223333:user/x is not authorized to perform: dynamodb:Query on resource: " +
  "arn:aws:dynamodb:us-east-1:111122223333:table/audit because no identity-based policy allows the dynamodb:Query action";

describe("a table in AWS", () => {
  it.each<[string, Answer, readonly string[]]>([
    [
      "that is not there",
      { status: 400, type: "ResourceNotFoundException", message: "Requested resource not found" },
      ["there is no table audit in us-east-1", "--table", "aws dynamodb list-tables --region us-east-1"],
    ],
    [
      "behind a session that has expired",
      {
        status: 400,
        type: "ExpiredTokenException",
        message: "The security token included in the request is expired",
      },
      ["the AWS session has expired", "aws sso login --profile audit"],
    ],
    [
      "that may not be read",
      { status: 400, type: "AccessDeniedException", message: DENIED },
      [
        "AWS denied it",
        "the permission dynamodb:Query on arn:aws:dynamodb:us-east-1:111122223333:table/audit",
      ],
    ],
    [
      "asked with unknown credentials",
      {
        status: 400,
        type: "UnrecognizedClientException",
        message: "The security token included in the request is invalid.",
      },
      ["does not know these credentials", "AWS_ACCESS_KEY_ID"],
    ],
    [
      "asked with a wrong secret key",
      {
        status: 400,
        type: "InvalidSignatureException",
        message: "The request signature we calculated does not match",
      },
      ["does not accept the signature", "clock"],
    ],
    [
      "that throttles",
      { status: 400, type: "ThrottlingException", message: "Rate exceeded" },
      ["AWS throttled the requests to audit", "Try again"],
    ],
    [
      "that is over its throughput",
      { status: 400, type: "ProvisionedThroughputExceededException", message: "exceeded" },
      ["AWS throttled the requests to audit"],
    ],
    [
      "of somebody else",
      { status: 400, type: "ValidationException", message: "Query condition missed key schema element: id" },
      [
        "the table refused a query: Query condition missed",
        "Is audit the auditor's table? Its keys are pk and sk",
      ],
    ],
    [
      "of a service that fails",
      { status: 500, type: "InternalServerError", message: "We had an error" },
      ["AWS failed: InternalServerError", "Try again"],
    ],
  ])("%s", async (_, given, says) => {
    environment();
    // The SDK's own tries, without the time between them.
    vi.spyOn(Math, "random").mockReturnValue(0);
    answer = given;
    const { code, out, err } = await cli("findings --table audit --region us-east-1");
    expect([code, out]).toEqual([1, ""]);
    for (const text of says) expect(err).toContain(text);
    expect(err).not.toContain("unexpected error");
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, string, readonly string[]]>([
    [
      "whose port is closed",
      { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" },
      "findings --table audit --region us-east-1",
      ["AWS in us-east-1 cannot be reached at 127.0.0.1:1: ECONNREFUSED", "network"],
    ],
    [
      "whose Region does not exist",
      { AWS_ENDPOINT_URL_DYNAMODB: "http://dynamodb.xx-nowhere-1.invalid" },
      "findings --table audit --region xx-nowhere-1",
      ["AWS in xx-nowhere-1 cannot be reached at dynamodb.xx-nowhere-1.invalid", "spelling of the Region"],
    ],
    ["without a Region", {}, "findings --table audit", ["no AWS Region is named", "--region"]],
    [
      "without credentials",
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      "findings --table audit --region us-east-1",
      ["there are no AWS credentials", "aws sso login --profile audit", "AWS_ACCESS_KEY_ID"],
    ],
  ])("%s", async (_, more, args, says) => {
    environment(more);
    const { code, out, err } = await cli(args);
    expect([code, out]).toEqual([1, ""]);
    for (const text of says) expect(err).toContain(text);
    expect(err).not.toContain("unexpected error");
  });
});

/** A port of this machine where an S3 or SQS would be that says what `answer` says. */
describe("files in S3 and a queue", () => {
  let other: Server;
  let url = "";
  let html = false;
  beforeAll(async () => {
    other = createServer((request, response) => {
      request.resume();
      request.on("end", () => {
        const { status, type, message = "" } = answer;
        const isQueue = request.headers["x-amz-target"]?.toString().startsWith("AmazonSQS") ?? false;
        response.writeHead(status, { "content-type": isQueue ? "application/x-amz-json-1.0" : "text/xml" });
        if (html) response.end("<html>sign in to the network</html>");
        else if (isQueue) response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }));
        else response.end(`<Error><Code>${type}</Code><Message>${message}</Message></Error>`);
      });
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  });
  afterAll(() => other.close());
  afterEach(() => {
    html = false;
  });

  const asked = async (args: readonly string[], given: Answer): Promise<string> => {
    environment({ AWS_ENDPOINT_URL_S3: url, AWS_ENDPOINT_URL_SQS: url });
    answer = given;
    const folder = mkdtempSync(join(tmpdir(), "failures-"));
    try {
      const store = join(folder, "new.db");
      const { code, out, err } = await cli(["ingest", ...args, "--store", store, "--region", "us-east-1"]);
      expect([code, out]).toEqual([1, ""]);
      expect(err).not.toContain("not foreseen");
      // What failed before anything was counted leaves no store behind.
      expect(readdirSync(folder)).toEqual([]);
      return err;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it.each<[number, string, readonly string[]]>([
    [403, "AccessDenied", ["may not be listed: because", "s3:ListBucket"]],
    [403, "ExpiredToken", ["the AWS session has expired", "aws sso login --profile audit"]],
    [400, "TokenRefreshRequired", ["the AWS session has expired"]],
    [403, "InvalidAccessKeyId", ["does not know these credentials"]],
    [400, "InvalidToken", ["does not know these credentials"]],
    [403, "SignatureDoesNotMatch", ["does not accept the signature"]],
    [404, "NoSuchBucket", ["there is no such bucket", "Check the name"]],
    [400, "AuthorizationHeaderMalformed", ["in another Region", "--region"]],
    [400, "KMS.DisabledException", ["cannot decrypt", "kms:Decrypt"]],
  ])("S3 answers %i %s", async (status, type, says) => {
    const err = await asked(["s3://my-trail/AWSLogs/"], { status, type, message: "because" });
    for (const text of says) expect(err).toContain(text);
  });

  it.each<[number, string, readonly string[]]>([
    [403, "AccessDeniedException", ["AWS denied it", "lacks a permission"]],
    [403, "ExpiredTokenException", ["the AWS session has expired"]],
    [400, "QueueDoesNotExist", ["There is no queue", "Region"]],
    [400, "KmsAccessDenied", ["cannot decrypt"]],
    [500, "InternalFailure", ["AWS failed"]],
  ])("SQS answers %i %s", async (status, type, says) => {
    const err = await asked(["--queue", `${url}/111122223333/dead`], { status, type, message: "because" });
    for (const text of says) expect(err).toContain(text);
  });

  it("are not to be had where a proxy answers", async () => {
    html = true;
    const given = { status: 200, type: "" };
    expect(await asked(["--queue", `${url}/111122223333/dead`], given)).toContain("does not speak as AWS");
  });

  it.each([["s3://my-trail/x"], ["--queue", "http://127.0.0.1:1/1/dead"]])(
    "cannot be reached: %s %s",
    async (...args) => {
      url = "http://127.0.0.1:1";
      expect(await asked(args, { status: 200, type: "" })).toContain("cannot be reached at 127.0.0.1:1");
    },
  );

  it("are named by what is no URL", async () => {
    const { code, err } = await cli(["ingest", "--queue", "dead-letters"]);
    expect([code, err]).toEqual([64, expect.stringContaining("no URL of a queue")]);
  });
});
