// What the report says after a mapping was taken away.
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { ReportRevoked } from "../../lib/report/report-data.ts";
import { revokedTable } from "../../lib/report/revoked-table.ts";

const AT = Date.UTC(2026, 9, 5, 12);
const revoked = (more: Partial<ReportRevoked> = {}): ReportRevoked => ({
  principal: "arn:aws:iam::111122223333:role/external/Nils",
  role: "contractor",
  after: AT - 3 * DAY,
  by: AT - 3 * DAY + HOUR,
  sessionEnd: AT - 3 * DAY + 2 * HOUR,
  tokenEnd: AT + 4 * DAY,
  allowed: 0,
  refused: 0,
  hasOther: false,
  unprovenHours: 0,
  ...more,
});
const text = (...rows: readonly ReportRevoked[]): string =>
  revokedTable({ revoked: rows, at: AT })
    .markup.replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("revokedTable", () => {
  it("names the last possible session end, and what was seen since", () => {
    const shown = text(revoked({ refused: 2, unprovenHours: 5 }));
    expect(shown).toContain("Last possible session end");
    expect(shown).toContain("2026-10-02 14:00 UTC");
    expect(shown).toContain("2 attempts refused. 5 hours since are not proven.");
    expect(text(revoked())).toContain("Nothing was seen.");
  });

  it("says that sessions may still be open while the hour lasts", () => {
    expect(text(revoked({ by: AT - HOUR / 2, sessionEnd: AT + HOUR / 2 }))).toContain(
      "sessions may still be open",
    );
  });

  it("alarms of a connection that was let in without a mapping, and not where another mapping stood", () => {
    expect(text(revoked({ allowed: 1 }))).toContain("1 connection allowed , without a mapping.");
    expect(text(revoked({ allowed: 1, hasOther: true }))).toContain("another mapping of it stood");
  });

  it("says nothing of none, and that it is not known where mappings were never read", () => {
    expect(text()).toBe("");
    expect(revokedTable({ revoked: null, at: AT }).markup).toContain("not known");
  });
});
