import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ingestSources } from "../../lib/cloudtrail/ingest-sources.ts";
import { listFolder } from "../../lib/cloudtrail/list-folder.ts";
import { readFolder } from "../../lib/cloudtrail/read-folder.ts";
import { tableIndex } from "../../lib/core/activity/tally-table.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { AuditError } from "../../lib/errors.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { CLUSTER, connectRecord, envelope, foreignRecord, uuidOf } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const T = Date.parse("2026-11-02T09:14:07Z");
const H = Date.parse("2026-11-02T09:00:00Z");
const OTHER = "arn:aws:dsql:eu-west-1:444455556666:cluster/zzzzzzzzzz1234567890zzzzzz";
const record = (n: number, at = T, cluster = CLUSTER) => connectRecord({ id: uuidOf(n), at, cluster });
const fileOf = (...records: unknown[]) => gzipSync(JSON.stringify({ Records: records }));

let folder: string;
let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
  folder = mkdtempSync(join(tmpdir(), "trail-"));
  mkdirSync(join(folder, "2026/11"), { recursive: true });
  mkdirSync(join(folder, "AWSLogs/111122223333/CloudTrail-Digest/us-east-1"), { recursive: true });
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  put("a.json.gz", fileOf(record(1), record(2), foreignRecord("2026-11-02T11:00:00Z")));
  put("2026/b.json", JSON.stringify({ Records: [record(2), record(3, T + HOUR)] }));
  put(
    "2026/11/c.ndjson",
    [record(4, T, OTHER), envelope(record(3, T + HOUR))].map((r) => JSON.stringify(r)).join("\n"),
  );
  put("2026/11/envelopes.json", JSON.stringify([envelope(record(5, T + 5 * HOUR))]));
  put("broken.json.gz", fileOf(record(6)).subarray(0, 100));
  put("empty.json", "");
  put("page.json", "<html>");
  put(
    "poison.json",
    JSON.stringify([{ eventSource: "dsql.amazonaws.com", eventName: "DbConnect" }, record(7)]),
  );
  put("notes.txt", "no trail file");
  put(".hidden.json", "no");
  put("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/x_CloudTrail-Digest_y.json.gz", gzipSync("{}"));
  symlinkSync(folder, join(folder, "2026/loop"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await tables.stop();
});

describe("readFolder", () => {
  it("counts each event of a folder once and says why a file was left out", async () => {
    const progress: number[] = [];
    const read = await readFolder(folder, {
      onProgress: ({ files, totalFiles }) => progress.push(files / totalFiles),
    });
    expect(read).toMatchObject({
      files: 8,
      connections: 8,
      counted: 6,
      duplicates: 2,
      ignored: 1,
      records: 13,
    });
    expect(read.records).toBe(read.connections + read.ignored + read.rejected.length);
    expect(
      read.rejected.map(
        ({ file, index, reason }) =>
          `${file.slice(folder.length + 1)} ${index} ${reason.split(" ").slice(-3).join(" ")}`,
      ),
    ).toEqual([
      expect.stringMatching(/^broken\.json\.gz 0 .*whole gzip file$/),
      expect.stringMatching(/^empty\.json 0 .*is empty$/),
      expect.stringMatching(/^page\.json 0 .*is not JSON$/),
      expect.stringMatching(/^poison\.json 0 .*eventID$/),
    ]);
    const table = read.tallies.get(CLUSTER as Cluster);
    const tallies = table ? tableIndex(table).talliesOn(Math.floor(H / DAY)) : [];
    expect(tallies.map(({ firstAt, count }) => [floorTo(HOUR, firstAt), count])).toEqual([
      [H, 3],
      [H + HOUR, 1],
      [H + 5 * HOUR, 1],
    ]);
    expect(progress.at(-1)).toBe(1);
  });

  it("takes the hours of trail files for covered, each cluster by its own account and Region", async () => {
    const read = await readFolder(folder);
    expect(read.coverageOf(CLUSTER as Cluster)).toEqual([{ from: H, to: H + 3 * HOUR, proof: "folder" }]);
    expect(read.coverageOf(OTHER as Cluster)).toEqual([{ from: H, to: H + HOUR, proof: "folder" }]);
  });

  it("doubts the hours after a trail was stopped until the next connection", async () => {
    const other = mkdtempSync(join(tmpdir(), "trail-"));
    const stop = connectRecord({
      id: "stop",
      at: T + MINUTE,
      action: "StopLogging",
      extra: { eventSource: "cloudtrail.amazonaws.com", requestParameters: { name: "main" } },
    });
    const others = Array.from({ length: 5 }, (_, n) => foreignRecord(new Date(H + n * HOUR).toISOString()));
    writeFileSync(join(other, "a.json.gz"), fileOf(record(1), ...others, stop, record(2, T + 3 * HOUR)));
    const read = await readFolder(other);
    rmSync(other, { recursive: true });
    expect(read.coverageOf(CLUSTER as Cluster)).toHaveLength(1);
    expect(read.doubtsOf(CLUSTER as Cluster, T + DAY)).toEqual([
      { from: H, to: H + 3 * HOUR, reason: "a trail was stopped" },
    ]);
    expect(read.doubtsOf(CLUSTER as Cluster, T)).toEqual([]);
    expect(read.doubtsOf(OTHER as Cluster, T + DAY)).toEqual([]);
  });

  it("refuses a folder that is not there", async () => {
    await expect(readFolder(join(folder, "nowhere"))).rejects.toThrow(AuditError);
  });
});

describe("ingestSources", () => {
  it("counts a folder into the store, twice as once, and marks its hours last", async () => {
    const store = createActivityStore(await tables.fresh());
    const { logs } = listFolder(folder);
    const first = await ingestSources(logs, store, { now: T, proof: "folder" });
    expect(first).toMatchObject({
      records: 13,
      connections: 8,
      counted: 6,
      duplicates: 2,
      ignored: 1,
      tooOld: 0,
    });
    expect(first.rejected).toHaveLength(4);
    expect(first.clusters).toEqual([CLUSTER, OTHER].sort());
    const again = await ingestSources(logs, store, { now: T, proof: "folder" });
    expect(again).toMatchObject({ counted: 0, duplicates: 8, clusters: [] });
    expect(await store.coverage(CLUSTER as Cluster, { from: H, to: H + 9 * HOUR })).toEqual([
      { from: H, to: H + 3 * HOUR, proof: "folder" },
    ]);
  });

  it("stops at a store that fails, marks nothing, and blames no file", async () => {
    const marked: unknown[] = [];
    const sink = {
      count: async () => {
        throw new AuditError("denied", "no");
      },
      markHours: async (...hours: unknown[]) => {
        marked.push(hours);
      },
    };
    await expect(ingestSources(listFolder(folder).logs, sink, { now: T, proof: "folder" })).rejects.toThrow(
      "no",
    );
    expect(marked).toEqual([]);
  });
});
