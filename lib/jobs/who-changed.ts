// Who changed IAM or a cluster's policy, for findings on IAM that a look no longer finds.
import { parseArn } from "../core/base/arn.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Interval } from "../core/base/time.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { peersIn } from "../core/catalog/peers.ts";
import { scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import { isAboutCluster, UNREADABLE } from "../core/coverage/management-event.ts";
import type { Facts } from "../core/findings/facts.ts";
import type { Finding } from "../core/findings/finding.ts";
import { isIamNeed } from "../core/findings/view-iam.ts";
import { detectors } from "../detectors/index.ts";
import type { Store } from "../store/open-store.ts";
import { type RecordedCall, whoChangedText } from "../wording/who-changed-text.ts";

/** More are not read: a deployment writes hundreds, and three are told. */
const MOST = 100;

const ofIam = detectors.filter(
  ({ needs = [], category }) => category !== "coverage" && needs.some(isIamNeed),
);
const told = new Set(ofIam.map(({ id }) => id));
/** What these find ends in IAM or by the cluster's policy. What the others find, which look at mappings too, may end in the database. */
const inIamAlone = new Set(ofIam.filter(({ needs = [] }) => needs.every(isIamNeed)).map(({ id }) => id));

/** Changes of the cluster's policy, or of its peers': of a database that is one. */
const policyCalls = async (
  { trailEvents }: Pick<Store, "trailEvents">,
  clusters: readonly Cluster[],
  interval: Interval,
): Promise<{ readonly calls: readonly RecordedCall[]; readonly unreadable: readonly string[] }> => {
  const found = clusters.map(async (cluster) => {
    const events = await trailEvents.within(scopeOfCluster(cluster) ?? cluster, interval);
    const calls = events.filter(
      (event) =>
        (event.kind === "policy-put" || event.kind === "policy-deleted") && isAboutCluster(event, cluster),
    );
    return { calls, unreadable: events.flatMap(({ kind, name }) => (kind === UNREADABLE ? [name] : [])) };
  });
  const all = await Promise.all(found);
  return {
    calls: all.flatMap(({ calls }) => calls),
    unreadable: all.flatMap(({ unreadable }) => unreadable),
  };
};

/** Whether the call is on what the finding is about: its principal, or the policy where it is about nobody. */
const isOnSubject = ({ target, name }: RecordedCall, { subject: { principal } }: Finding): boolean =>
  principal === undefined
    ? name.endsWith("ClusterPolicy")
    : target !== null && principal.endsWith(`/${target}`);

/** What is on the finding's own subject first, then the newest. */
const byRelevance =
  (finding: Finding) =>
  (a: RecordedCall, b: RecordedCall): number =>
    Number(isOnSubject(b, finding)) - Number(isOnSubject(a, finding)) || b.at - a.at;

/** What is said of who changed it; undefined: nothing, for the change may have been one of the database. */
const textOf = (finding: Finding, { calls, ...rest }: Recorded): string | undefined => {
  const since = calls.filter(({ at }) => at >= finding.lastSeenAt).toSorted(byRelevance(finding));
  if (inIamAlone.has(finding.detector)) return whoChangedText(since, rest);
  const own = since.filter((call) => isOnSubject(call, finding));
  return own.length ? whoChangedText(own, rest) : undefined;
};

/** `isCut`: there may be further ones; `unreadable`: the keys of stored ones that cannot be read. */
type Recorded = {
  readonly calls: readonly RecordedCall[];
  readonly isCut: boolean;
  readonly unreadable: readonly string[];
};

const callsIn = async (
  store: Pick<Store, "trailEvents">,
  cluster: Cluster,
  catalog: Catalog,
  interval: Interval,
): Promise<Recorded> => {
  const identities = await store.trailEvents.iamWithin(parseArn(cluster)?.account ?? "", interval, MOST);
  const ofPolicies = await policyCalls(store, [cluster, ...peersIn(catalog).clusters], interval);
  const { events, unreadable } = identities;
  return {
    calls: [...events, ...ofPolicies.calls],
    isCut: events.length + unreadable.length === MOST,
    unreadable: [...new Set([...unreadable, ...ofPolicies.unreadable])],
  };
};

/**
 * The findings of `after`, where those on IAM that were resolved since `before` say which calls CloudTrail recorded between
 * the last snapshot that showed them and the newest, or that none is known. One that a change in the database may have ended
 * names only calls on its own principal.
 */
export const withWhoChanged = async (
  store: Pick<Store, "trailEvents">,
  { cluster, snapshot }: Pick<Facts, "cluster" | "snapshot">,
  before: readonly Finding[],
  after: readonly Finding[],
): Promise<readonly Finding[]> => {
  if (!snapshot) return after;
  const known = new Set(before);
  const ended = new Set(
    after.filter(
      (finding) =>
        !known.has(finding) &&
        finding.status === "resolved" &&
        told.has(finding.detector) &&
        finding.lastSeenAt < snapshot.takenAt,
    ),
  );
  if (!ended.size) return after;
  const from = Math.min(...[...ended].map(({ lastSeenAt }) => lastSeenAt));
  const recorded = await callsIn(store, cluster, snapshot.catalog, { from, to: snapshot.takenAt });
  return after.map((finding) => {
    const who = ended.has(finding) ? textOf(finding, recorded) : undefined;
    if (who === undefined) return finding;
    const { closedBecause } = finding;
    return { ...finding, closedBecause: closedBecause === undefined ? who : `${closedBecause} ${who}` };
  });
};
