// The settings that verdicts rest on: those of the store win, and nobody writes findings by others.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { detectHandler } from "../../../handlers/detect.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { defaultRetention } from "../../../lib/core/findings/retention-days.ts";
import { KEEP_DAYS } from "../../../lib/core/history/retention.ts";
import type { DetectOptions } from "../../../lib/jobs/judge-cluster.ts";
import { openStore, type Store } from "../../../lib/store/open-store.ts";
import { openSqliteTable } from "../../../lib/store/table/sqlite/sqlite-table.ts";
import { cluster, estate, role } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";

const T = Date.UTC(2026, 3, 1);
let now = T;
let cwd: string;
const folders: string[] = [];
const cli = (env: Record<string, string> = {}) =>
  cliIn(
    () => cwd,
    () => now,
    env,
  );

const withStore = async <R>(work: (store: Store) => Promise<R>): Promise<R> => {
  const { table, close } = await openSqliteTable({
    file: join(cwd, "dsql-audit.db"),
    mayCreate: true,
    sleep: async () => {},
    random: () => 0,
  });
  try {
    return await work(openStore(table, { now: () => now }));
  } finally {
    await close();
  }
};

const message = { messageId: "1", body: JSON.stringify({ cluster, reason: "schedule" }) };
/** The detect function of a deployment with these settings, called once. */
const deploymentJudges = (options: DetectOptions): Promise<unknown> =>
  withStore((store) =>
    detectHandler({
      now: () => now,
      random: () => 0,
      sleep: async () => {},
      log: { info: () => {}, warn: () => {}, error: () => {} },
      store,
      options,
      notify: async () => {},
      count: () => {},
      functionName: "auditor-detect",
    })({ Records: [message] } as never, {} as never),
  );

beforeEach(async () => {
  now = T;
  cwd = mkdtempSync(join(tmpdir(), "settings-"));
  folders.push(cwd);
  await withStore((store) => store.clusters.register(cluster));
  await withStore((store) =>
    store.snapshots.save(cluster, estate({ roles: [role(10, "boss")] }), T - 100 * DAY),
  );
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("settings of a store", () => {
  it("are written by the deployment when they differ, and shown with who and when", async () => {
    await deploymentJudges({ dormantDays: 30, archetypes: { boss: "admin" } });
    now = T + HOUR;
    await deploymentJudges({ dormantDays: 30, archetypes: { boss: "admin" } });
    const shown = (await cli()(["settings", "--json"])).json();
    const written = { source: "deployment", writtenAt: new Date(T).toISOString(), by: "auditor-detect" };
    expect(shown).toEqual({
      dormantDays: { value: 30, ...written },
      archetypes: { value: { boss: "admin" }, ...written },
      falseFindingsPerWeek: { value: 1, ...written },
      detectorOptions: { value: {}, ...written },
      auditor: { value: null, ...written },
      ...Object.fromEntries(
        Object.entries({ keepDays: KEEP_DAYS, ...defaultRetention }).map(([name, value]) => [
          name,
          { value, source: "default" },
        ]),
      ),
    });
    await deploymentJudges({ dormantDays: 45 });
    expect((await cli()(["settings", "--json"])).json()).toMatchObject({
      dormantDays: { value: 45, writtenAt: new Date(T + HOUR).toISOString() },
      archetypes: { value: {} },
    });
    const { out } = await cli()("settings");
    expect(out).toContain("dormantDays           45\n");
    expect(out).toContain("(store: written by auditor-detect at 2026-04-01 01:00 UTC)");
  });

  it("win over the configuration file, which is for stores that hold none", async () => {
    writeFileSync(join(cwd, "dsql-audit.config.json"), JSON.stringify({ settings: { dormantDays: 60 } }));
    expect((await cli()(["settings", "--json"])).json()).toMatchObject({
      dormantDays: { value: 60, source: "config file" },
      archetypes: { value: {}, source: "default" },
    });
    await deploymentJudges({ dormantDays: 30 });
    expect((await cli()(["settings", "--json"])).json()).toMatchObject({
      dormantDays: { value: 30, source: "deployment" },
    });
  });

  it("are what detect judges by: others are refused, and --dry-run stores nothing", async () => {
    const gap = { settleMs: 0, dormantDays: 30 };
    await deploymentJudges(gap);
    const stored = () => withStore((store) => store.findings.list(cluster));
    const before = await stored();
    now = T + HOUR;
    const refused = await cli({ DORMANT_DAYS: "90" })("detect");
    expect(refused.code).toBe(64);
    expect(refused.err).toContain("DORMANT_DAYS");
    expect(refused.err).toContain("dsql-audit settings");
    expect(await stored()).toEqual(before);
    const dry = await cli({ DORMANT_DAYS: "90" })("detect --dry-run");
    expect(dry.code).toBe(0);
    expect(dry.err).toContain("Nothing was stored");
    expect(await stored()).toEqual(before);
    expect((await withStore((store) => store.findings.lastLook(cluster)))?.at).toBe(T);
    for (const env of [{}, { DORMANT_DAYS: "30" }]) expect((await cli(env)("detect")).code).toBe(0);
    expect((await withStore((store) => store.findings.lastLook(cluster)))?.at).toBe(T + HOUR);
  });
});
