// The auditor's own logins do not come back: whatever should show connections does not show these.
import { HOUR, iso, MINUTE, minute } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { BACK_WITHIN_MS } from "../../core/coverage/canary-match.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import { CAPTURE_OUTAGE } from "../../core/findings/outage.ts";

/** One login alone may be late: trail files have no guaranteed time. So long it is low. */
const LATE_MS = 3 * HOUR;
const SHOWN = 10;

type CanaryEvidence = {
  readonly loginsMissed: number;
  readonly firstMissedAt: string;
  readonly lastMissedAt: string;
  readonly attempts: readonly string[];
  readonly lastLoginBackAt: string | null;
  readonly lastLoginBackEventId: string | null;
};

export const canaryMissed = /* @__PURE__ */ defineDetector({
  id: "canary-missed",
  category: "coverage",
  metric: "CanaryMissed",
  title: "Canary login not seen in CloudTrail",
  severity: "medium",
  life: "stretch",
  thread: CAPTURE_OUTAGE,
  docs: {
    why: "The auditor logs in for every snapshot. CloudTrail must show that login within 30 minutes. While it does not, the connections of others may be missing too.",
    fix: "Check three things. Does the trail log, and does it take the cluster's data events? Do its files reach the bucket? Do the ingest functions work? Look at their alarms and dead-letter queues.",
    falsePositives:
      "Trail files can be late. A single missing login is low, and not mailed for three hours. It is over as soon as that login or a later one is seen.",
    blindSpots:
      "It is about now. capture-gap names the past hours that are not proven. A cluster that the auditor does not log in to has no canary logins.",
  },
  evidence: {
    loginsMissed: { label: "Logins not seen", unit: ["login", "logins"] },
    firstMissedAt: "First login not seen",
    lastMissedAt: "Last login not seen",
    attempts: { label: "Login attempts", whenEmpty: "" },
    lastLoginBackAt: { label: "Last login seen", whenEmpty: "none so far" },
    lastLoginBackEventId: { label: "Its CloudTrail event", whenEmpty: "" },
  },
  options: z.object({}),
  needs: ["ownLogins"],
  // One finding for the whole stretch, from the first login that is not back to now. A later one that is back ends it.
  detect: ({ coverage, now }): Judgement<CanaryEvidence>[] => {
    const { canaries = [], missed = [] } = coverage.ownLogins ?? {};
    const lastBack = canaries.findLast(({ eventId }) => eventId !== null);
    const gone = missed.filter(({ at }) => at > (lastBack?.at ?? 0));
    const [first] = gone;
    const last = gone.at(-1);
    if (!first || !last) return [];
    const what =
      gone.length === 1
        ? "Canary login not seen in CloudTrail"
        : `${gone.length} canary logins not seen in CloudTrail`;
    return [
      {
        subject: { facet: iso(first.at) },
        title: `${what} since ${minute(first.at)}`,
        severity: gone.length === 1 && now - first.at < LATE_MS ? "low" : "medium",
        evidence: {
          loginsMissed: gone.length,
          firstMissedAt: iso(first.at),
          lastMissedAt: iso(last.at),
          attempts: gone.slice(-SHOWN).map(({ at }) => iso(at)),
          lastLoginBackAt: lastBack ? iso(lastBack.at) : null,
          lastLoginBackEventId: lastBack?.eventId ?? null,
        },
        firstSeenAt: first.at,
        lastSeenAt: last.at + BACK_WITHIN_MS,
      },
    ];
  },
  gone: ({ coverage }) => {
    const back = coverage.ownLogins?.canaries.findLast(({ eventId }) => eventId !== null);
    return back && `The canary login of ${minute(back.at)} was seen in CloudTrail.`;
  },
});

export const cases = (): Case[] => {
  const lastHours = (hours: number) => (at: number) => at >= EXAMPLE_NOW - hours * HOUR;
  const first = (hours: number) => iso(EXAMPLE_NOW - hours * HOUR);
  return [
    {
      name: "fires for a login that is not back after 30 minutes",
      facts: exampleFacts({ own: { missing: lastHours(1) } }),
      expect: [first(1)],
    },
    {
      name: "fires once for all logins of an outage of three days",
      facts: exampleFacts({ own: { missing: lastHours(72) } }),
      expect: [first(72)],
    },
    {
      name: "fires for the logins after the last one that came back, and for no earlier ones",
      facts: exampleFacts({
        own: { missing: (at) => lastHours(80)(at) && at !== EXAMPLE_NOW - 5 * HOUR },
      }),
      expect: [first(4)],
    },
    {
      name: "is quiet for a login that may still come back: 30 minutes are not over",
      facts: exampleFacts({ now: EXAMPLE_NOW - 45 * MINUTE, own: { missing: (at) => at > EXAMPLE_NOW } }),
      expect: [],
    },
    {
      name: "is quiet while no own login is known",
      facts: exampleFacts({}),
      expect: [],
    },
    {
      name: "clears when the login comes back",
      facts: exampleFacts({ own: {} }),
      expect: [],
    },
    {
      name: "clears when a later login comes back, though those of the outage never do",
      facts: exampleFacts({
        own: { missing: (at) => lastHours(72)(at) && at < EXAMPLE_NOW - HOUR },
      }),
      expect: [],
    },
  ];
};
