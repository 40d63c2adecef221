// The incident that all signs of a capture outage belong to.
import type { Detector } from "./detector.ts";

/** Missing canary logins, the gap they leave, and the trail's configuration: one outage, one incident. */
export const CAPTURE_OUTAGE = {
  key: "capture-outage",
  title: "CloudTrail capture outage",
} as const satisfies NonNullable<Detector["thread"]>;
