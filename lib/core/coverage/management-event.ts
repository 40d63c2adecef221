// Management events that matter to an auditor: trails stopped or changed, clusters and their policies.

import type { Cluster, Principal } from "../base/ids.ts";
import { floorTo, HOUR, type Instant } from "../base/time.ts";
import type { Doubt } from "./coverage.ts";
import { ANY_SCOPE, type Scope, scopeOfCluster } from "./coverage-scope.ts";

/** What may end capture: eventSource cloudtrail.amazonaws.com. */
const trailKinds = {
  StopLogging: "stopped",
  DeleteTrail: "deleted",
  UpdateTrail: "changed",
  PutEventSelectors: "selectors-changed",
  StartLogging: "started",
  CreateTrail: "created",
} as const;

/** What happens to a cluster: eventSource dsql.amazonaws.com. */
const clusterKinds = {
  CreateCluster: "cluster-created",
  DeleteCluster: "cluster-deleted",
  UpdateCluster: "cluster-updated",
  PutClusterPolicy: "policy-put",
  DeleteClusterPolicy: "policy-deleted",
} as const;

export const managementKinds = {
  "cloudtrail.amazonaws.com": trailKinds,
  "dsql.amazonaws.com": clusterKinds,
} as const;

/** What was stored of an event and cannot be read any more: it may have been a trail's stop. */
export const UNREADABLE = "unreadable";

export type ManagementKind =
  | typeof UNREADABLE
  | (typeof trailKinds)[keyof typeof trailKinds]
  | (typeof clusterKinds)[keyof typeof clusterKinds];

export type ManagementEvent = {
  readonly eventId: string;
  readonly at: Instant;
  readonly kind: ManagementKind;
  /** The call: "StopLogging"; of one that is unreadable the key of its item. */
  readonly name: string;
  readonly scope: Scope;
  readonly principal: Principal;
  /** The trail's or cluster's name, id or ARN, as far as the event names it. */
  readonly target: string | null;
};

/** After these nothing may be captured any more; after another change only its own hour is in doubt. */
const ENDS = new Set<ManagementKind>(["stopped", "deleted", "selectors-changed", UNREADABLE]);
const BREAKS = new Set<ManagementKind>(["stopped", "deleted", "changed", "selectors-changed", UNREADABLE]);
const BEGINS = new Set<ManagementKind>(["started", "created"]);

/** Whether it is about a trail, and no cluster. */
export const isOfTrail = ({ kind }: Pick<ManagementEvent, "kind">): boolean =>
  BREAKS.has(kind) || BEGINS.has(kind);

/** Whether the event is about this cluster: it names it by its ARN or its id. */
export const isAboutCluster = (
  { target, scope }: Pick<ManagementEvent, "target" | "scope">,
  cluster: Cluster,
): boolean =>
  target !== null &&
  (cluster === target || cluster.endsWith(`/${target}`)) &&
  scopeOfCluster(cluster) === scope;

const accountOf = (scope: Scope): string | undefined => scope.split("/")[0];

/**
 * Whether it counts for a cluster's scope. A trail is told of in its home Region alone, may record others, and the event does
 * not say which: so it counts for all Regions of its account.
 */
export const concerns = (event: Pick<ManagementEvent, "kind" | "scope">, scope: Scope): boolean =>
  event.scope === scope ||
  (isOfTrail(event) && (event.scope === ANY_SCOPE || accountOf(event.scope) === accountOf(scope)));

/** Trails are named by name or ARN; two names of one trail end alike. */
const sameTrail = (a: string | null, b: string | null): boolean =>
  a === null || b === null || a.split("/").at(-1) === b.split("/").at(-1);

/** The instants at which capture by a trail was broken or may have been: no canary link reaches across them. */
export const breaksOf = (events: readonly ManagementEvent[]): Instant[] =>
  events.filter(({ kind }) => BREAKS.has(kind)).map(({ at }) => at);

/** From which instants on capture may be at an end, until a later connection shows that it is not. */
export const endsOf = (events: readonly ManagementEvent[]): Instant[] =>
  events.filter(({ kind }) => ENDS.has(kind)).map(({ at }) => at);

const reasons: Partial<Record<ManagementKind, string>> = {
  stopped: "a trail was stopped",
  deleted: "a trail was deleted",
  changed: "a trail was changed",
  "selectors-changed": "a trail's event selectors were changed",
};

const because = ({ kind, name }: Pick<ManagementEvent, "kind" | "name">): string | undefined =>
  kind === UNREADABLE ? `a stored event of CloudTrail cannot be read: ${name}` : reasons[kind];

/**
 * From a trail's stop, or a change of what it takes, nothing is proven until it starts again, until the next connection
 * that came (`aliveAfter`: some trail takes them), or until `until`. What cannot be read is taken for a stop. Another change puts its own hour in doubt. Which trail
 * it was is looked at only to find its restart.
 */
export const doubtsOfTrails = (
  events: readonly ManagementEvent[],
  until: Instant,
  aliveAfter: (at: Instant) => Instant | undefined = () => undefined,
): Doubt[] => {
  const sorted = events.toSorted((a, b) => a.at - b.at);
  return sorted.flatMap((event, n): Doubt[] => {
    const reason = because(event);
    if (reason === undefined) return [];
    const from = floorTo(HOUR, event.at);
    if (!ENDS.has(event.kind)) return [{ from, to: from + HOUR, reason }];
    const restart = sorted
      .slice(n + 1)
      .find(({ kind, target }) => BEGINS.has(kind) && sameTrail(target, event.target));
    const end = Math.min(restart?.at ?? until, aliveAfter(event.at) ?? until, until);
    return [{ from, to: Math.max(from + HOUR, end), reason }];
  });
};
