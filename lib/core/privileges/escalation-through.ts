// What a role reaches through views and rules, which run with their owners' rights.

import type { Privilege } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";
import { common, type Escalation, wayToPrivilege } from "./escalation-way.ts";
import { objectText } from "./find-object.ts";
import { type RuleReach, ruleReachesOf } from "./rule-reach.ts";
import { type ViewReaches, viewReachesOf } from "./view-reach.ts";

const viewReaches = new WeakMap<AccessEngine, ReturnType<typeof viewReachesOf>>();

/** The tables that it reaches through views, and the views that could not be followed. */
export const viewReachesOfRole = (engine: AccessEngine, role: RoleId): ViewReaches => {
  const known = viewReaches.get(engine) ?? viewReachesOf(engine);
  viewReaches.set(engine, known);
  return known(role);
};

export const viewsOf = (engine: AccessEngine, role: RoleId): Escalation[] => {
  const nameOf = (id: RoleId | undefined): string | null => engine.graph.roles[id ?? -1]?.name ?? null;
  const { reaches, system, unfollowed } = viewReachesOfRole(engine, role);
  const base = (view: AccessObject, privileges: readonly Privilege[]) => ({
    ...common,
    ...wayToPrivilege(engine, role, privileges[0] ?? "SELECT", view),
    how: "view" as const,
    kind: "view" as const,
    target: objectText(view),
    privileges,
  });
  return [
    ...reaches.map(
      ({ view, relation, privileges, as, certain }): Escalation => ({
        ...base(view, privileges),
        reaches: objectText(relation),
        as: nameOf(as),
        certain,
        superuser: false,
      }),
    ),
    ...system.map(
      ({ view, relation, privileges, as, certain }): Escalation => ({
        ...base(view, privileges),
        reaches: relation,
        as: nameOf(as),
        certain,
        // Whoever writes the system's own tables makes himself one.
        superuser: privileges.some((one) => one !== "SELECT"),
      }),
    ),
    ...unfollowed.map(
      ({ view, privileges }): Escalation => ({
        ...base(view, privileges),
        as: nameOf(engine.graph.idOf.get(view.owner)),
        certain: false,
      }),
    ),
  ];
};

const ruleReaches = new WeakMap<AccessEngine, ReturnType<typeof ruleReachesOf>>();

/** What it sets off by rules that stand on tables and views. */
export const ruleReachesOfRole = (engine: AccessEngine, role: RoleId): RuleReach[] => {
  const known = ruleReaches.get(engine) ?? ruleReachesOf(engine);
  ruleReaches.set(engine, known);
  return known(role);
};

export const rulesOf = (engine: AccessEngine, role: RoleId): Escalation[] =>
  ruleReachesOfRole(engine, role).map(
    ({ on, event, relation, as }: RuleReach): Escalation => ({
      ...common,
      ...wayToPrivilege(engine, role, event, on),
      how: "rule",
      kind: on.kind,
      target: objectText(on),
      privileges: [event],
      reaches: objectText(relation),
      as: engine.graph.roles[as]?.name ?? null,
      certain: false,
    }),
  );
