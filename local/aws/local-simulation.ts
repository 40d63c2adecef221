// What the local policy simulator says where nobody put an answer there: worked out by the auditor's own evaluator.
// That shows that asking, keeping and comparing work. It is no second opinion: the two can never differ.
import { isConnectAction } from "../../lib/core/iam/evaluator.ts";
import { IAM_FORMAT, type IamFacts } from "../../lib/core/iam/facts.ts";
import { parsePolicy } from "../../lib/core/iam/policy.ts";
import { secondOpinion } from "../../lib/core/iam/second-opinion.ts";
import type { LocalAccount, LocalIdentity, LocalSimulation } from "./iam-account.ts";

const tagsOf = (tags: Readonly<Record<string, string>> = {}) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

const commonOf = (account: LocalAccount, one: LocalIdentity) => ({
  arn: account.arnOf(one),
  id: one.id,
  name: one.name,
  path: one.path ?? "/",
  createdAt: one.createdAt,
  inline: (one.inline ?? []).map(({ name, document }) => ({ name, document: JSON.stringify(document) })),
  attached: [...(one.attached ?? [])],
});

/** The account as it is at this moment, and the tags of its clusters; their policies have no say in it. */
const factsOf = (account: LocalAccount): IamFacts => {
  const none = { status: "read" as const, rows: [] };
  const held = (one: LocalIdentity) => ({
    ...commonOf(account, one),
    boundary: one.boundary ?? null,
    tags: tagsOf(one.tags),
  });
  return {
    format: IAM_FORMAT,
    account: account.account,
    partition: "aws",
    parts: {
      users: {
        status: "read",
        rows: account.all("user").map((one) => ({ ...held(one), groups: [...(one.groups ?? [])] })),
      },
      groups: { status: "read", rows: account.all("group").map((one) => commonOf(account, one)) },
      roles: {
        status: "read",
        rows: account.all("role").map((one) => ({ ...held(one), trust: JSON.stringify(one.trust ?? {}) })),
      },
      managedPolicies: {
        status: "read",
        rows: account.managed().map(({ arn, document }) => ({
          arn,
          name: arn.slice(arn.lastIndexOf("/") + 1),
          version: "v1",
          document: JSON.stringify(document),
        })),
      },
      clusters: {
        status: "read",
        rows: account.clusters().map(({ arn, tags }) => ({
          arn,
          region: arn.split(":")[3] ?? "",
          policy: none,
          tags: { status: "read" as const, rows: tagsOf(tags) },
        })),
      },
      roleUses: none,
      accessKeys: none,
      identities: none,
    },
  };
};

/** Every condition key that a policy of the account asks for. */
const keysIn = ({ parts: { users, groups, roles, managedPolicies } }: IamFacts): string[] => {
  const documents = [
    ...[users, groups, roles].flatMap((part) =>
      part.status === "read" ? part.rows.flatMap(({ inline }) => inline.map(({ document }) => document)) : [],
    ),
    ...(managedPolicies.status === "read" ? managedPolicies.rows : []).flatMap(
      ({ document }) => document ?? [],
    ),
  ];
  const keys = documents.flatMap((document) =>
    parsePolicy(document, "identity").statements.flatMap(({ conditions }) =>
      conditions.map(({ key }) => key),
    ),
  );
  return [...new Set(keys)].sort();
};

/** The answer on one action; undefined: for another action than connecting nothing is worked out. */
export const localSimulation = (
  account: LocalAccount,
  principal: string,
  action: string,
  cluster: string,
): LocalSimulation | undefined => {
  const name = action.replace(/^dsql:/, "");
  if (!isConnectAction(name)) return undefined;
  const facts = factsOf(account);
  const verdict = secondOpinion(facts, cluster).ownVerdict(principal, name);
  if (verdict === undefined) return undefined;
  // What the request decides, or nobody can tell, it denies for want of keys.
  const isOpen = verdict === "conditional" || verdict === "unknown";
  return {
    principal,
    action,
    decision: verdict === "allowed" ? "allowed" : "implicitDeny",
    ...(isOpen && { missing: keysIn(facts) }),
  };
};
