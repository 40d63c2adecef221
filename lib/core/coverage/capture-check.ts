// What AWS itself says about the capture of a cluster's connections: which trails take them, what could not be asked.
import type { Instant } from "../base/time.ts";

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

/** What was asked longer ago says nothing about now. */
export const STALE_CHECK_HOURS = 24;
