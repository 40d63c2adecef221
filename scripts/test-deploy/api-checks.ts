// The deployed HTTP API: only who signs and may is answered.
import { equal } from "node:assert/strict";
import { request } from "node:http";
import { CreateAccessKeyCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { AwsClient } from "aws4fetch";
import { ACCOUNT, REGION } from "./emulator.ts";
import type { Report } from "./report.ts";
import type { Deployed, World } from "./world.ts";

type Answer = { readonly status: number; readonly text: string };
type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** Not by fetch: the API is told by the host's name, which no resolver knows. */
const get = (
  endpoint: string,
  host: string,
  path: string,
  headers: Record<string, string>,
): Promise<Answer> =>
  new Promise((done, fail) => {
    request(`${endpoint}${path}`, { headers: { ...headers, host } }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => done({ status: response.statusCode ?? 0, text }));
    })
      .on("error", fail)
      .end();
  });

const signed = async (host: string, path: string, keys: Keys): Promise<Record<string, string>> => {
  const client = new AwsClient({ ...keys, region: REGION, service: "execute-api" });
  const { headers } = await client.sign(`http://${host}${path}`);
  return Object.fromEntries(headers);
};

export const checkApi = async (world: World, report: Report, { api }: Deployed): Promise<void> => {
  const { endpoint } = world.emulator;
  const host = `${api}.execute-api.localhost:${new URL(endpoint).port}`;
  const { iam } = world.clients;
  await report.check("the API refuses whoever does not sign", async () => {
    equal((await get(endpoint, host, "/clusters", {})).status, 403);
  });
  await report.check("the API refuses a user without a policy", async () => {
    await iam.send(new CreateUserCommand({ UserName: "stranger" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "stranger" }));
    const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
    equal((await get(endpoint, host, "/clusters", await signed(host, "/clusters", keys))).status, 403);
  });
  await report.check("the API answers who signs and may: the cluster", async () => {
    const keys = { accessKeyId: ACCOUNT, secretAccessKey: "test" };
    const { status, text } = await get(endpoint, host, "/clusters", await signed(host, "/clusters", keys));
    equal(status, 200, text);
    equal(text.includes(world.company.cluster), true, text);
  });
};
