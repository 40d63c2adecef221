// A role that is made to log in and that nobody can log in as: a leftover.
import type { Oid } from "../../core/base/ids.ts";
import { iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { AUDITOR_ROLE } from "../../core/catalog/auditor-needs.ts";
import { isDsql, type Role } from "../../core/catalog/catalog.ts";
import { HELD_BITS } from "../../core/catalog/privileges.ts";
import { isBuiltIn, type Since, seenInSnapshot, shownRole } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import { principalsByRole } from "../../core/findings/role-principals.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import type { RoleId } from "../../core/privileges/effective-graph.ts";
import { isSystemSchema } from "../../core/privileges/effective-objects.ts";
import { cellOf } from "../../core/privileges/effective-rows.ts";
import { reachedBy } from "../../core/privileges/role-way.ts";
import { refuseLoginSql } from "../../core/sql/statements.ts";

type UnmappedEvidence = {
  readonly objects: number;
  readonly owns: number;
  readonly mappedUntil: string | null;
  readonly since: Since;
};

const accessOf = (engine: AccessEngine, id: RoleId, { oid }: Role): { objects: number; owns: number } => {
  const own = engine.objects.filter(
    ({ kind, schema, name }) => kind !== "column" && !isSystemSchema(kind === "schema" ? name : schema),
  );
  const has = own.filter((object) => {
    const { held, settable } = cellOf(engine.matrix, id, object);
    return ((held | settable) & ~object.everyone & HELD_BITS) !== 0;
  });
  return { objects: has.length, owns: own.filter(({ owner }) => owner === oid).length };
};

/** Roles that somebody who connects has, by a membership; admin's own are left out: it may grant itself any role. */
const reachedByMapped = (engine: AccessEngine, isMapped: (role: Oid) => boolean): ReadonlySet<RoleId> =>
  new Set(
    engine.graph.roles.flatMap((role, id) =>
      isMapped(role.oid) && !isBuiltIn(engine, role) ? [...reachedBy(engine, id)] : [],
    ),
  );

const judge = (
  view: DetectorView,
  engine: AccessEngine,
  id: RoleId,
  self: Role,
): Judgement<UnmappedEvidence> => {
  const { since, times } = seenInSnapshot(view);
  const { objects, owns } = view.once(self, () => accessOf(engine, id, self));
  const gone = view.mappings.lastGoneOf(self.oid);
  return {
    subject: { role: self.name, roleOid: self.oid },
    title: `Nobody can connect as ${shownRole(self.name)}: it may log in, and no principal is mapped to it`,
    evidence: { objects, owns, mappedUntil: gone === undefined ? null : iso(gone), since },
    ...times,
    fix: `${refuseLoginSql(self.name)}\n-- When nobody has missed it: revoke what it holds, give away what it owns, then DROP ROLE.`,
  };
};

export const unmappedLoginRole = /* @__PURE__ */ defineDetector({
  id: "unmapped-login-role",
  category: "dormant",
  title: "Role with LOGIN that nobody is mapped to",
  short: "LOGIN, and nobody is mapped",
  severity: "low",
  life: "state",
  docs: {
    why: "In Aurora DSQL a role is entered through a mapping. Without one its privileges wait for whoever maps the next principal to it, and nobody knows any more what it was for.",
    fix: "ALTER ROLE … NOLOGIN. When nobody has missed it, revoke what it holds and DROP ROLE.",
    falsePositives:
      "A role that is made before its mapping is: the finding is low, and gone with the next snapshot after AWS IAM GRANT.",
    blindSpots:
      "admin can grant itself every role and is not counted. A plain PostgreSQL has no mappings, so nothing is found there. The auditor's own role is left out.",
  },
  evidence: {
    objects: "Objects that it has access to",
    owns: "Objects that it owns",
    mappedUntil: { label: "Last mapping seen gone", whenEmpty: "never mapped, as far as is known" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "memberships", "mappings"],
  detect: (view): readonly Judgement<UnmappedEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine || !isDsql(engine.catalog)) return [];
    const principalsOf = principalsByRole(view);
    const isMapped = (oid: Oid): boolean => principalsOf(oid).length > 0;
    const unmapped = engine.graph.roles.filter(
      (role) =>
        role.canLogin && !isMapped(role.oid) && !isBuiltIn(engine, role) && role.name !== AUDITOR_ROLE,
    );
    if (!unmapped.length) return [];
    const reached = reachedByMapped(engine, isMapped);
    return unmapped.flatMap((self) => {
      const id = engine.graph.idOf.get(self.oid);
      return id === undefined || reached.has(id) ? [] : [judge(view, engine, id, self)];
    });
  },
});

export const cases = (): Case[] => {
  const roles = [
    databaseRole(10, "admin"),
    databaseRole(100, "old_job"),
    databaseRole(20_000, "app"),
    databaseRole(102, "group", { canLogin: false }),
    databaseRole(103, AUDITOR_ROLE),
  ];
  const mappings = [{ to: "App", role: "app" }];
  const facts = (catalog: Example["catalog"], more: Partial<Example> = {}) =>
    exampleFacts({ mappings, ...more, catalog: { roles, ...catalog } });
  return [
    { name: "fires for a role with LOGIN that nobody is mapped to", facts: facts({}), expect: ["old_job"] },
    {
      name: "fires though admin may become it",
      facts: facts({ memberships: [membership(100, 10)] }),
      expect: ["old_job"],
    },
    {
      name: "is quiet for a role that a mapped one is a member of",
      facts: facts({ memberships: [membership(102, 20_000), membership(100, 102)] }),
      expect: [],
    },
    {
      name: "is quiet for groups that may not log in, for admin and for the auditor's own role",
      facts: facts({ roles: roles.filter(({ name }) => name !== "old_job") }),
      expect: [],
    },
    {
      name: "is quiet while mappings could not be read",
      facts: facts({ mappings: "permission denied" }),
      expect: [],
    },
    {
      name: "clears when somebody is mapped to it",
      facts: facts(
        { roles: [databaseRole(20_000, "old_job")] },
        { mappings: [{ to: "Job", role: "old_job" }] },
      ),
      expect: [],
    },
  ];
};
