// Judges the trails of an account for a cluster: is one of them logging, delivering, and taking its connects?
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { connectsTaken } from "../core/coverage/trail-selectors.ts";
import type { TrailRead, TrailState } from "./trail-config.ts";

export type CaptureState = {
  /** yes: a trail logs, delivers and takes every connect of the cluster. unknown: none surely does, one may. */
  readonly captured: "yes" | "no" | "unknown";
  readonly reasons: readonly string[];
  /** The trails that take its connects, or may. */
  readonly trails: readonly string[];
  /** Whether one of them writes digest files. */
  readonly validation: boolean;
};

/** Whether the trail records what happens in this Region at all. */
export const coversRegion = (
  { multiRegion, homeRegion }: Pick<TrailState, "multiRegion" | "homeRegion">,
  region: string | undefined,
): boolean => multiRegion || homeRegion === region;

/**
 * Judges what the trails say about one cluster. `asked`: the account whose trails these are, where that is known. Of another
 * account's cluster only a trail of the organization can tell; what trails that account has itself is unknown.
 */
export const captureState = (
  trails: readonly TrailRead[],
  cluster: Cluster,
  asked?: string | undefined,
): CaptureState => {
  const { region, account } = parseArn(cluster) ?? {};
  const reasons: string[] = [];
  const taking: TrailState[] = [];
  let maybe = false;
  for (const trail of trails) {
    if ("unreadable" in trail) {
      reasons.push(`${trail.arn} could not be read (${trail.unreadable})`);
      maybe = true;
      continue;
    }
    const isPlaced = trail.multiRegion || trail.homeRegion !== null;
    if (isPlaced && !coversRegion(trail, region)) continue;
    if (asked !== undefined && account !== asked && !trail.organization) continue;
    const { taken, reasons: why } = connectsTaken(trail.selectors, cluster);
    if (taken === "no") continue;
    if (!trail.logging) reasons.push(`${trail.arn} is not logging`);
    else if (trail.deliveryError !== null)
      reasons.push(`${trail.arn} cannot deliver (${trail.deliveryError})`);
    else if (taken === "yes" && isPlaced) taking.push(trail);
    else {
      maybe = true;
      const open = isPlaced ? why : ["AWS did not say in which Region it records"];
      reasons.push(...open.map((reason) => `${trail.arn}: ${reason}`));
    }
  }
  if (taking.length) {
    const validation = taking.some((trail) => trail.validation);
    return { captured: "yes", reasons: [], trails: taking.map(({ arn }) => arn), validation };
  }
  if (asked !== undefined && account !== undefined && account !== asked) {
    maybe = true;
    reasons.push(
      `the trails of account ${account} are not asked about: only one of the organization would tell`,
    );
  }
  if (!reasons.length) reasons.push("no trail in this Region takes the cluster's connects");
  return { captured: maybe ? "unknown" : "no", reasons, trails: [], validation: false };
};
