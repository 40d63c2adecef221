// Every command that a plan can print for IAM says what the SDK's own request says: its operation, and each option by name.
import { execFileSync } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as dsql from "@aws-sdk/client-dsql";
import * as iam from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IamChange } from "../../../lib/core/remediation/iam/iam-change.ts";
import { iamCommand } from "../../../lib/core/remediation/iam/iam-command.ts";

type Heard = { readonly method: string; readonly url: URL; readonly body: string };
let server: Server;
let heard: Heard[] = [];

beforeAll(async () => {
  const bodyOf = async (request: IncomingMessage): Promise<string> => {
    let text = "";
    for await (const part of request) text += String(part);
    return text;
  };
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://local");
    heard.push({ method: request.method ?? "", url, body: await bodyOf(request) });
    response.setHeader("content-type", url.pathname === "/" ? "text/xml" : "application/json");
    response.end(url.pathname === "/" ? "<R/>" : "{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(() => new Promise((done) => server.close(done)));

const pascal = (text: string): string =>
  text.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The operation and its options, as a shell hands them to the AWS CLI. */
const readCommand = (command: string) => {
  const words = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" }).split(
    "\0",
  );
  const [aws, service = "", operation = "", ...rest] = words.slice(0, -1);
  expect(aws).toBe("aws");
  const options = new Map<string, string>();
  for (let i = 0; i < rest.length; i += 1) {
    const [, name = "", value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(rest[i] ?? "") ?? [];
    expect(name).not.toBe("");
    options.set(name, value ?? rest[++i] ?? "");
  }
  return { service, operation, options };
};

const send = async (command: string): Promise<Heard> => {
  const { service, operation, options } = readCommand(command);
  const { port } = server.address() as AddressInfo;
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: options.get("region") ?? "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
  const isIam = service === "iam";
  const input = Object.fromEntries(
    [...options]
      .filter(([name]) => name !== "region")
      .map(([name, value]) => {
        const key = pascal(name);
        return [isIam ? key : key[0]?.toLowerCase() + key.slice(1), value];
      }),
  );
  const known = (isIam ? iam : dsql) as unknown as Record<string, new (of: object) => never>;
  const Command = known[`${pascal(operation)}Command`];
  if (!Command) throw new Error(`the SDK has no ${operation}`);
  const client = isIam ? new iam.IAMClient(settings) : new dsql.DSQLClient(settings);
  heard = [];
  await (client as dsql.DSQLClient).send(new Command(input));
  client.destroy();
  return heard[0] as Heard;
};

const role = { kind: "role", name: "-x=a,b@c" } as const;
const user = { kind: "user", name: "kim" } as const;
const policyArn = "arn:aws:iam::111122223333:policy/a/connect";
const cluster = "arn:aws:dsql:eu-west-1:111122223333:cluster/abcdefghijklmnopqrstuvwxyz";
const document = JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "it's $(x)", Effect: "Deny" }] });

const inIam: readonly (readonly [IamChange, Record<string, string>])[] = [role, user].flatMap((holder) => {
  const named = holder.kind === "role" ? { RoleName: holder.name } : { UserName: holder.name };
  const kind = pascal(holder.kind);
  return [
    [
      { does: "put-inline", holder, policy: "-p", document },
      { Action: `Put${kind}Policy`, ...named, PolicyName: "-p", PolicyDocument: document },
    ],
    [
      { does: "delete-inline", holder, policy: "p" },
      { Action: `Delete${kind}Policy`, ...named, PolicyName: "p" },
    ],
    [
      { does: "attach", holder, policyArn },
      { Action: `Attach${kind}Policy`, ...named, PolicyArn: policyArn },
    ],
    [
      { does: "detach", holder, policyArn },
      { Action: `Detach${kind}Policy`, ...named, PolicyArn: policyArn },
    ],
  ] as const;
});
const keys = [true, false].map((active) => [
  { does: "key", user: "kim", id: "AKIAEXAMPLE", active },
  {
    Action: "UpdateAccessKey",
    UserName: "kim",
    AccessKeyId: "AKIAEXAMPLE",
    Status: active ? "Active" : "Inactive",
  },
]) as [IamChange, Record<string, string>][];

describe("a command for IAM", () => {
  it.each([...inIam, ...keys])("%j is the request that the SDK makes", async (change, expected) => {
    const { body } = await send(iamCommand(change) ?? "");
    const { Version: _, ...form } = Object.fromEntries(new URLSearchParams(body));
    expect(form).toEqual(expected);
  });
});

describe("a command for a cluster's policy", () => {
  it("puts the document in the place of the version that was read", async () => {
    const change = { does: "put-cluster-policy", cluster, document, version: "3" } as const;
    expect(iamCommand(change)).toContain("--region eu-west-1");
    const { method, url, body } = await send(iamCommand(change) ?? "");
    expect([method, url.pathname]).toEqual(["POST", "/cluster/abcdefghijklmnopqrstuvwxyz/policy"]);
    expect(JSON.parse(body)).toMatchObject({ policy: document, expectedPolicyVersion: "3" });
  });

  it("deletes it", async () => {
    const change = { does: "delete-cluster-policy", cluster, version: null } as const;
    const { method, url } = await send(iamCommand(change) ?? "");
    expect([method, url.pathname]).toEqual(["DELETE", "/cluster/abcdefghijklmnopqrstuvwxyz/policy"]);
  });
});
