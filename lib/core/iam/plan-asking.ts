// Whom to ask AWS's policy simulator about, and when: few at a time, those whose policies changed and administrators first.
import { withoutPath } from "../base/ids.ts";
import { DAY, HOUR, type Instant } from "../base/time.ts";
import type { AskTimes } from "../history/manifest.ts";
import { answeredBefore, askedIdentities, askedIdentity } from "./asked-identities.ts";
import { type IamFacts, type IamOpinions, iamRows } from "./facts.ts";
import { keptOpinions } from "./kept-opinions.ts";
import { isRefusedByScp, type Opinion } from "./opinion.ts";
import { secondOpinion } from "./second-opinion.ts";

/** Identities that opinions are kept of: a few kilobytes in a snapshot, whatever the size of the account. */
export const MOST_KEPT = 100;
/** Each is one call or two, of a service whose low limit the whole account shares. */
export const ASKED_AN_HOUR = 5;
export const ASKED_A_DAY = 20;

/** The same policies get the same answer, but for what AWS changes: its simulator, or the organisation's policies. */
const ASKED_AGAIN = 30 * DAY;
const REFUSED_BY_SCP_AGAIN = 7 * DAY;
/** What is behind a difference, or behind no answer, may be on its way through AWS, or be mended. */
const OPEN_AGAIN = DAY;

const MOST_REASON_CHARS = 300;

/** What came of asking; `gone`: whom AWS does not know (any more); `refused`: why the rest was not asked. */
export type AskFound = {
  readonly opinions: readonly Opinion[];
  readonly gone?: readonly string[];
  readonly refused: { readonly why: string; readonly permission?: string } | null;
};

type Wish = { readonly arn: string; readonly rank: number; readonly from: Instant };

const CHANGED = 0;
const DIFFERS = 1;
const NEVER = 2;
const OLD = 3;

/** Whether the lists of identities are there: without them nobody can be asked about, and nobody is gone. */
const isListed = (facts: IamFacts): boolean =>
  iamRows(facts, "users").rows !== null && iamRows(facts, "roles").rows !== null;

/**
 * Those of whom something else was said stay, however many come before them: else nothing would be in doubt any more. Then
 * administrators and mapped identities in turns, then others with policies about connecting: denied here, and perhaps not there.
 */
const candidates = (
  { facts, cluster, mapped }: Pick<Known, "facts" | "cluster" | "mapped">,
  differing: readonly string[],
): readonly string[] => {
  const second = secondOpinion(facts, cluster);
  const { principals } = second.sample(mapped, MOST_KEPT);
  const named = [...differing, ...principals].flatMap((arn) => second.sourceOf(arn) ?? []);
  const first = [...new Set(named)].slice(0, MOST_KEPT);
  if (first.length >= MOST_KEPT) return first;
  const others = [...(iamRows(facts, "users").rows ?? []), ...(iamRows(facts, "roles").rows ?? [])]
    .filter(
      (one) => one.inline.length > 0 || one.attached.length > 0 || ("groups" in one && one.groups.length > 0),
    )
    .map(({ arn }) => arn)
    .sort();
  return [...new Set([...first, ...others])].slice(0, MOST_KEPT);
};

/** The identities whose policies the two read differently. */
const differingIn = (facts: IamFacts, opinions: IamOpinions | undefined): readonly string[] =>
  keptOpinions({ ...facts, ...(opinions && { opinions }) }).flatMap(({ principal, state }) =>
    state === "differs" ? [principal] : [],
  );

/**
 * What each candidate waits for, in the order in which they are asked about. Whom AWS does not answer about comes last, and of
 * those that are asked again who waits longest comes first: they keep nobody from being asked about.
 */
const wishes = (
  facts: IamFacts,
  cluster: string,
  wanted: readonly string[],
  opinions: IamOpinions | undefined,
): readonly Wish[] => {
  const { digestOf } = secondOpinion(facts, cluster);
  const asked = new Map((opinions?.identities ?? []).map((one) => [withoutPath(one.arn), one]));
  const said = Map.groupBy(keptOpinions({ ...facts, ...(opinions && { opinions }) }), ({ principal }) =>
    withoutPath(principal),
  );
  const wishOf = (arn: string): Wish => {
    const found = asked.get(withoutPath(arn));
    if (!found) return { arn, rank: NEVER, from: 0 };
    if (found.policies !== digestOf(arn)) return { arn, rank: CHANGED, from: 0 };
    const mine = said.get(withoutPath(arn)) ?? [];
    if (mine.some(({ state }) => state === "differs"))
      return { arn, rank: DIFFERS, from: found.askedAt + OPEN_AGAIN };
    if (mine.some(({ aws }) => aws === null)) return { arn, rank: OLD, from: found.askedAt + OPEN_AGAIN };
    const after = mine.some(isRefusedByScp) ? REFUSED_BY_SCP_AGAIN : ASKED_AGAIN;
    return { arn, rank: OLD, from: found.askedAt + after };
  };
  return wanted.map(wishOf).sort((a, b) => a.rank - b.rank || a.from - b.from);
};

/** The times at which somebody was asked about, in the last day: what a day's limit counts. */
const askedToday = (opinions: IamOpinions | undefined, now: Instant): Instant[] =>
  (opinions?.identities ?? [])
    .map(({ askedAt }) => askedAt)
    .filter((at) => at > now - DAY && at <= now)
    .sort((a, b) => a - b);

export type Asking = {
  /** Whom to ask about now; nobody: it is too early, or there is nobody. */
  readonly principals: readonly string[];
  /** The opinions as they are to be kept, once it was asked; `found` null: it was not. */
  readonly keep: (found: AskFound | null) => { readonly opinions: IamOpinions; readonly times: AskTimes };
};

/** What stands in the way, since when: a refusal that comes again is the same one, if nothing was answered before it. */
const refusalOf = (
  { refused, opinions }: AskFound,
  earlier: IamOpinions | undefined,
  now: Instant,
): IamOpinions["refused"] => {
  if (!refused) return null;
  const why = refused.why.slice(0, MOST_REASON_CHARS);
  const since = earlier?.refused?.why === why && !opinions.length ? earlier.refused.since : now;
  return { why, permission: refused.permission ?? null, since };
};

/** From when on it is worth asking again. */
const dueAfter = (left: readonly Wish[], kept: IamOpinions, askedAt: Instant, now: Instant): Instant => {
  if (kept.refused) return askedAt + (kept.refused.permission === null ? HOUR : DAY);
  const today = askedToday(kept, now);
  const free = (today.at(-ASKED_A_DAY) ?? -DAY) + DAY;
  const soonest = Math.min(now + ASKED_AGAIN, ...left.map(({ from }) => from));
  return Math.max(askedAt + HOUR, soonest, today.length < ASKED_A_DAY ? 0 : free);
};

type Known = {
  readonly facts: IamFacts;
  readonly cluster: string;
  readonly mapped: readonly string[];
  /** What the snapshot before held. */
  readonly earlier: IamOpinions | undefined;
  readonly times: AskTimes | null;
};

/**
 * Plans one asking. Pure. Never more often than once an hour, nor about more than ASKED_AN_HOUR and ASKED_A_DAY identities;
 * a refusal is waited out.
 */
export const planAsking = (known: Known, now: Instant): Asking => {
  const { facts, cluster, earlier, times } = known;
  const wanted = isListed(facts) ? candidates(known, differingIn(facts, earlier)) : null;
  const isEarly =
    times !== null && (now - times.askedAt < HOUR || (earlier?.refused != null && now < times.dueAt));
  const quota = Math.max(0, Math.min(ASKED_AN_HOUR, ASKED_A_DAY - askedToday(earlier, now).length));
  const principals =
    isEarly || !wanted
      ? []
      : wishes(facts, cluster, wanted, earlier)
          .filter(({ from }) => from <= now)
          .slice(0, quota)
          .map(({ arn }) => arn);

  const keep: Asking["keep"] = (found) => {
    const second = secondOpinion(facts, cluster);
    const fresh = [
      ...askedIdentities(second, found?.opinions ?? [], now),
      // Listed here and not known there: it was asked about, and has no answer.
      ...(found?.gone ?? []).map((arn) => askedIdentity(second, arn, [], now)),
    ].map((one) => answeredBefore(one, earlier));
    const isFresh = new Set(fresh.map(({ arn }) => withoutPath(arn)));
    const isWanted = wanted && new Set(wanted.map(withoutPath));
    const old = (earlier?.identities ?? []).filter(
      ({ arn }) => !isFresh.has(withoutPath(arn)) && (isWanted?.has(withoutPath(arn)) ?? true),
    );
    const refused = found ? refusalOf(found, earlier, now) : (earlier?.refused ?? null);
    const kept: IamOpinions = { cluster, identities: [...old, ...fresh], refused, waiting: 0 };
    const left = wanted ? wishes(facts, cluster, wanted, kept) : [];
    const waiting = left.filter(({ rank }) => rank === CHANGED || rank === NEVER).length;
    const askedAt = found ? now : (times?.askedAt ?? 0);
    return { opinions: { ...kept, waiting }, times: { askedAt, dueAt: dueAfter(left, kept, askedAt, now) } };
  };
  return { principals, keep };
};
