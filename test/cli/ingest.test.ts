import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Io } from "../../cli/io.ts";
import { run } from "../../cli/program.ts";
import { connectRecord, foreignRecord, uuidOf } from "../support/records.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "cli-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const cli = async (args: string, { isTTY = false } = {}) => {
  const written = { out: "", err: "" };
  const io: Io = {
    stdout: { write: (text) => (written.out += text), isTTY: false, columns: 80 },
    stderr: { write: (text) => (written.err += text), isTTY, columns: 80 },
    env: {},
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

  it("shows progress on a terminal only", async () => {
    put("t/a.json.gz", fileOf(record(1)));
    expect((await cli("ingest t", { isTTY: true })).err).toContain("1 of 1 files, 1 records");
    expect((await cli("ingest t")).err).toBe("");
  });

  it.each([
    ["ingest", 64, "nothing to ingest"],
    ["ingest nowhere", 1, "is not there"],
    ["ingest s3://", 64, "no address in S3"],
    ["ingest --wrong", 64, "unknown option"],
  ])("%s ends with exit %i and a reason", async (args, code, message) => {
    const ended = await cli(args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(message);
  });
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
