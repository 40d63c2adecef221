// Who exactly stands behind an unusual stretch: the addresses, session names and events that a person has to look up.
import type { Tally } from "../activity/activity.ts";
import { clientFamily } from "../activity/client-family.ts";
import type { Sighting, Sightings } from "../activity/sighting.ts";
import type { Principal } from "../base/ids.ts";
import { floorTo, HOUR, type Instant, type Interval } from "../base/time.ts";
import { coarseNetwork, fineNetwork } from "./coarse-network.ts";

type Evidence = Readonly<Record<string, unknown>>;
type Alike = Pick<Tally, "principal" | "network" | "client" | "session">;

export type Wanted = {
  /** undefined: whoever connected so. */
  readonly principal: Principal | undefined;
  /** Networks, client families and session shapes that the signs name; none: all that the principal did. */
  readonly values: ReadonlySet<string>;
  /** One session in several places: the usual one tells as much as the strange one. */
  readonly places: readonly { readonly session: string; readonly networks: readonly string[] }[];
};

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];

const placesIn = (evidence: unknown): Wanted["places"] => {
  const { session, networks } = (evidence ?? {}) as Evidence;
  const names = texts(networks);
  return typeof session === "string" && names.length ? [{ session, networks: names }] : [];
};

/** By an observation's threads ("network:203.0.113.0/24"), and by the places that its evidence and that of its signs name. */
export const wantedOf = (
  principal: Principal | undefined,
  threads: readonly string[],
  evidence: Evidence,
): Wanted => ({
  principal,
  values: new Set(threads.map((thread) => thread.slice(thread.indexOf(":") + 1))),
  places: [
    ...placesIn(evidence),
    ...(Array.isArray(evidence.signs) ? evidence.signs.flatMap((sign) => placesIn(sign?.evidence)) : []),
  ],
});

const shows = ({ values, places }: Wanted, { network, client, session }: Alike): boolean =>
  values.has(fineNetwork(network)) ||
  values.has(coarseNetwork(network)) ||
  values.has(clientFamily(client)) ||
  values.has(session) ||
  places.some((place) => place.session === session && place.networks.includes(coarseNetwork(network)));

/** Those that show what the signs name; all of the principal's where none does, or nothing is named. */
export const wantedAmong = <T extends Alike>(all: readonly T[], wanted: Wanted): readonly T[] => {
  const { principal } = wanted;
  const own = principal === undefined ? all : all.filter((one) => one.principal === principal);
  const named = own.filter((one) => shows(wanted, one));
  return named.length || principal === undefined ? named : own;
};

/** At most so long a stretch of one hour, and so many of them, are looked at each time. */
const MAX_STRETCHES = 12;

/** The minutes, hour by hour, in which these connections came, the newest last; `whole`: none is left out. */
export const stretchesOf = (
  tallies: readonly Pick<Tally, "firstAt" | "lastAt">[],
  since: Instant,
): { readonly stretches: readonly Interval[]; readonly whole: boolean } => {
  const byHour = new Map<Instant, Interval>();
  for (const { firstAt, lastAt } of tallies) {
    // What is only known by the day does not tell the minutes.
    if (lastAt < since || lastAt - firstAt >= HOUR) continue;
    const hour = floorTo(HOUR, firstAt);
    const known = byHour.get(hour) ?? { from: firstAt, to: lastAt };
    byHour.set(hour, { from: Math.min(known.from, firstAt), to: Math.max(known.to, lastAt) });
  }
  const all = [...byHour.values()].sort((a, b) => a.from - b.from);
  // The beginning tells most; what came last tells whether it goes on elsewhere.
  const stretches = all.length > MAX_STRETCHES ? [...all.slice(0, MAX_STRETCHES - 1), ...all.slice(-1)] : all;
  return { stretches, whole: stretches.length === all.length };
};

/** As it stands in a finding's evidence. */
export type CloserLook = {
  readonly addresses: readonly string[];
  readonly addressesNotShown: number | null;
  readonly sessionNames: readonly string[];
  readonly sessionNamesNotShown: number | null;
  /** true: addresses and names of some connections were not kept, or not looked up. */
  readonly notAllKnown: boolean;
};

const SHOWN = 20;

const count = (value: unknown): number => (typeof value === "number" ? value : 0);

/** The first 20 that were ever seen stay; of further ones the most that one look saw are counted. */
const joined = (known: readonly string[], before: number, seen: readonly string[]) => {
  const fresh = [...new Set(seen)].filter((text) => text !== "" && !known.includes(text)).sort();
  const all = [...known, ...fresh];
  return { shown: all.slice(0, SHOWN), more: Math.max(before, all.length - SHOWN) || null };
};

/** Whether somebody looked: its fields are those of a closer look. */
const hasLook = (evidence: Evidence): boolean => "addresses" in evidence;

const withRows = (before: Evidence, rows: readonly Sighting[], notAllKnown: boolean): CloserLook => {
  const addresses = joined(
    texts(before.addresses),
    count(before.addressesNotShown),
    rows.map(({ address }) => address),
  );
  const names = joined(
    texts(before.sessionNames),
    count(before.sessionNamesNotShown),
    rows.map(({ sessionName }) => sessionName),
  );
  return {
    addresses: addresses.shown,
    addressesNotShown: addresses.more,
    sessionNames: names.shown,
    sessionNamesNotShown: names.more,
    notAllKnown: before.notAllKnown === true || notAllKnown,
  };
};

/** What segments keep of it, added to what earlier looks found. `null` among the segments: nothing was kept there. */
export const closerLook = (
  before: Evidence,
  wanted: Wanted,
  segments: readonly (Sightings | null)[],
  whole: boolean,
): CloserLook => {
  const rows = wantedAmong(
    segments.flatMap((segment) => segment?.rows ?? []),
    wanted,
  );
  const isCut = segments.some(
    (segment) =>
      segment === null ||
      segment.cut === "many" ||
      segment.cut.some((principal) => wanted.principal === undefined || principal === wanted.principal),
  );
  return withRows(before, rows, isCut || !whole);
};

/** What an earlier look found stays with the finding where the newest one did not look. */
export const keptLook = (before: Evidence, evidence: Evidence): Partial<CloserLook> => {
  if (hasLook(evidence) || !hasLook(before)) return {};
  return withRows(before, [], false);
};

/** What its fields are called. */
export const closerLookWords = {
  addresses: { label: "Addresses", whenEmpty: "not known" },
  addressesNotShown: { label: "Further addresses, at least", whenEmpty: "" },
  sessionNames: { label: "Session names", whenEmpty: "none known" },
  sessionNamesNotShown: { label: "Further session names, at least", whenEmpty: "" },
  notAllKnown: { label: "Some addresses and session names were not kept", whenEmpty: "" },
} as const;
