// Keeps profiles bounded whatever strangers send, and says what it gave up: first kinds, then names of refused strangers,
// then everybody beyond what fits. A function of the tallies alone, so that every order of folding ends in the same bytes.

import type { Principal } from "../base/ids.ts";
import { parseArn } from "../base/ids.ts";
import type { Tally } from "./activity.ts";
import { OTHERS } from "./principal.ts";
import { FOLDED, mergeTallies, tallyKey } from "./tally.ts";

/** How many tallies, and how many bytes before compression: DynamoDB's limit is 400 KB an item. */
export type ProfileLimits = { readonly kinds: number; readonly bytes: number };

export type Bounded = {
  readonly tallies: readonly Tally[];
  /** Connections whose own tally was folded: they are counted, but not by network, client and session. */
  readonly folded: number;
  /** Principals that stand in `unknown:others`; of a day at least so many, for its hours may have the same. */
  readonly others: number;
};

/** What was given up before, when days are made of hours. */
export type GivenUp = Pick<Bounded, "folded" | "others">;

const connections = (tallies: readonly Tally[]): number => tallies.reduce((sum, { count }) => sum + count, 0);

/** Allowed connections that nobody can be told by name any more. */
export const namelessUses = (tallies: readonly Tally[]): number =>
  connections(tallies.filter(({ principal, outcome }) => principal === OTHERS && outcome === "allowed"));

/**
 * Why a stretch proves of nobody that they did not connect: more who were let in stand in the remainder than did before.
 * undefined: only refused callers do, or nobody.
 */
export const crowdReason = ({ tallies, others }: Bounded, before = 0): string | undefined => {
  const uses = namelessUses(tallies);
  return uses > before
    ? `more principals connected than are kept apart: at least ${others}, with ${uses} allowed connections, cannot be told by name`
    : undefined;
};

const gathered = ({ accessKey: _, ...tally }: Tally): Tally => ({
  ...tally,
  network: FOLDED,
  client: FOLDED,
  session: FOLDED,
});

/** A row's numbers and its event id, at most: see the codec of the store. */
const ROW_BYTES = 90;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const textBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) + 1;

/** Adds up what tallies take before compression; each text once. */
const meter = () => {
  const texts = new Set<string>();
  let bytes = 0;
  let rows = 0;
  const cost = (added: readonly Tally[]): { bytes: number; fresh: Set<string> } => {
    const fresh = new Set<string>();
    let sum = 0;
    for (const { principal, network, client, session, role, accessKey = "", firstEventId } of added) {
      for (const text of [principal, network, client, session, role, accessKey]) {
        if (!texts.has(text)) fresh.add(text);
      }
      sum += ROW_BYTES + (UUID.test(firstEventId) ? 0 : textBytes(firstEventId) + 10);
    }
    for (const text of fresh) sum += textBytes(text);
    return { bytes: sum, fresh };
  };
  return {
    /** Takes the tallies if they fit into what is left. */
    take: (added: readonly Tally[], limits: ProfileLimits): boolean => {
      const { bytes: more, fresh } = cost(added);
      if (rows + added.length > limits.kinds || bytes + more > limits.bytes) return false;
      rows += added.length;
      bytes += more;
      for (const text of fresh) texts.add(text);
      return true;
    },
  };
};

const fits = (tallies: readonly Tally[], limits: ProfileLimits): boolean =>
  tallies.length <= limits.kinds && meter().take(tallies, limits);

/** The most frequent first; a total order, so that the same tallies fold the same way whoever rebuilds them. */
const byFrequency = (tallies: readonly Tally[]): Tally[] =>
  tallies
    .map((tally) => [tallyKey(tally), tally] as const)
    .sort(([ka, a], [kb, b]) => b.count - a.count || (ka < kb ? -1 : 1))
    .map(([, tally]) => tally);

/** Gathers the rarest kinds into their principal's "…" tally; no principal is lost. */
const gatherRare = (merged: readonly Tally[], limit: number): { tallies: Tally[]; folded: number } => {
  const keep: Tally[] = [];
  const rare: Tally[] = [];
  for (const tally of byFrequency(merged)) {
    (tally.network === FOLDED || keep.length < limit / 2 ? keep : rare).push(tally);
  }
  return { tallies: mergeTallies([...keep, ...rare.map(gathered)]), folded: connections(rare) };
};

const NAMELESS = /^unknown:([^/]+)(?:\/(\d{12})(?=\/|$))?/;

/** A refused stranger without an ARN, as its type and account: whoever calls chooses the rest of the name. */
const coarse = (tally: Tally): Tally => {
  if (tally.outcome !== "refused" || tally.principal === OTHERS) return tally;
  const [, type, account] = NAMELESS.exec(tally.principal) ?? [];
  if (type === undefined) return tally;
  return { ...tally, principal: `unknown:${type}${account ? `/${account}` : ""}` as Principal };
};

/** Rows of one principal, without kinds; roles too, where it names more than anybody has. */
const MAX_ROLES = 16;
const ADMIN = "admin";
const withoutRole = (tally: Tally): Tally => ({
  ...tally,
  role: tally.action === "DbConnectAdmin" ? ADMIN : "",
});
const shortest = (tallies: readonly Tally[]): Tally[] => {
  const rows = mergeTallies(tallies.map(gathered));
  return rows.length > MAX_ROLES ? mergeTallies(rows.map(withoutRole)) : rows;
};

type Person = { readonly name: Principal; readonly tallies: readonly Tally[]; readonly rank: number };

/** Who was let in comes before who was refused, who has an ARN before who has none, the cluster's own account first. */
const rankOf = (name: Principal, tallies: readonly Tally[], home: string | undefined): number => {
  const arn = parseArn(name);
  return (
    (tallies.some(({ outcome }) => outcome === "allowed") ? 4 : 0) +
    (arn !== undefined ? 2 : 0) +
    (arn !== undefined && arn.account === home ? 1 : 0)
  );
};

const byImportance = (tallies: readonly Tally[], home: string | undefined): Person[] =>
  [...Map.groupBy(tallies, ({ principal }) => principal)]
    .map(([name, own]): Person => ({ name, tallies: own, rank: rankOf(name, own, home) }))
    .sort(
      (a, b) =>
        b.rank - a.rank ||
        connections(b.tallies) - connections(a.tallies) ||
        (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    );

/** Share of the limits that names may take; the rest is for their kinds. */
const NAMES_SHARE = 0.6;
/** Room for the tallies of `unknown:others`. */
const OTHERS_ROWS = 4;

/** Keeps the most important principals, as many of their kinds as fit, and everybody else as `unknown:others`. */
const keepImportant = (
  tallies: readonly Tally[],
  limits: ProfileLimits,
  home: string | undefined,
): { tallies: Tally[]; folded: number; kept: ReadonlySet<Principal> } => {
  const room = { kinds: limits.kinds - OTHERS_ROWS, bytes: limits.bytes - OTHERS_ROWS * 2 * ROW_BYTES };
  const names = { kinds: room.kinds * NAMES_SHARE, bytes: room.bytes * NAMES_SHARE };
  const used = meter();
  const kept = new Set<Principal>();
  for (const person of byImportance(tallies, home)) {
    if (person.name === OTHERS) continue;
    if (!used.take(shortest(person.tallies), names)) break;
    kept.add(person.name);
  }
  const stay = tallies.filter(({ principal }) => kept.has(principal));
  const leave = tallies.filter(({ principal }) => !kept.has(principal));
  const detail: Tally[] = [];
  const rest: Tally[] = [];
  for (const tally of byFrequency(stay)) {
    (tally.network !== FOLDED && used.take([tally], room) ? detail : rest).push(tally);
  }
  const short = [...Map.groupBy(rest, ({ principal }) => principal).values()].flatMap(shortest);
  const others = leave.map((tally) => withoutRole({ ...gathered(tally), principal: OTHERS }));
  const given = [...rest, ...leave].filter(({ network }) => network !== FOLDED);
  return { tallies: mergeTallies([...detail, ...short, ...others]), folded: connections(given), kept };
};

/**
 * At most `limits` of tallies, whose counts add up to what came in. What does not fit is given up in this order: the rarest
 * kinds, gathered in their principal's "…" tally; names of refused callers without an ARN, which become their type and
 * account; then principals, by importance, which become `unknown:others`. `home`: the cluster's account.
 */
export const boundTallies = (
  merged: readonly Tally[],
  limits: ProfileLimits,
  {
    home,
    before = { folded: 0, others: 0 },
  }: { readonly home?: string | undefined; readonly before?: GivenUp } = {},
): Bounded => {
  if (fits(merged, limits)) return { tallies: merged, ...before };
  const rare = gatherRare(merged, limits.kinds);
  if (fits(rare.tallies, limits)) {
    return { tallies: rare.tallies, folded: before.folded + rare.folded, others: before.others };
  }
  const typed = mergeTallies(merged.map(coarse));
  const again = gatherRare(typed, limits.kinds);
  if (fits(again.tallies, limits)) {
    return { tallies: again.tallies, folded: before.folded + again.folded, others: before.others };
  }
  const { tallies, folded, kept } = keepImportant(typed, limits, home);
  const lost = new Set(
    merged.filter((t) => !kept.has(coarse(t).principal)).map(({ principal }) => principal),
  );
  lost.delete(OTHERS);
  return { tallies, folded: before.folded + folded, others: Math.max(before.others, lost.size) };
};
