// Episodes: the unusual connections of one principal until 24 hours of quiet, with what they weigh together.

import type { Principal } from "../base/ids.ts";
import { DAY, type Instant } from "../base/time.ts";
import { attackToolIn } from "./attack-tool-rule.ts";
import { NAME_WITHIN_BITS } from "./constants.ts";
import type { DayContext, OpenEpisode } from "./estate.ts";
import type { Kind } from "./habits.ts";
import type { DaySign } from "./judge-day.ts";
import { isAfterLastSession } from "./mapping-rule.ts";
import { severityOf, weightOf } from "./weigh.ts";

/** This long without an unusual connection ends an episode. */
export const EPISODE_QUIET_MS = DAY;

/** An ended episode is closed by itself after this long. */
export const CLOSE_AFTER_MS = 14 * DAY;

/** What tells most about an attack, first. */
const MOST_TELLING: readonly string[] = [
  "revoked-connection",
  "unmapped-connection",
  "root-connection",
  "attack-tool",
  "admin-connection",
  "failed-attempts",
  "dormant-awakened",
  "human-in-machine-role",
  "connection-burst",
  "concurrent-networks",
  "new-network",
  "new-client",
  "cross-account",
  "off-hours",
];

export type WeighedEpisode = OpenEpisode & {
  readonly principal: Principal;
  readonly kind: Kind;
  readonly weight: number;
  readonly threshold: number;
  /** Undefined: it weighs too little for a finding. */
  readonly severity: "low" | "medium" | "high" | "critical" | undefined;
  /** The detector that names it. */
  readonly detector: string;
};

/** By bits; but that somebody was let in who could not be outweighs any attempt. */
const isStronger = (sign: DaySign, known: DaySign): boolean =>
  isAfterLastSession(sign) === isAfterLastSession(known) ? sign.bits > known.bits : isAfterLastSession(sign);

/** What a sign says by itself, however large the estate is and whatever else is usual; undefined: nothing. */
const leastSeverityOf = (sign: DaySign): WeighedEpisode["severity"] => {
  if (isAfterLastSession(sign)) return "critical";
  const tool = attackToolIn(sign);
  return tool && (tool === "let in" ? "high" : "medium");
};

const SEVERITIES: readonly WeighedEpisode["severity"][] = [undefined, "low", "medium", "high", "critical"];

const worstOf = (all: readonly WeighedEpisode["severity"][]): WeighedEpisode["severity"] =>
  SEVERITIES[Math.max(...all.map((one) => SEVERITIES.indexOf(one)))];

/** The strongest sign of each detector, over all days of the episode. */
const strongestOf = (signs: readonly DaySign[]): DaySign[] => {
  const best = new Map<string, DaySign>();
  for (const sign of signs) {
    const known = best.get(sign.detector);
    if (!known || isStronger(sign, known)) best.set(sign.detector, sign);
  }
  return [...best.values()].sort(
    (a, b) => b.bits - a.bits || a.firstAt - b.firstAt || (a.detector < b.detector ? -1 : 1),
  );
};

const nameOf = (signs: readonly DaySign[]): string => {
  const certain = signs.find(isAfterLastSession);
  if (certain) return certain.detector;
  const [strongest] = signs;
  const close = signs.filter(
    ({ bits }) => strongest !== undefined && bits >= strongest.bits - NAME_WITHIN_BITS,
  );
  const rank = ({ detector }: DaySign): number => {
    const at = MOST_TELLING.indexOf(detector);
    return at < 0 ? MOST_TELLING.length : at;
  };
  return close.sort((a, b) => rank(a) - rank(b))[0]?.detector ?? "";
};

const firstOf = (signs: readonly DaySign[]): Instant =>
  signs.reduce((least, { firstAt }) => Math.min(least, firstAt), Number.POSITIVE_INFINITY);
const lastOf = (signs: readonly DaySign[]): Instant =>
  signs.reduce((most, { lastAt }) => Math.max(most, lastAt), 0);

/** An open episode with the signs of the running day; one that has ended and the day's own where a day of quiet lies between. */
export const episodeWith = (
  open: OpenEpisode | undefined,
  signs: readonly DaySign[],
): OpenEpisode | undefined => {
  if (!signs.length) return open;
  const firstAt = firstOf(signs);
  if (!open || firstAt - open.lastAt >= EPISODE_QUIET_MS)
    return { firstAt, lastAt: lastOf(signs), signs: strongestOf(signs), found: false };
  return {
    firstAt: Math.min(open.firstAt, firstAt),
    lastAt: Math.max(open.lastAt, lastOf(signs)),
    signs: strongestOf([...open.signs, ...signs]),
    found: open.found,
  };
};

export const weigh = (
  context: Pick<DayContext, "kindOf" | "threshold">,
  principal: Principal,
  episode: OpenEpisode,
): WeighedEpisode => {
  const kind = context.kindOf(principal);
  const threshold = context.threshold[kind];
  const weight = weightOf(episode.signs);
  const usual = weight >= threshold ? severityOf(weight, threshold) : undefined;
  return {
    ...episode,
    principal,
    kind,
    weight,
    threshold,
    severity: worstOf([usual, ...episode.signs.map(leastSeverityOf)]),
    detector: nameOf(episode.signs),
  };
};

/** Is this all that is left of it: no sign can join it any more, and no finding of it is open? */
const isPast = ({ lastAt, found }: OpenEpisode, now: Instant): boolean =>
  now >= lastAt + EPISODE_QUIET_MS + (found ? CLOSE_AFTER_MS : 0);

/** What is kept of a principal's episodes at `now`; `latest` is the one that the day's signs belong to. */
export const keptEpisodes = (
  known: readonly OpenEpisode[],
  latest: OpenEpisode | undefined,
  now: Instant,
): readonly OpenEpisode[] => {
  const before = latest
    ? known.filter(({ firstAt, lastAt }) => firstAt > latest.lastAt || lastAt < latest.firstAt)
    : known;
  return [...before, ...(latest ? [latest] : [])].filter((episode) => !isPast(episode, now));
};

/** Episodes of days that are closed, but for the ones that go on today. */
export const episodesBefore = (
  context: DayContext,
  today: readonly WeighedEpisode[],
  now: Instant,
): readonly WeighedEpisode[] =>
  [...context.estate.episodes].flatMap(([principal, known]) =>
    known
      .filter((episode) => !isPast(episode, now))
      .filter(
        ({ firstAt }) => !today.some((other) => other.principal === principal && other.firstAt === firstAt),
      )
      .map((episode) => weigh(context.database(), principal, episode)),
  );

/** The episodes that the running day's signs belong to, by principal. */
export const episodesToday = (
  context: DayContext,
  signs: ReadonlyMap<Principal, readonly DaySign[]>,
): readonly WeighedEpisode[] =>
  [...signs].flatMap(([principal, own]) => {
    const episode = episodeWith(context.estate.episodes.get(principal)?.at(-1), own);
    return episode ? [weigh(context.database(), principal, episode)] : [];
  });
