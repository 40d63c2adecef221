// The auditor's own logins do not come back: whatever should show connections does not show these.
import * as z from "zod";
import { BACK_WITHIN_MS } from "../../core/coverage/canary-match.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";
import { HOUR, iso, MINUTE } from "../../core/base/time.ts";

/** One login alone may be late: trail files have no guaranteed time. So long it is low. */
const LATE_MS = 3 * HOUR;
const SHOWN = 10;

export const canaryMissed = /* @__PURE__ */ defineDetector({
  id: "canary-missed",
  category: "coverage",
  title: "The auditor's own logins do not come back",
  severity: "medium",
  docs: {
    why: "Every snapshot is a login of the auditor's own, and must be seen again as a connection within 30 minutes. While it is not, nobody else's connections are seen for certain either.",
    fix: "Look whether the trail logs and takes the cluster's data events, whether its files reach the bucket, and whether the ingest functions work: their dead-letter queues and alarms say so.",
    falsePositives:
      "Trail files may be late. One login alone is low and not mailed for three hours; it is over as soon as that login or a later one comes back.",
    blindSpots:
      "It is about now: the hours of a stretch that is over, and which of them stay unproven, are what capture-gap tells. A cluster that is not logged in to has no canaries.",
  },
  options: z.object({}),
  needs: ["ownLogins"],
  // One finding for the whole stretch, from the first login that is not back to now. A later one that is back ends it.
  detect: ({ coverage, now }) => {
    const { canaries = [], missed = [] } = coverage.ownLogins ?? {};
    const lastBack = canaries.findLast(({ eventId }) => eventId !== null);
    const gone = missed.filter(({ at }) => at > (lastBack?.at ?? 0));
    const [first] = gone;
    const last = gone.at(-1);
    if (!first || !last) return [];
    const logins = gone.length === 1 ? "login" : "logins";
    return [
      {
        subject: { facet: iso(first.at) },
        title: `${gone.length} own ${logins} did not come back since ${iso(first.at).slice(0, 16)}Z`,
        severity: gone.length === 1 && now - first.at < LATE_MS ? ("low" as const) : ("medium" as const),
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
