// Use of a role that is there for emergencies, outside the windows that were declared for it.
import type { Tally } from "../activity/activity.ts";
import type { Instant } from "../base/time.ts";
import type { Component } from "./baseline.ts";
import { isWithin } from "./moments.ts";

/** `onlyRole`: the principal is mapped to no other role, so that a connection whose role nobody knows was as this one. */
export type BreakGlassUser = { readonly tallies: readonly Tally[]; readonly onlyRole: boolean };

export type BreakGlassUse = {
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly connections: number;
  readonly eventIds: readonly string[];
};

const SHOWN_EVENTS = 10;

/** Its allowed connections of `from` to `to` outside every window, taken together; undefined: there were none. */
export const useOutsideWindows = (
  { role, breakGlass }: Pick<Component, "role" | "breakGlass">,
  { tallies, onlyRole }: BreakGlassUser,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): BreakGlassUse | undefined => {
  const windows = breakGlass?.windows ?? [];
  const isExpected = (at: Instant): boolean => windows.some((window) => isWithin(window, at));
  const found = tallies.filter(
    (tally) =>
      tally.outcome === "allowed" &&
      tally.action === "DbConnect" &&
      (tally.role === role || (tally.role === "" && onlyRole)) &&
      // Of days gone by only the first and the last are told of what was alike.
      tally.lastAt >= from &&
      tally.firstAt < to &&
      !(isExpected(tally.firstAt) && isExpected(tally.lastAt)),
  );
  if (!found.length) return undefined;
  return {
    firstAt: Math.min(...found.map(({ firstAt, lastAt }) => (isExpected(firstAt) ? lastAt : firstAt))),
    lastAt: Math.max(...found.map(({ firstAt, lastAt }) => (isExpected(lastAt) ? firstAt : lastAt))),
    connections: found.reduce((sum, { count }) => sum + count, 0),
    eventIds: found.map(({ firstEventId }) => firstEventId).slice(0, SHOWN_EVENTS),
  };
};
