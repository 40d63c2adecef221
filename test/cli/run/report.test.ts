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
        ["Snapshot 1 of 2026-02-28 23:59:59 UTC\n"],
      ]);
      expect(JSON.parse(out.join(""))).toMatchObject({ cluster, snapshot: 1, file: join(folder, name) });
    }
    expect(await readdir(join(folder, "pages"))).toEqual(["report.html"]);
    const page = await readFile(join(folder, "pages/report.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(page).toContain("--store store.db");
  });

  it("is as of now where the time asked for has not come yet, and says so as who-can does", async () => {
    const ask = async (...args: string[]) => {
      const { io: process, out, err } = io();
      expect(await run([...args, "--store", "store.db"], process), err.join("")).toBe(0);
      return { out: out.join("").replaceAll(/\s+/g, " "), err: err.join("") };
    };
    const says = "What changed after 2026-02-28 23:59:59Z is not known: no later snapshot was taken.";
    const toCome = ["--at", "2026-04-01"];
    expect((await ask("who-can", "SELECT", "orders", ...toCome)).out).toContain(says);
    const { out } = await ask("report", "--out", "to-come.html", ...toCome);
    expect(out).toContain(
      `2026-04-01 00:00 UTC has not come yet: the page is as of 2026-03-01 00:00 UTC. Snapshot 1 of 2026-02-28 23:59:59 UTC. ${says}`,
    );
    const json = await ask("report", "--out", "to-come.html", "--json", ...toCome);
    expect(json.err).toContain("has not come yet");
    expect(JSON.parse(json.out)).toMatchObject({
      at: "2026-03-01T00:00:00.000Z",
      uncertainty: { before: null, text: says },
    });
    expect(await readFile(join(folder, "to-come.html"), "utf8")).toContain(says);
  });

  it("says that there was no snapshot at the time asked for", async () => {
    const { io: process, out } = io();
    expect(
      await run(["report", "--store", "store.db", "--out", "early.html", "--at", "2020-01-01"], process),
    ).toBe(0);
    expect(out.join("")).toContain("No snapshot was taken at or before 2020-01-01 00:00 UTC.");
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
