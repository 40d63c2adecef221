// The whole loop, shortened to 30 days: what was planted is what people are told, once, at the right time.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { detectOptions, settingsToWriteWith } from "../../../cli/findings/judge-settings.ts";
import { demoDocument } from "../../../cli/run/demo-summary.ts";
import { DAY, HOUR, iso, MINUTE } from "../../../lib/core/base/time.ts";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import { detectCluster } from "../../../lib/jobs/judge-cluster.ts";
import { declaredAccessAt, driftFrom } from "../../../lib/queries/baseline-drift.ts";
import { createActivityStore } from "../../../lib/store/activity/activity.ts";
import { createFindingStore } from "../../../lib/store/findings/findings.ts";
import { createSnapshotStore, requireAsOf } from "../../../lib/store/history/snapshots.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import { startS3 } from "../../../local/aws/s3.ts";
import { ACCOUNT, CLUSTER_ID, estateSql, REGION } from "../../../local/demo/estate.ts";
import { demoCredentials, signIn } from "../../../local/demo/sign-in.ts";
import { startStandIn } from "../../../local/dsql/stand-in.ts";
import { TRAIL_BUCKET } from "../../../local/stack.ts";
import { convertStore } from "../../../local/store/convert-store.ts";
import { cliIn } from "../../support/cli.ts";
import {
  commandsIn,
  mailCommands,
  namedCommands,
  shellWordsOf,
  statementsIn,
} from "../../support/mail-text.ts";
import { historyTests } from "./demo-history.ts";
import { iamTests } from "./demo-iam.ts";
import { mailTests } from "./demo-mails.ts";
import { changed, demoRun, NOW, story } from "./demo-run.ts";

const demo = demoRun();

describe("the whole loop", () => {
  it("ends with nothing failed and nothing left in a dead-letter queue", () => {
    expect(demo.result.failures).toBe(0);
    expect(demo.result.snapshots).toBeGreaterThan(2 * story.days);
  });

  it("counts each connection once, by whichever ways and however often it came", async () => {
    const hours = await createActivityStore(demo.table).hours(demo.result.cluster, {
      from: demo.at(0),
      to: demo.at((story.days + 2) * DAY),
    });
    const counted = hours.flatMap(({ tallies }) => tallies).reduce((sum, { count }) => sum + count, 0);
    expect(demo.result.lost).toBeGreaterThan(100);
    expect(counted).toBe(demo.result.connections - demo.result.lost);
  });

  mailTests(demo);

  it.each(story.attacks)("finds $detector: $what, within the hour", async ({ detector, at: began }) => {
    const opened = openStore(demo.table, { now: () => NOW });
    const { told } = await demoDocument(opened, demo.result, demo.folder, 1);
    const found = told.find((one) => one.detector === detector && one.at === iso(demo.at(began)));
    expect(found).toMatchObject({ foundAs: detector, status: "ended" });
    expect(Date.parse(found?.detectedAt ?? "")).toBeLessThan(demo.at(began) + 70 * MINUTE);
    // What is worth a mail was told by one that names it.
    const { text = "" } = demo.emails[Number(found?.mail) - 1] ?? {};
    if (found?.severity !== "low") expect(text).toContain(found?.finding?.split("-").at(-1)?.slice(0, 8));
  });

  it("declares the access that there is, and finds the one grant that leaves it, as one row", async () => {
    const text = readFileSync(join(demo.folder, "access.yml"), "utf8");
    const baseline = parseBaseline(text, "access.yml");
    const snapshots = createSnapshotStore(demo.table, { now: () => NOW });
    const driftAt = async (moment: number) => {
      const { catalog } = await requireAsOf(snapshots, demo.result.cluster, moment);
      return driftFrom(baseline, catalog, moment).rows.map(({ says }) => says);
    };
    const granted = demo.at(changed("GRANT UPDATE ON public.products TO support_readonly"));
    const { published } =
      (await declaredAccessAt(
        openStore(demo.table, { now: () => NOW }),
        demo.result.cluster,
        undefined,
        NOW,
      )) ?? {};
    expect(published?.baseline).toEqual(baseline);
    expect(published?.at).toBeLessThan(granted);
    expect(await driftAt(published?.at ?? 0)).toEqual([]);
    expect(await driftAt(granted - HOUR)).toEqual([]);
    expect(await driftAt(NOW)).toEqual(["support_readonly holds UPDATE on public.products"]);
    const findings = await createFindingStore(demo.table).list(demo.result.cluster);
    expect(findings.filter(({ detector }) => detector === "baseline-drift")).toMatchObject([
      { status: "open", subject: { role: "support_readonly", object: "public.products" } },
    ]);
  });

  historyTests(demo);

  it("is judged alike by the command line: nothing is resolved, and nothing opened again", async () => {
    const before = await createFindingStore(demo.table).list(demo.result.cluster);
    const later = NOW + HOUR;
    const store = openStore(demo.table, { now: () => later });
    const settings = await settingsToWriteWith({ env: {}, cwd: demo.folder }, store);
    expect(settings.from.dormantDays).toMatchObject({ value: story.dormantDays, source: "deployment" });
    await detectCluster(store, demo.result.cluster, later, detectOptions(settings));
    const after = await createFindingStore(demo.table).list(demo.result.cluster);
    const lives = (findings: typeof before) =>
      findings.map(({ id, status, reopened, detectedAt }) => ({ id, status, reopened, detectedAt }));
    expect(lives(after)).toEqual(lives(before));
  });

  it("prints a document as its published schema says", async () => {
    const opened = openStore(demo.table, { now: () => NOW });
    const document = await demoDocument(opened, demo.result, demo.folder, 1);
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
    formats.default(ajv);
    const schema = join(import.meta.dirname, "../../../docs/schema/demo.schema.json");
    const isValid = ajv.compile(JSON.parse(readFileSync(schema, "utf8")) as object);
    expect(isValid(JSON.parse(JSON.stringify(document))), JSON.stringify(isValid.errors)).toBe(true);
    expect(document.told.every(({ finding }) => finding !== null)).toBe(true);
    // What a mail called it is read from the mail itself.
    const mailed = document.told.filter(({ mail }) => mail !== null);
    expect(mailed.length).toBeGreaterThan(20);
    expect(mailed.filter(({ mailedSeverity }) => mailedSeverity === null)).toEqual([]);
  });

  iamTests(demo);

  it("keeps every finding of the story with its evidence", async () => {
    const findings = await createFindingStore(demo.table).list(demo.result.cluster);
    const grant = findings.find(({ detector }) => detector === "privilege-exceeds-archetype");
    expect(grant).toMatchObject({ status: "resolved", subject: { role: "api_readonly" } });
    expect(iso(grant?.closedAt ?? 0) > iso(grant?.detectedAt ?? 0)).toBe(true);
  });
});

describe("what the mails say to run", () => {
  const texts = () => demo.emails.map(({ text }) => text ?? "");

  it("runs as pasted, on the store that they name", async () => {
    await demo.stack.stop();
    const io = { sleep: async () => {}, random: () => 0 };
    await convertStore(join(demo.folder, "store"), join(demo.folder, "store.db"), io);
    const commands = [...new Set(texts().flatMap(commandsIn))];
    const words = shellWordsOf(commands);
    expect(words).toHaveLength(commands.length);
    const kinds = new Set(words.map(([, command]) => command));
    expect([...kinds].sort()).toEqual([...mailCommands, ...namedCommands].sort());
    const cli = cliIn(
      () => demo.folder,
      () => NOW,
    );
    // The trail's bucket goes with the demonstration: it is there again, and empty.
    const s3 = await startS3({ now: () => NOW, buckets: [TRAIL_BUCKET] });
    onTestFinished(() => s3.stop());
    vi.stubEnv("AWS_ENDPOINT_URL_S3", s3.endpoint);
    vi.stubEnv("AWS_REGION", REGION);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    let planned = 0;
    for (const [program, ...args] of words) {
      expect(program).toBe("dsql-audit");
      const isPlan = args[0] === "plan";
      // What a server says of a plan is tried elsewhere: here each would start one.
      const { code, err } = await cli(isPlan ? [...args, "--no-proof"] : args);
      if (isPlan && code === 0) planned += 1;
      // A mail outlives the access it is about.
      if (isPlan && err.includes("not found in the newest snapshot any more")) continue;
      expect(code, `${args.join(" ")}: ${err}`).toBe(0);
    }
    expect(planned).toBeGreaterThan(0);
  }, 240_000);

  it("runs on the cluster: every SQL statement, in the order of the mails", async () => {
    const statements = [...new Set(texts().flatMap(statementsIn))];
    expect(statements.length).toBeGreaterThan(3);
    const standIn = await startStandIn({
      ...{ clusterId: CLUSTER_ID, region: REGION, accountId: ACCOUNT, credentials: demoCredentials() },
      ...{ now: () => NOW, onConnectAttempt: () => {} },
    });
    try {
      const admin = await signIn(standIn, { who: "admin" });
      // Everything that was ever given is there.
      const given = story.changes
        .map(({ sql }) => sql)
        .filter((sql) => /^(?:CREATE|GRANT|AWS IAM GRANT)/.test(sql));
      for (const sql of [...estateSql, ...given]) await admin.query(sql);
      for (const sql of statements) await expect(admin.query(sql), sql).resolves.toBeDefined();
      await admin.end();
    } finally {
      await standIn.stop();
    }
  }, 60_000);
});
