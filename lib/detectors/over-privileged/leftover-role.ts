// A role with a name like test, tmp or old that still has access.

import { counted } from "../../core/base/counted.ts";
import { lazily } from "../../core/base/lazily.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { Role } from "../../core/catalog/catalog.ts";
import { HELD_BITS } from "../../core/catalog/privileges.ts";
import {
  isBuiltIn,
  type Since,
  seenInSnapshot,
  shownRole,
  someOf,
} from "../../core/findings/catalog-judgement.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import { principalsByRole } from "../../core/findings/role-principals.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { type RoleId, targetsOf } from "../../core/privileges/effective-graph.ts";
import { isSystemSchema } from "../../core/privileges/effective-objects.ts";
import { cellOf } from "../../core/privileges/effective-rows.ts";
import { leftoverWord } from "../../core/privileges/leftover-name.ts";
import { remark } from "../../core/remediation/script.ts";
import { dropRoleScript } from "../../core/remediation/without-role.ts";

const SHOWN = 10;

type LeftoverEvidence = {
  readonly word: string;
  readonly canLogIn: boolean;
  readonly principals: readonly string[];
  readonly objects: number;
  readonly owns: number;
  readonly memberOf: readonly string[];
  readonly since: Since;
};

/** What it has beyond what everybody has. */
const accessOf = (engine: AccessEngine, id: RoleId, self: Role) => {
  const { graph, matrix, objects } = engine;
  const own = objects.filter(
    ({ kind, schema, name }) => kind !== "column" && !isSystemSchema(kind === "schema" ? name : schema),
  );
  return {
    owns: own.filter(({ owner }) => owner === self.oid).length,
    objects: own.filter((object) => {
      const { held, settable } = cellOf(matrix, id, object);
      return ((held | settable) & ~object.everyone & HELD_BITS) !== 0;
    }).length,
    memberOf: [...targetsOf(graph.member, id)].flatMap((target) => graph.roles[target]?.name ?? []),
  };
};

/** For so many roles the statements are worked out, as an evaluation has to end; plan prints those of the others. */
const MOST_SCRIPTS = 25;

/** What ends it: nothing else does, for whatever it keeps is access of a leftover. */
const fixesFor = (engine: AccessEngine): ((role: Role) => string) => {
  let left = MOST_SCRIPTS;
  return lazily(({ oid }: Role) => {
    const statements = left-- > 0 ? dropRoleScript(engine, oid) : undefined;
    return [
      remark("When you know that nobody needs it:"),
      statements ??
        remark("Take away all that it holds and owns, then DROP ROLE. Its plan prints every statement."),
    ].join("\n");
  });
};

export const leftoverRole = /* @__PURE__ */ defineDetector({
  id: "leftover-role",
  category: "over-privileged",
  title: "Role that looks like a leftover and has access",
  short: "Leftover role with access",
  severity: "low",
  life: "state",
  docs: {
    why: "A role for a test, or a copy of an old role, should be gone by now. Nobody watches it, and its access is as real as any other.",
    fix: "Ask whether anybody needs it. If not: AWS IAM REVOKE its mappings, revoke what it holds, and DROP ROLE.",
    falsePositives:
      "A role whose name only looks like a leftover: declare its archetype, or exempt the finding.",
    blindSpots:
      "Only the name counts: a forgotten role with an ordinary name is not found. Neither is a role without any access.",
  },
  evidence: {
    word: "Its name says",
    canLogIn: { label: "Can log in", whenEmpty: "no" },
    principals: { label: "Mapped to", whenEmpty: "nobody" },
    objects: "Objects that it has access to",
    owns: "Objects that it owns",
    memberOf: { label: "Member of", whenEmpty: "" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships", "schemas", "relations", "mappings"],
  detect: (view): readonly Judgement<LeftoverEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    const named = view.once(engine, () =>
      engine.graph.roles.flatMap((self, id) => {
        const word = isBuiltIn(engine, self) ? undefined : leftoverWord(self.name);
        const known = view.privileges.archetypeOf(self.name)?.because === "declared";
        return word === undefined || known ? [] : [{ self, word, access: accessOf(engine, id, self) }];
      }),
    );
    if (!named.length) return [];
    // As the catalog, it is the same for every evaluation until the next snapshot.
    const fixOf = view.once(named, () => fixesFor(engine));
    const principalsOf = principalsByRole(view);
    const { since, times } = seenInSnapshot(view);
    return named.flatMap(({ self, word, access }): Judgement<LeftoverEvidence>[] => {
      const principals = principalsOf(self.oid);
      const { owns, objects, memberOf } = access;
      if (!principals.length && !owns && !objects && !memberOf.length) return [];
      const has = [
        ...(principals.length ? [`${someOf(principals.map(principalName), 2)} can connect as it`] : []),
        ...(objects ? [`it has access to ${counted(objects, "object")}`] : []),
        ...(objects || principals.length || !memberOf.length
          ? []
          : [`it is a member of ${someOf(memberOf.map(shownRole), 2)}`]),
      ];
      return [
        {
          subject: { role: self.name, roleOid: self.oid, facet: "name" },
          title: `${shownRole(self.name)} looks like a leftover ("${word}"), and ${has.join(", and ")}`,
          severity: principals.length && objects ? "medium" : "low",
          evidence: {
            word,
            canLogIn: self.canLogin,
            principals: principals.slice(0, SHOWN),
            objects,
            owns,
            memberOf: memberOf.slice(0, SHOWN),
            since,
          },
          ...times,
          fix: fixOf(self),
          grants: [...principals, ...(owns ? ["owns"] : []), ...(objects ? ["objects"] : []), ...memberOf],
        },
      ];
    });
  },
});

export const cases = (): Case[] => {
  const names = [
    "app_test2",
    "ordersOld",
    "latest_contest",
    "backup_agent",
    "orders_backup",
    "user1",
    "templates",
  ];
  const roles = [databaseRole(100, "keeper"), ...names.map((name, n) => databaseRole(20_000 + n, name))];
  const orders = (...grantees: number[]) => ({
    oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: 100,
    acl: { entries: grantees.map((grantee) => ({ grantee, grantor: 100, privileges: "r", grantable: "" })), unknown: [] },
  }); // biome-ignore format: one glance
  const all = names.map((_, n) => 20_000 + n);
  const facts = (
    relations: NonNullable<Example["catalog"]>["relations"],
    declared: Example["declared"] = {},
  ) =>
    exampleFacts({
      catalog: {
        roles,
        schemas: [{ oid: 2200, name: "public", owner: 100, acl: null }],
        ...(relations && { relations }),
      },
      declared,
    });
  return [
    {
      name: "fires for names that say test, old, backup or nothing, whatever their case and numbers",
      facts: facts([orders(...all)]),
      expect: ["app_test2", "ordersOld", "orders_backup", "user1"],
    },
    {
      name: "fires for a mapping alone",
      facts: exampleFacts({ catalog: { roles }, mappings: [{ to: "CI", role: "app_test2" }] }),
      expect: ["app_test2"],
    },
    { name: "is quiet for a role without any access", facts: facts([orders()]), expect: [] },
    {
      name: "is quiet for a role that is declared",
      facts: facts([orders(20_000)], { app_test2: "service" }),
      expect: [],
    },
    { name: "is quiet while the tables could not be read", facts: facts("permission denied"), expect: [] },
    { name: "clears when it has lost its access", facts: facts([orders(100)]), expect: [] },
  ];
};
