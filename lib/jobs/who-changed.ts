// Who changed IAM or a cluster's policy, for findings on IAM that a look no longer finds.
import { parseArn } from "../core/base/arn.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Interval } from "../core/base/time.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { peersIn } from "../core/catalog/peers.ts";
import { scopeOfCluster } from "../core/coverage/coverage-scope.ts";
import type { Facts } from "../core/findings/facts.ts";
import type { Finding } from "../core/findings/finding.ts";
import { isIamNeed } from "../core/findings/view-iam.ts";
import { detectors } from "../detectors/index.ts";
import type { Store } from "../store/open-store.ts";
import { type RecordedCall, whoChangedText } from "../wording/who-changed-text.ts";

/** More are not read: a deployment writes hundreds, and three are told. */
const MOST = 100;

/** Those that look at IAM and at nothing else: what ends their findings is done there, or on the cluster's policy. */
const ofIamAlone = new Set(
  detectors
    .filter(
      ({ needs = [], category }) => category !== "coverage" && needs.length > 0 && needs.every(isIamNeed),
    )
    .map(({ id }) => id),
);
/** Those that look at mappings too: what ended their findings may have been done in the database. */
const ofBoth = new Set(
  detectors
    .filter(
      ({ id, needs = [], category }) =>
        category !== "coverage" && needs.some(isIamNeed) && !ofIamAlone.has(id),
    )
    .map(({ id }) => id),
);

/** Changes of the cluster's policy, or of its peers': of a database that is one. */
const policyCalls = async (
  { trailEvents }: Pick<Store, "trailEvents">,
  clusters: readonly Cluster[],
  interval: Interval,
): Promise<RecordedCall[]> => {
  const found = clusters.map(async (cluster) => {
    const events = await trailEvents.within(scopeOfCluster(cluster) ?? cluster, interval);
    return events.filter(
      ({ kind, target }) =>
        (kind === "policy-put" || kind === "policy-deleted") &&
        target !== null &&
        (target === cluster || cluster.endsWith(`/${target}`)),
    );
  });
  return (await Promise.all(found)).flat();
};

const names = ({ target }: RecordedCall, { subject }: Finding): boolean =>
  target !== null && subject.principal?.endsWith(`/${target}`) === true;

/** What names the finding's own principal first, then the newest. */
const byRelevance =
  (finding: Finding) =>
  (a: RecordedCall, b: RecordedCall): number =>
    Number(names(b, finding)) - Number(names(a, finding)) || b.at - a.at;

/** What is said of who changed it; undefined: nothing, for the change may have been one of the database. */
const textOf = (finding: Finding, calls: readonly RecordedCall[], isCut: boolean): string | undefined => {
  const since = calls.filter(({ at }) => at >= finding.lastSeenAt).toSorted(byRelevance(finding));
  if (ofIamAlone.has(finding.detector)) return whoChangedText(since, isCut);
  const own = since.filter((call) => names(call, finding));
  return own.length ? whoChangedText(own, isCut) : undefined;
};

const callsIn = async (
  store: Pick<Store, "trailEvents">,
  cluster: Cluster,
  catalog: Catalog,
  interval: Interval,
): Promise<{ readonly calls: readonly RecordedCall[]; readonly isCut: boolean }> => {
  const identities = await store.trailEvents.iamWithin(parseArn(cluster)?.account ?? "", interval, MOST);
  const ofPolicies = await policyCalls(store, [cluster, ...peersIn(catalog).clusters], interval);
  return { calls: [...identities, ...ofPolicies], isCut: identities.length === MOST };
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
        (ofIamAlone.has(finding.detector) || ofBoth.has(finding.detector)) &&
        finding.lastSeenAt < snapshot.takenAt,
    ),
  );
  if (!ended.size) return after;
  const from = Math.min(...[...ended].map(({ lastSeenAt }) => lastSeenAt));
  const { calls, isCut } = await callsIn(store, cluster, snapshot.catalog, { from, to: snapshot.takenAt });
  return after.map((finding) => {
    const who = ended.has(finding) ? textOf(finding, calls, isCut) : undefined;
    if (who === undefined) return finding;
    const { closedBecause } = finding;
    return { ...finding, closedBecause: closedBecause === undefined ? who : `${closedBecause} ${who}` };
  });
};
