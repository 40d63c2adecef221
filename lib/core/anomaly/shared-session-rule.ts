// The rule of the sign that one session name is on several principals within an hour that never shared one before.
import type { Principal } from "../base/ids.ts";
import { principalName } from "../base/visible-text.ts";
import type { DayFigures } from "./day-figures.ts";
import type { HabitFigures } from "./habits.ts";
import type { Reached, SignRule } from "./sign-rule.ts";

const MOST_TOLD = 3;

/** "…" and what has a star stand for many sessions: two that look alike need not be one. */
const isOneSession = (session: string): boolean => session !== "" && !/[*…]/.test(session);

type Party = { readonly figures: DayFigures; readonly own: HabitFigures };

const haveShared = (a: HabitFigures, b: HabitFigures): boolean => {
  for (const session of a.habits.sessions.keys())
    if (isOneSession(session) && a.isKnown("sessions", session) && b.isKnown("sessions", session))
      return true;
  return false;
};

const partiesByHour = (
  days: readonly DayFigures[],
  ownOf: (principal: Principal) => HabitFigures,
): ReadonlyMap<string, readonly Party[]> => {
  const parties = new Map<string, Party[]>();
  for (const figures of days) {
    const own = ownOf(figures.principal);
    // Who is new has shared with nobody yet.
    if (own.tenure === 0) continue;
    for (const key of figures.places.keys()) {
      if (!isOneSession(key.slice(key.indexOf(" ") + 1))) continue;
      const known = parties.get(key);
      if (known) known.push({ figures, own });
      else parties.set(key, [{ figures, own }]);
    }
  }
  return parties;
};

/** Whoever takes over several roles names the sessions of all of them alike, because one tool makes them. */
export const sharedSession: SignRule = {
  id: "session-shared",
  detector: "concurrent-networks",
  group: "client",
  measure: "categorical",
  habitFree: true,
  isShared: true,
  reached: () => [],
  together: (days, ownOf) => {
    const found = new Map<Principal, Reached[]>();
    for (const [key, parties] of partiesByHour(days, ownOf)) {
      if (parties.length < 2) continue;
      const session = key.slice(key.indexOf(" ") + 1);
      for (const { figures, own } of parties) {
        if (own.isKnown("sessions", session)) continue;
        const others = parties.filter(
          (other) => other.figures.principal !== figures.principal && !haveShared(own, other.own),
        );
        const seen = [...(figures.places.get(key)?.values() ?? [])];
        if (!others.length || !seen.length) continue;
        const names = others.map((other) => principalName(other.figures.principal)).sort();
        const shown = names.slice(0, MOST_TOLD).join(", ");
        const more = names.length > MOST_TOLD ? ` and ${names.length - MOST_TOLD} more` : "";
        const reached: Reached = {
          level: Math.min(MOST_TOLD, others.length),
          value: session,
          firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
          lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
          eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
          what: `connected in the session ${session} in the same hour as ${shown}${more}, with which it never shared one before`,
          evidence: { session, sharedWith: names },
        };
        found.set(figures.principal, [...(found.get(figures.principal) ?? []), reached]);
      }
    }
    return found;
  },
};
