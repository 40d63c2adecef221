// The cluster's policy as it was meant, put in the place of the one that there is.
import { type IamFacts, iamRows } from "../../iam/facts.ts";
import { subjectFinder } from "../../iam/find-subject.ts";
import { mendedPolicy } from "../../iam/mend-policy.ts";
import { type LetIn, networkFence } from "../../iam/network-fence.ts";
import { policyFlaws } from "../../iam/policy-flaws.ts";
import { isRole } from "../../iam/subject.ts";
import type { Way } from "./shut-out.ts";

const EMPTY = JSON.stringify({ Version: "2012-10-17", Statement: [] });

/** As IAM writes the ARN: a mapping or a setting may have another path, and the test is of the whole. */
const asInIam = (facts: IamFacts, letIn: LetIn): LetIn => {
  const subjectOf = subjectFinder(facts);
  const spared = letIn.spared.map((arn) => {
    const subject = subjectOf(arn);
    return isRole(subject) ? subject.role.arn : subject.kind === "user" ? subject.user.arn : arn;
  });
  return { ...letIn, spared };
};

const INSIDE =
  "A private range is inside any VPC: name the VPC endpoints in access.yml for a policy that lets in yours alone.";

/**
 * The policy of a cluster without its flaws; `letIn`: and for these networks alone. It is worked out on the facts as they are
 * by then, so that two findings about one policy make one of it.
 */
export const mendPolicy = (facts: IamFacts, cluster: string, letIn: LetIn | null): Way => {
  const access = iamRows(facts, "clusters").rows?.find(({ arn }) => arn === cluster);
  if (!access) return { left: `the policy of ${cluster} was not read` };
  const { policy, region } = access;
  if (policy.status === "unreadable")
    return { left: `the cluster policy in ${region} could not be read, ${policy.reason}` };
  const [row] = policy.rows;
  const flaws = policyFlaws(row?.document ?? EMPTY, cluster);
  const wanted = letIn ? flaws : flaws.filter(({ kind }) => kind !== "public");
  if (!wanted.length) return null;
  const document = mendedPolicy(access, wanted, letIn ? networkFence(cluster, asInIam(facts, letIn)) : false);
  if (document === undefined)
    return {
      left: `what the cluster policy in ${region} was meant to say cannot be told from it: write it anew, and try it with \`dsql-audit policy try\``,
    };
  return {
    changes: [
      {
        does: "put-cluster-policy",
        cluster,
        document: JSON.stringify(document),
        version: row?.version ?? null,
      },
    ],
    says: [
      `It holds for everybody in ${region}, the auditor included unless it is named, within about a minute. A session that is open goes on for up to an hour.`,
      ...(letIn?.inside.length ? [INSIDE] : []),
    ],
  };
};
