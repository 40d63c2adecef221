// What an intrusion has at hand: the estate's plan and days, and masks to hide behind.
import { HOUR, type Instant } from "../../../lib/core/base/time.ts";
import type { Chance } from "../chance.ts";
import type { SimEvent } from "../routine.ts";
import { type Party, PROVIDERS, REGION, within } from "./cast.ts";
import type { Happenings } from "./happenings.ts";

export type Stage = {
  readonly random: Chance;
  readonly parties: readonly Party[];
  readonly plan: Happenings;
  readonly start: Instant;
  readonly days: number;
  /** Somebody who has left, or is silent until it is awakened, or was misused a few days ago. */
  readonly isSpared: (party: Party, n: number) => boolean;
  /** What a party did on a day, to look like it. */
  readonly usual: (party: Party, n: number) => readonly SimEvent[];
};
/** One intrusion: whom it uses, when, and how loud it is (0 is strong, 2 is weak). */
export type Scene = Stage & {
  readonly party: Party;
  readonly at: Instant;
  readonly n: number;
  readonly grade: number;
};
/** One of the party's latest connections, as a mask to hide behind. */
export const mask = ({ usual, n, random, party }: Scene): SimEvent => {
  for (let day = n - 1; day >= 0; day--) {
    const known = usual(party, day).filter(({ outcome }) => outcome === "allowed");
    if (known.length) return { ...random.pick(known), action: "DbConnect" };
  }
  const [human] = party.humans;
  return {
    at: 0,
    member: party,
    action: "DbConnect",
    outcome: "allowed",
    network: party.addresses[0] ?? "10.40.1.0/24",
    client: human?.tool ?? party.library,
    session: human?.session ?? party.session,
  };
};
export const times = (random: Chance, from: Instant, within: number, count: number): Instant[] =>
  Array.from({ length: count }, () => from + random.int(0, within));
export const at = (events: readonly Instant[], event: Omit<SimEvent, "at">): SimEvent[] =>
  events.map((when) => ({ ...event, at: when }));
export const hourOf = (when: Instant): Instant => Math.floor(when / HOUR) * HOUR;
/** An address in a range that others of the estate come from. */
export const among = (random: Chance): string =>
  within(random, random.pick([...REGION, ...PROVIDERS.flat()]));
export const largestHour = ({ usual, n, party }: Scene): number => {
  let most = 1;
  for (let day = Math.max(0, n - 30); day < n; day++)
    for (const events of Map.groupBy(usual(party, day), (event) => Math.floor(event.at / HOUR)).values())
      most = Math.max(most, events.length);
  return most;
};
export const others = (
  { parties, party, random, n, isSpared }: Scene,
  who: (party: Party) => boolean,
  count: number,
): Party[] => {
  const left = parties.filter(
    (other) => other !== party && other.joins === 0 && who(other) && !isSpared(other, n),
  );
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(random.int(0, left.length - 1), 1)[0],
  ).filter((other) => other !== undefined);
};
