// The policies of the cluster, Region by Region, as findings speak of them.
import type { ClusterAccess } from "../catalog/iam-facts.ts";
import type { PolicyFlaw } from "../iam/policy-flaws.ts";
import { policyFlaws } from "../iam/policy-flaws.ts";
import type { DetectorView, Judgement } from "./detector.ts";

/** No policy at all reads like one without statements. */
const EMPTY = JSON.stringify({ Version: "2012-10-17", Statement: [] });

/** The text of the policy; null: it could not be read. */
export const policyDocument = ({ policy }: Pick<ClusterAccess, "policy">): string | null =>
  policy.status === "read" ? (policy.rows[0]?.document ?? EMPTY) : null;

/** What it seems to do and does not; null: it could not be read, or not all of it is understood. */
export const flawsOf = (view: DetectorView, access: ClusterAccess): readonly PolicyFlaw[] | null =>
  view.once(access, () => {
    const document = policyDocument(access);
    if (document === null) return null;
    const flaws = policyFlaws(document, access.arn);
    return flaws.some(({ kind }) => kind === "not-understood") ? null : flaws;
  });

export const policySubject = ({ region }: Pick<ClusterAccess, "region">): Judgement["subject"] => ({
  object: `cluster policy in ${region}`,
});

/** Those of which nothing can be said: what was found of them stays. */
export const unjudgedPolicies = (view: DetectorView): readonly Judgement["subject"][] =>
  view.iam.clusters.filter((access) => flawsOf(view, access) === null).map(policySubject);

export const versionOf = ({ policy }: Pick<ClusterAccess, "policy">): string | null =>
  (policy.status === "read" && policy.rows[0]?.version) || null;
