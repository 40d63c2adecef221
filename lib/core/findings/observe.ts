// New detectors of a running installation are observed first: what they find is listed, and mailed only after two days.
import { HOUR, type Instant } from "../base/time.ts";
import type { Category, Finding } from "./finding.ts";

/** How long: two working days' rhythm, so that people see what an upgrade would mail before it does. */
export const OBSERVE_MS = 48 * HOUR;

/** When each detector first looked at a cluster; 0: it has been there from the beginning. */
export type FirstLooks = Readonly<Record<string, Instant>>;

/** The detectors of the releases that did not write down when each first looked. */
const unwritten = [
  "admin-connection", "ambiguous-mapping", "canary-missed", "capture-configuration", "capture-gap", "concurrent-networks",
  "connection-burst", "cross-account", "dormant-awakened", "dormant-mapping", "failed-attempts", "grant-option",
  "human-in-machine-role", "never-used-mapping", "new-client", "new-network", "off-hours", "privilege-exceeds-archetype",
  "revoked-connection", "root-connection", "section-unreadable", "self-audit", "snapshot-overdue", "spread-refusals",
  "unknown-mapping", "unmapped-connection",
]; // biome-ignore format: one glance

/**
 * When each of `detectors` first looked, with this look at `now`. `last`: the look before, undefined at the first one of a
 * cluster, which observes nothing; `last.firstLooks` undefined: a release wrote it that did not know of them.
 */
export const firstLooksOf = (
  last: { readonly firstLooks?: FirstLooks | undefined } | undefined,
  detectors: readonly string[],
  now: Instant,
): FirstLooks => {
  const known: FirstLooks = last?.firstLooks ?? Object.fromEntries(unwritten.map((id) => [id, 0]));
  const added = detectors.filter((id) => !Object.hasOwn(known, id));
  return { ...known, ...Object.fromEntries(added.map((id) => [id, last ? now : 0])) };
};

/** Until when what the detector finds is not mailed; undefined: it is mailed. Gaps in the record always are. */
export const observedUntil = (
  firstLooks: FirstLooks,
  { detector, category }: { readonly detector: string; readonly category: Category },
  now: Instant,
): Instant | undefined => {
  const first = Object.hasOwn(firstLooks, detector) ? (firstLooks[detector] ?? 0) : 0;
  const until = first + OBSERVE_MS;
  return first === 0 || category === "coverage" || until <= now ? undefined : until;
};

/** Nobody is told of it now: its detector is only observed, or the same finding of a peer is told. */
export const isHeldBack = ({ observedUntil, sameAs }: Pick<Finding, "observedUntil" | "sameAs">): boolean =>
  observedUntil !== undefined || sameAs !== undefined;
