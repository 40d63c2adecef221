// What detectors look at: the facts of one moment, with the questions that they ask of them.
import type { Tally } from "../activity/activity.ts";
import { type NetworkRun, networkRuns } from "../anomaly/network-runs.ts";
import { type Cluster, type Oid, Principal, withoutPath } from "../base/ids.ts";
import { countBefore } from "../base/sorted.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Catalog, SectionName } from "../catalog/catalog.ts";
import { type CaptureCheck, STALE_CHECK_HOURS } from "../coverage/capture-check.ts";
import { type Uncovered, uncoveredOf } from "../coverage/uncovered.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import { type ArchetypeOf, archetypeOf } from "../privileges/archetype.ts";
import { type AccessEngine, accessEngine } from "../privileges/effective.ts";
import type { Facts, OwnLogins, SnapshotFacts } from "./facts.ts";
import { ascribe, type MappingUses, usesOf } from "./mapping-uses.ts";
import { canBeRecognised, type Judged, judgeMapping } from "./verdict.ts";

/** A mapping that stands at the moment of the view. */
export type MappingSubject = {
  readonly principal: Principal;
  readonly role: string;
  readonly roleOid: Oid;
  readonly period: MappingPeriod;
};

/** What a detector cannot do without; where it is missing, its look is not complete. */
export type Need = "mappings" | "ownLogins" | "captureCheck" | SectionName;

export type AuditView = {
  readonly cluster: Cluster;
  readonly now: Instant;
  /** Until when coverage can be judged: whole hours, later ones may still be proven. */
  readonly settledUntil: Instant;
  readonly snapshot: SnapshotFacts | null;
  readonly catalog: Catalog | null;
  readonly agesAssumed: boolean;
  /** Only what is found counts, not how it reads: titles and evidence may be left empty where they cost time. */
  readonly brief: boolean;
  readonly auditor: Principal | null;
  /** Mappings that stand, by role and principal. */
  readonly mappings: readonly MappingSubject[];
  /** Why something needed cannot be looked at; undefined: it can. */
  readonly missing: (need: Need) => string | undefined;
  readonly windowOf: (days: number) => Interval;
  /** The verdict on a standing mapping over the last `days`, design section 8. */
  readonly useOf: (mapping: MappingSubject, days: number) => Judged;
  /** Other mappings of the same principal that stand now. */
  readonly rivalsOf: (mapping: MappingSubject) => readonly MappingSubject[];
  readonly uncovered: Uncovered;
  readonly captureExpectedFrom: Instant | undefined;
  /** As of the facts' own moment, like the snapshot. */
  readonly ownLogins: OwnLogins | undefined;
  readonly captureCheck: CaptureCheck | undefined;
  /** The privilege engine over the catalog, made at the first question; undefined: there is no snapshot. */
  readonly access: () => AccessEngine | undefined;
  readonly archetypeOf: (role: string) => ArchetypeOf | undefined;
  readonly principals: readonly Principal[];
  /** All that is known of a principal, sorted by first instant; later than `now` included: cut it off yourself. */
  readonly talliesOf: (principal: Principal) => readonly Tally[];
  /** Stretches in which a principal came from a network that it had not come from in `baselineDays` before. */
  readonly networkRunsOf: (principal: Principal, options: NetworkRunOptions) => readonly NetworkRun[];
  /** Who came from this network, and when first: one entry a principal. */
  readonly usersOf: (network: string) => readonly NetworkUser[];
  /** Makes a value once for all moments: only of what is the same at all of them. */
  readonly once: <T>(key: object, make: () => T) => T;
};
type NetworkUser = { readonly principal: Principal; readonly firstAt: Instant };
type NetworkRunOptions = { readonly baselineDays: number; readonly learnDays: number };

const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** A map that makes what it does not hold yet. */
const lazily = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export type AuditViews = (now: Instant, options?: { readonly brief?: boolean }) => AuditView;

/**
 * Indexes the facts once and gives a view of any moment: nothing later than `now` shows in what it answers. For a replay,
 * which asks for thousands of moments; `facts.now` is not looked at. The snapshot is the same at all moments.
 */
export const auditViews = (facts: Facts): AuditViews => {
  const { mappingPeriods, activity, snapshot } = facts;
  const uncovered = uncoveredOf(facts.coverage, facts.doubts);
  const names = new Map(
    snapshot?.catalog.sections.roles.status === "read"
      ? snapshot.catalog.sections.roles.rows.map(({ oid, name }) => [oid, name])
      : [],
  );
  const subjects = mappingPeriods
    .map((period): MappingSubject => {
      const role = names.get(period.roleOid) ?? period.roleName;
      return { principal: Principal.parse(period.arn), role, roleOid: period.roleOid, period };
    })
    .toSorted((a, b) => compare(a.role, b.role) || compare(a.principal, b.principal));
  const principals = [...activity.principals()].toSorted(compare);
  const principalsOf = Map.groupBy(principals, withoutPath);
  const periodsOf = Map.groupBy(
    mappingPeriods.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt),
    ({ arn }) => withoutPath(arn),
  );
  const identity = lazily(withoutPath);
  const recognised = lazily(canBeRecognised);
  const firstSeens = lazily((key: string) => (periodsOf.get(key) ?? []).map((p) => p.firstSeenAt));
  const uses = lazily((key: string) => usesOf(activity, principalsOf.get(key) ?? []));
  // What is known of an identity's mappings grows at few instants; between them the ascription is the same.
  const ascribed = lazily((key: string) =>
    lazily((known: number) => ascribe(uses(key), (periodsOf.get(key) ?? []).slice(0, known))),
  );
  const usesAt = ({ principal, period }: MappingSubject, now: Instant): MappingUses => {
    const key = identity(principal);
    const found = ascribed(key)(countBefore(firstSeens(key), now + 1)).get(period);
    if (!found) throw new RangeError(`mapping ${period.iamOid} does not stand at ${now}`);
    return found;
  };
  const tallies = lazily((principal: Principal) =>
    activity.talliesOf(principal, always).toSorted((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt),
  );
  const runs = lazily((options: string) =>
    lazily((principal: Principal) => networkRuns(tallies(principal), JSON.parse(options))),
  );
  const users = lazily((_: "all") => {
    const found = new Map<string, NetworkUser[]>();
    for (const principal of principals) {
      const own = new Set<string>();
      for (const { network, outcome, firstAt } of tallies(principal)) {
        if (outcome !== "allowed" || own.has(network)) continue;
        own.add(network);
        const known = found.get(network);
        if (known) known.push({ principal, firstAt });
        else found.set(network, [{ principal, firstAt }]);
      }
    }
    return found;
  });
  const kept = new WeakMap<object, unknown>();
  const expectedFrom = [facts.captureExpectedFrom, uncovered.firstCoveredAt].filter((at) => at != null);
  const engine = lazily(accessEngine);
  const mappingSection = snapshot?.catalog.sections.mappings;

  return (now, { brief = false } = {}) => {
    const settledUntil = floorTo(HOUR, now - facts.settleMs);
    const windowOf = (days: number): Interval => ({ from: settledUntil - days * DAY, to: settledUntil });
    const mappings = subjects.filter(
      ({ period }) => period.firstSeenAt <= now && (period.goneAt === null || period.goneAt > now),
    );
    const judged = lazily((days: number) => {
      const window = windowOf(days);
      const uncoveredHours = uncovered.hoursIn(window);
      return lazily((mapping: MappingSubject) =>
        judgeMapping(
          {
            period: mapping.period,
            recognised: recognised(mapping.principal),
            uses: usesAt(mapping, now),
          },
          { window, uncoveredHours },
          now,
        ),
      );
    });
    const standing = lazily((principal: Principal) => mappings.filter((m) => m.principal === principal));
    return {
      cluster: facts.cluster,
      now,
      settledUntil,
      snapshot,
      catalog: snapshot?.catalog ?? null,
      agesAssumed: facts.agesAssumed ?? false,
      brief,
      auditor: facts.auditor,
      mappings,
      missing: (need) => {
        if (need === "mappings") {
          if (facts.firstSnapshotAt === null || facts.firstSnapshotAt > now)
            return "no mappings were read yet";
          return mappingSection?.status === "unreadable" ? mappingSection.reason : undefined;
        }
        if (need === "ownLogins") {
          return facts.ownLogins?.canaries.length ? undefined : "no login of the auditor's own was recorded";
        }
        if (need === "captureCheck") {
          const asked = facts.captureCheck;
          const isFresh = asked !== undefined && now - asked.at < STALE_CHECK_HOURS * HOUR;
          return isFresh ? undefined : "AWS was not asked about its trails";
        }
        if (!snapshot) return "there is no snapshot";
        const section = snapshot.catalog.sections[need];
        return section.status === "unreadable" ? section.reason : undefined;
      },
      windowOf,
      useOf: (mapping, days) => judged(days)(mapping),
      rivalsOf: (mapping) => standing(mapping.principal).filter((other) => other !== mapping),
      uncovered,
      // An hour that capture began in cannot be proven: the first whole one can.
      captureExpectedFrom: expectedFrom.length ? -floorTo(HOUR, -Math.min(...expectedFrom)) : undefined,
      ownLogins: facts.ownLogins,
      captureCheck: facts.captureCheck,
      access: () => (snapshot ? engine(snapshot.catalog) : undefined),
      archetypeOf: (role) => archetypeOf(role, facts.archetypes),
      principals,
      talliesOf: tallies,
      networkRunsOf: (principal, options) => runs(JSON.stringify(options))(principal),
      usersOf: (network) => users("all").get(network) ?? [],
      once: <T>(key: object, make: () => T): T => {
        if (!kept.has(key)) kept.set(key, make());
        return kept.get(key) as T;
      },
    };
  };
};

/** The view of the facts' own moment. */
export const auditView = (facts: Facts): AuditView => auditViews(facts)(facts.now);
