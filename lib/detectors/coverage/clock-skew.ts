// Clocks that do not agree: records from the future, or own logins that come back at another time than they were made.

import { counted } from "../../core/base/counted.ts";
import { DAY, HOUR, iso, MINUTE, minute } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { clockOffset } from "../../core/coverage/clock-offset.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import type { Facts } from "../../core/findings/facts.ts";

const SHOWN = 10;

type SkewEvidence = {
  readonly seenBy: "records from the future" | "own logins";
  readonly minutes: number;
  readonly connections?: number;
  readonly pairs?: readonly { readonly attemptAt: string; readonly eventAt: string }[];
  readonly events: readonly string[];
};

const minutesOf = (ms: number): number => Math.round(ms / MINUTE);

/** Connections whose time has not come yet: a record is written after what it tells. */
const ofFuture = (view: DetectorView, toleranceMs: number): Judgement<SkewEvidence>[] => {
  if (!view.live) return [];
  const after = view.now + toleranceMs;
  const later = { from: after, to: Number.MAX_SAFE_INTEGER };
  const ahead = view.activity.principals.flatMap((principal) =>
    view.activity.talliesWithin(principal, later).filter(({ lastAt }) => lastAt > after),
  );
  if (!ahead.length) return [];
  const last = Math.max(...ahead.map(({ lastAt }) => lastAt));
  const connections = ahead.reduce((sum, { count }) => sum + count, 0);
  const events = ahead.map(({ firstEventId }) => firstEventId).slice(0, SHOWN);
  return [
    {
      subject: { facet: "future" },
      title: `Records of ${counted(connections, "connection")} are up to ${counted(minutesOf(last - view.now), "minute")} ahead of the auditor's clock`,
      evidence: {
        seenBy: "records from the future",
        minutes: minutesOf(last - view.now),
        connections,
        events,
      },
      firstSeenAt: view.now,
      lastSeenAt: view.now,
      eventIds: events,
    },
  ];
};

const ofOwnLogins = ({ coverage, now }: DetectorView): Judgement<SkewEvidence>[] => {
  const { missed = [], surplus = [] } = coverage.ownLogins ?? {};
  const lately = <T extends { readonly at: number }>(logins: readonly T[]) =>
    logins.filter(({ at }) => at >= now - DAY && at <= now + HOUR);
  const found = clockOffset(lately(missed), lately(surplus));
  if (!found) return [];
  const { offsetMs, pairs } = found;
  const size = Math.abs(minutesOf(offsetMs));
  const attempts = pairs.map(({ attemptAt }) => attemptAt);
  const first = Math.min(...attempts);
  const events = pairs.map(({ eventId }) => eventId).slice(0, SHOWN);
  return [
    {
      subject: { facet: "own-logins" },
      title: `CloudTrail shows the auditor's own logins ${counted(size, "minute")} ${offsetMs > 0 ? "later" : "earlier"} than it made them, since ${minute(first)}`,
      evidence: {
        seenBy: "own logins",
        minutes: minutesOf(offsetMs),
        pairs: pairs
          .slice(-SHOWN)
          .map(({ attemptAt, eventAt }) => ({ attemptAt: iso(attemptAt), eventAt: iso(eventAt) })),
        events,
      },
      firstSeenAt: first,
      lastSeenAt: Math.max(first, ...attempts),
      eventIds: events,
    },
  ];
};

export const clockSkew = /* @__PURE__ */ defineDetector({
  id: "clock-skew",
  category: "coverage",
  title: "Clocks that do not agree",
  severity: "medium",
  life: "state",
  docs: {
    why: "Everything here rests on times: which hour is covered, what came after a grant, when somebody last connected. With a wrong clock the auditor's own logins look missed, and like a stranger's.",
    fix: "Set the clock of the machine that takes snapshots (NTP). Lambda's clock is kept by AWS: there, look for a run by hand from another machine.",
    falsePositives:
      "Two logins of the auditor that never came back beside two of somebody else under its principal, at the same distance: see self-audit.",
    blindSpots:
      "Less than two minutes, and more than half an hour, are not told from own logins. One login alone says nothing. Recorded files have no clock to compare with.",
  },
  evidence: {
    seenBy: { label: "Seen by", hidden: true },
    minutes: { label: "Apart by", unit: ["minute", "minutes"] },
    connections: { label: "Connections", whenEmpty: "" },
    pairs: { label: "Login", lines: true, fields: { attemptAt: "made", eventAt: "recorded" }, whenEmpty: "" },
    events: { label: "CloudTrail events", whenEmpty: "" },
  },
  options: z.object({
    /** How many minutes ahead of the auditor's clock a record may be. */
    minutes: z._default(z.int().check(z.positive()), 2),
  }),
  needs: ["snapshots"],
  unjudgedFacets: (view) => (view.missing("ownLogins") === undefined ? [] : ["own-logins"]),
  detect: (view, { minutes }): Judgement<SkewEvidence>[] => [
    ...ofFuture(view, minutes * MINUTE),
    ...ofOwnLogins(view),
  ],
});

export const cases = (): Case[] => {
  const live = (facts: Facts): Facts => ({ ...facts, live: true });
  const lately = (at: number): boolean => at >= EXAMPLE_NOW - 3 * HOUR && at < EXAMPLE_NOW - HOUR;
  const shifted = (minutes: number, hours: readonly number[]) =>
    hours.map((hour) => EXAMPLE_NOW - hour * HOUR + minutes * MINUTE);
  const connection = (minutes: number) => ({
    catalog: {},
    connections: [{ by: "App", at: EXAMPLE_NOW + minutes * MINUTE }],
  });
  const own = (surplusAt: readonly number[]) =>
    live(exampleFacts({ catalog: {}, own: { missing: lately, surplusAt } }));
  return [
    {
      name: "fires for own logins that come back five minutes later than they were made",
      facts: own(shifted(5, [3, 2])),
      expect: ["own-logins"],
    },
    {
      name: "fires for own logins that come back before they were made",
      facts: own(shifted(-4, [3, 2])),
      expect: ["own-logins"],
    },
    {
      name: "fires for a record from the future",
      facts: live(exampleFacts(connection(20))),
      expect: ["future"],
    },
    {
      name: "is quiet for a record that is two minutes ahead",
      facts: live(exampleFacts(connection(2))),
      expect: [],
    },
    { name: "is quiet for one login alone", facts: own(shifted(5, [3])), expect: [] },
    {
      name: "is quiet for strangers' logins at different distances",
      facts: own([...shifted(5, [3]), ...shifted(12, [2])]),
      expect: [],
    },
    { name: "is quiet for recorded files", facts: exampleFacts(connection(20)), expect: [] },
    {
      name: "clears when own logins come back in time",
      facts: live(exampleFacts({ catalog: {}, own: {} })),
      expect: [],
    },
    {
      name: "clears a day after the clock was set",
      facts: live(
        exampleFacts({
          catalog: {},
          own: { missing: (at) => at < daysAgo(2), surplusAt: shifted(5, [72, 71]) },
        }),
      ),
      expect: [],
    },
  ];
};
