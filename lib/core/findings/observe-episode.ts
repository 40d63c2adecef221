// What an episode of unusual connections says, as an observation: its title, its figures, and all of its signs.
import type { WeighedEpisode } from "../anomaly/episodes.ts";
import type { DaySign } from "../anomaly/judge-day.ts";
import { floorTo, HOUR, iso } from "../base/time.ts";
import { principalName, visible } from "../base/visible-text.ts";
import type { Observation } from "./finding.ts";
import { findingId } from "./finding-id.ts";
import { firstStepAnew } from "./first-step.ts";
import type { AuditView } from "./view.ts";

const SHOWN_EVENTS = 50;
const MAX_THREADS = 8;
/** What a sign says names sessions and clients that others choose: long enough for all that is ours. */
const MAX_SENTENCE = 600;

const rounded = (bits: number): number => Math.round(bits * 10) / 10;

/** What a title leaves to the evidence: the figures that make it strange. */
const FIGURES = /; (?:nobody else uses|no other (?:person|machine) uses|its (?:most|longest)) [^;]*$/;

const titleOf = ({ what }: DaySign): string => what.replace(FIGURES, "");

/** The figures alone, as a sentence; undefined of a fact, which needs none. */
const figuresOf = (sign: DaySign): string | undefined => {
  const figures = sign.says.slice(titleOf(sign).length).replace(/^; /, "");
  return figures && `${figures.slice(0, 1).toUpperCase()}${visible(figures.slice(1), MAX_SENTENCE)}.`;
};

/** undefined: no sign names it, or it neither is above its threshold nor ever was. */
export const observeEpisode = (view: AuditView, episode: WeighedEpisode): Observation | undefined => {
  const named = episode.signs.find(({ detector }) => detector === episode.detector);
  // What was found once stays found until it ends, also where its threshold has grown since.
  const severity = episode.severity ?? (episode.found ? "low" : undefined);
  if (!named || severity === undefined) return undefined;
  const subject = { principal: episode.principal, facet: iso(floorTo(HOUR, episode.firstAt)) };
  const others = episode.signs.length - 1;
  // The same network or client on other principals is the same attack.
  const threads = episode.signs.flatMap(({ group, value }) =>
    value === undefined ? [] : [`${group}:${value}`],
  );
  const name = principalName(episode.principal);
  const why = figuresOf(named);
  return firstStepAnew<Observation>({
    id: findingId(named.detector, view.cluster, subject),
    detector: named.detector,
    category: "anomalous",
    life: "episode",
    severity,
    cluster: view.cluster,
    subject,
    title: `${name} ${visible(titleOf(named), MAX_SENTENCE)}${others ? ` (and ${others} more ${others === 1 ? "sign" : "signs"})` : ""}`,
    evidence: {
      ...named.evidence,
      ...(why && { why }),
      bits: rounded(episode.weight),
      threshold: rounded(episode.threshold),
      signs: episode.signs.map(({ detector, bits, says, firstAt, lastAt, evidence }) => ({
        ...(detector === named.detector && { isTitle: true }),
        detector,
        bits: rounded(bits),
        says: visible(says, MAX_SENTENCE),
        firstAt: iso(firstAt),
        lastAt: iso(lastAt),
        evidence,
      })),
    },
    firstSeenAt: episode.firstAt,
    lastSeenAt: episode.lastAt,
    ...(threads.length && { threads: [...new Set(threads)].slice(0, MAX_THREADS) }),
    eventIds: [...new Set(episode.signs.flatMap(({ eventIds }) => eventIds))].slice(0, SHOWN_EVENTS),
    // Told anew of all that the evidence says.
    fix: "",
  });
};
