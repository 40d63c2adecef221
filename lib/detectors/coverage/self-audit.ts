// Somebody logs in as the auditor: an auditor must not be a hiding place.
import * as z from "zod";
import { defineDetector } from "../../core/findings/detector.ts";
import { type Case, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import { DAY, floorTo, HOUR, iso, MINUTE } from "../../core/base/time.ts";

const SHOWN_EVENTS = 50;
/** Own logins are kept so long; a finding about an older day cannot be looked at again. */
const KEPT_DAYS = 400;

export const selfAudit = /* @__PURE__ */ defineDetector({
  id: "self-audit",
  category: "coverage",
  title: "Login under the auditor's own name that it did not make",
  severity: "critical",
  docs: {
    why: "The auditor writes down every login before it makes it. One more under its IAM role was made by somebody else with the auditor's credentials, who can read every catalog and would not be found among other principals.",
    fix: "Look the events up in the trail: source address and session name say who. Revoke the role's sessions, find out who may assume it or change the function's code, and look at what else it did.",
    falsePositives:
      "A person who ran dsql-audit snapshot under the function's role. Give people a role of their own, and exempt the finding with that reason.",
    blindSpots:
      "Of two logins within two minutes of one attempt it names the later, which need not be the stranger's. A login beside an own one that itself left no event is taken for it. Logins before the auditor first wrote one down are not judged.",
  },
  options: z.object({}),
  needs: ["ownLogins"],
  // One finding a day, so that a thousand logins are not a thousand mails.
  detect: ({ coverage, activity: { auditor } }) =>
    [...Map.groupBy(coverage.ownLogins?.surplus ?? [], ({ at }) => floorTo(DAY, at))].flatMap(([day, logins]) => {
      const [first] = logins;
      const last = logins.at(-1);
      if (!first || !last) return [];
      const asAdmin = logins.filter(({ admin }) => admin).length;
      return {
        subject: { ...(auditor !== null && { principal: auditor }), facet: iso(day).slice(0, 10) },
        title: `${logins.length} ${logins.length === 1 ? "login" : "logins"} as the auditor that it did not make, on ${iso(day).slice(0, 10)}`,
        evidence: {
          logins: logins.length,
          ...(asAdmin > 0 && { asAdmin }),
          firstAt: iso(first.at),
          lastAt: iso(last.at),
          events: logins.slice(0, SHOWN_EVENTS).map(({ eventId }) => eventId),
          ...(logins.length > SHOWN_EVENTS && { eventsNotShown: logins.length - SHOWN_EVENTS }),
        },
        firstSeenAt: first.at,
        lastSeenAt: last.at,
        eventIds: logins.slice(0, SHOWN_EVENTS).map(({ eventId }) => eventId),
      };
    }),
  // A day that the look does not reach any more is not clean for that: only a person closes it, by an exemption.
  unjudgedFacets: ({ coverage: { ownLogins } }) =>
    ownLogins ? Array.from({ length: KEPT_DAYS }, (_, n) => iso(ownLogins.from - n * DAY).slice(0, 10)) : [],
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
