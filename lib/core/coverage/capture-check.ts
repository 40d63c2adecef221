// What AWS itself says about the capture of a cluster's connections: which trails take them, what could not be asked.
import { HOUR, type Instant } from "../base/time.ts";

/** A call that failed: what it would have said is unknown. `why`: AWS's word for it. */
export type Unanswered = {
  readonly call: "trails" | "management-events" | "call-count";
  readonly why: string;
};

/** Who has subscribed to the topic of the notices. */
export type Listeners = {
  readonly confirmed: number;
  readonly pending: number;
  /** There is no such topic. */
  readonly missing?: true | undefined;
  /** There are more subscriptions than were counted. */
  readonly atLeast?: true | undefined;
};

export type CaptureCheck = {
  readonly at: Instant;
  /** Whether a trail logs, delivers and takes every connect. unknown: none surely does, one may. */
  readonly captured: "yes" | "no" | "unknown";
  readonly reasons: readonly string[];
  /** Since when the trails that could be read leave no proof standing; null: they do not. */
  readonly doubtSince: Instant | null;
  readonly unanswered: readonly Unanswered[];
  /** `why`: SNS did not say. undefined: it was not asked. */
  readonly listeners?: Listeners | { readonly why: string } | undefined;
};

/**
 * Whether somebody gets what is sent at `now`: what SNS said within the last day. undefined: it was not asked, did not say,
 * or said it too long ago.
 */
export const isHeard = (check: CaptureCheck | undefined, now: Instant): boolean | undefined => {
  const listeners = check?.listeners;
  if (!check || !listeners || "why" in listeners || now - check.at > STALE_CHECK_HOURS * HOUR)
    return undefined;
  return listeners.confirmed > 0;
};

/** What was asked longer ago says nothing about now. */
export const STALE_CHECK_HOURS = 24;
