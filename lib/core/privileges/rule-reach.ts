// What a role sets off by CREATE RULE: a rule's actions run with the rights of the table's or view's owner, not with those of
// whoever writes it, unless it is on a `security_invoker` view. https://www.postgresql.org/docs/16/rules-privileges.html

import { extraOf } from "../catalog/extras.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";
import { heldOf, usableOf } from "./view-reach.ts";

/** A relation that a rule names: it reads or writes it, which of the two the catalog does not tell in parts. */
export type RuleReach = {
  /** Where the rule stands, and the statement on it that sets the rule off. */
  readonly on: AccessObject;
  readonly event: Privilege;
  readonly relation: AccessObject;
  readonly as: RoleId;
};

const DATA = (["SELECT", "INSERT", "UPDATE", "DELETE"] as const).reduce(
  (mask, name) => mask | privilegeBit(name),
  0,
);

/** A function that answers for one role after the other; nothing where the rules were not read. */
export const ruleReachesOf = (engine: AccessEngine): ((role: RoleId) => RuleReach[]) => {
  const rules = (extraOf(engine.catalog, "viewRules").rows ?? []).filter(({ event }) => event);
  if (rules.length === 0) return () => [];
  const [usable, held] = [usableOf(engine), heldOf(engine)];
  const byOid = new Map(
    engine.objects.flatMap((o) => (o.kind === "table" || o.kind === "view" ? [[o.oid, o] as const] : [])),
  );
  const invokers = new Set(
    (extraOf(engine.catalog, "views").rows ?? []).flatMap(({ oid, invoker }) => (invoker ? [oid] : [])),
  );
  return (role) =>
    rules.flatMap(({ view, event, relations }): RuleReach[] => {
      const on = byOid.get(view);
      const as = on && engine.graph.idOf.get(on.owner);
      if (!on || !event || as === undefined || as === role || invokers.has(view)) return [];
      if ((usable(role, on) & privilegeBit(event)) === 0) return [];
      return relations.flatMap((oid): RuleReach[] => {
        const relation = byOid.get(oid);
        if (!relation || (held(as, relation) & ~usable(role, relation) & DATA) === 0) return [];
        return [{ on, event, relation, as }];
      });
    });
};
