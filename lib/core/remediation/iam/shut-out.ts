// What takes an identity's permission to connect away in IAM, or gives it, and touches nothing else.
import { principalName } from "../../base/visible-text.ts";
import { relevantStatements } from "../../iam/applies.ts";
import { attachedPolicies } from "../../iam/attached.ts";
import { type ClusterAccess, type IamFacts, iamRows } from "../../iam/facts.ts";
import { subjectFinder } from "../../iam/find-subject.ts";
import { managedBy } from "../../iam/managed-role.ts";
import type { ConnectAction } from "../../iam/may-connect.ts";
import { type PolicyKind, parsePolicy, type Statement } from "../../iam/policy.ts";
import { principalMatches } from "../../iam/principal-element.ts";
import { isRole, type Subject } from "../../iam/subject.ts";
import { type WhoMayRow, whoMay } from "../../iam/who-may.ts";
import { cutClusterPolicy, cutIdentityPolicy } from "./cut-policy.ts";
import { applyIamChange, type Holder, type IamChange } from "./iam-change.ts";

/** `left`: why no command does it, in a sentence; null: there is nothing to do. */
export type Way =
  | { readonly changes: readonly IamChange[]; readonly says: readonly string[] }
  | { readonly left: string }
  | null;

const clustersOf = (facts: IamFacts): readonly ClusterAccess[] => iamRows(facts, "clusters").rows ?? [];

/** The verdicts on a principal, one for each Region of the cluster. */
const verdictsOf = (facts: IamFacts, principal: string, action: ConnectAction): readonly WhoMayRow[] =>
  clustersOf(facts).map(({ arn }) => whoMay({ facts, cluster: arn }).verdictOf(principal, action));

const isIn = ({ verdict }: WhoMayRow): boolean => verdict === "allowed" || verdict === "conditional";

const named = (principal: string, action: ConnectAction): string =>
  `${principalName(principal)}, dsql:${action}`;

/** Which statements of a document allow the action on one of the clusters; one that is not understood may. */
const allowing = (
  document: string,
  kind: PolicyKind,
  action: ConnectAction,
  clusters: readonly string[],
  isMeant: (statement: Statement) => boolean = () => true,
): readonly number[] | null => {
  const policy = parsePolicy(document, kind);
  if (policy.problem !== null || policy.statements.some(({ problem }) => problem !== null)) return null;
  return policy.statements.flatMap((statement, i) =>
    statement.effect === "Allow" &&
    isMeant(statement) &&
    clusters.some(
      (cluster) =>
        relevantStatements({ ...policy, statements: [statement] }, `dsql:${action.toLowerCase()}`, cluster)
          .length > 0,
    )
      ? [i]
      : [],
  );
};

/** Whom a principal of IAM can be by a command: what AWS keeps for itself nobody else changes. */
const holderOf = (subject: Subject): Holder | { readonly left: string } => {
  const name = principalName(subject.arn);
  if (subject.kind === "user") return { kind: "user", name: subject.user.name };
  if (subject.kind === "root")
    return { left: `${name} keeps full access whatever the policies say: guard its credentials` };
  if (subject.kind === "service-linked-role")
    return { left: `${name} is a service-linked role, whose policies only AWS changes` };
  if (!isRole(subject)) return { left: `${name} is no identity of this account that was read` };
  // "This role is only modifiable by AWS": IAM Identity Center makes one for each permission set.
  if (managedBy(subject.role.arn) === "IAM Identity Center")
    return { left: `${name} is a role of IAM Identity Center: change its permission set there` };
  return { kind: "role", name: subject.role.name };
};

/** Cuts in the identity's own policies; undefined: they, or those of its groups, let in by more than can be cut. */
const cutsOfIdentity = (
  facts: IamFacts,
  subject: Subject,
  holder: Holder,
  action: ConnectAction,
): IamChange[] | undefined => {
  const clusters = clustersOf(facts).map(({ arn }) => arn);
  const changes: IamChange[] = [];
  for (const { name, source, document } of attachedPolicies(facts)(subject).identity) {
    const statements = document === null ? null : allowing(document, "identity", action, clusters);
    if (statements === null || document === null) return undefined;
    if (statements.length === 0) continue;
    const cut = cutIdentityPolicy(document, { statements, action, clusters });
    if (!cut) return undefined;
    if (source === "inline" && cut.document !== null)
      changes.push({ does: "put-inline", holder, policy: name, document: cut.document });
    else if (source === "inline") changes.push({ does: "delete-inline", holder, policy: name });
    // Others may have the managed policy too: this identity alone loses it, where it holds nothing else.
    else if (source === "managed" && cut.document === null)
      changes.push({ does: "detach", holder, policyArn: name });
    else return undefined;
  }
  return changes;
};

/** The words of a Principal that mean this identity alone; of whom it is not known whom they mean they are left. */
const wordsFor = (subject: Subject, statement: Statement): string[] =>
  (statement.principals?.entries ?? []).flatMap((entry) =>
    entry.kind === "AWS" &&
    entry.value !== "*" &&
    principalMatches(subject, { not: false, entries: [entry] }).some(
      ({ grade, truth }) => grade !== "account" && truth !== "unknown",
    )
      ? [entry.value]
      : [],
  );

const isNamed = (subject: Subject, { principals }: Statement): boolean =>
  principals !== null &&
  (principals.not || principalMatches(subject, principals).some(({ grade }) => grade !== "account"));

/** Cuts in the policies of the cluster, in each Region; undefined: one lets it in as anybody. */
const cutsOfClusters = (
  facts: IamFacts,
  subject: Subject,
  action: ConnectAction,
): IamChange[] | undefined => {
  const changes: IamChange[] = [];
  for (const { arn, policy } of clustersOf(facts)) {
    if (policy.status === "unreadable") return undefined;
    for (const { document, version } of policy.rows) {
      const statements = allowing(document, "resource", action, [arn], (one) => isNamed(subject, one));
      if (statements === null) return undefined;
      if (statements.length === 0) continue;
      const principals = new Set(
        parsePolicy(document, "resource").statements.flatMap((one) => wordsFor(subject, one)),
      );
      const cut = cutClusterPolicy(document, { statements, action, principals });
      if (!cut) return undefined;
      changes.push(
        cut.document === null
          ? { does: "delete-cluster-policy", cluster: arn, version }
          : { does: "put-cluster-policy", cluster: arn, document: cut.document, version },
      );
    }
  }
  return changes;
};

const applied = (facts: IamFacts, changes: readonly IamChange[]): IamFacts =>
  changes.reduce(applyIamChange, facts);

const shortName = (cluster: string): string => cluster.slice(cluster.lastIndexOf("/") + 1);

/** A name for a policy that the identity does not have; what the snapshot left out of its policies never bears such a name. */
const freshName = (facts: IamFacts, subject: Subject, stem: string): string => {
  const taken = new Set(attachedPolicies(facts)(subject).identity.map(({ name }) => name));
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.has(name)) return name;
  }
};

/** An inline policy with one statement for these clusters, and the action alone. */
const ownPolicy = (
  facts: IamFacts,
  subject: Subject,
  holder: Holder,
  { effect, action }: { readonly effect: "Allow" | "Deny"; readonly action: ConnectAction },
): IamChange => {
  const clusters = clustersOf(facts).map(({ arn }) => arn);
  const Resource = clusters.length === 1 ? clusters[0] : clusters;
  const Statement = [{ Effect: effect, Action: `dsql:${action}`, Resource }];
  return {
    does: "put-inline",
    holder,
    policy: freshName(facts, subject, `${effect}-${action}-${shortName(clusters[0] ?? "")}`),
    document: JSON.stringify({ Version: "2012-10-17", Statement }),
  };
};

/**
 * Takes a permission to connect away: out of the policies that give it, where they give nothing more; else by a Deny for this
 * cluster alone. Either way the verdict afterwards is "denied" in every Region of the cluster.
 */
export const shutOut = (facts: IamFacts, principal: string, action: ConnectAction): Way => {
  const rows = verdictsOf(facts, principal, action);
  const unknown = rows.find(({ verdict }) => verdict === "unknown");
  if (!rows.some(isIn)) {
    if (rows.length && !unknown) return null;
    return {
      left: `${named(principal, action)}: whether it may is not known, ${unknown?.reasons[0] ?? "the cluster's policy was not read"}`,
    };
  }
  const subject = subjectFinder(facts)(principal);
  const isOut = (changes: readonly IamChange[]): boolean =>
    verdictsOf(applied(facts, changes), principal, action).every(({ verdict }) => verdict === "denied");
  const holder = holderOf(subject);
  const clusterCuts = cutsOfClusters(facts, subject, action);
  if ("left" in holder) {
    const alone = subject.kind === "root" ? undefined : clusterCuts;
    return alone?.length && isOut(alone) ? { changes: alone, says: [] } : holder;
  }
  const identityCuts = cutsOfIdentity(facts, subject, holder, action);
  const cuts = identityCuts && clusterCuts && [...identityCuts, ...clusterCuts];
  if (cuts?.length && isOut(cuts)) return { changes: cuts, says: [] };
  const deny = ownPolicy(facts, subject, holder, { effect: "Deny", action });
  if (!isOut([deny])) return { left: `${named(principal, action)}: a Deny of its own does not keep it out` };
  const because = [...new Set(rows.flatMap(({ because: all }) => all.map(({ policy }) => policy)))];
  return {
    changes: [deny],
    says: [
      `${because.join(", ") || "A policy"} lets ${principalName(principal)} in, and more than that would go with it: a Deny for this cluster alone outweighs it and leaves the rest as it is.`,
    ],
  };
};

/** Lets an identity connect: an Allow of its own for this cluster alone. */
export const letIn = (facts: IamFacts, principal: string, action: ConnectAction): Way => {
  const rows = verdictsOf(facts, principal, action);
  if (rows.length > 0 && rows.every(isIn)) return null;
  const unknown = rows.find(({ verdict }) => verdict === "unknown");
  if (!rows.length || unknown)
    return {
      left: `${named(principal, action)}: whether it may is not known, ${unknown?.reasons[0] ?? "the cluster's policy was not read"}`,
    };
  const subject = subjectFinder(facts)(principal);
  const holder = holderOf(subject);
  if ("left" in holder) return holder;
  const denied = rows.flatMap(({ because }) => because).find(({ effect }) => effect === "Deny");
  if (denied)
    return { left: `${named(principal, action)}: ${denied.policy} denies it, which no Allow outweighs` };
  const allow = ownPolicy(facts, subject, holder, { effect: "Allow", action });
  return verdictsOf(applied(facts, [allow]), principal, action).every(isIn)
    ? { changes: [allow], says: [] }
    : { left: `${named(principal, action)}: its permissions boundary does not let it in` };
};

/** The cluster's policies without an identity that is gone: whoever gets its name would be let in by them. */
export const cutGone = (facts: IamFacts, principal: string): readonly IamChange[] => {
  const subject = subjectFinder(facts)(principal);
  if (subject.kind !== "gone") return [];
  let now = facts;
  const changes: IamChange[] = [];
  for (const action of ["DbConnect", "DbConnectAdmin"] as const) {
    const more = cutsOfClusters(now, subject, action) ?? [];
    now = applied(now, more);
    changes.push(...more);
  }
  return changes;
};
