// The stretches of time for which connection capture is proven, hour by hour.
import type { Instant, Interval } from "../base/time.ts";
import * as z from "../base/zod.ts";

/** Strongest first. `folder`: an offline folder holds a trail file of the hour. `canary`: on both sides, from trail files. */
export const Proof = z.enum(["digest", "canary", "folder"]);
export type Proof = z.infer<typeof Proof>;

/** Sorted, disjoint, whole hours. */
export type Coverage = readonly (Interval & { readonly proof: Proof })[];

/** Why an hour that looks covered is not: trail stopped, selectors changed, more calls than events. */
export type Doubt = Interval & { readonly reason: string };

/**
 * An auditor's own login: when it was first attempted and, once it came back, by which event. Attempts of one retry are one
 * login.
 */
export type Canary = {
  readonly at: Instant;
  readonly eventId: string | null;
  readonly seenInTrailAt: Instant | null;
};
