import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Io } from "../../../cli/io.ts";
import { run } from "../../../cli/program.ts";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { loadFacts } from "../../../lib/jobs/load-facts.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import * as keys from "../../../lib/store/table/keys.ts";
import { type LocalS3, startS3 } from "../../../local/aws/s3.ts";
import { BUCKET, chainOf, der, START } from "../../support/digests.ts";
import { APP_ROLE, CLUSTER, connectRecord, foreignRecord, uuidOf } from "../../support/records.ts";
import { fillStore } from "../../support/table.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "cli-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const cli = async (args: string, { isTTY = false, env = {} }: { isTTY?: boolean; env?: Io["env"] } = {}) => {
  const written = { out: "", err: "" };
  const io: Io = {
    stdout: { write: (text) => (written.out += text), isTTY: false, columns: 80 },
    stderr: { write: (text) => (written.err += text), isTTY, columns: 80 },
    env,
    cwd,
    now: () => Date.parse("2026-11-03T12:00:00Z"),
    random: () => 0,
    sleep: async () => {},
    signal: new AbortController().signal,
  };
  const code = await run(args.split(" "), io);
  return { code, ...written, json: () => JSON.parse(written.out) };
};
const put = (name: string, content: string | Uint8Array) => {
  mkdirSync(join(cwd, name, ".."), { recursive: true });
  writeFileSync(join(cwd, name), content);
};
const record = (n: number) =>
  connectRecord({ id: uuidOf(n), at: Date.parse("2026-11-02T09:00:00Z") + n * 60_000 });
const fileOf = (...records: unknown[]) => gzipSync(JSON.stringify({ Records: records }));

describe("dsql-audit ingest", () => {
  it("counts a folder once, and says so in figures that add up", async () => {
    put("t/a.json.gz", fileOf(record(1), record(2), foreignRecord("2026-11-02T09:00:00Z")));
    put("t/deep/b.json.gz", fileOf(record(2), record(3)));
    put("t/bad.json", "{");
    put("t/old.json", JSON.stringify([connectRecord({ id: "old", at: "2024-01-01T00:00:00Z" })]));
    const first = await cli("ingest t --json");
    expect(first.code).toBe(0);
    expect(first.err).toBe("");
    expect(first.json()).toEqual({
      records: 7,
      connections: 5,
      counted: 3,
      duplicates: 1,
      ignored: 1,
      tooOld: 1,
      rejected: [{ file: join(cwd, "t/bad.json"), index: 0, reason: expect.stringContaining("breaks off") }],
    });
    expect((await cli("ingest t/a.json.gz t/deep --json")).json()).toMatchObject({
      counted: 0,
      duplicates: 4,
    });
    const people = await cli("ingest t");
    expect(people.out).toContain("5 connections: 0 counted, 4 seen before, 1 too old");
    expect(people.out).toContain("bad.json");
  }, 30_000);

  it("says what is missing while no snapshot has made the cluster known, as every question does", async () => {
    put("t/a.json.gz", fileOf(record(1)));
    const { out } = await cli("ingest t");
    expect(out).toContain(`No snapshot is stored of ${CLUSTER}: the connections are counted, and shown once`);
    for (const command of ["activity", "coverage", "findings", "detect", "privileges", "history verify"]) {
      const { code, err } = await cli(command);
      expect([command, code]).toEqual([command, 1]);
      expect(err).toContain("the store holds no snapshot yet");
      expect(err).toContain("Take one with: dsql-audit snapshot");
      expect(err).toContain("Connections that ingest has counted are kept");
    }
    expect((await cli("clusters")).out).toContain("No cluster is known yet");
    expect((await cli("clusters --json")).json()).toEqual([]);
  });

  it("says that it found nothing to read, and what it passed over", async () => {
    put("t/AWSLogs/111122223333/Config/x.json.gz", "{}");
    put("t/notes.txt", "hello");
    const some = await cli("ingest t --json");
    expect(some).toMatchObject({ code: 0 });
    expect(some.err).toContain("warning: no trail files found in t: 2 files passed over, e.g. ");
    put("empty/.keep", "");
    expect((await cli("ingest empty --json")).err).toContain(
      "no trail files found in empty: 1 file passed over",
    );
    put("other/a.json.gz", fileOf(record(1)));
    await cli("ingest other --json");
    const compared = await cli("reconcile --day 2026-11-02 --events t --json");
    expect(compared.err).toContain("no trail files found in t");
  }, 30_000);

  it("shows progress on a terminal only", async () => {
    put("t/a.json.gz", fileOf(record(1)));
    expect((await cli("ingest t", { isTTY: true })).err).toContain("1 of 1 files, 1 records");
    expect((await cli("ingest t")).err).toBe("");
  });

  it.each([
    ["ingest", 64, "nothing to ingest"],
    ["ingest nowhere", 1, "is not there"],
    ["ingest s3://", 64, "is not an address in S3"],
    ["ingest --wrong", 64, "unknown option"],
    ["ingest t --from 2026-11-01", 64, "--from and --to go with --trail"],
  ])("%s ends with exit %i and a reason", async (args, code, message) => {
    const ended = await cli(args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(message);
  });
});

describe("dsql-audit ingest s3://", () => {
  let s3: LocalS3;
  let cloudTrail: Server;
  let tells = true;
  beforeAll(async () => {
    s3 = await startS3({ now: () => START, buckets: [BUCKET] });
    cloudTrail = createServer((request, response) => {
      request.resume();
      response.writeHead(tells ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
      const PublicKeyList = [{ Fingerprint: "f1", Value: Buffer.from(der).toString("base64") }];
      response.end(JSON.stringify(tells ? { PublicKeyList } : { __type: "AccessDeniedException" }));
    }).listen(0, "127.0.0.1");
    await new Promise((done) => cloudTrail.once("listening", done));
    vi.stubEnv("AWS_ENDPOINT_URL_S3", s3.endpoint);
    vi.stubEnv(
      "AWS_ENDPOINT_URL_CLOUDTRAIL",
      `http://127.0.0.1:${(cloudTrail.address() as AddressInfo).port}`,
    );
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "x");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "x");
    for (const { object, objects } of chainOf(4)) {
      for (const [key, body] of objects) s3.put({ bucket: BUCKET, key, body, contentEncoding: "gzip" });
      const metadata = { signature: object.signature ?? "" };
      s3.put({ bucket: BUCKET, key: object.key, body: object.bytes, metadata });
    }
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    cloudTrail.close();
    await s3.stop();
  });

  it("proves the digests beside the files, unless AWS does not tell the key", async () => {
    tells = false;
    const silent = await cli(`ingest s3://${BUCKET}/AWSLogs/ --json`);
    expect(silent.json()).toMatchObject({ counted: 4, digests: { checked: 4, proven: 0 } });
    expect(silent.err).toContain("4 digests prove nothing");
    tells = true;
    const told = await cli(`ingest s3://${BUCKET}/AWSLogs/`);
    expect(told.err).toBe("");
    expect(told.out).toContain("4 digests: 4 proven");
    s3.put({ bucket: BUCKET, key: "AWSLogs/1/CloudTrail-Digest/us-east-1/x.json.gz", body: "{" });
    const broken = await cli(`ingest s3://${BUCKET}/AWSLogs/ --json`);
    expect(broken).toMatchObject({ code: 0, err: expect.stringContaining("is not a readable digest file") });
    expect(broken.json()).toMatchObject({ digests: { checked: 5, proven: 4 } });
  }, 30_000);

  it("reads of a deployment's trail the days that are asked for, and no others", async () => {
    tells = true;
    const deployment = {
      ...{ stack: "s", topic: "t", queues: {}, deadLetters: {}, api: "" },
      ...{ bucket: BUCKET, prefix: "kept/" },
    };
    const from = { account: "111122223333", organization: "o-abc123/" };
    const putAs = (key: string, body: Uint8Array, signature?: string): void =>
      s3.put({
        bucket: BUCKET,
        key,
        body,
        contentEncoding: "gzip",
        ...(signature && { metadata: { signature } }),
      });
    const log = (place: string, day: string, n: number): void =>
      putAs(`kept/AWSLogs/${place}/CloudTrail/us-east-1/2026/11/${day}/x_${n}.json.gz`, fileOf(record(n)));
    log(from.account, "02", 1);
    log(`${from.organization}${from.account}`, "02", 2);
    log(from.account, "01", 3);
    log(from.account, "04", 4);
    log("444455556666", "02", 5);
    expect((await cli("ingest --trail")).err).toContain("the store holds no snapshot yet");
    await fillStore(join(cwd, "dsql-audit.db"), async (table) => {
      const store = openStore(table, { now: () => START });
      await store.clusters.register(CLUSTER as Cluster);
    });
    const unknown = await cli("ingest --trail");
    expect(unknown).toMatchObject({ code: 64 });
    expect(unknown.err).toContain("nothing says where the trail's files are");
    await fillStore(join(cwd, "dsql-audit.db"), (table) =>
      openStore(table, { now: () => START }).deployments.ran(START, deployment),
    );
    const days = "--from 2026-11-02T08:00Z --to 2026-11-02T20:00Z";
    expect((await cli(`ingest --trail ${days} --json`)).json()).toMatchObject({ counted: 2, records: 2 });
    const next = await cli("ingest --trail --from 2026-10-05 --to 2026-10-06");
    expect(next.err).toContain(
      "no trail files found in s3://trail/kept/AWSLogs/ for account 111122223333 in us-east-1",
    );
    expect((await cli("ingest --trail --from 2024-01-01")).err).toContain("--trail reads 400 days at most");
    const toCome = await cli("ingest --trail --from 2027-01-01 --to 2027-01-02");
    expect(toCome).toMatchObject({ code: 64, err: expect.stringContaining("is in the future") });
  }, 30_000);

  it("proves with a deployment's trail what its digests say", async () => {
    tells = true;
    await fillStore(join(cwd, "dsql-audit.db"), async (table) => {
      const store = openStore(table, { now: () => START });
      await store.clusters.register(CLUSTER as Cluster);
      const parts = { stack: "s", topic: "t", queues: {}, deadLetters: {}, api: "", prefix: "" };
      await store.deployments.ran(START, { ...parts, bucket: BUCKET });
    });
    const told = await cli("ingest --trail --from 2026-11-02T08:00Z --to 2026-11-02T13:00Z --json");
    expect(told).toMatchObject({ code: 0, err: "" });
    expect(told.json()).toMatchObject({ counted: 4, digests: { checked: 4, proven: 4 } });
  }, 30_000);

  it("keeps the auditor's own logins and what happened to trails, as the ingest function does", async () => {
    const at = Date.parse("2026-11-02T09:00:00Z");
    const stop = connectRecord({
      id: "stop",
      at,
      action: "StopLogging",
      extra: { eventSource: "cloudtrail.amazonaws.com", requestParameters: { name: "main" } },
    });
    put("t/a.json.gz", fileOf(record(1), stop));
    await cli("ingest t --json", { env: { AUDITOR_PRINCIPAL: APP_ROLE } });
    await fillStore(join(cwd, "dsql-audit.db"), async (table) => {
      const own: unknown[] = [];
      for await (const { eventId, trailAt } of table.query({ pk: keys.ownLogins(CLUSTER as Cluster) })) {
        own.push({ eventId, inTrail: typeof trailAt === "number" });
      }
      expect(own).toEqual([{ eventId: uuidOf(1), inTrail: true }]);
      const { doubts } = await loadFacts(
        openStore(table, { now: () => at }),
        CLUSTER as Cluster,
        at + 60_000,
      );
      expect(doubts).toMatchObject([{ reason: "a trail was stopped" }]);
    });
  }, 30_000);
});

describe("dsql-audit reconcile", () => {
  it("says equal, or names the minutes and events that differ", async () => {
    put("t/a.json.gz", fileOf(record(1), record(2)));
    put("u/b.json.gz", fileOf(record(2), record(3)));
    await cli("ingest t --json");
    expect((await cli("reconcile --day 2026-11-02 --events t --json")).json()).toMatchObject({
      equal: true,
      clusters: [{ recorded: 2, counted: 2, differences: [] }],
    });
    const differing = await cli("reconcile --day 2026-11-02 --events u --json --exit-code");
    expect(differing.code).toBe(2);
    expect(differing.json().clusters[0].differences).toEqual([
      { minute: "2026-11-02T09:01:00.000Z", missing: [], surplus: [expect.stringMatching(/^[0-9a-f]{16}$/)] },
      { minute: "2026-11-02T09:03:00.000Z", missing: [uuidOf(3)], surplus: [] },
    ]);
    const people = await cli("reconcile --day 2026-11-02 --events u");
    expect(people.out).toContain("NOT equal");
    expect(people.out).toContain(uuidOf(3));
    expect((await cli("reconcile --day 2026-11-01 --events t")).out).toContain("equal");
  }, 30_000);

  it("does not call a record equal that it could not read", async () => {
    put("t/a.json.gz", fileOf(record(1)));
    await cli("ingest t --json");
    put("t/b.json.gz", fileOf(record(2)).subarray(0, 50));
    expect((await cli("reconcile --day 2026-11-02 --events t --json")).json()).toMatchObject({
      equal: false,
    });
  });
});
