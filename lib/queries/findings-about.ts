// Which findings are about one principal or one role.
import { foldArn } from "../core/activity/principal.ts";
import { principalNamed } from "../core/activity/principal-named.ts";
import { type Cluster, withoutPath } from "../core/base/ids.ts";
import { knownRows } from "../core/catalog/known-catalog.ts";
import type { Finding } from "../core/findings/finding.ts";
import { findRoles } from "../store/history/find-subject.ts";
import type { ReadStore } from "../store/open-store.ts";
import { principalsIn } from "./known-principals.ts";

const PRINCIPAL = /^arn:[^:]+:(?:iam|sts):/;

/** What findings have to be about; what is left out is not asked about. */
export type About = {
  /** An ARN, of which a session's is folded to its role, or a name that one principal is known by. */
  readonly principal?: string | undefined;
  readonly role?: string | undefined;
};

/** The principals' ARNs in a value, or in anything in it. */
const arnsIn = (value: unknown): string[] => {
  if (typeof value === "string") return PRINCIPAL.test(value) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(arnsIn);
};

/** A finding on several, as on a network, has them in its evidence. */
const isAbout = ({ subject, evidence }: Finding, wanted: string): boolean =>
  [subject.principal, ...arnsIn(evidence)].some((arn) => arn !== undefined && withoutPath(arn) === wanted);

const newestCatalog = async ({ snapshots }: Pick<ReadStore, "snapshots">, cluster: Cluster) => {
  const head = await snapshots.head(cluster);
  return head && (await snapshots.open(cluster, head)).catalog;
};

/**
 * Those of `findings` that are about the principal and the role. AuditError("not-found") for a name that nobody is known by and a
 * role that no snapshot saw, ("usage") for a name of several principals.
 */
export const findingsAbout = async (
  { snapshots }: Pick<ReadStore, "snapshots">,
  cluster: Cluster,
  findings: readonly Finding[],
  { principal, role }: About,
): Promise<readonly Finding[]> => {
  if (principal === undefined && role === undefined) return findings;
  const catalog = await newestCatalog({ snapshots }, cluster);
  const isKnown = role === undefined || findings.some((finding) => finding.subject.role === role);
  // Of roles that nobody could read a name may be one.
  if (!isKnown && catalog && knownRows(catalog, "roles")) await findRoles(snapshots, cluster, catalog, role);
  const found = role === undefined ? findings : findings.filter((finding) => finding.subject.role === role);
  if (principal === undefined) return found;
  const { periods } = await snapshots.mappingHistory(cluster);
  const known = [
    ...findings.flatMap(({ subject, evidence }) => [subject.principal ?? [], arnsIn(evidence)].flat()),
    ...periods.map(({ arn }) => arn),
    ...(catalog ? principalsIn(catalog) : []),
  ];
  const wanted = withoutPath(foldArn(principalNamed(principal, known)));
  return found.filter((finding) => isAbout(finding, wanted));
};
