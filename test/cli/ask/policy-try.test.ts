// `policy try` on a store: a proposed policy against the connections that there were, and what it refuses to try.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import type { IamFacts } from "../../../lib/core/iam/facts.ts";
import type { TrialRow } from "../../../lib/queries/policy-trial.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { cluster, estate } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { connection } from "../../support/connections.ts";
import { allow, deny, everybody, iamFacts, policy, roleArn } from "../../support/iam-facts.ts";
import { fillStore } from "../../support/table.ts";

const NOW = Date.UTC(2026, 10, 28);
let folder = "";
const cli = cliIn(
  () => folder,
  () => NOW,
);

const facts = iamFacts(
  {
    roles: {
      app: { policies: [policy(allow({ Action: "dsql:DbConnect" }))] },
      ops: { policies: [policy(allow())] },
      idle: { policies: [policy(allow({ Action: "dsql:DbConnect" }))] },
      build: {},
    },
  },
  cluster,
);
const write = (name: string, file: unknown): void =>
  writeFileSync(join(folder, name), typeof file === "string" ? file : JSON.stringify(file));

const connections = [
  ["a", "app", { vpcEndpointId: "vpce-1" }],
  // A VPC may use public addresses inside: through its endpoint they are not the internet.
  ["b", "app", { vpcEndpointId: "vpce-1", sourceIp: "203.0.113.9" }],
  ["c", "app", { sourceIp: "203.0.113.9" }],
  ["d", "app", { sourceIp: "203.0.113.9", outcome: "refused" }],
  ["e", "ops", { sourceIp: "198.51.100.7", action: "DbConnectAdmin" }],
  ["f", "batch", { sourceIp: "10.0.0.5" }],
] as const;

const fill = (iam: IamFacts | undefined) => async (table: Parameters<typeof openStore>[0]) => {
  const store = openStore(table, { now: () => NOW });
  await store.clusters.register(cluster);
  await store.snapshots.save(cluster, { ...estate(), ...(iam && { iam }) }, NOW - 2 * DAY);
  const seen = connections.map(([id, role, more]) =>
    connection(id, NOW - DAY + HOUR, { cluster, principal: roleArn(role), ...more }),
  );
  await store.activity.count(seen, NOW);
  await store.activity.fold(cluster, NOW);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "policy-try-"));
  await fillStore(join(folder, "dsql-audit.db"), fill(facts));
  await fillStore(join(folder, "no-iam.db"), fill(undefined));
  const connects = { Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"] };
  const fence = { ...everybody, ...connects, Condition: { Null: { "aws:SourceVpc": "true" } } };
  write("fence.json", policy(deny({ ...fence, Sid: "Fence" })));
  write("half.json", policy(deny({ ...fence, Action: "dsql:DbConnect" })));
  write("no-admin.json", policy(deny({ Action: "dsql:DbConnectAdmin" })));
  write("reader.json", policy(allow({ Action: "dsql:DbConnect" })));
  write("broken.json", "{");
  write("mixed.json", policy(allow(), deny(everybody)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = async (line: string): Promise<TrialRow[]> => {
  const { code, err, json } = await cli(`policy try ${line} --json`);
  expect(code, err).toBe(0);
  return json() as TrialRow[];
};
const short = async (line: string) =>
  (await rows(line)).map(
    ({ principal, action, connections: n, verdict }) =>
      `${principal.split("/").at(-1)} ${action} ${n} ${verdict}`,
  );

describe("policy try of a cluster policy", () => {
  it("says of each principal what it would have refused, what not, and where the records do not tell", async () => {
    expect(await short("fence.json")).toEqual([
      "app connect 1 denied",
      "ops admin 1 denied",
      "batch connect 1 conditional",
      "app connect 2 allowed",
      "idle connect 0 conditional",
      "ops connect 0 conditional",
      "arn:aws:iam::111122223333:root admin 0 allowed",
      "arn:aws:iam::111122223333:root connect 0 allowed",
    ]);
  });

  it("names the statement, the networks and the time", async () => {
    const [first] = await rows("fence.json");
    expect(first).toMatchObject({
      statement: "Fence",
      networks: ["203.0.113.0/24"],
      firstAt: "2026-11-27T01:00:00.000Z",
      lastAt: "2026-11-27T01:00:00.000Z",
    });
  });

  it("tells what the policy does not do, and that the query editor needs the public endpoint", async () => {
    const fence = await cli("policy try fence.json");
    expect(fence.out).toContain("Of 5 connections it would have refused 2 and let in 2; for 1 it depends");
    expect(fence.out).toContain("needs the public endpoint, which this policy closes to it");
    const half = await cli("policy try half.json");
    expect(half.out).toContain("statement 1: It denies dsql:DbConnect and not dsql:DbConnectAdmin");
    expect(half.out).toContain("needs the public endpoint.");
  });

  it("keeps to the stretch and the principal that are asked about", async () => {
    expect(await short(`fence.json --principal ${roleArn("app")}`)).toEqual([
      "app connect 1 denied",
      "app connect 2 allowed",
    ]);
    const before = await cli("policy try fence.json --to 2d");
    expect(before.out).toContain("There was no connection to hold it against.");
  });

  it("judges the connections where IAM was not read, and says that nobody else is known", async () => {
    const { code, out, err } = await cli("policy try fence.json --store no-iam.db");
    expect(code, err).toBe(0);
    expect(out).toContain("it would have refused 2 and let in 2");
    expect(out).toContain("IAM was not read: who else may connect is unknown.");
    expect(out).toContain("Unknown: roles could not be read");
  });

  it("exits with 2 where it would have refused somebody and the exit code was asked for", async () => {
    expect((await cli("policy try fence.json --exit-code")).code).toBe(2);
    expect((await cli(`policy try fence.json --exit-code --principal ${roleArn("idle")}`)).code).toBe(0);
  });
});

describe("policy try of an IAM policy", () => {
  it("takes the place of what each principal has", async () => {
    expect(await short("reader.json")).toEqual([
      "ops admin 1 denied",
      "batch connect 1 unknown",
      "app connect 3 allowed",
    ]);
  });

  it("stands beside it where it is added, and is one principal's where it is named", async () => {
    expect(await short(`no-admin.json --add --principal ${roleArn("ops")}`)).toEqual([
      "ops admin 1 denied",
      "ops connect 0 allowed",
    ]);
  });
});

describe("policy try refuses", () => {
  it.each([
    ["broken.json", 1, "broken.json: it is no JSON"],
    ["mixed.json", 1, "mixed.json: statement 2 names a Principal and statement 1 does not"],
    ["none.json", 1, "none.json: the file cannot be read"],
    ["fence.json --principal bob", 1, 'no principal is known by the name "bob"'],
    ["fence.json --principal arn:aws:s3:::bob", 64, "is not the ARN of an IAM principal"],
    ["fence.json --add", 64, "only an IAM policy can be added"],
    ["fence.json --from yesterday-ish", 64, "yesterday-ish"],
  ])("%s", async (line, code, message) => {
    const run = await cli(`policy try ${line}`);
    expect([run.code, run.err]).toEqual([code, expect.stringContaining(message)]);
  });
});
