// Runs detectors over one view: observations with their identity, and what each of them could look at.
import { AuditError } from "../../errors.ts";
import type { Estate } from "../anomaly/estate.ts";
import type { Cluster } from "../base/ids.ts";
import { issueText } from "../base/issue-text.ts";
import {
  type Detector,
  type DetectorView,
  type Judgement,
  rulesOf,
  type SignOptions,
  type WhyGone,
} from "./detector.ts";
import { type Finding, type Look, type Observation, type Subject, worstFirst } from "./finding.ts";
import { findingId } from "./finding-id.ts";
import { foundBetween } from "./found-between.ts";
import { observeEpisode } from "./observe-episode.ts";
import type { AuditView } from "./view.ts";

/** What one judgement of one cluster says; input of `reconcileFindings`. */
export type Judged = {
  readonly observations: readonly Observation[];
  readonly looks: readonly Look[];
  /** What changed for a finding that this look no longer finds; undefined: it cannot be said. */
  readonly gone: (finding: Finding) => WhyGone | undefined;
  /** What was usual up to the end of yesterday, for who keeps it; undefined: it can still change. */
  readonly settled: () => Estate | undefined;
};

/** Options by detector id, as people write them: parsed by each detector's own schema. */
export type DetectorOptions = Readonly<Record<string, unknown>>;

type Identity = { readonly id: string; readonly subject: Subject };
type Identify = (cluster: Cluster, subject: Judgement["subject"]) => Identity;

/** Works out the identity of a subject once for as long as somebody holds it: a replay asks thousands of times. */
const identifier = (detector: string): Identify => {
  const known = new WeakMap<Judgement["subject"], Identity>();
  return (cluster, given) => {
    const found = known.get(given);
    if (found) return found;
    const subject = { ...given, facet: given.facet ?? "" };
    const identity = { id: findingId(detector, cluster, subject), subject };
    known.set(given, identity);
    return identity;
  };
};

/** What one detector remembers, for as long as somebody holds the facts. */
const memory = (): ((view: AuditView) => DetectorView) => {
  const byFacts = new WeakMap<object, DetectorView["once"]>();
  const remember = (): DetectorView["once"] => {
    const kept = new WeakMap<object, unknown>();
    return <T>(key: object, make: () => T): T => {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as T;
    };
  };
  return (view) => {
    const once = byFacts.get(view.facts) ?? remember();
    byFacts.set(view.facts, once);
    return { ...view, once };
  };
};

const observe = (
  view: AuditView,
  detector: Detector,
  identify: Identify,
  judgement: Judgement,
): Observation => {
  const { eventIds, grants, subject, ended, threads: own = [], ...rest } = judgement;
  const threads = detector.thread ? [detector.thread.key, ...own] : own;
  const identity = identify(view.cluster, subject);
  return {
    id: identity.id,
    detector: detector.id,
    ...(detector.family !== undefined && { family: detector.family }),
    ...(threads.length > 0 && { threads: [...threads] }),
    category: detector.category,
    life: detector.life,
    severity: detector.severity,
    cluster: view.cluster,
    subject: identity.subject,
    ...rest,
    // What began after the last settled hour was seen at its beginning at least.
    lastSeenAt: Math.max(rest.firstSeenAt, rest.lastSeenAt),
    ...(ended && { endedAt: ended.at, ends: ended.says }),
    ...(eventIds && { eventIds: [...eventIds] }),
    ...(grants && { grants: [...grants] }),
  };
};

/** Options of their own can make two detectors of a family find the same subject: then the worse counts. */
const oneOfEach = (observations: readonly Observation[]): readonly Observation[] => {
  const byId = new Map<string, Observation>();
  for (const observation of observations) {
    const other = byId.get(observation.id);
    if (!other || worstFirst(observation.severity, other.severity) < 0) byId.set(observation.id, observation);
  }
  return byId.size === observations.length ? observations : [...byId.values()];
};

/** A detector with its parsed options, the identities of its subjects, and what it remembers. */
type Ready = {
  readonly detector: Detector;
  readonly own: unknown;
  readonly identify: Identify;
  readonly withMemory: ReturnType<typeof memory>;
};

const readyWith = (detectors: readonly Detector[], options: DetectorOptions): readonly Ready[] => {
  const unknown = Object.keys(options).filter((id) => !detectors.some((detector) => detector.id === id));
  if (unknown.length)
    throw new AuditError("config", `options for a detector that there is not: ${unknown.join(", ")}`);
  return detectors.map((detector) => {
    const parsed = detector.options.safeParse(options[detector.id] ?? {});
    if (parsed.success)
      return {
        detector,
        own: parsed.data,
        identify: identifier(detector.family ?? detector.id),
        withMemory: memory(),
      };
    const problems = parsed.error.issues.map(issueText);
    throw new AuditError("config", `options of ${detector.id}: ${problems.join("; ")}`);
  });
};

/** What one detector finds goes into `observations`; the look says what it could look at. */
const lookWith = (
  { detector, own, identify, withMemory }: Ready,
  view: AuditView,
  observations: Observation[],
): Look => {
  const reasons = (detector.needs ?? []).flatMap((need) => view.missing(need) ?? []);
  if (reasons.length)
    return { detector: detector.id, complete: false, reason: [...new Set(reasons)].join("; ") };
  const given = withMemory(view);
  for (const judgement of detector.detect?.(given, own) ?? []) {
    observations.push(observe(view, detector, identify, judgement));
  }
  const unjudged = (detector.unjudged?.(given, own) ?? []).map(
    (subject) => identify(view.cluster, subject).id,
  );
  const unjudgedFacets = detector.unjudgedFacets?.(given) ?? [];
  return {
    detector: detector.id,
    complete: true,
    ...(unjudged.length && { unjudged }),
    ...(unjudgedFacets.length && { unjudgedFacets }),
    ...(detector.reachesFrom && { reachesFrom: detector.reachesFrom(given, own) }),
  };
};

/** Says of a finding that `view` no longer shows why that is; a detector that cannot say so leaves it open. */
const goneIn =
  (view: AuditView, byId: ReadonlyMap<string, Ready>): Judged["gone"] =>
  ({ detector: id, subject, firstSeenAt: from, lastSeenAt: to }) => {
    const found = byId.get(id);
    if (!found) return undefined;
    const { detector, own, withMemory } = found;
    const says = detector.gone?.(withMemory(view), subject, own, { from, to });
    const isAccess = detector.life === "state" && detector.category === "over-privileged";
    return says ?? (isAccess ? foundBetween(view, subject, to) : undefined);
  };

/**
 * Parses the options of every detector once and gives the function that judges views with them.
 * AuditError("config") names a detector that there is not and an option that does not parse.
 */
export const judgeWith = (
  detectors: readonly Detector[],
  options: DetectorOptions = {},
): ((view: AuditView) => Judged) => {
  const ready = readyWith(detectors, options);
  const rules = ready.flatMap(({ detector, own }) =>
    detector.rule && !(own as SignOptions).off ? rulesOf(detector) : [],
  );
  const byId = new Map(ready.map((one) => [one.detector.id, one]));
  return (view) => {
    const observations: Observation[] = [];
    const looks = ready.map((one) => lookWith(one, view, observations));
    if (rules.length) {
      const { episodes } = view.activity.surprise(rules);
      observations.push(...episodes.flatMap((episode) => observeEpisode(view, episode) ?? []));
    }
    return {
      observations: oneOfEach(observations),
      looks,
      gone: goneIn(view, byId),
      settled: () => view.activity.surprise(rules).settled(),
    };
  };
};
