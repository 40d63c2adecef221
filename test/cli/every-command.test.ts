// Every command that works on a table, whatever AWS or the way to it answers: told in words, with a next step.
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { catalogFileText } from "../../lib/core/catalog/catalog-file.ts";
import { estate } from "../support/catalogs.ts";
import { cliIn } from "../support/cli.ts";
import { allow, policy } from "../support/iam-facts.ts";

type Answer = { readonly status: number; readonly type: string; readonly message: string };
let dynamoDb: Server;
let endpoint = "";
let answer: Answer | "html" = "html";
let folder = "";
const NOW = Date.UTC(2026, 5, 1);
const cli = cliIn(
  () => folder,
  () => NOW,
  { AWS_PROFILE: "audit" },
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "every-"));
  mkdirSync(join(folder, "trail"));
  writeFileSync(join(folder, "whole.catalog"), catalogFileText(estate()));
  writeFileSync(join(folder, "policy.json"), JSON.stringify(policy(allow())));
  writeFileSync(join(folder, "access.yml"), "version: 1\ncomponents: []\n");
  dynamoDb = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (answer === "html") {
        response.writeHead(200, { "content-type": "text/html" });
        response.end("<html>\u001b[31msign in</html>");
        return;
      }
      const { status, type, message } = answer;
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "r1" });
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }));
    });
  }).listen(0, "127.0.0.1");
  await once(dynamoDb, "listening");
  endpoint = `http://127.0.0.1:${(dynamoDb.address() as AddressInfo).port}`;
});
afterAll(() => {
  dynamoDb.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const commands = [
  "ack abc",
  "activity",
  "backtest --detector off-hours",
  "baseline init --out new.yml",
  "baseline diff --file access.yml",
  "baseline publish --file access.yml",
  "clusters",
  "coverage",
  "default-privileges",
  "detect",
  "detect --dry-run",
  "escalations",
  "exempt abc --owner me --reason x --until 30d",
  "explain app_ro SELECT orders",
  "finding abc",
  "findings",
  "findings --format sarif",
  "history",
  "history show --at 1d",
  "history diff --from 2d --to 1d",
  "history timeline --role app_ro",
  "history export",
  "history verify",
  "history retain --keep-days 30",
  "incident inc-1",
  "incidents",
  "ingest trail",
  "plan abc",
  "policy try policy.json",
  "privileges",
  "reconcile --day 2026-05-01 --events trail",
  "report --out page.html",
  "scan --catalog whole.catalog",
  "settings",
  "snapshot --catalog whole.catalog",
  "unexempt abc",
  "redact ana@example.com",
  "who-can SELECT orders",
  "who-may",
];

const DENIED =
  "User: arn:aws:iam::111122223333:user/x is not authorized to perform: dynamodb:Query on resource: " +
  "arn:aws:dynamodb:us-east-1:111122223333:table/audit because no identity-based policy allows the dynamodb:Query action";
const failures: readonly (readonly [string, Answer | "html" | "closed", RegExp])[] = [
  [
    "no such table",
    { status: 400, type: "ResourceNotFoundException", message: "not found" },
    /there is no table audit in us-east-1/,
  ],
  [
    "an expired session",
    { status: 400, type: "ExpiredTokenException", message: "expired" },
    /session has expired/,
  ],
  ["a denial", { status: 400, type: "AccessDeniedException", message: DENIED }, /AWS denied it/],
  [
    "another table's keys",
    {
      status: 400,
      type: "ValidationException",
      message: "The provided key element does not match the schema",
    },
    /the table refused/,
  ],
  [
    "a table without the index",
    {
      status: 400,
      type: "ValidationException",
      message: "The table does not have the specified index: byTime",
    },
    /the table refused/,
  ],
  [
    "throttling",
    { status: 400, type: "ThrottlingException", message: "Rate exceeded" },
    /AWS throttled the requests to audit/,
  ],
  [
    "a table being made",
    { status: 400, type: "ResourceInUseException", message: "Table is being created" },
    /audit|AWS/,
  ],
  ["a proxy's page", "html", /does not speak as AWS/],
  ["nobody", "closed", /cannot be reached/],
];

it.each(failures)(
  "is told in words by every command: %s",
  async (_, given, says) => {
    const environment = {
    AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, AWS_SESSION_TOKEN: undefined, AWS_PROFILE: undefined,
    AWS_CONFIG_FILE: "/nonexistent/config", AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
    AWS_EC2_METADATA_DISABLED: "true", AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret", AWS_MAX_ATTEMPTS: "1",
    AWS_ENDPOINT_URL_DYNAMODB: given === "closed" ? "http://127.0.0.1:1" : endpoint,
  }; // biome-ignore format: one glance
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    if (given !== "closed") answer = given;
    const wrong: string[] = [];
    for (const command of commands) {
      const { code, err } = await cli(`${command} --table audit --region us-east-1`);
      const hint = err
        .split("\n")
        .slice(1)
        .some((line) => line.startsWith("  "));
      if (code !== 1 || /unexpected error/.test(err) || !says.test(err) || !hint)
        wrong.push(`${command}: ${code} ${err}`);
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);
