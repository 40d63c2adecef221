// A month of the demonstration's estate, evaluated every hour as a deployment does: how many mails people get of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finding, worstFirst } from "../../lib/core/findings/finding.ts";
import { shortId } from "../../lib/core/findings/finding-id.ts";
import { incidentOf } from "../../lib/core/incidents/threads.ts";
import { runDemo } from "../../local/demo/run.ts";
import { story } from "../../local/demo/story.ts";

const NOW = Date.UTC(2026, 9, 14, 18, 3);
const folder = mkdtempSync(join(tmpdir(), "month-"));
/** Evaluations, and what they found: one for each finding that goes on in each of them. */
let evaluations = 0;
let detections = 0;
let everHigh: ReadonlyMap<string, Finding> = new Map();
let mails: { readonly subject: string; readonly text: string }[] = [];

beforeAll(async () => {
  const high = new Map<string, Finding>();
  let lastLook = 0;
  await runDemo({
    ...{ folder, now: () => NOW, story: story(0.25), hourly: true },
    onStretch: async ({ store }) => {
      const [cluster] = await store.clusters.list();
      const look = cluster && (await store.findings.lastLook(cluster));
      if (!look || look.at <= lastLook) return;
      lastLook = look.at;
      evaluations++;
      for (const finding of await store.findings.list(cluster)) {
        // Whatever a complete evaluation no longer finds is resolved by it: what is open was found once more.
        if (finding.status === "open" || finding.status === "acknowledged") detections++;
        if (worstFirst(finding.severity, "high") <= 0) high.set(finding.id, finding);
      }
    },
  });
  everHigh = high;
  const outbox = join(folder, "outbox");
  mails = await Promise.all(
    readdirSync(outbox)
      .sort()
      .map(async (file) => {
        const { subject = "", text = "" } = await PostalMime.parse(readFileSync(join(outbox, file)));
        return { subject, text };
      }),
  );
}, 1_800_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isSummary = ({ subject }: { readonly subject: string }): boolean =>
  /^\[(?:DAILY|WEEKLY)\]/.test(subject);

describe("a month", () => {
  it("makes at most one mail of twenty detections, summaries included", () => {
    const summaries = mails.filter(isSummary).length;
    const weekly = mails.filter(({ subject }) => subject.startsWith("[WEEKLY]")).length;
    process.stdout.write(
      `${evaluations} evaluations found ${detections} times; ${mails.length} mails: ${mails.length - summaries} notices, ${summaries - weekly} daily and ${weekly} weekly summaries; ${(detections / mails.length).toFixed(1)} detections a mail, ${(detections / (mails.length - weekly)).toFixed(1)} without the weekly ones\n`,
    );
    expect(evaluations).toBeGreaterThan(600);
    expect(mails.length * 20).toBeLessThanOrEqual(detections);
  });

  it("misses nothing that was ever high: each is named in a mail of its own or of its incident", () => {
    expect(everHigh.size).toBeGreaterThan(5);
    const notices = mails.filter((mail) => !isSummary(mail));
    for (const finding of everHigh.values()) {
      const named = notices.filter(
        ({ subject, text }) => subject.endsWith(incidentOf(finding)) || text.includes(shortId(finding.id)),
      );
      expect(named.length, finding.title).toBeGreaterThan(0);
    }
  });

  it("makes at most two mails of the outage", () => {
    const outage = mails.filter(({ subject }) => subject.includes("CloudTrail capture outage"));
    expect(outage.length).toBeGreaterThan(0);
    expect(outage.length).toBeLessThanOrEqual(2);
    expect(new Set(outage.map(({ subject }) => subject.split(" ").at(-1))).size).toBe(1);
  });

  it("makes at most two mails of any other incident", () => {
    const byIncident = Map.groupBy(
      mails.filter(({ subject }) => / inc-[0-9a-f]{8}$/.test(subject)),
      ({ subject }) => subject.split(" ").at(-1),
    );
    for (const [reference, all] of byIncident)
      expect(
        all.length,
        `${reference}: ${all.map(({ subject }) => subject).join(" | ")}`,
      ).toBeLessThanOrEqual(2);
  });
});
