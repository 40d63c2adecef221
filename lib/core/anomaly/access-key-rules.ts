// The rules of signs that an access key gives: one that two principals use, and a new one far from where all others are.
import { accessKeyName } from "../activity/access-key.ts";
import type { Tally } from "../activity/activity.ts";
import { principalName } from "../base/visible-text.ts";
import { coarseNetwork, isNamedNetwork } from "./coarse-network.ts";
import { LEAST_CROWD, STANDING_DAYS } from "./constants.ts";
import type { DayFigures } from "./day-figures.ts";
import type { Reached, SignRule } from "./sign-rule.ts";

const byKey = (tallies: readonly Tally[]): ReadonlyMap<string, readonly Tally[]> => {
  const withKey = tallies.filter(({ accessKey }) => accessKey !== undefined);
  return Map.groupBy(withKey, ({ accessKey }) => accessKey ?? "");
};

const spanOf = (seen: readonly Tally[]): Pick<Reached, "firstAt" | "lastAt" | "eventIds"> => ({
  firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
  lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
  eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
});

/** AWS gives a long-term key to one IAM user: the same key under two names is a user that was renamed, or made up. */
export const sharedAccessKey: SignRule = {
  id: "access-key-shared",
  detector: "concurrent-networks",
  group: "network",
  measure: "fact",
  habitFree: true,
  ofDatabase: true,
  reached: ({ principal, tallies, day }, own, { accessKeys }) =>
    [...byKey(tallies)].flatMap(([key, seen]): Reached[] => {
      const known = own.habits.keys.get(key);
      if ((known?.days ?? 0) >= STANDING_DAYS) return [];
      // Who had it first is not the strange one.
      const [holder] = accessKeys
        .othersWith(key, principal)
        .filter(({ first }) => first <= (known?.first ?? day));
      if (!holder) return [];
      const accessKey = accessKeyName(key);
      const other = principalName(holder.principal);
      return [
        {
          ...spanOf(seen),
          level: 1,
          value: key,
          what: `used the access key ${accessKey}, which ${other} used before`,
          evidence: { accessKey, usedBy: other },
        },
      ];
    }),
};

const strangePlace = (seen: readonly Tally[], isHome: (coarse: string) => boolean): Tally | undefined => {
  const named = seen.filter(({ network }) => isNamedNetwork(network));
  return named.some(({ network }) => isHome(coarseNetwork(network))) ? undefined : named[0];
};

/**
 * Counted by keys, each of which is one trial: of so many others, so many have a place to themselves. It speaks on a
 * principal's first day too: a user that an intruder made is new, and has no habits to differ from.
 */
export const strangeAccessKey: SignRule = {
  id: "access-key-elsewhere",
  detector: "new-network",
  group: "network",
  measure: "fact",
  habitFree: true,
  ofDatabase: true,
  reached: ({ principal, tallies }: DayFigures, own, { accessKeys }) => {
    // Of days without a key in their records nobody knows which key it was.
    if (own.activeDays > 0 && own.habits.keys.size === 0) return [];
    const { count, apart } = accessKeys.fellowsOf(principal);
    if (count < LEAST_CROWD) return [];
    return [...byKey(tallies)].flatMap(([key, seen]): Reached[] => {
      if (own.isKnown("keys", key) || accessKeys.othersWith(key, principal).length) return [];
      const place = strangePlace(
        seen,
        (coarse) => own.isKnown("neighbourhoods", coarse) || accessKeys.isFellowPlace(coarse, principal),
      );
      if (!place) return [];
      const accessKey = accessKeyName(key);
      const { network } = place;
      return [
        {
          ...spanOf(seen),
          level: 1,
          value: network,
          bits: Math.log2((count + 1) / (apart + 0.5)),
          what: `used the access key ${accessKey} for the first time, from ${network}; none of the ${count} others who use access keys come from ${coarseNetwork(network)}, and ${apart} of them have a place to themselves`,
          evidence: { accessKey, network, othersWithKeys: count, othersApart: apart },
        },
      ];
    });
  },
};
