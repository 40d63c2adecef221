// A cluster that is gone: its findings are closed, people are told once, its past stays, and it may come back.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import type { CapturePorts } from "../../lib/jobs/check-capture.ts";
import { noteDeletion, restoreCluster, retireCluster } from "../../lib/jobs/cluster-life.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { sendNotices } from "../../lib/jobs/send-notices.ts";
import { isAnythingDue, isToldGone } from "../../lib/jobs/standing.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import { renderReport } from "../../lib/report/render-report.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster, estate, role } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { findingOf, READER } from "../support/query-world.ts";
import { sharedSns } from "../support/shared-sns.ts";
import { sqliteTables } from "../support/table.ts";

/** A Tuesday. */
const T = Date.UTC(2026, 2, 3, 9);
const MONDAY = Date.UTC(2026, 2, 9, 7, 5);
const ANA = { by: "arn:aws:sts::111122223333:assumed-role/OnCall/ana", via: "api", at: T } as const;
const topicArn = "arn:aws:sns:us-east-1:111122223333:alerts";
const mail = sharedSns({ now: () => T, topics: [topicArn] });
const { outbox } = mail;
const sqlite = sqliteTables();
let store: Store;

afterAll(() => sqlite.stop());

/** A cluster that people know of, whose snapshots stopped ten hours ago. */
beforeEach(async () => {
  for (const file of readdirSync(outbox)) rmSync(join(outbox, file));
  store = openStore(await sqlite.fresh(), { now: () => T });
  await store.clusters.register(cluster);
  const roles = [role(10, "admin"), role(100, "app_readonly")];
  await store.snapshots.save(cluster, estate({ roles }), T - 10 * HOUR);
  await store.notices.note(cluster, { firstAt: T - 30 * DAY, dailyAt: T, weeklyAt: T - DAY });
  await detectCluster(store, cluster, T - HOUR);
});

const statusOf = (all: readonly Finding[], detector: string) =>
  all.find((one) => one.detector === detector)?.status;
const list = () => store.findings.list(cluster);
const mails = async (now: number): Promise<{ subject: string; text: string }[]> => {
  for (const file of readdirSync(outbox)) rmSync(join(outbox, file));
  if (!(await isAnythingDue(store, cluster, await list(), now))) return [];
  await sendNotices({ store, sns: mail.sns, topicArn }, cluster, now);
  return Promise.all(
    readdirSync(outbox)
      .filter((name) => name.endsWith(".eml"))
      .map(async (name) => {
        const { subject = "", text = "" } = await PostalMime.parse(readFileSync(join(outbox, name)));
        return { subject, text: text.replace(/\s+/g, " ") };
      }),
  );
};
const told = {
  noticedAt: T - 2 * HOUR,
  noticedSeverity: "high",
  toldAt: T - 2 * HOUR,
  toldIn: "notice",
} as const;

describe("a cluster that is gone", () => {
  it("is judged no more: what stood is resolved as gone and not as mended, what somebody accepted stays", async () => {
    expect(statusOf(await list(), "snapshot-overdue")).toBe("open");
    await store.findings.update(cluster, (all) => [
      ...all,
      findingOf("accepted", { detector: "shared-role", status: "exempt" }),
      findingOf("past", { detector: "capture-gap", category: "coverage", life: "stretch", status: "ended" }),
    ]);
    await noteDeletion(store, cluster, T, "arn:aws:iam::111122223333:role/Ops");
    for (const now of [T + HOUR, T + HOUR, T + 5 * HOUR]) {
      const { findings, looks, gone } = await detectCluster(store, cluster, now);
      expect(gone).toMatchObject({ at: T, reason: "deleted" });
      expect(looks).toEqual([]);
      expect(findings.find(({ detector }) => detector === "snapshot-overdue")).toMatchObject({
        status: "resolved",
        closedAt: T + HOUR,
        closedBecause: "The cluster is gone since 2026-03-03 09:00 UTC (deleted by Ops).",
        clusterGoneAt: T,
      });
      expect(findings.filter(({ status }) => status === "open" || status === "acknowledged")).toEqual([]);
      expect(findings.find(({ id }) => id === "accepted")?.status).toBe("exempt");
      expect(findings.find(({ id }) => id === "past")).toMatchObject({ status: "ended", closedAt: T + HOUR });
    }
  });

  it("is told in one notice for all incidents, once in the summary of the week, and never again", async () => {
    await store.findings.update(cluster, (all) => [
      ...all,
      findingOf("one", { detector: "shared-role", severity: "high", title: "First thing", ...told }),
      findingOf("two", { detector: "new-network", severity: "high", title: "Second thing", ...told }),
    ]);
    await retireCluster(store, cluster, ANA, "moved away");
    const [notice, ...more] = await mails(T + HOUR);
    expect(more).toEqual([]);
    expect(notice?.subject).toContain("[GONE]");
    expect(notice?.text).toContain("The cluster is gone since 2026-03-03 09:00 UTC.");
    expect(notice?.text).toContain("It was retired by ana: moved away.");
    expect(notice?.text).toContain("none of them was mended");
    expect(notice?.text).toMatch(/CLOSED WITH THE CLUSTER .*Second thing.*First thing/);
    expect(await mails(T + 2 * HOUR)).toEqual([]);
    expect(await mails(T + 2 * DAY)).toEqual([]);
    const [weekly, ...others] = await mails(MONDAY);
    expect(others).toEqual([]);
    expect(weekly?.subject).toContain("gone since 2026-03-03");
    expect(weekly?.text).toContain("This is its last summary.");
    for (const later of [MONDAY + DAY, MONDAY + 7 * DAY, MONDAY + 70 * DAY]) {
      await detectCluster(store, cluster, later);
      expect(await mails(later)).toEqual([]);
    }
  });

  it("is told again once somebody listens, where nobody did, and is looked after until then", async () => {
    const first = findingOf("one", {
      detector: "shared-role",
      severity: "high",
      title: "First thing",
      ...told,
    });
    await store.findings.update(cluster, (all) => [...all, first]);
    let confirmed = 0;
    const capture: CapturePorts = {
      trails: async () => expect.fail("a cluster that is gone has no trail to ask about"),
      events: async () => [],
      calls: async () => new Map(),
      listeners: async () => ({ confirmed, pending: 1 }),
    };
    await retireCluster(store, cluster, ANA, "moved away");
    const gone = (await store.clusters.entry(cluster))?.gone;
    const look = async (now: number) => {
      await detectCluster(store, cluster, now, { capture });
      const sent = await mails(now);
      return { sent, isDone: gone && (await isToldGone(store, cluster, gone)) };
    };
    const subjects = ({ sent }: Awaited<ReturnType<typeof look>>) => sent.map(({ subject }) => subject);
    expect(subjects(await look(T + HOUR))).toEqual([expect.stringContaining("[GONE]")]);
    const unheard = await look(MONDAY);
    expect(subjects(unheard)).toEqual([expect.stringContaining("gone since 2026-03-03")]);
    expect(unheard.isDone).toBe(false);
    confirmed = 1;
    const [again, ...more] = (await look(MONDAY + 2 * HOUR)).sent;
    expect(more).toEqual([]);
    expect(again?.subject).toContain("[GONE]");
    expect(again?.text).toContain("nobody got them");
    expect(again?.text).toMatch(/CLOSED WITH THE CLUSTER .*First thing/);
    expect(subjects(await look(MONDAY + 3 * HOUR))).toEqual([]);
    const last = await look(MONDAY + 7 * DAY);
    expect(subjects(last)).toEqual([expect.stringContaining("gone since 2026-03-03")]);
    expect(last.isDone).toBe(true);
    expect(subjects(await look(MONDAY + 14 * DAY))).toEqual([]);
  });

  it("lists what was closed with it, also where its deletion turns out to be earlier than was known", async () => {
    const lost = findingOf("one", {
      detector: "shared-role",
      severity: "high",
      title: "First thing",
      ...told,
    });
    await store.findings.update(cluster, (all) => [...all, lost]);
    await noteDeletion(store, cluster, T);
    await detectCluster(store, cluster, T + HOUR);
    await noteDeletion(store, cluster, T - HOUR / 2, "arn:aws:iam::111122223333:role/Ops");
    await mails(T + HOUR);
    const [weekly] = await mails(MONDAY);
    expect(weekly?.text).toContain("The cluster is gone since 2026-03-03 08:30 UTC.");
    expect(weekly?.text).toMatch(/CLOSED WITH THE CLUSTER .*First thing/);
  });

  it("hides nothing: what was urgent and not yet told is told with the end", async () => {
    await store.findings.update(cluster, (all) => [
      ...all,
      findingOf("theft", {
        ...{ category: "anomalous", life: "episode", severity: "critical", title: "A theft" },
      }),
    ]);
    await noteDeletion(store, cluster, T);
    await detectCluster(store, cluster, T + MINUTE);
    const [notice, ...more] = await mails(T + MINUTE);
    expect(more).toEqual([]);
    expect(notice?.text).toMatch(/NEVER TOLD BEFORE .*CRITICAL A theft/);
    expect(await mails(T + HOUR)).toEqual([]);
  });

  it("is judged again when a person restores it or it is read again, and each act is written down", async () => {
    await retireCluster(store, cluster, ANA, "moved away");
    await retireCluster(store, cluster, { ...ANA, by: "ben", at: T + 1 }, "again");
    await detectCluster(store, cluster, T + HOUR);
    await restoreCluster(store, cluster, { by: "ben@laptop", via: "command line", at: T + 2 * HOUR }, "back");
    const { findings, looks } = await detectCluster(store, cluster, T + 3 * HOUR);
    expect(looks.length).toBeGreaterThan(10);
    expect(statusOf(findings, "snapshot-overdue")).toBe("open");
    expect(await store.acts.list(cluster)).toEqual([
      { cluster, at: T, kind: "retire", by: ANA.by, via: "api", note: "moved away" },
      { cluster, at: T + 2 * HOUR, kind: "restore", by: "ben@laptop", via: "command line", note: "back" },
    ]);
    await noteDeletion(store, cluster, T + 4 * HOUR);
    expect((await detectCluster(store, cluster, T + 5 * HOUR)).gone).toMatchObject({ at: T + 4 * HOUR });
    await store.clusters.register(cluster, T + 6 * HOUR);
    expect((await detectCluster(store, cluster, T + 7 * HOUR)).gone).toBeUndefined();
  });

  it("was not gone where a snapshot was taken later, whichever is noted first", async () => {
    await noteDeletion(store, cluster, T - 11 * HOUR);
    expect((await store.clusters.entry(cluster))?.gone).toBeUndefined();
  });

  it("is judged again when it lets somebody in long after its deletion, and not for one that it refuses", async () => {
    await noteDeletion(store, cluster, T);
    const who = { cluster, principal: READER };
    await store.activity.count(
      [
        connection("r", T + HOUR, { ...who, outcome: "refused" }),
        connection("a", T + MINUTE, { ...who, outcome: "allowed" }),
      ],
      T + HOUR,
    );
    expect((await detectCluster(store, cluster, T + HOUR)).gone).toBeDefined();
    await store.activity.count([connection("b", T + 2 * HOUR, { ...who, outcome: "allowed" })], T + 2 * HOUR);
    expect((await detectCluster(store, cluster, T + 3 * HOUR, { dryRun: true })).gone).toBeDefined();
    expect((await detectCluster(store, cluster, T + 3 * HOUR)).gone).toBeUndefined();
    expect((await store.clusters.entry(cluster))?.gone).toBeUndefined();
  });

  it("shows in the report since when it is gone, and not in the report of a time before", async () => {
    await retireCluster(store, cluster, ANA, "moved <away>");
    const report = async (at: number) => renderReport(await loadReportData(store, cluster, at));
    const now = await report(T + DAY);
    expect(now).toContain("Gone since");
    expect(now).toContain("retired by ana: moved &lt;away&gt;");
    const before = await report(T - 30 * MINUTE);
    expect(before).not.toContain("Gone since");
    expect(before).toContain("app_readonly");
    expect(before).toContain("Snapshot overdue");
  });
});
