// The cluster policy that was meant: a document without the flaws that were found in it, checked before anybody sees it.
import type { ClusterAccess } from "./facts.ts";
import { type FlawKind, type PolicyFlaw, policyFlaws } from "./policy-flaws.ts";

const CONNECT = "dsql:DbConnect";
const ADMIN = "dsql:DbConnectAdmin";

/** AWS takes no larger one: aurora-dsql/latest/userguide/rbp-create-policy.html */
const MAX_LENGTH = 20_000;

type Raw = { readonly [name: string]: unknown };
type Conditions = { readonly [operator: string]: Readonly<Record<string, unknown>> };

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const conditionsOf = (statement: Raw): Conditions => (statement.Condition ?? {}) as Conditions;
const without = (statement: Raw, ...names: readonly string[]): Raw =>
  Object.fromEntries(Object.entries(statement).filter(([name]) => !names.includes(name)));

/** The action too; where the statement says which actions it is not about, beside it. */
const withAction = (statement: Raw, action: string): Raw[] =>
  statement.Action === undefined
    ? [statement, { ...without(statement, "Sid", "NotAction"), Action: action }]
    : [{ ...statement, Action: [...listOf(statement.Action), action] }];

const isNegated = (operator: string): boolean =>
  /^(?:String|Arn|Numeric|Date)Not|^NotIpAddress$/.test(operator);
const asked = (value: unknown): string[] => listOf(value).map((one) => String(one).toLowerCase());
const wantsAbsent = (value: unknown): boolean => asked(value).every((one) => one === "true");

/** A negated test holds for a key that is missing as well: the test for that beside it is what lets any value pass. */
const withoutIdleNull = (statement: Raw): Raw => {
  const conditions = conditionsOf(statement);
  const negated = new Set(
    Object.entries(conditions)
      .filter(([operator]) => isNegated(operator))
      .flatMap(([, keys]) => Object.keys(keys).map((key) => key.toLowerCase())),
  );
  const kept = Object.entries(conditions).flatMap(([operator, keys]) => {
    if (operator !== "Null") return [[operator, keys] as const];
    const rest = Object.entries(keys).filter(
      ([key, value]) => !(wantsAbsent(value) && negated.has(key.toLowerCase())),
    );
    return rest.length ? [[operator, Object.fromEntries(rest)] as const] : [];
  });
  return { ...statement, Condition: Object.fromEntries(kept) };
};

/** Operators whose opposite, in a Deny, holds wherever the Allow's test fails, also where the key is missing. */
const opposites: Readonly<Record<string, string>> = {
  StringEquals: "StringNotEquals",
  StringNotEquals: "StringEquals",
  StringEqualsIgnoreCase: "StringNotEqualsIgnoreCase",
  StringLike: "StringNotLike",
  StringNotLike: "StringLike",
  ArnEquals: "ArnNotEquals",
  ArnLike: "ArnNotLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
  IpAddress: "NotIpAddress",
  NotIpAddress: "IpAddress",
};

/** One Deny for each test of the Allow; undefined where one has no opposite. */
const fenceOf = (statement: Raw): Raw[] | undefined => {
  const tests = Object.entries(conditionsOf(statement)).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
  );
  const denies = tests.map(({ operator, key, values }): Raw | undefined => {
    const isNull = operator === "Null";
    const opposite = isNull ? "Null" : opposites[operator];
    // A test that asks for nothing, or has no opposite.
    if (opposite === undefined || (isNull && new Set(asked(values)).size !== 1)) return undefined;
    const value = isNull ? String(!wantsAbsent(values)) : values;
    return {
      Effect: "Deny",
      Principal: statement.Principal,
      Action: [CONNECT, ADMIN],
      Resource: statement.Resource ?? "*",
      Condition: { [opposite]: { [key]: value } },
    };
  });
  const found = denies.filter((one) => one !== undefined);
  return found.length === tests.length && statement.Resource !== undefined ? found : undefined;
};

/** undefined: nobody but who wrote it knows what was meant. */
const mended = (statement: Raw, kinds: ReadonlySet<FlawKind>, cluster: string): Raw[] | undefined => {
  let all: Raw[] = [statement];
  if (kinds.has("other-cluster"))
    all = all.map((one) => ({ ...without(one, "NotResource"), Resource: cluster }));
  if (kinds.has("anded-conditions")) all = all.map(withoutIdleNull);
  if (kinds.has("misses-admin")) all = all.flatMap((one) => withAction(one, ADMIN));
  if (kinds.has("misses-connect")) all = all.flatMap((one) => withAction(one, CONNECT));
  if (!kinds.has("allow-restricts-nothing")) return all;
  const fence = fenceOf(statement);
  return fence && [...all, ...fence];
};

/** Keeps out whoever does not come through a VPC endpoint: AWS's own sample, for both actions. */
const FENCE_SID = "KeepTheInternetOut";
const fence = (cluster: string): Raw => ({
  Sid: FENCE_SID,
  Effect: "Deny",
  Principal: { AWS: "*" },
  Action: [CONNECT, ADMIN],
  Resource: cluster,
  Condition: { Null: { "aws:SourceVpc": "true" } },
});

const unmendable: ReadonlySet<FlawKind> = new Set(["not-understood", "never-applies"]);

/**
 * The policy of the cluster without these flaws, `keepOut`: and with the internet kept out, by the statement that is given or
 * by AWS's own sample. undefined where what was meant cannot be told, or what came out still has a flaw. AWS replaces the
 * whole policy, so all that is right stays in it: a statement that has the new one's Sid already stays without it.
 */
export const mendedPolicy = (
  { arn, policy }: Pick<ClusterAccess, "arn" | "policy">,
  flaws: readonly PolicyFlaw[],
  keepOut: boolean | object,
): unknown => {
  if (policy.status === "unreadable") return undefined;
  const [row] = policy.rows;
  const told = flaws.filter(({ kind }) => kind !== "public");
  if (told.some(({ kind }) => unmendable.has(kind))) return undefined;
  // Two Allows with conditions are alternatives, and their opposites are none.
  if (told.filter(({ kind }) => kind === "allow-restricts-nothing").length > 1) return undefined;
  const document = (row ? JSON.parse(row.document) : { Version: "2012-10-17", Statement: [] }) as Raw;
  const statements = listOf(document.Statement) as Raw[];
  const parts = statements.map((one, at) =>
    mended(one, new Set(told.filter((flaw) => flaw.at === at).map(({ kind }) => kind)), arn),
  );
  if (parts.some((part) => part === undefined)) return undefined;
  const all = parts.flatMap((part) => part ?? []);
  const isOpen = (Statement: readonly Raw[]): boolean =>
    policyFlaws(JSON.stringify({ ...document, Statement }), arn).some(({ kind }) => kind === "public");
  const wall = (typeof keepOut === "object" ? keepOut : fence(arn)) as Raw;
  const beside = (one: Raw): Raw => (one.Sid === wall.Sid ? without(one, "Sid") : one);
  const Statement = keepOut && isOpen(all) ? [...all.map(beside), wall] : all;
  const result = { ...document, Statement };
  const text = JSON.stringify(result);
  const left = policyFlaws(text, arn).filter(({ kind }) => keepOut !== false || kind !== "public");
  return left.length || text.length > MAX_LENGTH ? undefined : result;
};
