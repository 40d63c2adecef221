import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { compactor, IN_FULL } from "../../lib/cloudtrail/compact-batch.ts";
import { readFolder } from "../../lib/cloudtrail/read-folder.ts";
import { readInThreads } from "../../lib/cloudtrail/reading-threads.ts";
import { tableIndex } from "../../lib/core/activity/tally-table.ts";
import { HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { connectRecord, envelope, foreignRecord, uuidOf } from "../support/records.ts";

const T = Date.parse("2026-11-02T09:14:07Z");
const OTHER = "arn:aws:dsql:eu-west-1:444455556666:cluster/zzzzzzzzzz1234567890zzzzzz";

let folder: string;
const fileOf = (...records: unknown[]) => gzipSync(JSON.stringify({ Records: records }));
const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
const name = (n: number) => `f${String(n).padStart(4, "0")}.json.gz`;

/** Of one caller that nobody names and of a second record of the same connection that names it. */
const nameless = (n: number) =>
  connectRecord({
    id: uuidOf(n),
    at: T + n,
    extra: { userIdentity: { type: "AWSAccount", accountId: "999988887777" }, sharedEventID: `shared-${n}` },
  });
const named = (n: number) =>
  connectRecord({ id: uuidOf(n + 50_000), at: T + n, extra: { sharedEventID: `shared-${n}` } });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "threads-"));
  mkdirSync(join(folder, "sub"));
  for (let n = 0; n < 600; n++) {
    const at = T + n * 5 * MINUTE;
    put(
      name(n),
      fileOf(
        foreignRecord(new Date(at).toISOString()),
        connectRecord({ id: uuidOf(n), at, session: `job-${n % 7}`, ip: `10.20.${n % 11}.9` }),
        // Many files hold what another file has had, told otherwise: the first in order counts.
        connectRecord({ id: uuidOf(n >> 2), at: at + 1_000, ip: "203.0.113.9" }),
        connectRecord({ id: uuidOf(10_000 + n), at, cluster: n % 3 ? OTHER : "none" }),
        n % 5 ? nameless(20_000 + (n % 90)) : named(20_000 + (n % 90)),
        ...(n % 50 ? [] : [{ eventSource: "dsql.amazonaws.com", eventName: "DbConnect" }, "text", 7]),
        ...(n % 97
          ? []
          : [
              connectRecord({
                id: `stop-${n}`,
                at,
                action: "StopLogging",
                extra: { eventSource: "cloudtrail.amazonaws.com", requestParameters: { name: "main" } },
              }),
            ]),
      ),
    );
  }
  put("f0001b.json.gz", fileOf(connectRecord({ id: uuidOf(1), at: T })).subarray(0, 60));
  put("f0140b.json", "");
  put("f0141b.json", "<html>");
  put(
    "sub/envelopes.ndjson",
    JSON.stringify(envelope(connectRecord({ id: uuidOf(9_999), at: T + 90 * HOUR }))),
  );
  symlinkSync(join(folder, "gone.json"), join(folder, "f0300b.json"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = async (threads: number) => {
  const { coverageOf, doubtsOf, ...told } = await readFolder(folder, { threads });
  const clusters = [...told.tallies.keys()];
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  return {
    ...told,
    tallies: [...told.tallies].map(([cluster, table]) => {
      const { principals, talliesOf } = tableIndex(table);
      return [cluster, principals().flatMap((principal) => talliesOf(principal, all))];
    }),
    coverage: clusters.map(coverageOf),
    doubts: clusters.map((cluster) => doubtsOf(cluster, T + 100 * HOUR)),
  };
};

describe("threads that read trail files", () => {
  it("tell the same as one that reads all, in the same order", async () => {
    const alone = await read(0);
    expect(alone.counted).toBeGreaterThan(1_000);
    expect(alone.duplicates).toBeGreaterThan(300);
    expect(alone.rejected.length).toBeGreaterThan(30);
    expect(await read(1)).toEqual(alone);
    expect(await read(3)).toEqual(alone);
  });

  it("stop when whoever asks stops, and tell of its error", async () => {
    const stopped = readFolder(folder, {
      threads: 2,
      onProgress: () => {
        throw new Error("stopped by SIGINT");
      },
    });
    await expect(stopped).rejects.toThrow("stopped by SIGINT");
  });

  it("end of themselves: one that is stopped while it opens a gzip stream ends the process", async () => {
    const terminated = vi.spyOn(Worker.prototype, "terminate");
    const names = Array.from({ length: 100 }, (_, n) => join(folder, name(n)));
    const told = readInThreads([names.slice(0, 1), names, names, names], 2);
    expect((await told.next()).value?.batch.files).toHaveLength(1);
    await told.return();
    expect(terminated).not.toHaveBeenCalled();
    terminated.mockRestore();
  });

  it("leave to whoever asks what they cannot read", async () => {
    const told: unknown[] = [];
    // No path at all is no fault of a file; and nothing is asked of a thread for no names.
    const batches = [[join(folder, name(0))], ["\0"], [], [join(folder, name(1))]];
    for await (const one of readInThreads(batches, 2)) told.push(one?.batch.files.length);
    expect(told).toEqual([1, undefined, undefined, 1]);
  });
});

describe("what one thread tells", () => {
  it("names a kind once, and tells in full what another record may replace", () => {
    const compact = compactor();
    const bytes = fileOf(
      connectRecord({ id: "a", at: T }),
      connectRecord({ id: "b", at: T + 1_000 }),
      nameless(3),
    );
    const failed = (error: unknown): string => String(error);
    const first = compact(["x"], () => bytes, failed);
    expect([...first.kind]).toEqual([0, 0, IN_FULL]);
    expect(first.kinds).toHaveLength(1);
    expect(first.inFull).toHaveLength(1);
    const second = compact(["x"], () => bytes, failed);
    expect([second.firstKind, second.kinds.length, [...second.kind]]).toEqual([1, 0, [0, 0, IN_FULL]]);
  });

  it("begins its numbers anew after a batch that nobody heard of", () => {
    const compact = compactor();
    const failed = (error: unknown): string => {
      throw error;
    };
    const read = (name: string): Uint8Array => {
      if (name === "gone") throw new Error("the disk is gone");
      return fileOf(connectRecord({ id: name, at: T, agent: `client-${name}/1` }));
    };
    compact(["a"], read, failed);
    expect(() => compact(["b", "gone"], read, failed)).toThrow("the disk is gone");
    const next = compact(["b", "a"], read, failed);
    expect([next.firstKind, next.kinds.length, [...next.kind]]).toEqual([0, 2, [0, 1]]);
  });

  it("begins its numbers anew when there are too many kinds", () => {
    const compact = compactor();
    const of = (n: number) =>
      fileOf(
        ...Array.from({ length: 8_000 }, (_, i) =>
          connectRecord({ id: `${n}-${i}`, at: T, agent: `client-${n}-${i}/1` }),
        ),
      );
    const failed = (error: unknown): string => String(error);
    const firsts = [0, 1, 2, 3, 4].map((n) => compact(["x"], () => of(n), failed).firstKind);
    expect(firsts).toEqual([0, 8_000, 16_000, 0, 8_000]);
  });
});
