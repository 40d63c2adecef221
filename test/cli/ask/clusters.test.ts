// `clusters`: what is known of each, and the two acts that end and begin the watch.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { HOUR, iso } from "../../../lib/core/base/time.ts";
import { noteUnwatched } from "../../../lib/jobs/not-watched.ts";
import { leftOutStore } from "../../../lib/store/coverage/left-out.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { openSqliteTable } from "../../../lib/store/table/sqlite/sqlite-table.ts";
import { cluster } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { connection } from "../../support/connections.ts";
import { deny, everybody, policy } from "../../support/iam-facts.ts";
import { fillWorld, NOW, T } from "../../support/query-world.ts";

const root = mkdtempSync(join(tmpdir(), "clusters-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder: string;
const cli = cliIn(
  () => folder,
  () => NOW,
);

beforeEach(async () => {
  folder = mkdtempSync(join(root, "store-"));
  const file = join(folder, "dsql-audit.db");
  const { table, close } = await openSqliteTable({
    file,
    mayCreate: true,
    sleep: async () => {},
    random: () => 0,
  });
  await fillWorld(table);
  await close();
});

describe("clusters", () => {
  it("names a cluster that nobody watches although somebody connects, with the command in one line", async () => {
    const other = Cluster.parse("arn:aws:dsql:eu-west-1:111122223333:cluster/other");
    const { table, close } = await openSqliteTable({
      ...{ file: join(folder, "dsql-audit.db"), mayCreate: false, sleep: async () => {}, random: () => 0 },
    });
    const store = openStore(table, { now: () => NOW });
    await store.deployments.ran(NOW, {
      ...{ stack: "s", topic: "arn:aws:sns:us-east-1:111122223333:t", queues: {}, deadLetters: {} },
      ...{ bucket: "", prefix: "", api: "", regions: "", members: "", clusterTags: {} },
    });
    await store.activity.count(
      [connection("x", NOW - HOUR, { cluster: other, sessionName: "ana@example.com" })],
      NOW,
    );
    await noteUnwatched(store, other, NOW);
    await close();
    const step =
      "To watch it: add eu-west-1 to regions in deploy/params.STAGE.yml, then npx serverless deploy --stage STAGE and npx dsql-audit deploy-check --stage STAGE, which prints what that Region needs.";
    const run = await cli("clusters");
    expect(run.out.replace(/\s+/g, " ")).toContain(
      `1 connection in 7 days to a cluster that is not watched, ${other}`,
    );
    expect(run.out.split("\n")).toContain(step);
    const kept = await cli(`redact ana@example.com --apply --by ops --cluster ${other} --json`);
    expect(kept.json()).toMatchObject({ cluster: other, applied: true, profiles: 1 });
    expect(await cli("redact ana@example.com")).toMatchObject({
      code: 64,
      err: expect.stringContaining(other),
    });
    const json = await cli("clusters --json");
    const notWatched = { because: "region", connections: 1, lastAt: iso(NOW - HOUR), next: step };
    expect(json.json()).toMatchObject([
      { cluster: other, region: "eu-west-1", newestSnapshot: null, judgedAt: null, goneAt: null, notWatched },
      { cluster, notWatched: null },
    ]);
    expect(json.err.split("\n")).toContain(step);
    expect((await cli(`clusters --json --cluster ${cluster}`)).json()).toMatchObject([{ cluster }]);
    expect(run.out).not.toMatch(new RegExp(`${other} +never`));
  });

  it("lists those that are watched where a note of one that is not cannot be read, and names it", async () => {
    const { table, close } = await openSqliteTable({
      ...{ file: join(folder, "dsql-audit.db"), mayCreate: false, sleep: async () => {}, random: () => 0 },
    });
    await table.put({ pk: "UNWATCHED", sk: "arn:broken", v: 99 });
    await close();
    const json = await cli("clusters --json");
    expect(json.json()).toMatchObject([{ cluster }]);
    expect(json.err).toContain(
      "unknown: which clusters are not watched: the stored item UNWATCHED / arn:broken",
    );
    expect((await cli("clusters")).out).toContain(cluster);
  });

  it("retires a cluster by who and why, closes its findings, keeps its past, and restores it", async () => {
    const run = await cli(["clusters", "--retire", cluster, "--note", "moved", "--by", "ana", "--json"]);
    expect(run.code).toBe(0);
    const goneAt = new Date(NOW).toISOString();
    const gone = { goneAt, goneReason: "retired", goneBy: "ana", goneNote: "moved" };
    expect(run.json()).toMatchObject([{ cluster, ...gone }]);
    expect((await cli("clusters --json")).json()).toMatchObject([{ cluster, ...gone }]);
    expect((await cli("clusters")).out).toContain("retired by ana");
    expect((await cli("findings --status open --json")).json()).toEqual([]);
    const detect = await cli("detect");
    expect([detect.code, detect.out.trim()]).toEqual([0, "Nothing is open."]);
    expect(detect.err).toContain("(retired by ana: moved). No detector was run.");
    expect((await cli("doctor")).out).toContain("retired by ana");
    const past = await cli(`who-can DELETE orders --at ${new Date(T + 3_600_000).toISOString()} --json`);
    expect(past.out).toContain("app_ro");
    expect(past.err).not.toContain("gone since");
    for (const line of ["who-can DELETE orders", "privileges --role app_ro", "history show"])
      expect((await cli(line)).out.replace(/\s+/g, " "), line).toMatch(
        /[Ss]napshot \d+ of .*The cluster is gone since .*\(retired by ana: moved\)/,
      );
    writeFileSync(join(folder, "policy.json"), JSON.stringify(policy(deny(everybody))));
    for (const line of ["activity", "coverage", "policy try policy.json"]) {
      const now = await cli(line);
      expect(now.out.replace(/\s+/g, " "), now.err).toMatch(
        /cluster is gone since .*\(retired by ana: moved\)/,
      );
      expect((await cli(`${line} --to 1h`)).out).not.toContain("gone since");
    }
    expect((await cli("coverage --json")).json()).toMatchObject({
      gone: expect.stringContaining("(retired by ana: moved)"),
    });
    for (const line of ["who-can DELETE orders", "activity", "policy try policy.json"])
      expect((await cli(`${line} --json`)).err.replace(/\s+/g, " "), line).toContain(
        "(retired by ana: moved)",
      );
    expect((await cli("history verify")).code).toBe(0);

    expect((await cli(["clusters", "--restore", cluster])).out).not.toContain("retired");
    expect((await cli("detect --json")).json()).not.toEqual([]);
  });

  it("says which its tags no longer choose, until it is read again or the schedule has said nothing for long", async () => {
    const seen = async (at: number, since: number): Promise<unknown> => {
      const file = join(folder, "dsql-audit.db");
      const { table, close } = await openSqliteTable({
        file,
        mayCreate: false,
        sleep: async () => {},
        random: () => 0,
      });
      await leftOutStore(table).noteUnchosen(cluster, { at, since });
      await close();
      const [row] = (await cli("clusters --json")).json() as { readonly notChosenSince: unknown }[];
      return row?.notChosenSince;
    };
    const since = new Date(NOW - 5 * HOUR).toISOString();
    expect((await cli("clusters --json")).json()).toMatchObject([{ notChosenSince: null }]);
    expect((await cli("clusters")).out).not.toContain("chosen");
    expect(await seen(NOW - HOUR, NOW - 5 * HOUR)).toBe(since);
    const text = (await cli("clusters")).out;
    expect(text).toContain("not chosen by its tags since (UTC)");
    expect(text).toContain(since.slice(0, 16).replace("T", " "));
    // The schedule is an hour's, and has been silent for longer; or there is a snapshot that is younger.
    expect(await seen(NOW - 3 * HOUR, NOW - 5 * HOUR)).toBeNull();
    expect(await seen(T, T)).toBeNull();
    expect(await seen(NOW - HOUR, NOW - 5 * HOUR)).toBe(since);
    const retired = await cli(["clusters", "--retire", cluster, "--note", "moved", "--json"]);
    expect(retired.json()).toMatchObject([{ goneReason: "retired", notChosenSince: null }]);
    const restored = await cli(["clusters", "--restore", cluster, "--json"]);
    expect(restored.json()).toMatchObject([{ goneAt: null, notChosenSince: since }]);
  });

  it.each([
    ["--retire x", /--retire needs --note/],
    ["--retire x --restore x --note y", /either retired or restored/],
    ["--note y", /--note and --by go with/],
    ["--retire away --note y", /holds no cluster away/],
    ["--retire x --cluster x --note y", /named twice/],
  ])("refuses %s", async (words, says) => {
    const { code, err } = await cli(`clusters ${words}`);
    expect(code).toBe(words.includes("away") ? 1 : 64);
    expect(err).toMatch(says);
  });
});
