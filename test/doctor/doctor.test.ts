// doctor over the local stack: the real clients, the real functions, a cluster that is away.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDoctorPorts } from "../../cli/run/doctor-ports.ts";
import { documents } from "../../cli/schemas/index.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, MINUTE } from "../../lib/core/base/time.ts";
import type { LinkRow } from "../../lib/doctor/link.ts";
import { registerCluster } from "../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import * as keys from "../../lib/store/table/keys.ts";
import { simulatedClock } from "../../local/clock.ts";
import { type Stack, TABLE_NAME, TRAIL_BUCKET } from "../../local/stack.ts";
import { AWAY, startAwayStack } from "../support/away-stack.ts";
import { estate } from "../support/catalogs.ts";
import { cliIn } from "../support/cli.ts";
import { fillStore } from "../support/table.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");
const cluster = AWAY;
const folder = mkdtempSync(join(tmpdir(), "doctor-"));
const clock = simulatedClock(NOW);
const at = { plus: 0 };
const cli = cliIn(
  () => folder,
  () => NOW + 30 * MINUTE + at.plus,
  { NO_COLOR: "1" },
);
const words = ["doctor", "--table", TABLE_NAME, "--region", "us-east-1"];
let stack: Stack;

beforeAll(async () => {
  stack = await startAwayStack({ folder, clock });
  stack.iam.putCluster({ arn: cluster });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = async (...more: string[]): Promise<LinkRow[]> =>
  (await cli([...words, ...more, "--json"])).json() as LinkRow[];
const stateOf = (rows: readonly LinkRow[], link: string) => rows.find((row) => row.link === link)?.state;

describe("doctor", () => {
  it("says before anything ran what it does not know, and takes nothing for granted", async () => {
    const rows = await rowsOf();
    expect(documents.get("doctor")?.safeParse(rows).success).toBe(true);
    expect(stateOf(rows, "identity")).toBe("ok");
    for (const link of ["schedule", "queues", "dead letters", "subscriptions", "settings", "canary login"])
      expect(stateOf(rows, link), link).toBe("unknown");
    expect(stateOf(rows, "trail")).toBe("ok");
  });

  it("says of a table that is not there that it is missing, and who asked, instead of ending there", async () => {
    const missing = ["doctor", "--table", "no-such-table", "--region", "us-east-1"];
    const { code, json } = await cli([...missing, "--json", "--exit-code"]);
    expect(code).toBe(2);
    expect(json()).toMatchObject([
      { link: "identity", state: "ok" },
      {
        ...{ link: "table", cluster: null, state: "broken" },
        says: "there is no table no-such-table in this Region",
        next: expect.stringContaining("TableName"),
      },
      { link: "all other links", state: "unknown" },
    ]);
    expect(stateOf(await rowsOf(), "table")).toBe("ok");
  });

  it("finds the deployment through the table once its schedule has run", async () => {
    await stack.run("plan", "hourly");
    const rows = await rowsOf();
    for (const link of ["identity", "clusters", "schedule", "bucket events", "queues", "settings"])
      expect(stateOf(rows, link), link).toBe("ok");
    // The cluster is away, and its snapshot was given up.
    expect(rows.find(({ link }) => link === "dead letters")).toMatchObject({
      state: "broken",
      says: "snapshot gave up on 1 message",
    });
    expect(rows.find(({ link }) => link === "database login")).toMatchObject({
      cluster,
      state: "broken",
      next: `As admin, in the cluster: npx dsql-audit setup-sql --principal arn:aws:iam::111122223333:role/auditor --cluster ${cluster}`,
    });
    expect(stateOf(rows, "evaluation")).toBe("ok");
    // Nothing local signs digests, and nobody listens to a real port of the API.
    expect([stateOf(rows, "digests"), stateOf(rows, "API")]).toEqual(["broken", "unknown"]);
  });

  it("looks for the trail that the stack made, whatever other trails record", async () => {
    const { at: ran = 0, deployment } = (await stack.store.deployments.read()) ?? {};
    if (!deployment) throw new Error("the schedule left no deployment");
    const own = "arn:aws:cloudtrail:us-east-1:111122223333:trail/dsql-access-auditor-local-us-east-1";
    await stack.store.deployments.ran(ran + 1, { ...deployment, trail: own });
    const found = (await rowsOf()).find(({ link }) => link === "trail");
    expect(found).toMatchObject({ state: "broken", says: `the trail that the stack made is gone: ${own}` });
    // The table holds clusters of a Region that this deployment does not watch, say of before it was moved.
    const away = own.replace("us-east-1:", "eu-west-1:");
    await stack.store.deployments.ran(ran + 2, { ...deployment, trail: away });
    expect(stateOf(await rowsOf(), "trail")).toBe("ok");
    await stack.store.deployments.ran(ran + 3, { ...deployment, trail: away, regions: "us-east-1" });
    expect(stateOf(await rowsOf(), "trail")).toBe("broken");
    await stack.store.deployments.ran(ran + 4, deployment);
    expect(stateOf(await rowsOf(), "trail")).toBe("ok");
  });

  it("takes no Region for listed that the deployed functions were not told of, whoever else is", async () => {
    const { at: ran = 0, deployment: known } = (await stack.store.deployments.read()) ?? {};
    if (!known) throw new Error("the schedule left no deployment");
    // The stack names its cluster, and with that nothing is listed.
    const { named: _, ...deployment } = known;
    const refused = (region: string) => ({ account: "111122223333", region, reason: `denied in ${region}` });
    const linkOf = async (link: string) => (await rowsOf()).find((row) => row.link === link);
    await stack.store.deployments.ran(ran + 5, { ...deployment, regions: "eu-west-1" });
    await stack.store.deployments.listed(ran + 5, [refused("eu-west-1")]);
    expect(await linkOf("clusters")).toMatchObject({ state: "ok" });
    expect(await linkOf("events of 111122223333 in eu-west-1")).toMatchObject({
      ...{ state: "unknown", next: expect.stringContaining("deploy/forward-region.yml") },
    });
    expect(await linkOf("clusters not watched")).toMatchObject({ state: "ok" });
    await stack.store.deployments.listed(ran + 5, [refused("us-east-1"), { ...refused("x"), account: "2" }]);
    expect(await linkOf("clusters")).toMatchObject({
      state: "unknown",
      says: expect.stringMatching(
        /^1 in this Region.*not told the clusters of us-east-1: denied in us-east-1$/,
      ),
    });
    await stack.store.deployments.ran(ran + 6, known);
    expect(await linkOf("clusters")).toMatchObject({
      ...{ state: "ok", says: expect.stringMatching(/^of those that the deployment names 1 in this Region/) },
    });
    await stack.store.deployments.ran(ran + 7, deployment);
    await stack.store.deployments.listed(ran + 7, []);
    expect(await linkOf("clusters")).toMatchObject({ state: "ok" });
  });

  it("shows a page for people with the answer first, and each next step on one line", async () => {
    const { out, code } = await cli([...words]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Of \d+ links, \d+ are broken and \d+ are unknown\.\n\nThe deployment\n/);
    expect(out).toContain(
      "next: aws cloudtrail update-trail --region us-east-1 --name arn:aws:cloudtrail:us-east-1:111122223333:trail/local --enable-log-file-validation\n",
    );
    expect((await cli([...words, "--exit-code"])).code).toBe(2);
  });

  it("loses one answer where one question is refused, and names the permission", async () => {
    stack.iam.deny("dsql:ListClusters");
    stack.s3.deny(TRAIL_BUCKET, "");
    const rows = await rowsOf();
    stack.iam.deny();
    expect(rows.find(({ link }) => link === "clusters")).toMatchObject({
      state: "unknown",
      next: "Allow dsql:ListClusters to whoever runs this command.",
    });
    expect(rows.find(({ link }) => link === "bucket events")).toMatchObject({
      state: "unknown",
      next: "Allow s3:GetBucketNotification to whoever runs this command.",
    });
    expect(stateOf(rows, "queues")).toBe("ok");
  });

  it("keeps the list of clusters where AWS does not say how one of them is", async () => {
    stack.iam.putCluster({ arn: `${cluster}2` });
    stack.iam.deny("dsql:GetCluster");
    const link = (await rowsOf()).find((row) => row.link === "clusters");
    stack.iam.deny();
    expect(link).toMatchObject({
      state: "unknown",
      says: `2 in this Region, never read: ${cluster}2; AWS did not say whether they can be`,
      next: "Allow dsql:GetCluster to whoever runs this command.",
    });
  });

  it("takes a redirect of the API for its answer, and follows none with a signed request", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const answer = await withDoctorPorts(
      "us-east-1",
      () => NOW,
      ({ get }) => get(`http://127.0.0.1:${port}/clusters`),
    );
    server.close();
    expect([answer, asked]).toEqual([{ value: 302 }, ["/clusters"]]);
  });

  it("sends a test mail where it is asked to, with a reference to look for", async () => {
    const before = stack.sns.published.length;
    expect(await rowsOf()).toBeDefined();
    expect(stack.sns.published).toHaveLength(before);
    const rows = await rowsOf("--send-test");
    expect(rows.find(({ link }) => link === "test mail")).toMatchObject({
      ...{ state: "ok", cluster: null, says: "sent to the topic as test-00000000" },
      next: "Look for test-00000000 where the notices should arrive.",
    });
    const [sent, ...more] = stack.sns.published.slice(before);
    expect(more).toEqual([]);
    expect(sent?.subject).toBe("[TEST] Mails of the access auditor reach you test-00000000");
    expect(sent?.attributes).toEqual({ severity: "low", kind: "test" });
    const { email = "", sms = "", default: document = "" } = sent?.texts ?? {};
    expect(email).toContain("This is a test: nothing was found, and nothing is to be done.");
    expect(email).toContain("Reference: test-00000000.");
    for (const line of email.split("\n")) expect(line.length, line).toBeLessThan(80);
    expect(Array.from(sms).length).toBeLessThanOrEqual(140);
    expect(JSON.parse(document)).toMatchObject({ version: 1, kind: "test", findings: [] });
  });

  it("says why a test mail was not sent, and what would let it", async () => {
    const sent = stack.sns.published.length;
    // The listing of subscriptions is asked before.
    stack.sns.failNext("denied", 2);
    expect((await rowsOf("--send-test")).find(({ link }) => link === "test mail")).toMatchObject({
      state: "unknown",
      next: "Allow sns:Publish to whoever runs this command.",
    });
    stack.sns.failNext("topic-gone", 2);
    expect((await rowsOf("--send-test")).find(({ link }) => link === "test mail")).toMatchObject({
      state: "broken",
    });
    expect(stack.sns.published).toHaveLength(sent);
  });

  it("calls a schedule broken that stopped a day ago", async () => {
    at.plus = DAY;
    const rows = await rowsOf();
    at.plus = 0;
    expect([stateOf(rows, "schedule"), stateOf(rows, "evaluation")]).toEqual(["broken", "broken"]);
    expect(rows.find(({ link }) => link === "schedule")?.next).toBe(
      "aws logs tail /aws/lambda/dsql-access-auditor-local-plan --since 3h",
    );
  });

  it("looks at the other clusters where what is kept of one cannot be read", async () => {
    const other = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/other");
    await fillStore(join(folder, "two.db"), async (table) => {
      for (const one of [cluster, other]) await registerCluster(table, one);
      await table.put({ pk: keys.findings(cluster), sk: "f-1", v: 99 });
    });
    const rows = (await cli("doctor --store two.db --json")).json() as LinkRow[];
    expect(rows.filter((row) => row.cluster === cluster)).toMatchObject([
      { link: "store", state: "unknown" },
    ]);
    expect(rows.filter((row) => row.cluster === other).length).toBeGreaterThan(5);
  });

  it("says that a PostgreSQL server has no mappings to read, and calls nothing readable that nobody asked for", async () => {
    const postgres = Cluster.parse("postgres://localhost:5432/app");
    await fillStore(join(folder, "pg.db"), async (table) => {
      await registerCluster(table, postgres);
      const plain = { ...estate({ mappings: [] }), cluster: postgres };
      await createSnapshotStore(table, { now: () => NOW }).save(postgres, plain, NOW);
    });
    const rows = (await cli("doctor --store pg.db --json")).json() as LinkRow[];
    expect(stateOf(rows, "snapshot")).toBe("ok");
    expect(rows.find(({ link }) => link === "mappings")).toMatchObject({
      state: "unknown",
      says: expect.stringContaining("not applicable"),
    });
    expect(rows.find(({ link }) => link === "catalog and IAM")?.says).not.toContain("all of it");
  });

  it("asks nothing of AWS about a store in a file, and shows what the file holds", async () => {
    await fillStore(join(folder, "s.db"), (table) => registerCluster(table, cluster));
    const rows = (await cli("doctor --store s.db --json")).json() as LinkRow[];
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(["unknown"]));
    expect(rows.map(({ link }) => link)).toEqual([
      ...["AWS", "settings", "database login", "snapshot", "mappings", "catalog and IAM", "canary login"],
      ...["connections", "evaluation"],
    ]);
    const asked = (await cli("doctor --store s.db --json --send-test")).json() as LinkRow[];
    expect(asked.find(({ link }) => link === "test mail")).toMatchObject({ state: "unknown" });
    expect((await cli("doctor --store s.db")).out).not.toContain("links of the chain hold");
    expect((await cli("doctor --store s.db --exit-code")).code).toBe(0);
  });
});
