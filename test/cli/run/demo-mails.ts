// What the mails of the demonstration tell, when, and how they read.
import { expect, it } from "vitest";
import { DAY, MINUTE } from "../../../lib/core/base/time.ts";
import { shortId } from "../../../lib/core/findings/finding-id.ts";
import { createFindingStore } from "../../../lib/store/findings/findings.ts";
import { principals } from "../../../local/demo/estate.ts";
import { type Demo, GRANTED, REVOKED, story } from "./demo-run.ts";

/** Registers the tests. */
export const mailTests = (demo: Demo): void => {
  it("tells of the bad grant once, within the hour, and once of its end", () => {
    const mails = demo.about(/api_readonly: Can do more/);
    expect(mails).toHaveLength(2);
    const [opened, resolved] = mails;
    expect(opened?.subject).toMatch(/^\[HIGH\]/);
    expect(opened?.sentAt).toBeGreaterThan(demo.at(GRANTED));
    expect(opened?.sentAt).toBeLessThan(demo.at(GRANTED) + 70 * MINUTE);
    expect(opened?.text).toContain("api_readonly can DELETE from public.orders");
    expect(opened?.text).toContain("REVOKE DELETE ON public.orders FROM api_readonly");
    expect(opened?.text).toMatch(
      /It began\s+between\s[\s\S]*?\sand\s[\s\S]*?,\s+the\s+times\s+of\s+the\s+snapshots\s+before\s+and\s+after/,
    );
    // The same reference, and the same words as far as there is room.
    expect(resolved?.subject).toMatch(/^\[RESOLVED\] api_readonly: Can do more/);
    expect(resolved?.subject?.split(" ").at(-1)).toBe(opened?.subject?.split(" ").at(-1));
    expect(resolved?.sentAt).toBeGreaterThan(demo.at(REVOKED));
    expect(resolved?.sentAt).toBeLessThan(demo.at(REVOKED) + 70 * MINUTE);
  });

  it("calls the contractor dormant once, in the summary after the window since the last use is full", () => {
    const mails = demo.newInSummaries(/ContractorNils as\s+contractor_nils, last\s+used/);
    const due = demo.at(story.contractorLastUsed + story.dormantDays * DAY);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.sentAt).toBeGreaterThan(due);
    expect(mails[0]?.sentAt).toBeLessThan(due + 2 * DAY);
  });

  it("calls nobody dormant who fell asleep before the outage until the outage has left the window", () => {
    const mails = demo.newInSummaries(/AnalyticsNotebook as\s+analytics_user, last\s+used/);
    const wouldBe = demo.at(story.analyticsLastUsed + story.dormantDays * DAY);
    const known = demo.at(story.outage.to + story.dormantDays * DAY);
    expect(wouldBe).toBeLessThan(known);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.sentAt).toBeGreaterThanOrEqual(known);
    expect(mails[0]?.sentAt).toBeLessThan(known + 2 * DAY);
  });

  it("tells of the outage in two mails of one incident: when it is known to be one, and when all of it is over", () => {
    const mails = demo.about(/CloudTrail capture outage/);
    expect(mails.map(({ subject }) => subject?.split(" ", 1)[0])).toEqual(["[HIGH]", "[ENDED]"]);
    expect(new Set(mails.map(({ subject }) => subject?.split(" ").at(-1))).size).toBe(1);
    const [opened, ended] = mails;
    expect(opened?.sentAt).toBeGreaterThan(demo.at(story.outage.from));
    expect(opened?.sentAt).toBeLessThan(demo.at(story.outage.from) + 2 * DAY);
    expect(opened?.text).toMatch(/canary logins? not seen/i);
    expect(ended?.sentAt).toBeGreaterThan(demo.at(story.outage.to));
    expect(ended?.sentAt).toBeLessThan(demo.at(story.outage.to) + 2 * DAY);
    expect(ended?.text).toMatch(/Capture is proven again from [\s\S]*stay\s+unproven/);
  });

  it("tells of the new network, with the right principal, what it can reach and how to cut it off", () => {
    const [mail, end, ...more] = demo.about(/UserService: Came from a new network/);
    expect(more).toEqual([]);
    expect(mail?.text).toContain(principals.userService.arn);
    expect(mail?.text).toContain("203.0.113.0/24");
    // Exactly from where, by which session, in which record.
    expect(mail?.text).toMatch(/\nAddresses: 203\.0\.113\.77\nSession names: user-service-7c1\nCloudTrail/);
    expect(mail?.text).toMatch(/WHAT IT CAN REACH\n- user_service: /);
    expect(mail?.text).toMatch(/TO CUT (?:IT|THEM) OFF[\s\S]*AWS IAM REVOKE user_service FROM/);
    expect(mail?.sentAt).toBeLessThan(
      demo.at(
        story.attacks.find(({ detector, who }) => detector === "new-network" && who === "userService")?.at ??
          0,
      ) +
        70 * MINUTE,
    );
    expect(end?.subject).toMatch(/^\[ENDED\]/);
  });

  it("tells of one who tries the keys of three services, and gets in with one of them, in one incident", () => {
    const mails = demo.about(/network 198\.18\.7\.0\/24: Many are refused/);
    expect(mails.map(({ subject }) => subject?.split(" ", 1)[0])).toEqual(["[HIGH]", "[ENDED]"]);
    // Who got in comes before all else.
    expect(mails[0]?.text).toMatch(/^CatalogApi was let in from 198\.18\.7\.0\/24/);
    expect(mails[0]?.text).toMatch(/Only refused so far[^.]*: OrdersApi, UserService\./);
    expect(mails[0]?.text).toMatch(
      /ALSO IN THIS INCIDENT\n- \w+ CatalogApi connected\s+from\s+198\.18\.7\.0/,
    );
    expect(mails[0]?.text).toMatch(/TO CUT (?:IT|THEM) OFF[\s\S]*AWS IAM REVOKE api_readonly FROM/);
  });

  it("begins with one mail, then sends one for what is high, one when that is over, and beside these summaries", async () => {
    const others = demo.emails.filter(({ subject }) => !/^\[(?:DAILY|WEEKLY)\]/.test(subject ?? ""));
    // Of an incident one when it begins and one when it is over, whatever it is about.
    const incidents = Map.groupBy(others.slice(1), ({ subject }) => subject?.split(" ").at(-1));
    const texts = [...incidents.values()].map(([first]) => first?.text ?? "");
    const high = (await createFindingStore(demo.table).list(demo.result.cluster)).filter(
      ({ severity }) => severity === "high" || severity === "critical",
    );
    expect(high.length).toBeGreaterThanOrEqual(6);
    for (const { id, title } of high)
      expect(texts.filter((text) => text.includes(shortId(id))).length, title).toBe(1);
    for (const text of texts)
      expect(high.filter(({ id }) => text.includes(shortId(id))).length, text).toBeGreaterThan(0);
    for (const [reference, mails] of incidents) expect(mails.length, reference).toBeLessThanOrEqual(2);
    expect(others[0]?.subject).toMatch(/What we found first|Access is audited from now on/);
    const weekly = demo.about(/^\[WEEKLY\]/);
    expect(weekly.length).toBeGreaterThanOrEqual(Math.floor(story.days / 7));
    expect(weekly.every(({ text }) => /CAPTURE PROVEN/.test(text ?? ""))).toBe(true);
  });

  it("writes every line in 79 columns, but for single words that are longer", () => {
    for (const { text, subject } of demo.emails) {
      expect(subject).toMatch(/^[ -~]{1,99}$/);
      for (const line of (text ?? "").split("\n"))
        if (line.length > 79)
          expect(line.trim().split(/ (?![^']*'(?:[^']*'[^']*')*[^']*$)/).length, line).toBeLessThan(3);
    }
  });
};
