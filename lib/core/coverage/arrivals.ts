// By which way the auditor's own logins came back: what EventBridge brought shows that events are handed over from there.
import { type Instant, MINUTE } from "../base/time.ts";

/** `byEvent` undefined: a release wrote it that did not keep the way. */
export type Arrival = { readonly at: Instant; readonly byEvent: boolean | undefined };

export type WaysBack = {
  /** The newest that EventBridge brought. */
  readonly lastByEvent: Instant | undefined;
  /** How many after it came in the trail's files alone. */
  readonly byTrailAlone: number;
};

/** EventBridge brings an event within minutes, or not at all. */
const SETTLED_MS = 30 * MINUTE;

export const waysBack = (arrivals: readonly Arrival[], now: Instant): WaysBack => {
  const byEvent = arrivals.filter((one) => one.byEvent).map(({ at }) => at);
  const lastByEvent = byEvent.length ? Math.max(...byEvent) : undefined;
  const after = arrivals.filter(
    ({ at, byEvent }) =>
      byEvent === false && at > (lastByEvent ?? Number.NEGATIVE_INFINITY) && at <= now - SETTLED_MS,
  );
  return { lastByEvent, byTrailAlone: after.length };
};
