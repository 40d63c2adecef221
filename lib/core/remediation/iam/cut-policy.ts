// A policy without what lets somebody connect: cut where it says so in as many words, and not at all where it says more.
import { readJson } from "../../iam/strict-json.ts";

/** `document` null: nothing of it is left. */
export type Cut = { readonly document: string | null };

type Json = { readonly [name: string]: unknown };
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
/** One value stands without its list, as most people write it. */
const unlisted = (values: readonly unknown[]): unknown => (values.length === 1 ? values[0] : values);

/** The statements of a document as they stand in it, in the order of the parsed ones. */
const statementsIn = (
  document: string,
): { readonly whole: Json; readonly list: readonly Json[] } | undefined => {
  const { value, problem } = readJson(document);
  if (problem !== null || !isObject(value)) return undefined;
  const list = listOf(value.Statement);
  return list.every(isObject) ? { whole: value, list: list as readonly Json[] } : undefined;
};

const written = (whole: Json, statements: readonly Json[]): Cut => ({
  document: statements.length ? JSON.stringify({ ...whole, Statement: statements }) : null,
});

const isAction = (value: unknown, action: string): boolean =>
  typeof value === "string" && value.toLowerCase() === `dsql:${action.toLowerCase()}`;

/** The actions of a statement but this one; undefined: it is not named there in as many words. */
const otherActions = ({ Action }: Json, action: string): readonly unknown[] | undefined => {
  const actions = listOf(Action);
  const rest = actions.filter((one) => !isAction(one, action));
  return Action !== undefined && rest.length < actions.length ? rest : undefined;
};

type Which = {
  /** Indexes of the statements that let the principal in. */
  readonly statements: readonly number[];
  readonly action: string;
};

/**
 * The policy of an identity without the action in these statements. undefined: one of them lets in by a wildcard or by what
 * it leaves out, or is about more than these clusters, so that cutting it would take more away.
 */
export const cutIdentityPolicy = (
  document: string,
  { statements, action, clusters }: Which & { readonly clusters: readonly string[] },
): Cut | undefined => {
  const found = statementsIn(document);
  if (!found) return undefined;
  const kept: Json[] = [];
  for (const [i, statement] of found.list.entries()) {
    if (!statements.includes(i)) {
      kept.push(statement);
      continue;
    }
    const rest = otherActions(statement, action);
    const isOurs = listOf(statement.Resource).every((one) => clusters.includes(String(one)));
    if (!rest || !isOurs) return undefined;
    // A wildcard beside it may mean the same action once more.
    if (rest.some((one) => /[*?]/.test(String(one)))) return undefined;
    if (rest.length) kept.push({ ...statement, Action: unlisted(rest) });
  }
  return written(found.whole, kept);
};

const withoutSid = ({ Sid: _, ...statement }: Json): Json => statement;

/** One statement of a cluster's policy for everybody but this principal, who keeps its other actions. */
const cutPrincipal = (
  statement: Json,
  principals: ReadonlySet<string>,
  action: string,
): Json[] | undefined => {
  const { Principal } = statement;
  if (!isObject(Principal)) return undefined;
  const named = listOf(Principal.AWS);
  const others = named.filter((one) => !principals.has(String(one)));
  const rest = otherActions(statement, action);
  if (others.length === named.length || !rest || rest.some((one) => /[*?]/.test(String(one))))
    return undefined;
  const { AWS: _, ...otherKinds } = Principal;
  const forOthers = { ...otherKinds, ...(others.length && { AWS: unlisted(others) }) };
  const ours = unlisted(named.filter((one) => principals.has(String(one))));
  const isForOthers = Object.keys(forOthers).length > 0;
  const own = { ...statement, Principal: { AWS: ours }, Action: unlisted(rest) };
  return [
    ...(isForOthers ? [{ ...statement, Principal: forOthers }] : []),
    ...(rest.length ? [isForOthers ? withoutSid(own) : own] : []),
  ];
};

/**
 * A cluster's policy that no longer lets a principal in by these statements. `principals`: the words by which a policy can
 * name it alone. undefined: one of them lets it in as part of an account, or as anybody.
 */
export const cutClusterPolicy = (
  document: string,
  { statements, action, principals }: Which & { readonly principals: ReadonlySet<string> },
): Cut | undefined => {
  const found = statementsIn(document);
  if (!found) return undefined;
  const kept: Json[] = [];
  for (const [i, statement] of found.list.entries()) {
    if (!statements.includes(i)) kept.push(statement);
    else {
      const cut = cutPrincipal(statement, principals, action);
      if (!cut) return undefined;
      kept.push(...cut);
    }
  }
  return written(found.whole, kept);
};
