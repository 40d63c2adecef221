// The reads of IAM by the real clients from moto, an emulator that others wrote: shapes, permissions, throttling, size.
// Not in it, for moto does not have them: pages of GetAccountAuthorizationDetails, policies of DSQL clusters, and
// SimulatePrincipalPolicy, which is asked all the same, so that it is seen when moto has it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DSQLClient } from "@aws-sdk/client-dsql";
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IamFacts, iamRows } from "../../lib/core/catalog/iam-facts.ts";
import { secondOpinion } from "../../lib/core/iam/second-opinion.ts";
import { whoMay, whoMayRows } from "../../lib/core/iam/who-may.ts";
import { iamReads } from "../../lib/iam/auditor-policy.ts";
import { readIam } from "../../lib/iam/read-iam.ts";
import { askSecondOpinion, simulator } from "../../lib/iam/simulate.ts";
import { installMoto, MOTO, type Moto, startMoto } from "./moto.ts";

const ACCOUNT = "123456789012";
const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/k7abcdefghij1234567890orders`;
const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const KIM = `arn:aws:iam::${ACCOUNT}:user/kim`;
const allowing = (...Action: string[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });

const missing = installMoto();
if (missing !== null)
  process.stderr.write(
    `\n*** SKIPPED: moto ${MOTO} is not to be had, so the reads of IAM were NOT tried against it: ${missing}\n\n`,
  );

type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string };
const ROOT: Keys = { accessKeyId: "local", secretAccessKey: "local" };
const clientsOf = (endpoint: string, credentials = ROOT, maxAttempts = 6) => {
  const settings = { endpoint, region: "us-east-1", credentials, maxAttempts };
  return { iam: new IAMClient(settings), dsql: () => new DSQLClient(settings) };
};
const read = (endpoint: string, credentials = ROOT, maxAttempts = 6): Promise<IamFacts> =>
  readIam(clientsOf(endpoint, credentials, maxAttempts), {
    cluster: CLUSTER,
    arns: [roleArn("app"), KIM, roleArn("gone")],
    now: () => 0,
  });

const account = async ({ iam }: ReturnType<typeof clientsOf>): Promise<void> => {
  const trust = { AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [] }) };
  for (const RoleName of ["app", "ops", "bare"])
    await iam.send(new CreateRoleCommand({ RoleName, ...trust }));
  const PolicyDocument = allowing("dsql:DbConnect");
  await iam.send(new PutRolePolicyCommand({ RoleName: "app", PolicyName: "connect", PolicyDocument }));
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: "Everything", PolicyDocument: allowing("dsql:*") }),
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName: "ops", PolicyArn: Policy?.Arn ?? "" }));
  await iam.send(new CreateUserCommand({ UserName: "kim" }));
  await iam.send(new CreateAccessKeyCommand({ UserName: "kim" }));
};

/** An auditor who lacks one of the permissions. */
const auditorWithout = async ({ iam }: ReturnType<typeof clientsOf>, lacked: string): Promise<Keys> => {
  const UserName = `without-${lacked.replace(":", "-")}`;
  const actions = Object.values(iamReads).flatMap((some) => some.filter((action) => action !== lacked));
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(
    new PutUserPolicyCommand({ UserName, PolicyName: "reads", PolicyDocument: allowing(...actions) }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
};

const reasonsIn = ({ parts }: IamFacts): string =>
  JSON.stringify(parts, (_, value: unknown) =>
    typeof value === "object" && value !== null && "rows" in value && !("status" in value) ? null : value,
  );

const iamActions = [...iamReads.policies, ...iamReads.identities];

describe.skipIf(missing !== null)("IAM read from moto", () => {
  let moto: Moto;
  const lacking = new Map<string, Keys>();
  beforeAll(async () => {
    moto = await startMoto();
    const clients = clientsOf(moto.endpoint);
    await account(clients);
    for (const action of iamActions) lacking.set(action, await auditorWithout(clients, action));
  });
  afterAll(() => moto?.stop());

  it("gives identities, their policies, keys and who may connect", async () => {
    const facts = await read(moto.endpoint);
    const identities = iamRows(facts, "identities").rows ?? [];
    expect(identities.map(({ arn, status }) => [arn, status])).toEqual([
      [roleArn("app"), "exists"],
      [roleArn("gone"), "gone"],
      [KIM, "exists"],
    ]);
    const [keys] = iamRows(facts, "accessKeys").rows ?? [];
    expect(keys).toMatchObject({ arn: KIM, keys: { status: "read", rows: [{ active: true }] } });
    expect(
      iamRows(facts, "roles")
        .rows?.map(({ name }) => name)
        .sort(),
    ).toEqual(["app", "bare", "ops"]);
    // Without the cluster's policy, which moto does not have, an Allow is not certain: it says so.
    const [cluster] = iamRows(facts, "clusters").rows ?? [];
    expect(cluster?.policy).toMatchObject({ status: "unreadable" });
    const known = {
      ...facts,
      parts: {
        ...facts.parts,
        clusters: {
          status: "read" as const,
          rows: [
            {
              arn: CLUSTER,
              region: "us-east-1",
              policy: { status: "read" as const, rows: [] },
              tags: { status: "read" as const, rows: [] },
            },
          ],
        },
      },
    };
    const { verdictOf } = whoMay({ facts: known, cluster: CLUSTER });
    const verdicts = ["app", "ops", "bare"].map((name) =>
      (["DbConnect", "DbConnectAdmin"] as const).map((action) => verdictOf(roleArn(name), action).verdict),
    );
    expect(verdicts).toEqual([
      ["allowed", "denied"],
      ["allowed", "allowed"],
      ["denied", "denied"],
    ]);
  });

  it("waits while it is throttled, and says so where that does not end", async () => {
    let left = 3;
    const upstream = new URL(moto.endpoint);
    const proxy = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (left > 0) {
        left -= 1;
        response.writeHead(400, { "content-type": "text/xml" });
        response.end(
          "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
        );
        return;
      }
      const answer = await fetch(new URL(request.url ?? "/", upstream), {
        method: request.method ?? "POST",
        headers: {
          "content-type": request.headers["content-type"] ?? "",
          authorization: request.headers.authorization ?? "",
        },
        ...(chunks.length && { body: Buffer.concat(chunks) }),
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
    try {
      const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      expect((await read(endpoint)).parts.roles.status).toBe("read");
      left = Number.POSITIVE_INFINITY;
      expect((await read(endpoint, ROOT, 2)).parts.roles).toMatchObject({
        status: "unreadable",
        reason: expect.stringContaining("AWS throttled iam:GetAccountAuthorizationDetails"),
      });
    } finally {
      proxy.close();
    }
  }, 120_000);

  it("agrees with SimulatePrincipalPolicy, where moto has it", async (context) => {
    const facts = await read(moto.endpoint);
    const second = secondOpinion(facts, CLUSTER);
    const { principals } = second.sample([roleArn("app"), KIM], 10);
    expect(principals).toEqual([roleArn("ops"), roleArn("app"), KIM]);
    const simulate = simulator(clientsOf(moto.endpoint).iam);
    const { opinions, refused } = await askSecondOpinion(simulate, second, CLUSTER, principals);
    if (refused) {
      process.stderr.write(
        `\n*** SKIPPED: moto ${MOTO} has no SimulatePrincipalPolicy, so there is no second opinion: ${refused.why.slice(0, 160)}\n\n`,
      );
      context.skip();
      return;
    }
    expect(opinions.filter(({ state }) => state !== "agrees")).toEqual([]);
    expect(opinions).toHaveLength(2 * principals.length);
  });

  // From here on every call needs a permission: these come last.
  it.each(iamActions)("goes on without %s, and names it", async (action) => {
    await moto.enforce();
    const facts = await read(moto.endpoint, lacking.get(action));
    const text = reasonsIn(facts);
    // Whom the lists have is not asked for again, so that one permission alone is not missed.
    const isAsked = action !== "iam:GetUser";
    expect(text.includes(`the auditor's role lacks ${action}`)).toBe(isAsked);
    for (const other of iamActions) if (other !== action) expect(text).not.toContain(`lacks ${other}`);
    expect(facts.parts.roles.status).toBe(
      action === "iam:GetAccountAuthorizationDetails" ? "unreadable" : "read",
    );
  });
});

describe.skipIf(missing !== null)("an account of 5,000 roles", () => {
  const ROLES = 5_000;
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto(ROLES);
  }, 120_000);
  afterAll(() => moto?.stop());

  it("is read and gets a verdict for every role", async () => {
    const clients = clientsOf(moto.endpoint);
    let calls = 0;
    clients.iam.middlewareStack.add(
      (next) => (args) => {
        calls += 1;
        return next(args);
      },
      { step: "initialize" },
    );
    const startedAt = performance.now();
    const before = process.memoryUsage().heapUsed;
    const facts = await readIam(clients, { cluster: CLUSTER, arns: [roleArn("role-00000")], now: () => 0 });
    const readMs = performance.now() - startedAt;
    const judgedFrom = performance.now();
    const rows = whoMayRows(whoMay({ facts, cluster: CLUSTER }));
    const judgeMs = performance.now() - judgedFrom;
    const heapMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
    process.stdout.write(
      `\n5,000 roles: read in ${Math.round(readMs)} ms with ${calls} calls of IAM, ${rows.length} verdicts in ${Math.round(judgeMs)} ms, heap + ${Math.round(heapMb)} MB\n`,
    );
    expect(iamRows(facts, "roles").rows).toHaveLength(ROLES);
    expect(rows.length).toBeGreaterThanOrEqual(2 * ROLES);
    expect(facts.leftOut?.inline).toBe((ROLES * 9) / 10);
  }, 120_000);
});
