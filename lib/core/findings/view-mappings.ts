// What detectors may see of mappings: which stand, and the verdict on each of them.
import { type Oid, Principal, withoutPath } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { byText, countBefore } from "../base/sorted.ts";
import type { Instant } from "../base/time.ts";
import { knownRows } from "../catalog/known-catalog.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import { namesOne } from "../iam/mapped-to.ts";
import type { Facts } from "./facts.ts";
import { ascribe, type MappingUses, usesByIdentity } from "./mapping-uses.ts";
import { type Judged, judgeMapping } from "./verdict.ts";
import type { CoverageView } from "./view-coverage.ts";

/** A mapping that stands at the moment of the view: the same object at all moments. */
export type MappingSubject = {
  readonly principal: Principal;
  readonly role: string;
  readonly roleOid: Oid;
  readonly period: MappingPeriod;
};

export type MappingsView = {
  /** Mappings that stand, by role and principal. */
  readonly standing: readonly MappingSubject[];
  /** The mappings came without a time: they are taken as standing all along. */
  readonly agesAssumed: boolean;
  /** The verdict on a standing mapping over the last `days`, design section 8. */
  readonly useOf: (mapping: MappingSubject, days: number) => Judged;
  /** Other mappings of the same principal that stand now. */
  readonly rivalsOf: (mapping: MappingSubject) => readonly MappingSubject[];
  /** When the last mapping of a role was seen to be gone; undefined: none ever was. */
  readonly lastGoneOf: (role: Oid) => Instant | undefined;
  /** The same of one principal's mapping to the role. */
  readonly goneAt: (mapping: { readonly principal: string; readonly role: Oid }) => Instant | undefined;
  /** Why mappings cannot be looked at; undefined: they can. */
  readonly unreadable: string | undefined;
};

/** The mappings that are known of, each with the name that its role has now. */
const subjectsOf = ({ snapshot, mappingPeriods }: Facts): readonly MappingSubject[] => {
  const roles = snapshot ? (knownRows(snapshot.catalog, "roles") ?? []) : [];
  const names = new Map(roles.map(({ oid, name }) => [oid, name]));
  return mappingPeriods
    .map((period): MappingSubject => {
      const role = names.get(period.roleOid) ?? period.roleName;
      return { principal: Principal.parse(period.arn), role, roleOid: period.roleOid, period };
    })
    .toSorted((a, b) => byText(a.role, b.role) || byText(a.principal, b.principal));
};

/** Gives the uses of a mapping that are known at an instant; ascribed once for each state of knowledge. */
const usesByMapping = ({ mappingPeriods, activity, earlierUses, peers = [] }: Facts) => {
  const periodsOf = Map.groupBy(
    mappingPeriods.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt),
    ({ arn }) => withoutPath(arn),
  );
  const identity = lazily(withoutPath);
  const firstSeens = lazily((key: string) => (periodsOf.get(key) ?? []).map((p) => p.firstSeenAt));
  const usesOf = usesByIdentity([{ activity, ...(earlierUses && { earlierUses }) }, ...peers]);
  // What is known of an identity's mappings grows at few instants; between them the ascription is the same. The uses are
  // not kept: what is ascribed takes a tenth of their memory.
  const ascribed = lazily((key: string) =>
    lazily((known: number) => ascribe(usesOf(key), (periodsOf.get(key) ?? []).slice(0, known))),
  );
  return ({ principal, period }: MappingSubject, now: Instant): MappingUses => {
    const key = identity(principal);
    const found = ascribed(key)(countBefore(firstSeens(key), now + 1)).get(period);
    if (!found) throw new RangeError(`mapping ${period.iamOid} does not stand at ${now}`);
    return found;
  };
};

/** Indexes the facts once; the view of any moment comes from the same index. */
export const mappingsViews = (facts: Facts): ((now: Instant, coverage: CoverageView) => MappingsView) => {
  const subjects = subjectsOf(facts);
  const usesAt = usesByMapping(facts);
  const recognised = lazily(namesOne);
  const section = facts.snapshot?.catalog.sections.mappings;
  return (now, { uncovered: here, database: { uncovered, windowOf, peersUnread } }) => {
    const standing = subjects.filter(
      ({ period }) => period.firstSeenAt <= now && (period.goneAt === null || period.goneAt > now),
    );
    const judged = lazily((days: number) => {
      const window = windowOf(days);
      const uncoveredHours = uncovered.hoursIn(window);
      const byPeers = uncoveredHours > 0 && here.hoursIn(window) === 0;
      const whole = { window, uncoveredHours, byPeers, peersUnread: peersUnread !== undefined };
      return lazily((mapping: MappingSubject) => {
        const { period, principal } = mapping;
        const own = { period, recognised: recognised(principal), uses: usesAt(mapping, now) };
        return judgeMapping(own, whole, now);
      });
    });
    const ofPrincipal = lazily((principal: Principal) => standing.filter((m) => m.principal === principal));
    const { firstSnapshotAt } = facts;
    return {
      standing,
      agesAssumed: facts.agesAssumed ?? false,
      useOf: (mapping, days) => judged(days)(mapping),
      rivalsOf: (mapping) => ofPrincipal(mapping.principal).filter((other) => other !== mapping),
      lastGoneOf: (role) => {
        const gone = subjects.flatMap(({ roleOid, period: { goneAt } }) =>
          roleOid === role && goneAt !== null && goneAt <= now ? [goneAt] : [],
        );
        return gone.length ? Math.max(...gone) : undefined;
      },
      goneAt: ({ principal, role }) => {
        const gone = subjects.flatMap(({ principal: own, roleOid, period: { goneAt } }) =>
          own === principal && roleOid === role && goneAt !== null && goneAt <= now ? [goneAt] : [],
        );
        return gone.length ? Math.max(...gone) : undefined;
      },
      unreadable:
        firstSnapshotAt === null || firstSnapshotAt > now
          ? "no mappings were read yet"
          : section?.status === "unreadable"
            ? section.reason
            : undefined,
    };
  };
};
