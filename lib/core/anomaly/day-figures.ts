// What one principal did on one UTC day, so far: the figures that signs are read from.
import type { Tally } from "../activity/activity.ts";
import { clientFamily } from "../activity/client-family.ts";
import type { Principal } from "../base/ids.ts";
import { DAY, HOUR, type Instant } from "../base/time.ts";
import { coarseNetwork, fineNetwork, isNamedNetwork } from "./coarse-network.ts";

/** How often and when something was seen, with the event of its first time. */
export type Seen = {
  readonly count: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly firstEventId: string;
};

export type DayFigures = {
  readonly principal: Principal;
  /** Days since the epoch. */
  readonly day: number;
  /** Tallies of single hours, all of this day. */
  readonly tallies: readonly Tally[];
  readonly attempts: number;
  /** By UTC hour of the day. */
  readonly allowedByHour: readonly number[];
  readonly refusedByHour: readonly number[];
  /** Of allowed connections: by fine network, by client family, by session shape. What has no name is left out. */
  readonly networks: ReadonlyMap<string, Seen>;
  readonly families: ReadonlyMap<string, Seen>;
  readonly sessions: ReadonlyMap<string, Seen>;
  /** Of allowed connections: by mark of the access key, where records name one. */
  readonly accessKeys: ReadonlyMap<string, Seen>;
  /** Coarse networks by "hour session", of allowed connections. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, Seen>>;
  /** The same with those that it came from through the other endpoints of the database; `places` where it did not, or there is none. */
  readonly everywhere: ReadonlyMap<string, ReadonlyMap<string, Seen>>;
};

export const dayNumber = (at: Instant): number => Math.floor(at / DAY);
export const hourOfDay = (at: Instant): number => Math.floor((at % DAY) / HOUR);

type Sum = { -readonly [field in keyof Seen]: Seen[field] };

/** Adds in place: sums are ours, and this runs for every tally of every day. */
const note = (into: Map<string, Sum>, key: string, { count, firstAt, lastAt, firstEventId }: Seen): void => {
  const known = into.get(key);
  if (!known) {
    into.set(key, { count, firstAt, lastAt, firstEventId });
    return;
  }
  known.count += count;
  if (firstAt < known.firstAt) {
    known.firstAt = firstAt;
    known.firstEventId = firstEventId;
  }
  if (lastAt > known.lastAt) known.lastAt = lastAt;
};

/** Takes in tallies one by one, as they come; what it gives always describes all so far. */
export type GrowingDay = {
  readonly add: (tally: Tally) => void;
  /** One of another endpoint of the database: it says where else the principal is, and nothing more. */
  readonly addElsewhere: (tally: Tally) => void;
  readonly figures: () => DayFigures;
};

type Places = Map<string, Map<string, Sum>>;

const notePlace = (places: Places, tally: Tally): void => {
  const key = `${hourOfDay(tally.firstAt)} ${tally.session}`;
  const known = places.get(key) ?? new Map<string, Sum>();
  note(known, coarseNetwork(tally.network), tally);
  places.set(key, known);
};

const copyOf = (places: Places): Places =>
  new Map(
    [...places].map(([key, seen]) => [key, new Map([...seen].map(([name, sum]) => [name, { ...sum }]))]),
  );

/** An empty UTC day of one principal. Tallies of single hours of that day are added; figures cost nothing to ask for. */
export const growingDay = (principal: Principal, day: number): GrowingDay => {
  const allowedByHour = Array<number>(24).fill(0);
  const refusedByHour = Array<number>(24).fill(0);
  const networks = new Map<string, Sum>();
  const families = new Map<string, Sum>();
  const sessions = new Map<string, Sum>();
  const accessKeys = new Map<string, Sum>();
  const places: Places = new Map();
  let everywhere: Places | undefined;
  const tallies: Tally[] = [];
  let attempts = 0;
  const addPlace = (tally: Tally): void => {
    note(networks, fineNetwork(tally.network), tally);
    notePlace(places, tally);
    if (everywhere) notePlace(everywhere, tally);
  };
  return {
    add: (tally) => {
      const hour = hourOfDay(tally.firstAt);
      tallies.push(tally);
      attempts += tally.count;
      const byHour = tally.outcome === "refused" ? refusedByHour : allowedByHour;
      byHour[hour] = (byHour[hour] ?? 0) + tally.count;
      if (tally.outcome === "refused") return;
      const family = clientFamily(tally.client);
      if (family !== "unknown" && family !== "…") note(families, family, tally);
      if (tally.accessKey !== undefined) note(accessKeys, tally.accessKey, tally);
      if (tally.session !== "" && tally.session !== "…") note(sessions, tally.session, tally);
      if (isNamedNetwork(tally.network)) addPlace(tally);
    },
    addElsewhere: (tally) => {
      if (tally.outcome === "refused" || !isNamedNetwork(tally.network)) return;
      everywhere ??= copyOf(places);
      notePlace(everywhere, tally);
    },
    figures: () => ({
      principal,
      day,
      tallies,
      attempts,
      allowedByHour,
      refusedByHour,
      networks,
      families,
      sessions,
      accessKeys,
      places,
      everywhere: everywhere ?? places,
    }),
  };
};

/** `tallies` of one principal, each of one hour, all of one UTC day; at least one. `elsewhere`: its own through other endpoints. */
export const dayFigures = (tallies: readonly Tally[], elsewhere: readonly Tally[] = []): DayFigures => {
  const [first] = tallies;
  if (!first) throw new RangeError("a day without a connection has no figures");
  const growing = growingDay(first.principal, dayNumber(first.firstAt));
  for (const tally of tallies) growing.add(tally);
  for (const tally of elsewhere) growing.addElsewhere(tally);
  return growing.figures();
};
