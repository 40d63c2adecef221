// The demonstration's last table: how bad a mail called a finding, beside how bad that is in the end.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toldBy } from "../../../cli/run/demo-summary.ts";
import { toldOf } from "../../../cli/run/planted.ts";
import { DAY } from "../../../lib/core/base/time.ts";
import { type Finding, Severity } from "../../../lib/core/findings/finding.ts";
import { incidentsOf } from "../../../lib/core/incidents/incident.ts";
import { dailyNotice, firstNotice } from "../../../lib/notices/list-text.ts";
import { summaryChanges } from "../../../lib/notices/plan-notices.ts";
import { story as wholeStory } from "../../../local/demo/story.ts";
import { cluster } from "../../support/catalogs.ts";
import { dueNow } from "../../support/notices.ts";

const T = Date.UTC(2026, 7, 1);
const story = wholeStory(0.25);
const found = (severity: Severity): Finding => ({
  ...{ id: "public-cluster-0123456789abcdef", detector: "public-cluster", category: "over-privileged" },
  ...{ cluster, life: "state", severity, status: "open", reopened: 0, subject: { facet: "" } },
  title: "The cluster can be reached from the internet, HIGH severity. or not",
  evidence: {},
  ...{ firstSeenAt: T, lastSeenAt: T, detectedAt: T, confirmedAt: T },
});
/** The mails that would be sent of it: its own, if it is bad enough, the first of all, the summary of the day. */
const mailsOf = (finding: Finding): string[] =>
  [
    ...dueNow([finding], T),
    firstNotice(cluster, incidentsOf([finding]), []),
    dailyNotice(cluster, summaryChanges({ findings: [finding] }), T - DAY, []),
  ].flatMap((notice) => notice?.body ?? []);
const row = (now: Severity, mails: readonly string[]) => {
  const sent = mails.map((text, i) => ({ number: `${i + 12}`.padStart(4, "0"), text }));
  const told = toldOf(story, T, [found(now)], sent).find(({ detector }) => detector === "public-cluster");
  if (!told) throw new Error("it is planted");
  return told;
};

describe("what the demonstration says of a finding", () => {
  it("is told as the first mail about it called it, whatever kind of mail that was", () => {
    const severity = fc.constantFrom(...Severity.options);
    fc.assert(
      fc.property(severity, severity, severity, fc.nat(), (now, then, later, n) => {
        const mails = mailsOf(found(then));
        const first = mails[n % mails.length] ?? "";
        const it = row(now, [
          "Another mail.\n- CRITICAL Something else [deadbeef]\n",
          first,
          ...mailsOf(found(later)),
        ]);
        expect(it).toMatchObject({ severity: now, mail: "0013", mailedSeverity: then });
        expect(toldBy(it)).toBe(then === now ? "mail 13" : `mail 13, as ${then}`);
      }),
    );
  });

  it("is listed where no mail told of it, and says nothing of a mail whose words are not known", () => {
    expect(toldBy(row("low", []))).toBe("listed");
    const unread = row("low", ["It is public-cluster-0123456789abcdef.\n"]);
    expect([unread.mailedSeverity, toldBy(unread)]).toEqual([null, "mail 12"]);
  });
});
