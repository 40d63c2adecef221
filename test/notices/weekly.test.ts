// The weekly summary: whatever is over since the week began stands in one of its lists.
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { type Week, weeklyNotice } from "../../lib/notices/weekly-text.ts";
import { cluster } from "../support/catalogs.ts";

const T = Date.UTC(2026, 9, 12, 0, 6);
const finding = (title: string, change: Partial<Finding>): Finding => ({
  ...{ id: `new-network-${title}`, detector: "new-network", category: "anomalous", life: "episode" },
  ...{
    cluster,
    severity: "high",
    status: "ended",
    reopened: 0,
    evidence: {},
    subject: { facet: title },
    title,
  },
  ...{ firstSeenAt: T - 5 * DAY, lastSeenAt: T - 5 * DAY, detectedAt: T - 5 * DAY, confirmedAt: T },
  noticedAt: T - 5 * DAY,
  ...change,
});
const weekly = (...findings: readonly Finding[]) => weeklyOf({}, ...findings);
const weeklyOf = (change: Partial<Week>, ...findings: readonly Finding[]) => {
  const week = { from: T - 7 * DAY, findings, coverage: null, leastUsed: null, quietDays: 60, ...change };
  const none = { fresh: [], risen: [], ended: [] };
  return weeklyNotice(cluster, { ...week, exemptionsEnding: [] }, none, T, []);
};
const listed = (body: string, heading: string): string[] =>
  body
    .split("\n\n")
    .find((text) => text.startsWith(`${heading}\n`))
    ?.split("\n")
    .filter((line) => line.startsWith("- "))
    .map((line) => line.split(" ")[2] ?? "") ?? [];

describe("the weekly summary", () => {
  const mail = weekly(
    finding("episode", {}),
    finding("old", { lastSeenAt: T - 9 * DAY, closedAt: T - HOUR }),
    finding("gap", { life: "stretch", endedAt: T - DAY, ends: "Capture is proven again." }),
    finding("past", { life: "stretch", endedAt: T - 80 * DAY, closedAt: T - HOUR }),
    finding("mended", { life: "state", status: "resolved", closedAt: T - DAY }),
    finding("with-cluster", { status: "resolved", closedAt: T - DAY, clusterGoneAt: T - DAY }),
    finding("unheard", { noticedAt: undefined }),
  );

  it("lists what ended in the week apart from what was resolved, by when it ended and not by when it was closed", () => {
    expect(listed(mail.body, "RESOLVED THIS WEEK")).toEqual(["mended"]);
    expect(listed(mail.body, "ENDED THIS WEEK")).toEqual(["episode", "gap", "with-cluster"]);
    expect(mail.body).toContain("- HIGH gap (2026-10-11). Capture is proven again. [gap]");
  });

  it("counts both", () => {
    expect(mail.stem).toBe("nothing open, 1 resolved, 3 ended");
    // Lines are broken at 80 columns.
    expect(mail.body.replaceAll(/\s+/g, " ")).toContain("1 finding was resolved and 3 ended this week.");
    expect(weekly().stem).toBe("nothing open, 0 resolved");
  });

  it("tells the share of the week that is proven, and of the rest what may still be", () => {
    const saysOf = (hours: number, unprovenHours: number, pendingHours: number): string =>
      /CAPTURE PROVEN (.*?) LEAST/.exec(
        weeklyOf({ coverage: { hours, unprovenHours, pendingHours } }).body.replaceAll(/\s+/g, " "),
      )?.[1] ?? "";
    expect(saysOf(168, 0, 0)).toBe("100 % of the week: 168 of 168 hours.");
    expect(saysOf(168, 24, 24)).toBe(
      "85.7 % of the week: 144 of 168 hours. The newest 24 hours are not proven yet: proof comes late. No older hour is unproven.",
    );
    expect(saysOf(168, 97, 1)).toBe(
      "42.2 % of the week: 71 of 168 hours. In 96 hours somebody may have connected unseen: there is no proof of them. The newest 1 hour is not proven yet: proof comes late.",
    );
  });
});
