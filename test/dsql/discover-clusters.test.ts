// Which clusters the plan function finds in the account, and what AWS says of each.
import { createServer, type Socket } from "node:net";
import { DSQLClient } from "@aws-sdk/client-dsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { type Place, reachOf } from "../../lib/core/coverage/reach.ts";
import { discoverClusters, presenceOf } from "../../lib/dsql/discover-clusters.ts";
import { type LocalIam, startIam } from "../../local/aws/iam-api.ts";

const PREFIX = "arn:aws:dsql:us-east-1:111122223333:cluster/";
const EUROPE = "arn:aws:dsql:eu-west-1:111122223333:cluster/";
const endpoint = "c.dsql.us-east-1.on.aws";
const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const at = (name: string) => `${PREFIX}${name}`;

let iam: LocalIam;
const clients: DSQLClient[] = [];
/** `elsewhere`: where a Region answers, if not where the others do. */
const clientsOf =
  (elsewhere: Readonly<Record<string, string>> = {}) =>
  ({ region }: Pick<Place, "region">): DSQLClient => {
    const client = new DSQLClient({
      ...{ endpoint: elsewhere[region] ?? iam.endpoint, region, credentials, maxAttempts: 1 },
    });
    clients.push(client);
    return client;
  };
beforeEach(async () => {
  iam = await startIam({ account: "111122223333" });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await iam.stop();
});
const reach = reachOf(PREFIX, []);
const both = reachOf(PREFIX, ["eu-west-1"]);
const arns = (found: { readonly clusters: readonly { readonly cluster: string }[] }) =>
  found.clusters.map(({ cluster }) => cluster).sort();

describe("what AWS says of a cluster", () => {
  it("is that it is gone where AWS knows none of that id, and nothing where it refuses or another account's is meant", async () => {
    iam.putCluster({ arn: at("here") });
    const presence = presenceOf(clientsOf(), reach);
    const says = (name: string) => presence(name as Cluster);
    expect(await says(at("here"))).toBe("there");
    expect(await says(at("away"))).toBe("gone");
    expect(await says(`${EUROPE}away`)).toBe("unknown");
    expect(await says("postgres://localhost:5432/app")).toBe("unknown");
    expect(await presenceOf(clientsOf(), both)(`${EUROPE}away` as Cluster)).toBe("gone");
    for (const status of ["ACTIVE", "IDLE", "INACTIVE", "DELETING"])
      iam.putCluster({ arn: at(status.toLowerCase()), status, endpoint });
    iam.putCluster({ arn: at("peered"), status: "IDLE", endpoint, peers: [at("other")] });
    iam.putCluster({ arn: at("here"), endpoint });
    const found = await discoverClusters(clientsOf(), reach, "auditor");
    expect(arns(found)).toEqual(["active", "here", "idle", "inactive", "peered"].map(at));
    expect([...(found.asleep ?? [])].sort()).toEqual(["idle", "inactive"].map(at));
    iam.deny("dsql:GetCluster");
    expect(await says(at("away"))).toBe("unknown");
    const refused = await discoverClusters(clientsOf(), reach, "auditor");
    expect([refused.failures.length, refused.blind, refused.unlisted]).toEqual([6, false, []]);
    const unreached = clientsOf({ "us-east-1": "http://127.0.0.1:1" });
    expect(await presenceOf(unreached, reach)(at("away") as Cluster)).toBe("unknown");
  });
});

describe("clusters chosen by their tags", () => {
  const wanted = { audit: "true", team: "*" };
  const ids = (all: readonly (string | { readonly cluster: string })[] = []) =>
    all.map((one) => (typeof one === "string" ? one : one.cluster).slice(PREFIX.length)).sort();
  beforeEach(() => {
    const put = (id: string, tags?: Record<string, string>, tagsLeftOut?: true) =>
      iam.putCluster({ arn: at(id), endpoint, ...(tags && { tags }), ...(tagsLeftOut && { tagsLeftOut }) });
    put("whole", { audit: "true", team: "", more: "x" });
    put("later", { audit: "true", team: "orders" }, true);
    put("other", { audit: "false", team: "orders" });
    put("half", { audit: "true" });
    put("none");
    put("bare", undefined, true);
  });

  it("are those that have all of them, also where the tags have to be asked for on their own", async () => {
    const found = await discoverClusters(clientsOf(), reach, "auditor", { wanted });
    expect(ids(found.clusters)).toEqual(["later", "whole"]);
    expect(ids(found.unchosen)).toEqual(["bare", "half", "none", "other"]);
    expect([found.undecided, found.failures]).toEqual([[], []]);
    expect(iam.calls.filter((call) => call === "dsql:ListTagsForResource")).toHaveLength(2);
    // Whoever wants none asks no more than before.
    const all = await discoverClusters(clientsOf(), reach, "auditor");
    expect(ids(all.clusters)).toHaveLength(6);
    expect(iam.calls.filter((call) => call === "dsql:ListTagsForResource")).toHaveLength(2);
  });

  it("are not known where their tags are refused, which is a failure that names each", async () => {
    iam.deny("dsql:ListTagsForResource");
    const found = await discoverClusters(clientsOf(), reach, "auditor", { wanted });
    expect(ids(found.clusters)).toEqual(["whole"]);
    expect(ids(found.unchosen)).toEqual(["half", "none", "other"]);
    expect(ids(found.undecided)).toEqual(["bare", "later"]);
    const said = found.failures.map(String).sort();
    expect(said).toHaveLength(2);
    expect(said[0]).toContain(`AWS does not say which tags ${at("bare")} has: `);
  });
});

describe("clusters of several Regions", () => {
  beforeEach(() => {
    iam.putCluster({ arn: at("home"), endpoint });
    iam.putCluster({ arn: `${EUROPE}there`, endpoint: "c.dsql.eu-west-1.on.aws" });
    iam.putCluster({ arn: "arn:aws:dsql:eu-north-1:111122223333:cluster/unasked", endpoint });
  });

  it("are those of the Regions that the deployment names, each asked in its own", async () => {
    expect(arns(await discoverClusters(clientsOf(), reach, "auditor"))).toEqual([at("home")]);
    expect(await discoverClusters(clientsOf(), both, "auditor")).toMatchObject({
      clusters: expect.arrayContaining([
        { cluster: at("home"), endpoint, user: "auditor" },
        { cluster: `${EUROPE}there`, endpoint: "c.dsql.eu-west-1.on.aws", user: "auditor" },
      ]),
      ...{ failures: [], blind: false, unlisted: [] },
    });
  });

  it("are found where another Region refuses or is silent, which is named and known to be silent", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
    await new Promise((done) => silent.once("listening", done));
    const { port } = silent.address() as { port: number };
    for (const place of ["http://127.0.0.1:1", `http://127.0.0.1:${port}`]) {
      const found = await discoverClusters(clientsOf({ "eu-west-1": place }), both, "auditor", {
        limitMs: 300,
      });
      expect(arns(found)).toEqual([at("home")]);
      expect([found.blind, found.unlisted?.map(({ prefix }) => prefix)]).toEqual([false, [EUROPE]]);
      expect(String(found.failures[0])).toContain("eu-west-1 of account 111122223333: ");
    }
    const hanging = clientsOf({ "eu-west-1": `http://127.0.0.1:${port}` });
    expect(await presenceOf(hanging, both, 300)(`${EUROPE}there` as Cluster)).toBe("silent");
    const none = await discoverClusters(clientsOf({ "us-east-1": "http://127.0.0.1:1" }), reach, "auditor");
    expect([none.blind, none.clusters]).toEqual([true, []]);
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => silent.close(done));
  });
});
