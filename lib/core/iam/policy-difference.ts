// In what the policies of one multi-Region cluster differ: each Region has a policy of its own, and its own VPCs and ARN.
import type { ClusterAccess } from "./facts.ts";
import { parsePolicy, type Statement } from "./policy.ts";

/** Ids that are of one Region by their nature, and the cluster's own ARN: they stand for themselves in every Region. */
const REGIONAL = /\b(?:vpc|vpce)-[0-9a-z]+\b/g;

const written = (statement: Statement, { arn, region }: ClusterAccess, hasVariables: boolean): string => {
  const same = (text: string): string =>
    text.replaceAll(arn, "CLUSTER").replaceAll(region, "REGION").replace(REGIONAL, "NETWORK");
  const { effect, actions, resources, principals, conditions, problem } = statement;
  const values = (list: readonly string[]): string[] => [...new Set(list.map(same))].sort();
  const texts = [...resources.values, ...conditions.flatMap((one) => one.values)];
  return JSON.stringify([
    // The same text is a variable by one Version, and itself by another.
    hasVariables && texts.some((text) => text.includes("${")),
    effect,
    [actions.not, values(actions.values.map((one) => one.toLowerCase()))],
    [resources.not, values(resources.values)],
    principals && [principals.not, principals.entries.map(({ kind, value }) => `${kind} ${value}`).sort()],
    conditions
      .map(({ operator, key, values: given }) => [
        operator.name,
        operator.ifExists,
        operator.set,
        key.toLowerCase(),
        // Addresses within a VPC are of one Region as the VPC is.
        key.toLowerCase() === "aws:vpcsourceip" ? "NETWORK" : values(given),
      ])
      .sort(),
    problem,
  ]);
};

type Side = {
  readonly region: string;
  readonly statements: ReadonlyMap<string, string> | null;
  readonly why: string | null;
};

const sideOf = (one: ClusterAccess): Side => {
  if (one.policy.status === "unreadable")
    return { region: one.region, statements: null, why: one.policy.reason };
  const statements = new Map<string, string>();
  for (const { document } of one.policy.rows) {
    const policy = parsePolicy(document, "resource");
    if (policy.problem !== null) return { region: one.region, statements: null, why: policy.problem };
    policy.statements.forEach((statement, at) => {
      statements.set(written(statement, one, policy.hasVariables), statement.sid ?? `statement ${at + 1}`);
    });
  }
  return { region: one.region, statements, why: null };
};

export type PolicyDifference = {
  /** The Regions that were compared. */
  readonly regions: readonly [string, string];
  /** Statements of the first that the second does not have, and the other way round; by Sid or number. */
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
};

/**
 * Each pair of Regions whose policies do not come to the same: ids of VPCs and endpoints, the Region and the cluster's own
 * ARN are taken for the same. `unknown`: Regions whose policy could not be read or understood, with the reason.
 */
export const policyDifferences = (
  clusters: readonly ClusterAccess[],
): {
  readonly differences: PolicyDifference[];
  readonly unknown: { readonly region: string; readonly reason: string }[];
} => {
  const sides = clusters.map(sideOf);
  const [first, ...others] = sides.filter(({ statements }) => statements !== null);
  const differences = others.flatMap((other): PolicyDifference[] => {
    const missing = (from: Side | undefined, to: Side | undefined): string[] =>
      [...(from?.statements ?? [])].filter(([text]) => !to?.statements?.has(text)).map(([, sid]) => sid);
    const [onlyInFirst, onlyInSecond] = [missing(first, other), missing(other, first)];
    return onlyInFirst.length || onlyInSecond.length
      ? [{ regions: [first?.region ?? "", other.region], onlyInFirst, onlyInSecond }]
      : [];
  });
  const unknown = sides.flatMap(({ region, why }) => (why === null ? [] : [{ region, reason: why }]));
  return { differences, unknown };
};
