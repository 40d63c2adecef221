// What a role sets off by CREATE RULE: a rule's actions run with the rights of the table's or view's owner, not with those of
// whoever writes it, also on a `security_invoker` view, whose SELECT alone is checked otherwise. https://www.postgresql.org/docs/16/rules-privileges.html

import type { Oid } from "../base/ids.ts";
import { extraOf, type ViewRule } from "../catalog/extras.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import type { AccessObject } from "./effective-objects.ts";
import {
  type Ended,
  type Follower,
  followerOf,
  heldOf,
  isView,
  type MaskOn,
  relationsByOid,
  usableOf,
  viewWays,
  wholeOf,
} from "./view-follow.ts";

/** A relation that a rule names: it reads or writes it, which of the two the catalog does not tell in parts. */
export type RuleReach = {
  /** What the role itself writes, and the statement on it that sets the rule off, there or further on. */
  readonly on: AccessObject;
  readonly event: Privilege;
  readonly relation: AccessObject;
  readonly as: RoleId;
};

const DATA = viewWays.reduce((mask, [name]) => mask | privilegeBit(name), 0);

/** One statement on one relation by somebody. */
type Write = { readonly relation: AccessObject; readonly event: Privilege; readonly caller: RoleId };

type Rules = {
  readonly engine: AccessEngine;
  readonly byOid: ReadonlyMap<Oid, AccessObject>;
  /** By table or view. */
  readonly rules: ReadonlyMap<Oid, readonly ViewRule[]>;
  readonly held: MaskOn;
  readonly follow: Follower | undefined;
};

/** Where a statement on a view ends, each as a statement of its own on the table. */
const through = ({ follow }: Rules, { relation, event, caller }: Write): Write[] => {
  const way = viewWays.find(([privilege]) => privilege === event);
  if (!follow || !way || !isView(relation)) return [];
  return follow(relation, way, caller).flatMap(({ relation: end, as }: Ended) =>
    typeof end === "string" ? [] : [{ relation: end, event, caller: as }],
  );
};

/** All that the rules on a relation may do to what they name, once one statement on it has set them off. */
const setOff = (it: Rules, { relation, event }: Write): Write[] =>
  (it.rules.get(relation.oid) ?? []).flatMap((rule): Write[] => {
    const as = it.engine.graph.idOf.get(relation.owner);
    if (rule.event !== event || as === undefined) return [];
    return rule.relations.flatMap((oid): Write[] => {
      const named = it.byOid.get(oid);
      if (!named) return [];
      const mask = it.held(as, named);
      return viewWays.flatMap(([way]) =>
        mask & privilegeBit(way) ? [{ relation: named, event: way, caller: as }] : [],
      );
    });
  });

const keyOf = ({ relation, event, caller }: Write): string => `${relation.oid} ${event} ${caller}`;

/**
 * What one statement leads to by rules: what its own rules name, and from there on, from rule to view to rule, what is not
 * in `seen` already. What lies further is so told once for a role, and a long chain of rules takes no longer than it is.
 */
const allFrom = (it: Rules, first: Write, seen: Set<string>): Write[] => {
  // Views on the way to a rule are told as views.
  const direct = [first, ...through(it, first)].flatMap((write) => setOff(it, write));
  const isNew = (write: Write): boolean => !seen.has(keyOf(write)) && seen.add(keyOf(write)).size > 0;
  const further = direct.filter(isNew);
  // An array goes on with what is added meanwhile.
  for (const write of further) {
    const beneath = through(it, write);
    further.push(...[...beneath, ...[write, ...beneath].flatMap((one) => setOff(it, one))].filter(isNew));
  }
  return [...direct, ...further];
};

/** A function that answers for one role after the other; nothing where the rules were not read. */
export const ruleReachesOf = (engine: AccessEngine): ((role: RoleId) => RuleReach[]) => {
  const written = (extraOf(engine.catalog, "viewRules").rows ?? []).filter(({ event }) => event);
  if (written.length === 0) return () => [];
  const [usable, whole, follow] = [usableOf(engine), wholeOf(engine), followerOf(engine)];
  const it: Rules = {
    engine,
    byOid: relationsByOid(engine),
    rules: Map.groupBy(written, ({ view }) => view),
    held: heldOf(engine),
    follow: typeof follow === "function" ? follow : undefined,
  };
  const writable = [...it.byOid.values()].filter((one) => it.rules.has(one.oid) || one.letter === "v");
  const events = viewWays.filter(([event]) => event !== "SELECT");
  return (role) => {
    const seen = new Set<string>();
    return writable.flatMap((on): RuleReach[] => {
      const mask = usable(role, on);
      return events.flatMap(([event]): RuleReach[] => {
        if ((mask & privilegeBit(event)) === 0) return [];
        const gained = allFrom(it, { relation: on, event, caller: role }, seen).filter(
          ({ relation, event: way, caller }) =>
            caller !== role && ~whole(role, relation) & privilegeBit(way) & DATA,
        );
        const told = new Map(gained.map((one) => [`${one.relation.oid} ${one.caller}`, one]));
        return [...told.values()].map(({ relation, caller }) => ({ on, event, relation, as: caller }));
      });
    });
  };
};
