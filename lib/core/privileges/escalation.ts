// What a role could become or take beyond what it holds, each with the path that leads there.

import { isDsql } from "../catalog/catalog.ts";
import { extraOf, otherKinds, otherSections } from "../catalog/extras.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import { becomingsOf } from "./escalation-becoming.ts";
import { takingsOf } from "./escalation-taking.ts";
import { rulesOf, viewsOf } from "./escalation-through.ts";
import { common, type Escalation, names } from "./escalation-way.ts";
import { typedName } from "./find-object.ts";
import { otherReaches } from "./other-reach.ts";

const othersOf = (engine: AccessEngine, role: RoleId): Escalation[] =>
  otherReaches(engine, role).map(({ kind, name, privileges, holder, everybody, setRole, superuser }) => ({
    ...common,
    how: "other-object",
    kind,
    target: kind === "large object" ? name : typedName(name),
    path: [...names(engine, holder === role ? [role] : [role, holder]), ...(everybody ? ["PUBLIC"] : [])],
    by: holder === role ? [] : [setRole ? "set-role" : "inherits"],
    superuser,
    privileges,
  }));

/**
 * First what it could become, nearest first; then what it could take, by object. A superuser has all and gains nothing.
 * What could not be read is not in it: the engine's gaps and `notLookedAt` say what that is.
 */
export const escalations = (engine: AccessEngine, role: RoleId): Escalation[] =>
  engine.graph.roles[role]?.superuser
    ? []
    : [
        ...becomingsOf(engine, role),
        ...viewsOf(engine, role),
        ...rulesOf(engine, role),
        ...takingsOf(engine, role),
        ...othersOf(engine, role),
      ];

/** What was not looked at, each as a sentence: a list that is short because of it must not read as a clean one. */
export const notLookedAt = (engine: AccessEngine): string[] => {
  const { catalog } = engine;
  const unread = otherSections.flatMap((section) => {
    const found = extraOf(catalog, section);
    return found.rows === null ? [{ kind: otherKinds[section], reason: found.reason }] : [];
  });
  const views = [extraOf(catalog, "views"), extraOf(catalog, "viewRules")].find(({ rows }) => rows === null);
  const reasons = Map.groupBy(unread, ({ reason }) => reason);
  return [
    ...engine.gaps
      .filter(({ section }) => section !== "mappings" && section !== "defaultPrivileges")
      .map(({ section, reason }) => `Not known: ${section} could not be read (${reason}).`),
    ...[...reasons].map(
      ([reason, kinds]) => `Not read: ${kinds.map(({ kind }) => `${kind}s`).join(", ")} (${reason}).`,
    ),
    ...(views && views.rows === null
      ? [`Not followed: what views and rules reach with their owners' rights (${views.reason}).`]
      : []),
    isDsql(catalog)
      ? "Not possible on Aurora DSQL, so not listed: triggers, and programs and files of the server."
      : "Not looked at: what triggers do that are there (INSTEAD OF ones too), row-level security, publications, subscriptions, event triggers. Who may read or write a partitioned table or a parent reaches the rows of its partitions and children.",
  ];
};
