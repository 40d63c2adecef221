// The newest uses of mappings up to the end of a day, from which the same verdicts follow as from all days before it.
import type { Tally } from "../activity/activity.ts";
import { type AdminLogin, adminLoginsOf, lastLogins } from "../activity/admin-logins.ts";
import { withoutPath } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { byText, countBefore } from "../base/sorted.ts";
import { DAY, type Instant } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";

/** One use of a mapping, as much of its tally as ascribing it takes. */
export type Use = Pick<Tally, "principal" | "role" | "firstAt" | "lastAt" | "firstEventId">;

/**
 * Instants that decide which mappings of an identity could stand, sorted: a mapping could from the first on (`made`: it
 * was not seen yet) until the other (`gone`: it was seen no more).
 */
export type Bounds = { readonly made: readonly Instant[]; readonly gone: readonly Instant[] };

export type UseLedger = {
  /** The last day (by number) that is in it. */
  readonly day: number;
  /** Of each kind of use the newest, sorted. */
  readonly uses: readonly Use[];
  /** Who was let in as admin, and when last, by ARN: that takes no mapping. */
  readonly admins: readonly AdminLogin[];
  /** By identity (ARN without a path): the bounds up to the end of the day by which kinds were told apart. */
  readonly bounds: ReadonlyMap<string, Bounds>;
};

/** How many days a use counts: as long as slots are kept, so that "never" has its longest meaning. */
export const USE_DAYS = 400;

/** A total order of uses: the later one is what a verdict names. */
export const byUse = (a: Use, b: Use): number =>
  a.firstAt - b.firstAt || a.lastAt - b.lastAt || byText(a.firstEventId, b.firstEventId);

/** Successful DbConnects only: a refused attempt used nothing, DbConnectAdmin needs no mapping. */
export const isUse = ({ action, outcome }: Pick<Tally, "action" | "outcome">): boolean =>
  action === "DbConnect" && outcome === "allowed";

const sortedSet = (instants: readonly (Instant | null)[], before: Instant): Instant[] =>
  [...new Set(instants.filter((at): at is Instant => at !== null && at < before))].sort((a, b) => a - b);

/** The instants by which the uses of an identity's mappings are told apart, those before an instant. */
export const boundsOf = (periods: readonly MappingPeriod[], before: Instant): Bounds => ({
  made: sortedSet(
    periods.map(({ notSeenAt }) => notSeenAt),
    before,
  ),
  gone: sortedSet(
    periods.map(({ goneAt }) => goneAt),
    before,
  ),
});

/** The bounds of all identities that lie before an instant. */
const boundsBefore = (periods: readonly MappingPeriod[], before: Instant): ReadonlyMap<string, Bounds> => {
  const byIdentity = [...Map.groupBy(periods, ({ arn }) => withoutPath(arn))].sort(([a], [b]) =>
    byText(a, b),
  );
  return new Map(
    byIdentity.flatMap(([identity, own]): [string, Bounds][] => {
      const { made, gone } = boundsOf(own, before);
      return made.length || gone.length ? [[identity, { made, gone }]] : [];
    }),
  );
};

const NO_BOUNDS: Bounds = { made: [], gone: [] };

/** Uses of one kind may have been through the same mappings, whatever is learned of later mappings. */
const kindOf = ({ principal, role, firstAt, lastAt }: Use, { made, gone }: Bounds): string =>
  `${principal}\n${role}\n${countBefore(made, lastAt)} ${countBefore(gone, firstAt + 1)}`;

/** Does a verdict name `a` rather than `b`? */
const isNewer = (a: Use, b: Use): boolean =>
  a.lastAt > b.lastAt || (a.lastAt === b.lastAt && byUse(a, b) > 0);

/** Takes uses in any order, and keeps of each kind the newest. */
const newestOfKinds = (bounds: ReadonlyMap<string, Bounds>) => {
  const newest = new Map<string, Use>();
  const boundsOfPrincipal = lazily((principal: string) => bounds.get(withoutPath(principal)) ?? NO_BOUNDS);
  return {
    add: (uses: Iterable<Use>): void => {
      for (const { principal, role, firstAt, lastAt, firstEventId } of uses) {
        const use = { principal, role, firstAt, lastAt, firstEventId };
        const kind = kindOf(use, boundsOfPrincipal(principal));
        const known = newest.get(kind);
        if (!known || isNewer(use, known)) newest.set(kind, use);
      }
    },
    sorted: (): Use[] =>
      [...newest.values()].sort(
        (a, b) => byText(a.principal, b.principal) || byText(a.role, b.role) || byUse(a, b),
      ),
  };
};

/** The first instant that counts on the day after the ledger's. */
const countedFrom = (day: number): Instant => (day + 1 - USE_DAYS) * DAY;

/** Without what is older. */
const since = <T extends Pick<UseLedger, "uses" | "admins">>(ledger: T, from: Instant): T => ({
  ...ledger,
  uses: ledger.uses.filter(({ lastAt }) => lastAt >= from),
  admins: ledger.admins.filter(({ lastUseAt }) => lastUseAt >= from),
});

/** The ledger of no days: what a first one grows from. */
export const EMPTY_LEDGER: UseLedger = { day: 0, uses: [], admins: [], bounds: new Map() };

export type GrowingLedger = {
  /** Tallies of whole days since, none after the day that it grows to. */
  readonly add: (tallies: readonly Tally[]) => void;
  readonly grown: () => UseLedger;
};

/** The same ledger up to a later day, from the tallies of the days since; they are not held. */
export const growingLedger = (
  ledger: UseLedger,
  day: number,
  periods: readonly MappingPeriod[],
): GrowingLedger => {
  const bounds = boundsBefore(periods, (day + 1) * DAY);
  const newest = newestOfKinds(bounds);
  newest.add(ledger.uses);
  let { admins } = ledger;
  return {
    add: (tallies) => {
      newest.add(tallies.filter(isUse));
      admins = lastLogins([...admins, ...adminLoginsOf(tallies)]);
    },
    grown: () => since({ day, uses: newest.sorted(), admins, bounds }, countedFrom(day)),
  };
};

/**
 * Can verdicts on these mappings rest on the ledger? Not where a mapping was made or went at an instant within its days
 * that was not known yet when kinds were told apart: snapshots came late.
 */
export const holds = ({ day, bounds }: UseLedger, periods: readonly MappingPeriod[]): boolean =>
  [...boundsBefore(periods, (day + 1) * DAY)].every(([identity, { made, gone }]) => {
    const known = bounds.get(identity) ?? NO_BOUNDS;
    return made.every((at) => known.made.includes(at)) && gone.every((at) => known.gone.includes(at));
  });

/** The ledger without uses before the beginning of a day: as if nothing older had ever been counted. */
export const usesSince = (ledger: UseLedger, day: number): UseLedger => since(ledger, day * DAY);
