// Who holds which long-term access key, as of the end of yesterday, and where those who hold one live.
import type { Principal } from "../base/ids.ts";
import { HORIZON_DAYS } from "./constants.ts";
import type { Habits } from "./habits.ts";

export type AccessKeys = {
  /** Others who used the key, with the day (by number) of their first time. */
  readonly othersWith: (key: string, principal: Principal) => readonly KeyHolder[];
  /** Others who use a key at all, and how many of them have a neighbourhood to themselves. */
  readonly fellowsOf: (principal: Principal) => { readonly count: number; readonly apart: number };
  /** Does any other who uses a key come from this neighbourhood? */
  readonly isFellowPlace: (coarse: string, principal: Principal) => boolean;
};
export type KeyHolder = { readonly principal: Principal; readonly first: number };

/** Records that carry no key make nobody a holder: what they used is not known. */
export const accessKeysOf = (principals: ReadonlyMap<Principal, Habits>, today: number): AccessKeys => {
  const byKey = new Map<string, KeyHolder[]>();
  const places = new Map<string, Set<Principal>>();
  const holders = new Set<Principal>();
  const isFresh = ({ last }: { readonly last: number }): boolean => last >= today - HORIZON_DAYS;
  for (const [principal, { keys, neighbourhoods }] of principals) {
    for (const [key, entry] of keys) {
      if (!isFresh(entry)) continue;
      holders.add(principal);
      byKey.set(key, [...(byKey.get(key) ?? []), { principal, first: entry.first }]);
    }
    if (!holders.has(principal)) continue;
    for (const [place, entry] of neighbourhoods)
      if (isFresh(entry)) places.set(place, (places.get(place) ?? new Set<Principal>()).add(principal));
  }
  const apart = new Set([...places.values()].flatMap((who) => (who.size === 1 ? [...who] : [])));
  const but = (who: ReadonlySet<Principal>, principal: Principal): number =>
    who.size - (who.has(principal) ? 1 : 0);
  return {
    othersWith: (key, principal) => (byKey.get(key) ?? []).filter((one) => one.principal !== principal),
    fellowsOf: (principal) => ({ count: but(holders, principal), apart: but(apart, principal) }),
    isFellowPlace: (coarse, principal) => but(places.get(coarse) ?? new Set(), principal) > 0,
  };
};
