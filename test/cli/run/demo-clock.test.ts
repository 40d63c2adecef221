// The demonstration at any time of day: what nobody planted is not found, whenever it is started.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Principal } from "../../../lib/core/base/ids.ts";
import { HOUR, iso, MINUTE } from "../../../lib/core/base/time.ts";
import { simulatedClock } from "../../../local/clock.ts";
import { ACCOUNT, principals, REGION } from "../../../local/demo/estate.ts";
import { runDemo } from "../../../local/demo/run.ts";
import type { Story } from "../../../local/demo/story.ts";
import { startStack } from "../../../local/stack.ts";

/** A day in which nothing happens but the habits of services and jobs. */
const quiet: Story = {
  days: 1,
  changes: [],
  iam: [],
  keyMadeAt: 0,
  outage: { from: 0, to: 0 },
  contractorLastUsed: 0,
  analyticsLastUsed: 0,
  attacks: [],
  baselineAt: undefined,
  dormantDays: 30,
};

// Just after a midnight, in the afternoon, after the last login of the day before, and just before midnight.
it.each(["00:10", "15:30", "23:59"])(
  "has no finding about capture, and proves every settled hour, when it is started at %s",
  async (time) => {
    const now = Date.parse(`2026-10-14T${time}:00Z`);
    const folder = mkdtempSync(join(tmpdir(), "demo-clock-"));
    try {
      const { cluster, midnight, emails, failures } = await runDemo({ folder, now: () => now, story: quiet });
      expect(failures).toBe(0);
      // The first mail and summaries come also when all is well.
      expect(emails.filter((file) => !/found-first|is-audited|-daily-|-weekly-/.test(file))).toEqual([]);
      const stack = await startStack({
        folder,
        clock: simulatedClock(now),
        random: () => 0,
        account: ACCOUNT,
        region: REGION,
        clusters: [],
        credentials: { accessKeyId: "local", secretAccessKey: "local", sessionToken: "local" },
        auditor: Principal.parse(principals.auditor.arn),
      });
      try {
        const findings = await stack.store.findings.list(cluster);
        expect(findings.filter(({ category }) => category === "coverage")).toEqual([]);
        // Nothing lies in the future of whoever looks now.
        const look = await stack.store.findings.lastLook(cluster);
        expect(look?.at).toBeLessThanOrEqual(now);
        expect(look?.at).toBeGreaterThan(now - 20 * MINUTE);
        const settled = { from: midnight + HOUR, to: now - 3 * HOUR };
        const [proven, ...more] = await stack.store.activity.coverage(cluster, settled);
        expect(more).toEqual([]);
        expect(iso(proven?.from ?? 0)).toBe(iso(settled.from));
        expect(proven?.to).toBeGreaterThanOrEqual(settled.to);
      } finally {
        await stack.stop();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
