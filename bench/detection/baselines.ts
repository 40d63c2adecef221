// Two published or plain ways to do the same, on the same runs: first-seen rules, and the risk score of Freeman et al. (2016).

import { clientFamily } from "../../lib/core/activity/client-family.ts";
import { coarseNetwork } from "../../lib/core/anomaly/coarse-network.ts";
import { DAY, HOUR, type Instant } from "../../lib/core/base/time.ts";
import type { Alert } from "./score.ts";
import type { Run } from "./simulate.ts";

/** Days before anything is told: nobody has habits yet. */
const LEARNING_DAYS = 14;
const SIGMAS = 6;

/** One alert a principal and day is how an on-call person would see either of them. */
const oncePerDay = () => {
  const seen = new Map<string, Alert>();
  return {
    add: (principal: string, at: Instant, name: string): void => {
      const key = `${principal} ${Math.floor(at / DAY)}`;
      const known = seen.get(key);
      seen.set(
        key,
        known
          ? { ...known, lastAt: at }
          : { principals: [principal], raisedAt: at, firstAt: at, lastAt: at, name, severity: "medium" },
      );
    },
    alerts: (): Alert[] => [...seen.values()],
  };
};

/** A new network (at the given grain), a new client, more in an hour than mean + 6 sigma of all hours so far. */
export const firstSeenRules = (run: Run, grain: "/24" | "/16"): readonly Alert[] => {
  type Known = {
    networks: Set<string>;
    clients: Set<string>;
    hours: number;
    sum: number;
    squares: number;
    hour: number;
    count: number;
  };
  const known = new Map<string, Known>();
  const found = oncePerDay();
  for (let day = 0; day < run.days; day++) {
    for (const { member, at, network, client, outcome } of run.eventsOf(day)) {
      if (outcome === "refused") continue;
      const its = known.get(member.arn) ?? {
        networks: new Set<string>(),
        clients: new Set<string>(),
        hours: 0,
        sum: 0,
        squares: 0,
        hour: -1,
        count: 0,
      };
      const isNew = !known.has(member.arn);
      known.set(member.arn, its);
      const place = grain === "/16" ? coarseNetwork(network) : network;
      const family = clientFamily(client);
      const hour = Math.floor(at / HOUR);
      if (hour !== its.hour) {
        its.hours++;
        its.sum += its.count;
        its.squares += its.count ** 2;
        its.hour = hour;
        its.count = 0;
      }
      its.count++;
      const mean = its.sum / its.hours;
      const sigma = Math.sqrt(Math.max(0, its.squares / its.hours - mean ** 2));
      if (day >= LEARNING_DAYS && !isNew) {
        if (!its.networks.has(place)) found.add(member.arn, at, "new-network");
        else if (!its.clients.has(family)) found.add(member.arn, at, "new-client");
        else if (its.hours > 24 && its.count > mean + SIGMAS * Math.max(1, sigma))
          found.add(member.arn, at, "connection-burst");
      }
      its.networks.add(place);
      its.clients.add(family);
    }
  }
  return found.alerts();
};

type Counter = { readonly seen: Map<string, number>; total: number };
const counter = (): Counter => ({ seen: new Map(), total: 0 });
const count = (into: Counter, value: string): void => {
  into.seen.set(value, (into.seen.get(value) ?? 0) + 1);
  into.total++;
};

/** Share of a value; an unseen one gets what unseen values are estimated to have together. */
const smoothed = ({ seen, total }: Counter, value: string): number => {
  const unseen = Math.max(1, [...seen.values()].filter((n) => n === 1).length);
  const known = seen.get(value);
  return known === undefined ? 1 / (total + unseen) : (known / total) * (1 - unseen / (total + unseen));
};

/**
 * Freeman, Jain, Duermuth, Biggio, Giacinto: Who Are You? A Statistical Approach to Measuring User Authenticity (NDSS 2016):
 * risk = product over features of p(x) / p(x | user). Features: network with its neighbourhood as back-off (0.6, 0.4), and
 * client. The threshold is set so that false alerts are as many as `falsePerWeek` allows, which flatters it.
 */
export const freeman = (run: Run, falsePerWeek: number): readonly Alert[] => {
  type Profile = { readonly network: Counter; readonly place: Counter; readonly client: Counter };
  const make = (): Profile => ({ network: counter(), place: counter(), client: counter() });
  const all = make();
  const users = new Map<string, Profile>();
  const scored: { principal: string; at: Instant; bits: number; attack: boolean }[] = [];
  for (let day = 0; day < run.days; day++) {
    const best = new Map<string, { at: Instant; bits: number; attack: boolean }>();
    for (const { member, at, network, client, outcome, attack } of run.eventsOf(day)) {
      if (outcome === "refused") continue;
      const own = users.get(member.arn) ?? make();
      users.set(member.arn, own);
      const place = coarseNetwork(network);
      const ratio = (p: Counter, u: Counter, value: string): number => {
        const everywhere = smoothed(p, value);
        const its = u.seen.has(value) ? smoothed(u, value) : everywhere / 4;
        return everywhere / its;
      };
      if (own.network.total >= 10 && day >= LEARNING_DAYS) {
        const risk =
          (0.6 * ratio(all.network, own.network, network) + 0.4 * ratio(all.place, own.place, place)) *
          ratio(all.client, own.client, clientFamily(client));
        const bits = Math.log2(risk);
        const known = best.get(member.arn);
        if (!known || bits > known.bits) best.set(member.arn, { at, bits, attack: attack !== undefined });
      }
      for (const profile of [all, own]) {
        count(profile.network, network);
        count(profile.place, place);
        count(profile.client, clientFamily(client));
      }
    }
    for (const [principal, one] of best) scored.push({ principal, ...one });
  }
  const allowed = Math.round((falsePerWeek * (run.days - LEARNING_DAYS)) / 7);
  const harmless = scored.filter(({ attack }) => !attack).sort((a, b) => b.bits - a.bits);
  const threshold = harmless[allowed]?.bits ?? 0;
  return scored
    .filter(({ bits }) => bits > threshold)
    .map(({ principal, at }) => ({
      principals: [principal],
      raisedAt: at,
      firstAt: at,
      lastAt: at,
      name: "new-network",
      severity: "medium",
    }));
};
