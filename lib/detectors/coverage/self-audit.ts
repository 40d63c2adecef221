// Somebody logs in as the auditor: an auditor must not be a hiding place.

import { counted } from "../../core/base/counted.ts";
import { DAY, dayOf, floorTo, HOUR, iso, MINUTE } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { clockOffset } from "../../core/coverage/clock-offset.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";

const SHOWN_EVENTS = 50;
/** Own logins are kept so long; a finding about an older day cannot be looked at again. */
const KEPT_DAYS = 400;

type LoginEvidence = {
  readonly logins: number;
  readonly asAdmin?: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly clockApartMinutes?: number;
  readonly events: readonly string[];
  readonly eventsNotShown?: number;
};

export const selfAudit = /* @__PURE__ */ defineDetector({
  id: "self-audit",
  category: "coverage",
  title: "Login under the auditor's own principal that the auditor did not make",
  short: "Login as the auditor",
  severity: "critical",
  life: "state",
  docs: {
    why: "The auditor records every login before it makes it. A login beyond these was made by somebody else with the auditor's credentials. That person can read every catalog, and does not show among other principals.",
    fix: "Look the events up in CloudTrail: source address and session name say who. Revoke the IAM role's sessions. Find out who may assume it or change the function's code, and what else they did.",
    falsePositives:
      "A clock that is wrong by minutes: the auditor's own logins look like a stranger's. Where a wrong clock explains all of a day, the finding says so and is medium; see clock-skew. Somebody took a snapshot by hand under the function's role. Give people a role of their own, and exempt the finding with that reason.",
    blindSpots:
      "Of two logins within two minutes of one attempt, the later one is named. It need not be the intruder's. An intruder's login beside a canary login that CloudTrail missed is taken for the canary login. Logins before the first recorded attempt are not evaluated.",
  },
  evidence: {
    logins: { label: "Logins", unit: ["login", "logins"] },
    asAdmin: { label: "Of these as admin", unit: ["login", "logins"] },
    firstAt: "First",
    lastAt: "Last",
    clockApartMinutes: { label: "All explained by a clock that is wrong by", unit: ["minute", "minutes"] },
    events: "CloudTrail events",
    eventsNotShown: "Further events",
  },
  options: z.object({}),
  needs: ["ownLogins"],
  // One finding a day, so that a thousand logins are not a thousand mails.
  detect: ({ coverage, activity: { auditor } }): Judgement<LoginEvidence>[] => {
    const { missed = [], surplus = [] } = coverage.ownLogins ?? {};
    const offset = clockOffset(missed, surplus);
    const byClock = new Set(offset?.pairs.map(({ eventId }) => eventId));
    return [...Map.groupBy(surplus, ({ at }) => floorTo(DAY, at))].flatMap(([day, logins]) => {
      const [first] = logins;
      const last = logins.at(-1);
      if (!first || !last) return [];
      const asAdmin = logins.filter(({ admin }) => admin).length;
      const what = logins.length === 1 ? "Login" : `${logins.length} logins`;
      // Each of them stands at one distance from a login of the auditor's that never came back.
      const apart =
        offset && logins.every(({ eventId }) => byClock.has(eventId))
          ? Math.abs(Math.round(offset.offsetMs / MINUTE))
          : undefined;
      return {
        subject: { ...(auditor !== null && { principal: auditor }), facet: dayOf(day) },
        title: `${what} under the auditor's own principal that the auditor did not make, on ${dayOf(day)}${apart === undefined ? "" : `, or a clock that is wrong by ${counted(apart, "minute")}`}`,
        ...(apart !== undefined && { severity: "medium" as const }),
        evidence: {
          logins: logins.length,
          ...(asAdmin > 0 && { asAdmin }),
          firstAt: iso(first.at),
          lastAt: iso(last.at),
          ...(apart !== undefined && { clockApartMinutes: apart }),
          events: logins.slice(0, SHOWN_EVENTS).map(({ eventId }) => eventId),
          ...(logins.length > SHOWN_EVENTS && { eventsNotShown: logins.length - SHOWN_EVENTS }),
        },
        firstSeenAt: first.at,
        lastSeenAt: last.at,
        eventIds: logins.slice(0, SHOWN_EVENTS).map(({ eventId }) => eventId),
      };
    });
  },
  // A day that the look does not reach any more is not clean for that: only a person closes it, by an exemption.
  unjudgedFacets: ({ coverage: { ownLogins } }) =>
    ownLogins ? Array.from({ length: KEPT_DAYS }, (_, n) => dayOf(ownLogins.from - n * DAY)) : [],
  gone: () => "The attempt that explains the login is known now.",
});

export const cases = (): Case[] => {
  const day = iso(daysAgo(3)).slice(0, 10);
  return [
    {
      name: "fires for one login too many",
      facts: exampleFacts({ own: { surplusAt: [daysAgo(3) + HOUR] } }),
      expect: ["Auditor"],
    },
    {
      name: "fires once a day, however many there are",
      facts: exampleFacts({
        own: { surplusAt: [0, 1, 2, 30].map((hours) => daysAgo(3) + hours * HOUR + MINUTE) },
      }),
      expect: ["Auditor", "Auditor"],
    },
    {
      name: "is quiet for logins that are all explained by attempts, also where one did not come back",
      facts: exampleFacts({ own: { missing: (at) => iso(at).startsWith(day) } }),
      expect: [],
    },
    {
      name: "is quiet while nobody wrote attempts down",
      facts: exampleFacts({}),
      expect: [],
    },
    {
      name: "clears when the attempt that explains the login is known",
      facts: exampleFacts({ own: { surplusAt: [] } }),
      expect: [],
    },
  ];
};
