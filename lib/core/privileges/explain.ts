// Why a role has a privilege, or which link of the chain is the first that is broken; a principal's links stand before it.

import type { Privilege } from "../catalog/privileges.ts";
import { allowLoginSql } from "../sql/statements.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import type { AccessObject, ObjectKind } from "./effective-objects.ts";
import { type RoleAnswer, roleLinks } from "./explain-role.ts";
import { objectText } from "./find-object.ts";

export const steps = [
  "identity",
  "iam",
  "cluster-policy",
  "mapping",
  "role",
  "membership",
  "schema",
  "privilege",
] as const;

export const linkStates = ["ok", "broken", "conditional", "unknown"] as const;

/** `conditional`: the request to connect decides. */
export type Link = {
  readonly step: (typeof steps)[number];
  readonly state: (typeof linkStates)[number];
  /** One short sentence; names are raw. */
  readonly says: string;
  /** What it rests on, each a few words: statements of policies, snapshots, grantors. */
  readonly evidence: readonly string[];
};

/** `conditional`: IAM or the cluster's policy lets the principal in on conditions, and nothing else is in the way. */
export const verdicts = ["yes", "after-set-role", "conditional", "no", "unknown"] as const;
export type Verdict = (typeof verdicts)[number];

export type Explanation = {
  readonly principal: string | null;
  /** null where a principal reaches no role. */
  readonly role: string | null;
  readonly privilege: Privilege;
  readonly kind: ObjectKind;
  /** As it can be typed again. */
  readonly object: string;
  readonly verdict: Verdict;
  readonly grantable: boolean;
  /** The whole chain; behind a missing mapping it is the one that there would be. */
  readonly links: readonly Link[];
  /** The first link that is broken; null: none is. */
  readonly firstBroken: Link["step"] | null;
  /** Role names, as in a row of `privileges`; empty where there is none. */
  readonly path: readonly string[];
  /** How many paths of that kind there are, and the next few. */
  readonly paths: number;
  readonly otherPaths: readonly (readonly string[])[];
  /** What would complete the chain: SQL to run, or comments that say what to change in IAM. */
  readonly completes: readonly string[];
  /** How far it is from complete: "one AWS IAM GRANT away"; null: nothing is missing, or it is not known what. */
  readonly away: string | null;
  /** The other roles that the principal can connect as, with their verdicts. */
  readonly also: readonly { readonly role: string; readonly verdict: Verdict }[];
};

/** The best first. */
export const rankOfVerdict: Readonly<Record<Verdict, number>> = {
  yes: 0,
  "after-set-role": 1,
  conditional: 2,
  unknown: 3,
  no: 4,
};

const verdictOf = (links: readonly Link[], holds: RoleAnswer["holds"]): Verdict => {
  const has = (state: Link["state"]): boolean => links.some((link) => link.state === state);
  if (has("broken")) return "no";
  if (has("unknown")) return "unknown";
  if (has("conditional")) return "conditional";
  return holds === "set-role" ? "after-set-role" : "yes";
};

/** What a step that completes is called; undefined: it is no step, but says that there is none. */
const stepName = (text: string): string | undefined => {
  if (text.startsWith("-- In IAM:")) return "change in IAM";
  if (text.startsWith("-- In the cluster policy:")) return "change of the cluster policy";
  return /^(?:AWS IAM GRANT|AWS IAM REVOKE|GRANT|ALTER ROLE)(?= )/.exec(text)?.[0];
};

/** "one AWS IAM GRANT away", "3 steps away: one change in IAM, 2 GRANTs". */
export const awayText = (completes: readonly string[]): string | null => {
  const named = completes.map(stepName);
  if (!completes.length || named.includes(undefined)) return null;
  const counts = [...Map.groupBy(named, (name) => name ?? "")].map(([name, all]) =>
    all.length === 1
      ? `one ${name}`
      : `${all.length} ${name.replace(/^change/, "changes")}${/^change/.test(name) ? "" : "s"}`,
  );
  return completes.length === 1
    ? `${counts[0]} away`
    : `${completes.length} steps away: ${counts.join(", ")}`;
};

const MOST_OTHERS = 5;

const otherPaths = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
  told: readonly string[],
): string[][] => {
  const others: string[][] = [];
  for (const path of engine.paths(privilege, object).all(role)) {
    const names = engine.pathNames(path);
    if (names.join("\0") !== told.join("\0")) others.push(names);
    if (others.length === MOST_OTHERS) break;
  }
  return others;
};

/** What stands before the role: the links of a principal, and what would complete them. */
export type Before = {
  readonly principal: string | null;
  readonly links: readonly Link[];
  readonly completes: readonly string[];
};

/** A principal connects as the role, so it must be able to log in. */
const mayLogIn = (engine: AccessEngine, role: RoleId, answer: RoleAnswer): RoleAnswer => {
  const [start, ...rest] = answer.links;
  const self = engine.graph.roles[role];
  if (!start || !self) return answer;
  if (self.canLogin)
    return { ...answer, links: [{ ...start, says: `${start.says}, which may log in` }, ...rest] };
  return {
    ...answer,
    links: [{ ...start, state: "broken", says: `role ${self.name} may not log in` }, ...rest],
    completes: [allowLoginSql(self.name), ...answer.completes],
  };
};

const noAnswer: RoleAnswer = { holds: undefined, grantable: false, links: [], path: [], completes: [] };

/** The chain of one role, with what stands before it. `role` undefined: it ends before any role. */
export const explanationOf = (
  engine: AccessEngine,
  role: RoleId | undefined,
  privilege: Privilege,
  object: AccessObject,
  before: Before,
): Explanation => {
  const inside = role === undefined ? noAnswer : roleLinks(engine, role, privilege, object);
  const answer = before.principal === null || role === undefined ? inside : mayLogIn(engine, role, inside);
  const links = [...before.links, ...answer.links];
  const { path } = answer;
  const hasPath = role !== undefined && path.length > 0;
  const completes = [...before.completes, ...answer.completes];
  return {
    principal: before.principal,
    role: engine.graph.roles[role ?? -1]?.name ?? null,
    privilege,
    kind: object.kind,
    object: objectText(object),
    verdict: verdictOf(links, answer.holds),
    grantable: answer.grantable,
    links,
    firstBroken: links.find(({ state }) => state === "broken")?.step ?? null,
    path,
    paths: hasPath ? engine.paths(privilege, object).count(role, answer.holds ?? "inherited") : 0,
    otherPaths: hasPath ? otherPaths(engine, role, privilege, object, path) : [],
    completes,
    away: awayText(completes),
    also: [],
  };
};
