import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Io } from "../../../cli/io.ts";
import { run } from "../../../cli/program.ts";
import { registerCluster } from "../../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { cluster, estate } from "../../support/catalogs.ts";
import { fillStore } from "../../support/table.ts";

let folder: string;
const NOW = Date.UTC(2026, 2, 1);

const io = (): { io: Io; out: string[]; err: string[] } => {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (lines: string[]) => ({
    write: (text: string) => lines.push(text),
    isTTY: false,
    columns: 80,
  });
  const sleep = async (): Promise<void> => {};
  const { signal } = new AbortController();
  return {
    out,
    err,
    io: {
      stdout: stream(out),
      stderr: stream(err),
      env: {},
      cwd: folder,
      now: () => NOW,
      random: () => 0.5,
      sleep,
      signal,
    },
  };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-"));
  await fillStore(join(folder, "store.db"), async (table) => {
    await registerCluster(table, cluster);
    await createSnapshotStore(table, { now: () => NOW }).save(cluster, estate(), NOW - 1_000);
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("dsql-audit report", () => {
  it("writes one whole page, replaces the one before, and leaves no draft", async () => {
    for (const name of ["pages/report.html", "pages/report.html"]) {
      const { io: process, out, err } = io();
      expect([await run(["report", "--store", "store.db", "--out", name, "--json"], process), err]).toEqual([
        0,
        [],
      ]);
      expect(JSON.parse(out.join(""))).toMatchObject({ cluster, snapshot: 1, file: join(folder, name) });
    }
    expect(await readdir(join(folder, "pages"))).toEqual(["report.html"]);
    const page = await readFile(join(folder, "pages/report.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(page).toContain("--store store.db");
  });

  it("names the file that it could not write, and ends with 1", async () => {
    const { io: process, err } = io();
    expect(await run(["report", "--store", "store.db", "--out", "/dev/null/report.html"], process)).toBe(1);
    expect(err.join("")).toMatch(/\/dev\/null\/report\.html could not be written\n {2}Name a file/);
  });

  it("takes wrong usage for wrong usage", async () => {
    const { io: process, err } = io();
    expect(await run(["report", "--store", "store.db"], process)).toBe(64);
    expect(
      await run(["report", "--store", "store.db", "--out", "x.html", "--at", "yesterday"], process),
    ).toBe(64);
    expect(err.join("")).toContain("yesterday");
  });
});
