// What of an account's policies is kept in a snapshot: all that can bear on connecting to the cluster, and nothing else.
import { relevantStatements } from "./applies.ts";
import type { IamFacts, IamGroup, IamRole, IamUser, InlinePolicy } from "./facts.ts";
import { connectActions } from "./may-connect.ts";
import { parsePolicy } from "./policy.ts";

type Holder = Pick<IamUser | IamGroup | IamRole, "inline" | "attached">;

/**
 * Whether a statement of the document can be about connecting to one of the clusters, to allow or to deny it: by its
 * action or NotAction, and its resource. One that is not understood can.
 */
export const bearsOnConnecting = (document: string, clusters: readonly string[]): boolean => {
  const policy = parsePolicy(document, "identity");
  return (
    policy.problem !== null ||
    clusters.some((cluster) =>
      connectActions.some(
        (action) => relevantStatements(policy, `dsql:${action.toLowerCase()}`, cluster).length > 0,
      ),
    )
  );
};

/**
 * The facts without the policies that no verdict on `clusters` can rest on, which in a large account are nearly all. Every
 * identity stays, and every boundary: one that says nothing of connecting forbids it.
 */
export const keepRelevant = (facts: IamFacts, clusters: readonly string[]): IamFacts => {
  const { users, groups, roles, managedPolicies } = facts.parts;
  // The same text is attached to many: it is judged once.
  const judged = new Map<string, boolean>();
  const bears = (document: string): boolean => {
    const known = judged.get(document) ?? bearsOnConnecting(document, clusters);
    judged.set(document, known);
    return known;
  };
  const boundaries = new Set(
    [users, roles].flatMap((part) =>
      part.status === "read" ? part.rows.map(({ boundary }) => boundary) : [],
    ),
  );
  const managed = managedPolicies.status === "read" ? managedPolicies.rows : [];
  const silent = new Set(
    managed.flatMap(({ arn, document }) => (document !== null && !bears(document) ? [arn] : [])),
  );
  let inline = 0;
  const heard = (policies: readonly InlinePolicy[]): InlinePolicy[] => {
    const kept = policies.filter(({ document }) => bears(document));
    inline += policies.length - kept.length;
    return kept;
  };
  const slim = <T extends Holder>(row: T): T => ({
    ...row,
    inline: heard(row.inline),
    attached: row.attached.filter((arn) => !silent.has(arn)),
  });
  const each = <T extends Holder, P>(part: P | { readonly status: "read"; readonly rows: readonly T[] }): P =>
    (typeof part === "object" && part !== null && "rows" in part
      ? { ...part, rows: part.rows.map(slim) }
      : part) as P;
  const parts: IamFacts["parts"] = {
    ...facts.parts,
    users: each<IamUser, typeof users>(users),
    groups: each<IamGroup, typeof groups>(groups),
    roles: each<IamRole, typeof roles>(roles),
    managedPolicies:
      managedPolicies.status === "read"
        ? { ...managedPolicies, rows: managed.filter(({ arn }) => !silent.has(arn) || boundaries.has(arn)) }
        : managedPolicies,
  };
  return { ...facts, leftOut: { inline, managed: silent.size }, parts };
};
