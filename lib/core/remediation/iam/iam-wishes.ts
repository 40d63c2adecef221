// What has to become of identities in IAM for a finding to end, where its remedy lies there.
import { ADMIN } from "../../activity/admin-logins.ts";
import type { Baseline } from "../../baseline/baseline.ts";
import { administrators } from "../../findings/administrators.ts";
import { policySubject } from "../../findings/cluster-policies.ts";
import type { Observation } from "../../findings/finding.ts";
import type { IamView } from "../../findings/view-iam.ts";
import { declaredNetworks } from "../../iam/network-fence.ts";
import type { IamWish } from "./iam-plan.ts";

export type Remedy = {
  readonly wishes: readonly IamWish[];
  /** Nothing in the database has to change: the finding's own words are no step. */
  readonly inIamAlone: boolean;
  /** What has to be known, or chosen, before it is run. */
  readonly says: readonly string[];
};

const NONE: Remedy = { wishes: [], inIamAlone: false, says: [] };

/** Ids of the keys that a finding names in its evidence. */
const keysIn = (evidence: Observation["evidence"]): readonly string[] => {
  const { keys } = evidence;
  return Array.isArray(keys)
    ? keys.flatMap((key: unknown) =>
        typeof key === "object" && key !== null && "id" in key && typeof key.id === "string" ? [key.id] : [],
      )
    : [];
};

const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

const shutFromAdmin = (principal: string): IamWish => ({
  ...{ wants: "shut-out", principal, action: "DbConnectAdmin" },
});

const onAdmin = (principal: string | undefined, iam: IamView, auditor: string | null): Remedy => {
  if (principal !== undefined) return { wishes: [shutFromAdmin(principal)], inIamAlone: true, says: [] };
  const { may, unknown } = administrators(iam, auditor) ?? { may: [], unknown: 1 };
  return {
    wishes: [...may.map(shutFromAdmin), ...(unknown ? [{ wants: "look", about: unknown } as const] : [])],
    inIamAlone: true,
    says: [
      "Afterwards the root user alone may connect as admin. Leave out the steps of whoever is to keep it for emergencies, and exempt the finding.",
    ],
  };
};

/** The cluster whose policy a finding is about, by the Region that it names. */
const policyClusterOf = (object: string | undefined, iam: IamView): string | undefined =>
  iam.clusters.find((access) => policySubject(access).object === object)?.arn;

const EDITOR =
  "Administrators too have to come from the networks that access.yml declares. The query editor of the AWS console needs the public endpoint, and no longer gets in unless its address is declared.";

type Asked = {
  readonly finding: Pick<Observation, "detector" | "subject" | "evidence" | "grants">;
  readonly iam: IamView;
  readonly auditor: string | null;
  readonly baseline: Baseline | null;
};

const onPolicy = (
  { finding: { subject }, iam }: Asked,
  wishOf: (cluster: string) => IamWish,
  says: readonly string[] = [],
): Remedy => {
  const cluster = policyClusterOf(subject.object, iam);
  return cluster === undefined ? NONE : { wishes: [wishOf(cluster)], inIamAlone: true, says };
};

/** A public cluster is closed to all but the networks that are declared: where nobody has said which, a person does it. */
const keptFromPublic = (asked: Asked): Remedy => {
  const networks = declaredNetworks(asked.baseline, asked.auditor);
  return "left" in networks
    ? onPolicy(asked, () => ({ wants: "by-hand", left: networks.left }))
    : onPolicy(asked, (cluster) => ({ wants: "mend-policy", cluster, letIn: networks }), [EDITOR]);
};

/** By detector: what its findings need in IAM. */
const remedies: Readonly<Record<string, (asked: Asked) => Remedy>> = {
  "permission-without-mapping": ({ finding: { subject } }) =>
    subject.principal === undefined
      ? NONE
      : {
          wishes: [{ wants: "shut-out", principal: subject.principal, action: "DbConnect" }],
          inIamAlone: true,
          says: ["Or map it to the role that it is meant to have: AWS IAM GRANT role TO 'arn'."],
        },
  "undeclared-admin": ({ finding: { subject, grants = [] } }) => ({
    // Where one policy makes many of them administrators, the finding counts them together.
    wishes: (subject.principal === undefined ? grants : [subject.principal]).map(shutFromAdmin),
    inIamAlone: subject.principal !== undefined || grants.length > 0,
    says: ["Or declare who is to be admin in access.yml."],
  }),
  "public-cluster": keptFromPublic,
  "policy-misses-admin": (asked) =>
    onPolicy(asked, (cluster) => ({ wants: "mend-policy", cluster, letIn: null })),
  "dormant-role": ({ finding: { subject }, iam, auditor }) =>
    subject.role === ADMIN ? onAdmin(subject.principal, iam, auditor) : NONE,
  "long-lived-key": ({ finding: { subject, evidence } }) => ({
    wishes:
      subject.principal === undefined
        ? []
        : keysIn(evidence).map((id) => ({ wants: "key-off", user: nameIn(subject.principal ?? ""), id })),
    inIamAlone: true,
    says: ["Map an IAM role in its place where something still uses the key."],
  }),
  "orphan-mapping": ({ finding: { subject } }) =>
    subject.principal === undefined
      ? NONE
      : { wishes: [{ wants: "forget", principal: subject.principal }], inIamAlone: false, says: [] },
  "mapping-without-permission": () => ({
    ...NONE,
    says: ["Or keep the mapping, and let IAM allow dsql:DbConnect: then the finding ends as well."],
  }),
  "rebound-role": () => ({
    ...NONE,
    says: [
      "The mapping is revoked and not granted again: a new AWS IAM GRANT would let in whoever made the identity anew. Grant it when you know who that was.",
    ],
  }),
};

/** Whether there is a remedy in IAM, or a word to say about one, for what a detector finds. */
export const isRemediedInIam = (detector: string): boolean => Object.hasOwn(remedies, detector);

/**
 * What a finding needs in IAM, from what the snapshot holds of IAM. `auditor`: the principal that is never shut out;
 * `baseline`: what declares the networks to let in.
 */
export const remedyInIam = (
  finding: Asked["finding"],
  iam: IamView,
  auditor: string | null,
  baseline: Baseline | null = null,
): Remedy =>
  (isRemediedInIam(finding.detector) ? remedies[finding.detector] : undefined)?.({
    finding,
    iam,
    auditor,
    baseline,
  }) ?? NONE;
