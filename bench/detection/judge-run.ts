// Judges a run as the product does: every five minutes what has come so far of the running day, then the day is closed.
import type { Tally } from "../../lib/core/activity/activity.ts";
import { closeDay } from "../../lib/core/anomaly/close-day.ts";
import {
  type DayFigures,
  dayNumber,
  type GrowingDay,
  growingDay,
} from "../../lib/core/anomaly/day-figures.ts";
import { episodesToday, type WeighedEpisode } from "../../lib/core/anomaly/episodes.ts";
import { dayContext, EMPTY_ESTATE, type Estate } from "../../lib/core/anomaly/estate.ts";
import { judgeDay } from "../../lib/core/anomaly/judge-day.ts";
import { rawSigns } from "../../lib/core/anomaly/raw-signs.ts";
import type { SignRule } from "../../lib/core/anomaly/sign-rule.ts";
import { type Spread, spreadRefusals } from "../../lib/core/anomaly/spread.ts";
import type { Principal } from "../../lib/core/base/ids.ts";
import { DAY, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import { ACCOUNT } from "./population.ts";
import type { SimEvent } from "./routine.ts";
import type { Run } from "./simulate.ts";

/** A finding as it was when last seen. */
export type Raised = {
  readonly principal: Principal;
  readonly raisedAt: Instant;
  readonly episode: WeighedEpisode;
  /** When each sign was first in it, or became stronger. */
  readonly named: readonly Named[];
  /** Raised, and then withdrawn because others did the same that day. */
  readonly withdrawn: boolean;
};

/** A sign that an open finding's evidence began to show. */
export type Named = { readonly detector: string; readonly firstAt: Instant; readonly at: Instant };

const namedBy = (known: Raised | undefined, { signs }: WeighedEpisode, at: Instant): readonly Named[] => {
  const before = known?.named ?? [];
  const shown = new Set(before.map(({ detector, firstAt }) => `${detector} ${firstAt}`));
  const added = signs.filter(({ detector, firstAt }) => !shown.has(`${detector} ${firstAt}`));
  return added.length
    ? [...before, ...added.map(({ detector, firstAt }) => ({ detector, firstAt, at }))]
    : before;
};

/** What a run makes the product say: episodes of one principal, and refusals spread over several. */
export type JudgedRun = {
  readonly raised: readonly Raised[];
  readonly spread: readonly (Spread & { readonly raisedAt: Instant })[];
};

const EVERY = 5 * MINUTE;

export const tallyOfEvent = (event: SimEvent, n: number): Tally => ({
  principal: event.member.arn,
  action: event.action,
  outcome: event.outcome,
  network: event.network,
  client: event.client,
  session: event.session,
  role: "",
  count: 1,
  firstAt: event.at,
  lastAt: event.at,
  firstEventId: `event-${n}`,
});

/** All findings of a run, each once; `rules` are the signs that are looked for. */
export const judgeRun = (run: Run, rules: readonly SignRule[], falseFindingsPerWeek = 1): JudgedRun => {
  const facts = {
    clusterAccount: ACCOUNT,
    auditor: null,
    mappingAt: run.mappingAt,
    isWatched: () => true,
    falseFindingsPerWeek,
  };
  let estate: Estate = EMPTY_ESTATE;
  let n = 0;
  const all = new Map<string, Raised>();
  const spread = new Map<string, Spread & { readonly raisedAt: Instant }>();
  for (let day = 0; day < run.days; day++) {
    const start = run.start + day * DAY;
    const context = dayContext(estate, dayNumber(start), facts);
    const raw = rawSigns(context, rules);
    const growing = new Map<Principal, GrowingDay>();
    const figures = new Map<Principal, DayFigures>();
    const note = (now: Instant): void => {
      const signs = judgeDay(context, [...figures.values()], raw);
      const today = new Set<string>();
      for (const episode of episodesToday(context, signs)) {
        const key = `${episode.principal} ${episode.firstAt}`;
        const known = all.get(key);
        if (episode.severity === undefined) continue;
        today.add(key);
        all.set(key, {
          principal: episode.principal,
          raisedAt: known?.raisedAt ?? now,
          episode,
          named: namedBy(known, episode, now),
          withdrawn: false,
        });
      }
      for (const [key, raised] of all) {
        if (raised.raisedAt >= start && !today.has(key)) all.set(key, { ...raised, withdrawn: true });
      }
    };
    const events = run.eventsOf(day);
    const refusals: Tally[] = [];
    let at = 0;
    for (let now = start + EVERY; now <= start + DAY; now += EVERY) {
      const changed = new Set<Principal>();
      let refused = false;
      for (; at < events.length && (events[at]?.at ?? 0) < now; at++) {
        const event = events[at] as SimEvent;
        const principal = event.member.arn;
        const its = growing.get(principal) ?? growingDay(principal, dayNumber(start));
        growing.set(principal, its);
        const tally = tallyOfEvent(event, n++);
        its.add(tally);
        if (tally.outcome === "refused") refusals.push(tally);
        changed.add(principal);
        refused ||= event.outcome === "refused";
      }
      for (const principal of changed) {
        const its = growing.get(principal)?.figures();
        if (its) figures.set(principal, its);
      }
      if (changed.size) note(now);
      if (!refused) continue;
      for (const one of spreadRefusals(refusals, context, () => [])) {
        if (one.severity === undefined) continue;
        const key = `${one.by} ${one.value} ${one.firstAt}`;
        spread.set(key, { ...one, raisedAt: spread.get(key)?.raisedAt ?? now });
      }
    }
    estate = closeDay(context, rules, [...figures.values()], raw);
  }
  return { raised: [...all.values()], spread: [...spread.values()] };
};
