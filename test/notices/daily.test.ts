// The daily summary: what it counts as told stands in it, also that something was over before anybody heard of it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { type Finding, Severity } from "../../lib/core/findings/finding.ts";
import { shortId } from "../../lib/core/findings/finding-id.ts";
import { markTold } from "../../lib/core/incidents/due.ts";
import { dailyNotice } from "../../lib/notices/list-text.ts";
import { summaryChanges } from "../../lib/notices/plan-notices.ts";
import { cluster } from "../support/catalogs.ts";

const T = Date.UTC(2026, 10, 16, 0, 6);
const episode = (n: number, change: Partial<Finding> = {}): Finding => ({
  ...{ id: `admin-connection-${n}9942c29bd892e20`, detector: "admin-connection", category: "anomalous" },
  ...{ cluster, life: "episode", severity: "medium", status: "open", reopened: 0 },
  subject: { facet: `${n}` },
  title: "SchemaMigrations connected as admin for the first time in 11 active days",
  evidence: {},
  ...{ firstSeenAt: T - 34 * HOUR, lastSeenAt: T - 34 * HOUR, detectedAt: T - 33 * HOUR, confirmedAt: T },
  ...change,
});
const daily = (findings: readonly Finding[]) =>
  dailyNotice(cluster, summaryChanges({ findings }), T - 2 * DAY, []);
const flat = (body = ""): string => body.replaceAll(/\s+/g, " ");

describe("the daily summary", () => {
  it("says of what is new that it has ended, and tells that end no second time", () => {
    const ended = episode(5, { status: "ended" });
    const mail = daily([ended]);
    expect(flat(mail?.body)).toContain("11 active days (ended) [59942c29]");
    expect(daily(markTold([ended], mail?.told ?? [], T))).toBeUndefined();
  });

  it("tells the end of what was still going on when it was new", () => {
    const told = markTold([episode(5)], daily([episode(5)])?.told ?? [], T);
    const mail = daily(told.map((one) => ({ ...one, status: "ended" as const })));
    expect(flat(mail?.body)).toContain("OVER - MEDIUM SchemaMigrations");
  });

  it("counts no end as told that does not stand in it", () => {
    const change = fc.record(
      {
        status: fc.constantFrom(...(["open", "acknowledged", "exempt", "ended", "resolved"] as const)),
        severity: fc.constantFrom(...Severity.options),
        noticedSeverity: fc.constantFrom(...Severity.options),
        noticedAt: fc.constant(T - DAY),
        toldIn: fc.constant("summary" as const),
        closedAt: fc.constant(T - HOUR),
      },
      { requiredKeys: ["status", "severity"] },
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 9 }), (changes) => {
        const mail = daily(changes.map((one, n) => episode(n, one)));
        const body = flat(mail?.body);
        for (const { id, ended } of mail?.told ?? [])
          if (ended) expect(body).toMatch(new RegExp(`\\((?:ended|resolved)\\)[^\\]]* \\[${shortId(id)}\\]`));
      }),
      { numRuns: 200 },
    );
  });
});
