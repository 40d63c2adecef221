// The whole loop, shortened to 30 days: what was planted is what people are told, once, at the right time.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import PostalMime, { type Email } from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectOptions, settingsToWriteWith } from "../../../cli/findings/judge-settings.ts";
import { parseHead } from "../../../cli/history/history-verify.ts";
import { demoDocument } from "../../../cli/run/demo-summary.ts";
import { Principal } from "../../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, iso, MINUTE } from "../../../lib/core/base/time.ts";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import { shortId } from "../../../lib/core/findings/finding-id.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { detectCluster } from "../../../lib/jobs/judge-cluster.ts";
import { declaredAccessAt, driftFrom } from "../../../lib/queries/baseline-drift.ts";
import { createActivityStore } from "../../../lib/store/activity/activity.ts";
import { createFindingStore } from "../../../lib/store/findings/findings.ts";
import { tableHistory } from "../../../lib/store/history/export.ts";
import { createSnapshotStore, requireAsOf } from "../../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../../lib/store/history/verify-history.ts";
import { openStore } from "../../../lib/store/open-store.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { simulatedClock } from "../../../local/clock.ts";
import { ACCOUNT, CLUSTER_ID, estateSql, principals, REGION, ROOT } from "../../../local/demo/estate.ts";
import { type DemoResult, runDemo } from "../../../local/demo/run.ts";
import { demoCredentials, signIn } from "../../../local/demo/sign-in.ts";
import { iamEventOf, story as wholeStory } from "../../../local/demo/story.ts";
import { startStandIn } from "../../../local/dsql/stand-in.ts";
import { type Stack, startStack } from "../../../local/stack.ts";
import { convertStore } from "../../../local/store/convert-store.ts";
import { cliIn } from "../../support/cli.ts";
import { commandsIn, shellWordsOf, statementsIn } from "../../support/mail-text.ts";

const story = wholeStory(0.25);
const changed = (sql: string): number => story.changes.find((change) => change.sql === sql)?.at ?? Number.NaN;
/** The bad grant, and its end. */
const GRANTED = changed("GRANT DELETE ON public.orders TO api_readonly");
const REVOKED = changed("REVOKE DELETE ON public.orders FROM api_readonly");
const REVOKE_CONTRACTOR = `AWS IAM REVOKE ${principals.contractor.role} FROM '${principals.contractor.arn}'`;
/** In the evening: the last hours of the story lie on the day that it ends in. */
const NOW = Date.UTC(2026, 9, 14, 18, 3);
const folder = mkdtempSync(join(tmpdir(), "demo-"));
let result: DemoResult;
let stack: Stack;
let table: Table;
let emails: (Email & { sentAt: number })[];

beforeAll(async () => {
  result = await runDemo({ folder, now: () => NOW, story });
  // The stack once more, over the store that the demonstration left.
  stack = await startStack({
    folder,
    clock: simulatedClock(NOW),
    random: Math.random,
    account: ACCOUNT,
    region: REGION,
    clusters: [],
    credentials: { accessKeyId: "local", secretAccessKey: "local", sessionToken: "local" },
    auditor: Principal.parse(principals.auditor.arn),
  });
  table = stack.table;
  const outbox = join(folder, "outbox");
  emails = await Promise.all(
    readdirSync(outbox)
      .sort()
      .map(async (file) => {
        const email = await PostalMime.parse(readFileSync(join(outbox, file)));
        return { ...email, sentAt: Date.parse(email.date ?? "") };
      }),
  );
}, 900_000);
afterAll(async () => {
  await stack?.stop().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const about = (text: RegExp) => emails.filter(({ subject }) => text.test(subject ?? ""));
/** Summaries that name it as new. */
const newInSummaries = (text: RegExp) =>
  about(/^\[(?:DAILY|WEEKLY)\]/).filter((mail) =>
    text.test(/\nNEW\n([\s\S]*?)\n\n/.exec(mail.text ?? "")?.[1] ?? ""),
  );
const at = (offset: number): number => result.midnight + offset;

describe("the whole loop", () => {
  it("ends with nothing failed and nothing left in a dead-letter queue", () => {
    expect(result.failures).toBe(0);
    expect(result.snapshots).toBeGreaterThan(2 * story.days);
  });

  it("counts each connection once, by whichever ways and however often it came", async () => {
    const hours = await createActivityStore(table).hours(result.cluster, {
      from: at(0),
      to: at((story.days + 2) * DAY),
    });
    const counted = hours.flatMap(({ tallies }) => tallies).reduce((sum, { count }) => sum + count, 0);
    expect(result.lost).toBeGreaterThan(100);
    expect(counted).toBe(result.connections - result.lost);
  });

  it("tells of the bad grant once, within the hour, and once of its end", () => {
    const mails = about(/api_readonly: Role that can do/);
    expect(mails).toHaveLength(2);
    const [opened, resolved] = mails;
    expect(opened?.subject).toMatch(/^\[HIGH\]/);
    expect(opened?.sentAt).toBeGreaterThan(at(GRANTED));
    expect(opened?.sentAt).toBeLessThan(at(GRANTED) + 70 * MINUTE);
    expect(opened?.text).toContain("api_readonly can DELETE from public.orders");
    expect(opened?.text).toContain("REVOKE DELETE ON public.orders FROM api_readonly");
    expect(opened?.text).toMatch(
      /It began\s+between\s[\s\S]*?\sand\s[\s\S]*?,\s+the\s+times\s+of\s+the\s+snapshots\s+before\s+and\s+after/,
    );
    // The same reference, and the same words as far as there is room.
    expect(resolved?.subject).toMatch(/^\[RESOLVED\] api_readonly: Role that can do/);
    expect(resolved?.subject?.split(" ").at(-1)).toBe(opened?.subject?.split(" ").at(-1));
    expect(resolved?.sentAt).toBeGreaterThan(at(REVOKED));
    expect(resolved?.sentAt).toBeLessThan(at(REVOKED) + 70 * MINUTE);
  });

  it("calls the contractor dormant once, in the summary after the window since the last use is full", () => {
    const mails = newInSummaries(/ContractorNils as\s+contractor_nils, last\s+used/);
    const due = at(story.contractorLastUsed + story.dormantDays * DAY);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.sentAt).toBeGreaterThan(due);
    expect(mails[0]?.sentAt).toBeLessThan(due + 2 * DAY);
  });

  it("calls nobody dormant who fell asleep before the outage until the outage has left the window", () => {
    const mails = newInSummaries(/AnalyticsNotebook as\s+analytics_user, last\s+used/);
    const wouldBe = at(story.analyticsLastUsed + story.dormantDays * DAY);
    const known = at(story.outage.to + story.dormantDays * DAY);
    expect(wouldBe).toBeLessThan(known);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.sentAt).toBeGreaterThanOrEqual(known);
    expect(mails[0]?.sentAt).toBeLessThan(known + 2 * DAY);
  });

  it("tells of the outage in two mails of one incident: when it is known to be one, and when all of it is over", () => {
    const mails = about(/CloudTrail capture outage/);
    expect(mails.map(({ subject }) => subject?.split(" ", 1)[0])).toEqual(["[HIGH]", "[ENDED]"]);
    expect(new Set(mails.map(({ subject }) => subject?.split(" ").at(-1))).size).toBe(1);
    const [opened, ended] = mails;
    expect(opened?.sentAt).toBeGreaterThan(at(story.outage.from));
    expect(opened?.sentAt).toBeLessThan(at(story.outage.from) + 2 * DAY);
    expect(opened?.text).toMatch(/canary logins? not seen/i);
    expect(ended?.sentAt).toBeGreaterThan(at(story.outage.to));
    expect(ended?.sentAt).toBeLessThan(at(story.outage.to) + 2 * DAY);
    expect(ended?.text).toMatch(/Capture is proven again from [\s\S]*The hours\s+before stay\s+unproven/);
  });

  it("tells of the new network, with the right principal, what it can reach and how to cut it off", () => {
    const [mail, end, ...more] = about(/UserService: Connection from a new network/);
    expect(more).toEqual([]);
    expect(mail?.text).toContain(principals.userService.arn);
    expect(mail?.text).toContain("203.0.113.0/24");
    // Exactly from where, by which session, in which record.
    expect(mail?.text).toMatch(/\nAddresses: 203\.0\.113\.77\nSession names: user-service-7c1\nCloudTrail/);
    expect(mail?.text).toMatch(/WHAT IT CAN REACH\n- user_service: /);
    expect(mail?.text).toMatch(/TO CUT (?:IT|THEM) OFF[\s\S]*AWS IAM REVOKE user_service FROM/);
    expect(mail?.sentAt).toBeLessThan(
      at(
        story.attacks.find(({ detector, who }) => detector === "new-network" && who === "userService")?.at ??
          0,
      ) +
        70 * MINUTE,
    );
    expect(end?.subject).toMatch(/^\[ENDED\]/);
  });

  it("tells of one who tries the keys of three services, and gets in with one of them, in one incident", () => {
    const mails = about(/network 198\.18\.7\.0\/24: Refusals on many/);
    expect(mails.map(({ subject }) => subject?.split(" ", 1)[0])).toEqual(["[HIGH]", "[ENDED]"]);
    expect(mails[0]?.text).toMatch(
      /ALSO IN THIS INCIDENT\n- \w+ CatalogApi connected\s+from\s+198\.18\.7\.0/,
    );
    expect(mails[0]?.text).toMatch(/TO CUT (?:IT|THEM) OFF[\s\S]*AWS IAM REVOKE api_readonly FROM/);
  });

  it.each(story.attacks)("finds $detector: $what, within the hour", async ({ detector, at: began }) => {
    const opened = openStore(table, { now: () => NOW });
    const { told } = await demoDocument(opened, result, folder, 1);
    const found = told.find((one) => one.detector === detector && one.at === iso(at(began)));
    expect(found).toMatchObject({ foundAs: detector, status: "ended" });
    expect(Date.parse(found?.detectedAt ?? "")).toBeLessThan(at(began) + 70 * MINUTE);
    // What is worth a mail was told by one that names it.
    const { text = "" } = emails[Number(found?.mail) - 1] ?? {};
    if (found?.severity !== "low") expect(text).toContain(found?.finding?.split("-").at(-1)?.slice(0, 8));
  });

  it("declares the access that there is, and finds the one grant that leaves it, as one row", async () => {
    const text = readFileSync(join(folder, "access.yml"), "utf8");
    const baseline = parseBaseline(text, "access.yml");
    const snapshots = createSnapshotStore(table, { now: () => NOW });
    const driftAt = async (moment: number) => {
      const { catalog } = await requireAsOf(snapshots, result.cluster, moment);
      return driftFrom(baseline, catalog, moment).rows.map(({ says }) => says);
    };
    const granted = at(changed("GRANT UPDATE ON public.products TO support_readonly"));
    const { published } =
      (await declaredAccessAt(openStore(table, { now: () => NOW }), result.cluster, undefined, NOW)) ?? {};
    expect(published?.baseline).toEqual(baseline);
    expect(published?.at).toBeLessThan(granted);
    expect(await driftAt(published?.at ?? 0)).toEqual([]);
    expect(await driftAt(granted - HOUR)).toEqual([]);
    expect(await driftAt(NOW)).toEqual(["support_readonly holds UPDATE on public.products"]);
    const findings = await createFindingStore(table).list(result.cluster);
    expect(findings.filter(({ detector }) => detector === "baseline-drift")).toMatchObject([
      { status: "open", subject: { role: "support_readonly", object: "public.products" } },
    ]);
  });

  it("begins with one mail, then sends one for what is high, one when that is over, and beside these summaries", async () => {
    const others = emails.filter(({ subject }) => !/^\[(?:DAILY|WEEKLY)\]/.test(subject ?? ""));
    // Of an incident one when it begins and one when it is over, whatever it is about.
    const incidents = Map.groupBy(others.slice(1), ({ subject }) => subject?.split(" ").at(-1));
    const texts = [...incidents.values()].map(([first]) => first?.text ?? "");
    const high = (await createFindingStore(table).list(result.cluster)).filter(
      ({ severity }) => severity === "high" || severity === "critical",
    );
    expect(high.length).toBeGreaterThanOrEqual(6);
    for (const { id, title } of high)
      expect(texts.filter((text) => text.includes(shortId(id))).length, title).toBe(1);
    for (const text of texts)
      expect(high.filter(({ id }) => text.includes(shortId(id))).length, text).toBeGreaterThan(0);
    for (const [reference, mails] of incidents) expect(mails.length, reference).toBeLessThanOrEqual(2);
    expect(others[0]?.subject).toMatch(/What we found first|Access is audited from now on/);
    const weekly = about(/^\[WEEKLY\]/);
    expect(weekly.length).toBeGreaterThanOrEqual(Math.floor(story.days / 7));
    expect(weekly.every(({ text }) => /CAPTURE PROVEN/.test(text ?? ""))).toBe(true);
  });

  it("writes every line in 79 columns, but for single words that are longer", () => {
    for (const { text, subject } of emails) {
      expect(subject).toMatch(/^[ -~]{1,99}$/);
      for (const line of (text ?? "").split("\n"))
        if (line.length > 79)
          expect(line.trim().split(/ (?![^']*'(?:[^']*'[^']*')*[^']*$)/).length, line).toBeLessThan(3);
    }
  });

  it("shows access before and after the grant that differs by exactly that grant", async () => {
    const snapshots = createSnapshotStore(table, { now: () => NOW });
    const granted = at(GRANTED);
    const before = await requireAsOf(snapshots, result.cluster, granted - HOUR);
    const after = await requireAsOf(snapshots, result.cluster, granted + HOUR);
    const changes = diffCatalogs(before.catalog, after.catalog);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ kind: "grant" });
    expect(JSON.stringify(changes[0])).toMatch(/api_readonly.*/);
    expect(after.manifest.takenAt - before.manifest.takenAt).toBeLessThanOrEqual(2 * HOUR);
  });

  it("answers over HTTP as the store does: before the grant, after it, and in the role's timeline", async () => {
    const snapshots = createSnapshotStore(table, { now: () => NOW });
    const [granted, revoked] = [at(GRANTED), at(REVOKED)];
    const holders: string[][] = [];
    for (const moment of [(granted ?? 0) - HOUR, (granted ?? 0) + HOUR]) {
      const asked = { cluster: result.cluster, at: iso(moment) };
      const { manifest, hash, catalog } = await requireAsOf(snapshots, result.cluster, moment);
      const { relations } = catalog.sections;
      expect(await stack.query("/snapshots/as-of", { ...asked, section: "relations" })).toMatchObject({
        status: 200,
        body: {
          snapshot: { seq: manifest.seq, takenAt: iso(manifest.takenAt), manifestHash: hash },
          items: relations.status === "read" && relations.rows.map((row) => ({ row })),
        },
      });
      const holding = { ...asked, privilege: "DELETE", object: "public.orders" };
      const { body } = await stack.query("/who-can", holding);
      holders.push((body as { items: { role: string }[] }).items.map(({ role }) => role));
    }
    expect(holders[0]).not.toContain("api_readonly");
    expect(holders[1]).toEqual([...(holders[0] ?? []), "api_readonly"].sort());

    const head = (await snapshots.asOf(result.cluster, NOW))?.catalog.sections.roles;
    const oid = head?.status === "read" ? head.rows.find(({ name }) => name === "api_readonly")?.oid : 0;
    const timeline = await snapshots.roleTimeline(result.cluster, oid ?? 0);
    const { status, body } = await stack.query("/history/timeline", { role: "api_readonly" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: timeline.map(({ from, to, toSeq, change }) => ({
        after: { takenAt: iso(from) },
        before: { seq: toSeq, takenAt: iso(to) },
        change: { kind: change.kind },
      })),
    });
    const planted = timeline.slice(-2);
    expect(planted.map(({ change }) => change.kind)).toEqual(["grant", "grant"]);
    for (const [n, moment] of [granted ?? 0, revoked ?? 0].entries()) {
      expect(planted[n]?.from).toBeLessThan(moment);
      expect(planted[n]?.to).toBeGreaterThan(moment);
    }
  });

  it("ends each mail with a head that the history still holds", async () => {
    const expectedHeads = emails.map(({ text }) => parseHead(/ --head (\S+)/.exec(text ?? "")?.[1] ?? ""));
    expect(new Set(expectedHeads.map(({ seq }) => seq)).size).toBeGreaterThan(3);
    const report = await verifyHistory(await tableHistory(table, result.cluster), { expectedHeads });
    expect(report.faults).toEqual([]);
  });

  it("sees its own last login come back, and what real clients did", async () => {
    const today = await createActivityStore(table).hours(result.cluster, {
      from: at(story.days * DAY),
      to: NOW + DAY,
    });
    const tallies = today.flatMap((hour) => hour.tallies);
    expect(tallies.some(({ principal }) => principal === principals.auditor.arn)).toBe(true);
    expect(tallies).toContainEqual(
      expect.objectContaining({ principal: principals.analytics.arn, outcome: "refused", count: 1 }),
    );
    expect(result.live.at(-1)).toMatch(/refused: .*access denied/);
  });

  it("is judged alike by the command line: nothing is resolved, and nothing opened again", async () => {
    const before = await createFindingStore(table).list(result.cluster);
    const later = NOW + HOUR;
    const store = openStore(table, { now: () => later });
    const settings = await settingsToWriteWith({ env: {}, cwd: folder }, store);
    expect(settings.from.dormantDays).toMatchObject({ value: story.dormantDays, source: "deployment" });
    await detectCluster(store, result.cluster, later, detectOptions(settings));
    const after = await createFindingStore(table).list(result.cluster);
    const lives = (findings: typeof before) =>
      findings.map(({ id, status, reopened, detectedAt }) => ({ id, status, reopened, detectedAt }));
    expect(lives(after)).toEqual(lives(before));
  });

  it("prints a document as its published schema says", async () => {
    const opened = openStore(table, { now: () => NOW });
    const document = await demoDocument(opened, result, folder, 1);
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
    formats.default(ajv);
    const schema = join(import.meta.dirname, "../../../docs/schema/demo.schema.json");
    const isValid = ajv.compile(JSON.parse(readFileSync(schema, "utf8")) as object);
    expect(isValid(JSON.parse(JSON.stringify(document))), JSON.stringify(isValid.errors)).toBe(true);
    expect(document.told.every(({ finding }) => finding !== null)).toBe(true);
  });

  it("finds what is planted in IAM and nothing else of it, and has looked at all of it", async () => {
    const findings = await createFindingStore(table).list(result.cluster);
    const ofIam =
      /^(?:orphan-mapping|rebound-role|\w+-without-\w+|long-lived-key|public-cluster|policy-misses-admin|undeclared-admin)$/;
    const found = findings
      .filter(({ detector }) => ofIam.test(detector))
      .map(({ detector, subject, status, detectedAt }) => ({
        what: `${detector} ${subject.principal?.split("/").at(-1) ?? "cluster"} ${status}`,
        detectedAt,
      }));
    const planted = [
      ["orphan-mapping WarehouseSync open", iamEventOf(story, "warehouse", "deleted")],
      ["permission-without-mapping ContractorNils open", changed(REVOKE_CONTRACTOR)],
      ["rebound-role InventoryLoader open", iamEventOf(story, "inventory", "remade")],
      ["policy-misses-admin cluster open", iamEventOf(story, "staging", "cluster-policy")],
      ["public-cluster cluster open", -1],
      ["undeclared-admin BillingWorker open", iamEventOf(story, "staging", "all-actions")],
      // The access that was declared names nobody who is admin.
      ["undeclared-admin DatabaseAdmin open", floorTo(DAY, story.baselineAt ?? 0) - 1],
    ] as const;
    const key = ["long-lived-key NightCron open", story.keyMadeAt + 90 * DAY] as const;
    expect(found.map(({ what }) => what).sort()).toEqual([key[0], ...planted.map(([what]) => what)].sort());
    for (const [what, began = Number.NaN] of planted) {
      const detectedAt = found.find((one) => one.what === what)?.detectedAt;
      expect(detectedAt, what).toBeGreaterThan(at(began));
      expect(detectedAt, what).toBeLessThan(at(began) + 70 * MINUTE);
    }
    // Nothing happens on the day on which the key is too old: it is found by the scan of that day, or of the next.
    const aged = found.find(({ what }) => what === key[0])?.detectedAt;
    expect(aged).toBeGreaterThan(at(key[1]));
    expect(aged).toBeLessThan(at(key[1]) + 2 * DAY);
    const snapshots = createSnapshotStore(table, { now: () => NOW });
    const { iam } = (await requireAsOf(snapshots, result.cluster, NOW)).catalog;
    const unread = Object.entries(iam?.parts ?? {}).filter(([, { status }]) => status !== "read");
    expect(iam).toBeDefined();
    expect(unread).toEqual([]);
  });

  it("draws the contractor's chain over both walls, and says what is missing", async () => {
    const { body } = await stack.query("/explain", {
      who: principals.contractor.arn,
      privilege: "SELECT",
      object: "users_schema.users",
    });
    const answer = body as { links: { step: string; state: string }[] };
    expect(answer).toMatchObject({
      verdict: "no",
      role: null,
      firstBroken: "mapping",
      away: "one AWS IAM GRANT away",
      completes: [expect.stringMatching(/^AWS IAM GRANT \w+ TO '/)],
      next: null,
    });
    expect(answer.links.map(({ step, state }) => `${step} ${state}`)).toEqual([
      "identity ok",
      "iam ok",
      "cluster-policy ok",
      "mapping broken",
      "role ok",
      "schema ok",
      "privilege ok",
    ]);
  });

  it("names the administrators that IAM lets in, the one of staging among them", async () => {
    const { body } = await stack.query("/who-can", { privilege: "DELETE", object: "public.orders" });
    const { items } = body as { items: { role: string; principals: { arn: string; wall: string }[] }[] };
    const admins = items.find(({ role }) => role === "admin");
    expect(admins).toMatchObject({ morePrincipals: null });
    // The cluster policy that is to keep staging out denies DbConnect alone.
    const letIn = admins?.principals.filter(({ wall }) => wall === "allowed").map(({ arn }) => arn);
    expect(letIn).toEqual([principals.admin.arn, principals.staging.arn, ROOT]);
    expect(items.find(({ role }) => role === "api_readwrite")?.principals).toMatchObject([
      { arn: principals.ordersApi.arn, wall: "allowed", identity: "exists" },
    ]);
  });

  it("keeps every finding of the story with its evidence", async () => {
    const findings = await createFindingStore(table).list(result.cluster);
    const grant = findings.find(({ detector }) => detector === "privilege-exceeds-archetype");
    expect(grant).toMatchObject({ status: "resolved", subject: { role: "api_readonly" } });
    expect(iso(grant?.closedAt ?? 0) > iso(grant?.detectedAt ?? 0)).toBe(true);
  });
});

describe("what the mails say to run", () => {
  const texts = () => emails.map(({ text }) => text ?? "");

  it("runs as pasted, on the store that they name", async () => {
    await stack.stop();
    const io = { sleep: async () => {}, random: () => 0 };
    await convertStore(join(folder, "store"), join(folder, "store.db"), io);
    const commands = [...new Set(texts().flatMap(commandsIn))];
    const words = shellWordsOf(commands);
    expect(words).toHaveLength(commands.length);
    const kinds = new Set(words.map(([, command]) => command));
    expect([...kinds].sort()).toEqual(["ack", "exempt", "finding", "findings", "history", "incident"]);
    const cli = cliIn(
      () => folder,
      () => NOW,
    );
    for (const [program, ...args] of words) {
      expect(program).toBe("dsql-audit");
      const { code, err } = await cli(args);
      expect(code, `${args.join(" ")}: ${err}`).toBe(0);
    }
  }, 120_000);

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
