// When a principal was last let in through a peer: whoever is silent at one endpoint of a database may be busy at another.
import { dayNumber } from "../anomaly/day-figures.ts";
import type { Principal } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import type { Facts } from "./facts.ts";

/** The last day (by number) before `day` on which it was, as far as is known; undefined: none is. */
export type LastElsewhere = (principal: Principal, day: number) => number | undefined;

/** undefined: there is no peer that anything is known of. */
export const lastElsewhere = ({ peers = [] }: Facts): LastElsewhere | undefined => {
  if (!peers.length) return undefined;
  const daysOf = lazily((principal: Principal) => {
    const kept = peers.flatMap(({ earlierUses }) => [
      ...(earlierUses?.uses ?? []).flatMap((use) => (use.principal === principal ? [use.lastAt] : [])),
      ...(earlierUses?.admins ?? []).flatMap(({ arn, lastUseAt }) => (arn === principal ? [lastUseAt] : [])),
    ]);
    const counted = peers.flatMap(({ activity }) => {
      const line = activity.timelineOf(principal);
      return Array.from({ length: line?.length ?? 0 }, (_, n) => n).flatMap((n) =>
        line?.texts(n).outcome === "allowed" ? [line.firstAt(n), line.lastAt(n)] : [],
      );
    });
    return { kept: kept.map(dayNumber), counted: counted.map(dayNumber) };
  });
  return (principal, day) => {
    const { kept, counted } = daysOf(principal);
    // Of each kind of use the newest is kept: before one that is not past yet there may have been others.
    const past = [...kept.map((one) => Math.min(one, day - 1)), ...counted.filter((one) => one < day)];
    return past.length ? Math.max(...past) : undefined;
  };
};
