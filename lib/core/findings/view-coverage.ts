// What detectors may see of capture: which hours are proven, the auditor's own logins, what AWS says of its trails.
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Asleep } from "../coverage/asleep.ts";
import { type CaptureCheck, STALE_CHECK_HOURS } from "../coverage/capture-check.ts";
import type { Unchosen } from "../coverage/chosen.ts";
import type { OwnLogin } from "../coverage/pair-logins.ts";
import { type PeerCoverage, settledTogether } from "../coverage/peer-coverage.ts";
import { type Uncovered, uncoveredOf } from "../coverage/uncovered.ts";
import { databaseCoverage } from "./database-coverage.ts";
import type { Facts, OwnLogins } from "./facts.ts";

/** What is proven of the whole database: at this endpoint, and at its peers in other Regions. */
export type DatabaseCoverage = Pick<CoverageView, "settledUntil" | "uncovered" | "windowOf"> & {
  readonly peers: readonly PeerCoverage[];
  /** Why it is not known whether there are more peers; undefined: these are all that anybody told of. */
  readonly peersUnread: string | undefined;
  /** Logins under the auditor's ARN that it did not make, at whichever endpoint; undefined: at one nobody wrote down its own. */
  readonly surplusLogins: readonly OwnLogin[] | undefined;
};

/** Of a peer of earlier up to its end. */
const surplusOf = ({ ownLogins, peers = [] }: Facts): DatabaseCoverage["surplusLogins"] => {
  const there = peers.map(({ ownLogins: its, until }) =>
    its?.surplus.filter(({ at }) => until === undefined || at < until),
  );
  const all = [ownLogins?.surplus, ...there];
  return all.every((surplus) => surplus !== undefined) ? all.flat() : undefined;
};

export type CoverageView = {
  /** Until when coverage can be judged: whole hours, later ones may still be proven. */
  readonly settledUntil: Instant;
  readonly uncovered: Uncovered;
  /** The window of so many days that ends where coverage can be judged. */
  readonly windowOf: (days: number) => Interval;
  /** The same of the whole database, for who asks whether something was used. Without peers it is the same. */
  readonly database: DatabaseCoverage;
  /** From here on capture is expected: what is not covered after it is a gap. undefined: from nowhere on. */
  readonly expectedFrom: Instant | undefined;
  /** As of the facts' own moment, like the snapshot; undefined: nobody wrote them down. */
  readonly ownLogins: OwnLogins | undefined;
  /** What AWS last said; undefined: it was not asked. */
  readonly captureCheck: CaptureCheck | undefined;
  /** As of the facts' own moment: the newest scan that was left out because the cluster sleeps. */
  readonly asleep: Asleep | undefined;
  /** As of the facts' own moment: what the schedule last found of its tags. */
  readonly unchosen: Unchosen | undefined;
  /** Why these cannot be looked at; undefined: they can. */
  readonly missing: (need: "ownLogins" | "captureCheck") => string | undefined;
};

/** Indexes the facts once; the view of any moment comes from the same index. */
export const coverageViews = (facts: Facts): ((now: Instant) => CoverageView) => {
  const { ownLogins, captureCheck, asleep, unchosen } = facts;
  const uncovered = uncoveredOf(facts.coverage, facts.doubts);
  const database = databaseCoverage(facts, uncovered);
  const surplusLogins = surplusOf(facts);
  // A doubt about the first hour that was proven leaves it expected.
  const begun = [facts.captureExpectedFrom, ...facts.coverage.map(({ from }) => from)].filter(
    (at) => at != null,
  );
  // An hour that capture began in cannot be proven: the first whole one can.
  const expectedFrom = begun.length ? -floorTo(HOUR, -Math.min(...begun)) : undefined;
  return (now) => {
    const settledUntil = floorTo(HOUR, now - facts.settleMs);
    const allSettled = settledTogether(now, database.settles);
    return {
      database: {
        settledUntil: allSettled,
        uncovered: database.uncovered,
        windowOf: (days) => ({ from: allSettled - days * DAY, to: allSettled }),
        peers: database.peers,
        peersUnread: database.unread,
        surplusLogins,
      },
      settledUntil,
      uncovered,
      windowOf: (days) => ({ from: settledUntil - days * DAY, to: settledUntil }),
      expectedFrom,
      ownLogins,
      captureCheck,
      asleep,
      unchosen,
      missing: (need) => {
        if (need === "ownLogins") {
          return ownLogins?.canaries.length ? undefined : "no login of the auditor's own was recorded";
        }
        const isFresh = captureCheck !== undefined && now - captureCheck.at < STALE_CHECK_HOURS * HOUR;
        return isFresh ? undefined : "AWS was not asked about its trails";
      },
    };
  };
};
