// What is known of who was connected in a stretch: sessions that go on in it may have begun up to an hour before.
import { LONGEST_SESSION } from "../activity/session-end.ts";
import { counted } from "../base/counted.ts";
import { floorTo, HOUR, type Interval } from "../base/time.ts";
import { peersUnreadText } from "./peer-coverage.ts";
import type { Uncovered } from "./uncovered.ts";

export type SessionHours = {
  /** Hours that the stretch touches, and the longest session before it. */
  readonly hours: number;
  /** How many of them have no proof, at some endpoint of the database, that all connections were captured. */
  readonly unprovenHours: number;
};

/** `uncovered`: of the whole database. */
export const sessionHours = (
  { hoursIn }: Pick<Uncovered, "hoursIn">,
  { from, to }: Interval,
): SessionHours => {
  const hours = { from: floorTo(HOUR, Math.max(0, from - LONGEST_SESSION)), to };
  return { hours: Math.ceil((to - hours.from) / HOUR), unprovenHours: hoursIn(hours) };
};

/** Sentences of what is not known of it; none where all is. `peersUnread`: why nobody can tell its peers; null: somebody can. */
export const othersUnseen = (
  { hours, unprovenHours }: SessionHours,
  peersUnread: string | null,
): readonly string[] => [
  ...(unprovenHours
    ? [`For ${unprovenHours} of ${counted(hours, "hour")} capture is not proven: there may have been others.`]
    : []),
  ...(peersUnread === null ? [] : [peersUnreadText(peersUnread)]),
];
