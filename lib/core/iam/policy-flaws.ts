// What a cluster's policy seems to do and does not: rules over one document, each with what is wrong and the statement it is in.
// AWS's own sample policies hold four of these: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/rbp-examples.html
import { relevantStatements } from "./applies.ts";
import { conditionText } from "./condition-text.ts";
import { type Condition, type Policy, parsePolicy, type Statement } from "./policy.ts";
import { keepsInternetOut } from "./public-access.ts";

export const flawKinds = [
  "not-understood",
  "public",
  "misses-admin",
  "misses-connect",
  "anded-conditions",
  "never-applies",
  "other-cluster",
  "allow-restricts-nothing",
] as const;
export type FlawKind = (typeof flawKinds)[number];

export type PolicyFlaw = {
  readonly kind: FlawKind;
  /** Which statement: its Sid, or its number from 1; null: the policy as a whole. */
  readonly statement: string | null;
  /** The same as an index; null as `statement`. */
  readonly at: number | null;
  readonly says: string;
};

const CONNECT = "dsql:dbconnect";
const ADMIN = "dsql:dbconnectadmin";

const nameOf = (statement: Statement, at: number): string => statement.sid ?? `statement ${at + 1}`;
const isNegated = ({ operator }: Condition): boolean => operator.negated;
/** With both values it asks for nothing. */
const wantsAbsent = ({ operator, values }: Condition): boolean =>
  operator.kind === "presence" && values.every((value) => value.toLowerCase() === "true");

const sortedTests = (conditions: readonly Condition[]): string =>
  JSON.stringify(
    conditions
      .map(({ operator: { name, ifExists, negated, set }, key, values }) => [
        // A negated test holds for a key that is missing with IfExists and without.
        ...[name, ifExists && !(negated && set === null), set, key.toLowerCase()],
        [...values].sort(),
      ])
      .sort(),
  );

/** Of a statement that covers the cluster its Resource says no more, but where a variable decides. */
const resourceAsked = ({ resources }: Statement): string =>
  JSON.stringify(resources.values.some((value) => value.includes("${")) ? resources : null);

const isForEverybody = ({ principals }: Statement): boolean =>
  principals?.not === false && principals.entries.some(({ kind, value }) => kind === "AWS" && value === "*");

/** Whether a Deny that covers the cluster denies all that the other one does: for whom, and asking no more of the request. */
const deniesAsMuch = (one: Statement, other: Statement): boolean =>
  (isForEverybody(one) || JSON.stringify(one.principals) === JSON.stringify(other.principals)) &&
  resourceAsked(one) === resourceAsked(other) &&
  (one.conditions.length === 0 || sortedTests(one.conditions) === sortedTests(other.conditions));

const covers = (policy: Policy, statement: Statement, action: string, cluster: string): boolean =>
  relevantStatements({ ...policy, statements: [statement] }, action, cluster).length > 0;

/** A Deny of one of the two actions whose like for the other is nowhere in the policy. */
const halfDenied = (
  policy: Policy,
  cluster: string,
  denied: string,
  other: string,
): [Statement, number][] => {
  const denies = policy.statements.filter(({ effect, problem }) => effect === "Deny" && problem === null);
  const others = denies.filter((one) => covers(policy, one, other, cluster));
  return policy.statements.flatMap((statement, at): [Statement, number][] => {
    if (
      !denies.includes(statement) ||
      !covers(policy, statement, denied, cluster) ||
      others.includes(statement)
    )
      return [];
    return others.some((one) => deniesAsMuch(one, statement)) ? [] : [[statement, at]];
  });
};

type SameKey = { readonly key: string; readonly conditions: readonly Condition[] };
const byKey = ({ conditions }: Statement): SameKey[] =>
  [...Map.groupBy(conditions, ({ key }) => key.toLowerCase())]
    .map(([, all]) => ({ key: all[0]?.key ?? "", conditions: all }))
    .filter(({ conditions }) => conditions.length > 1);

/**
 * Tests on one key in one statement, of which one says nothing beside the other: a key that is missing matches every negated
 * operator, so that `Null` true AND `StringNotEquals` is `Null` true alone.
 */
const idle = ({ conditions }: SameKey): boolean =>
  conditions.some(wantsAbsent) &&
  conditions.some((one) => isNegated(one) && !one.operator.ifExists && one.operator.set === null);

/** Tests on one key that no request can pass at once: missing, and equal to something. */
const impossible = ({ conditions }: SameKey): boolean =>
  conditions.some(wantsAbsent) &&
  conditions.some(
    (one) => !wantsAbsent(one) && !isNegated(one) && !one.operator.ifExists && one.operator.set !== "all",
  );

const andedFlaws = (policy: Policy): PolicyFlaw[] =>
  policy.statements.flatMap((statement, at) =>
    byKey(statement).flatMap((same): PolicyFlaw[] => {
      const tests = same.conditions.map(conditionText).join(" and ");
      if (statement.effect === "Deny" && idle(same)) {
        return [
          {
            kind: "anded-conditions",
            statement: nameOf(statement, at),
            at,
            says: `It denies only where ${tests}: both must hold, so that any value of ${same.key} passes. Where either was meant, write two statements.`,
          },
        ];
      }
      if (impossible(same)) {
        return [
          {
            kind: "never-applies",
            statement: nameOf(statement, at),
            at,
            says: `It never applies: no request has ${tests} at once.`,
          },
        ];
      }
      return [];
    }),
  );

const isAboutConnecting = (statement: Statement): boolean => {
  const everywhere = { ...statement, resources: { not: false, values: ["*"] } };
  const policy: Policy = { statements: [everywhere], hasVariables: false, problem: null };
  return [CONNECT, ADMIN].some((action) => relevantStatements(policy, action, "*").length > 0);
};

/** Statements about connecting whose Resource is not this cluster, such as `cluster:NAME` for `cluster/ID`. */
const otherCluster = (policy: Policy, cluster: string): PolicyFlaw[] =>
  policy.statements.flatMap((statement, at): PolicyFlaw[] => {
    if (statement.problem !== null || !isAboutConnecting(statement)) return [];
    if ([CONNECT, ADMIN].some((action) => covers(policy, statement, action, cluster))) return [];
    const what = statement.resources.values.slice(0, 3).join(", ");
    return [
      {
        kind: "other-cluster",
        statement: nameOf(statement, at),
        at,
        says: `Its ${statement.resources.not ? "NotResource" : "Resource"} (${what}) does not match this cluster, ${cluster}: it does nothing here.`,
      },
    ];
  });

/** Allows that are meant as a fence: with conditions or principals, while nothing is denied. IAM lets the others in all the same. */
const idleAllows = (policy: Policy, cluster: string): PolicyFlaw[] => {
  const about = policy.statements.filter(
    (one) => one.problem === null && [CONNECT, ADMIN].some((action) => covers(policy, one, action, cluster)),
  );
  if (about.some(({ effect }) => effect === "Deny")) return [];
  return policy.statements.flatMap((statement, at): PolicyFlaw[] =>
    about.includes(statement) && statement.conditions.length
      ? [
          {
            kind: "allow-restricts-nothing",
            statement: nameOf(statement, at),
            at,
            says: "It is an Allow with conditions, and nothing in the policy denies: whoever an IAM policy lets connect does so whether or not the conditions hold. Write a Deny with the opposite conditions.",
          },
        ]
      : [],
  );
};

/** Every flaw of a policy of `cluster`, in the order of `flawKinds`. Pure; never throws. */
export const policyFlaws = (document: string, cluster: string): PolicyFlaw[] => {
  const policy = parsePolicy(document, "resource");
  if (policy.problem !== null)
    return [
      {
        kind: "not-understood",
        statement: null,
        at: null,
        says: `The policy cannot be understood: ${policy.problem}.`,
      },
    ];
  const found: PolicyFlaw[] = [
    ...policy.statements.flatMap((statement, at): PolicyFlaw[] =>
      statement.problem === null
        ? []
        : [
            {
              kind: "not-understood",
              statement: nameOf(statement, at),
              at,
              says: `The statement cannot be understood: ${statement.problem}.`,
            },
          ],
    ),
    ...halfDenied(policy, cluster, CONNECT, ADMIN).map(
      ([statement, at]): PolicyFlaw => ({
        kind: "misses-admin",
        statement: nameOf(statement, at),
        at,
        says: "It denies dsql:DbConnect and not dsql:DbConnectAdmin: whoever may connect as admin is not kept out.",
      }),
    ),
    ...halfDenied(policy, cluster, ADMIN, CONNECT)
      .filter(([{ conditions }]) => conditions.length > 0)
      .map(
        ([statement, at]): PolicyFlaw => ({
          kind: "misses-connect",
          statement: nameOf(statement, at),
          at,
          says: "It denies dsql:DbConnectAdmin and not dsql:DbConnect: connections as other roles are not kept out.",
        }),
      ),
    ...andedFlaws(policy),
    ...otherCluster(policy, cluster),
    ...idleAllows(policy, cluster),
  ];
  const open = (["DbConnect", "DbConnectAdmin"] as const).filter(
    (action) => keepsInternetOut(policy, cluster, action) === "no",
  );
  if (open.length) {
    found.push({
      kind: "public",
      statement: null,
      at: null,
      says: `Nothing in it keeps the internet out of ${open.map((action) => `dsql:${action}`).join(" and ")}.`,
    });
  }
  return found.sort((a, b) => flawKinds.indexOf(a.kind) - flawKinds.indexOf(b.kind));
};
