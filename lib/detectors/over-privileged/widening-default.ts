// Default privileges that will give what is made tomorrow to everybody, to a crowd, or to a reader that must not write.

import { counted } from "../../core/base/counted.ts";
import { PUBLIC } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import { type AclEntry, type DefaultPrivilege, isDsql, rowsOf } from "../../core/catalog/catalog.ts";
import { letterBit, type Privilege, privilegeNames } from "../../core/catalog/privileges.ts";
import {
  isToldAsReader,
  roleName,
  type Since,
  seenInSnapshot,
  shownRole,
} from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole, membership } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { writePrivileges } from "../../core/privileges/write-access.ts";
import type { Intent } from "../../core/remediation/intent.ts";
import { script } from "../../core/remediation/script.ts";
import { linesFor } from "../../core/remediation/script-lines.ts";
import { revokeDefaultSql } from "../../core/sql/statements.ts";

type WideningEvidence = {
  readonly objects: string;
  readonly schema: string | null;
  readonly privileges: readonly string[];
  readonly grantee: string;
  readonly because: string;
  readonly reachedBy: number | null;
  readonly since: Since;
};

const kinds: Readonly<Record<string, string>> = {
  r: "tables and views",
  S: "sequences",
  f: "functions",
  T: "types",
  n: "schemas",
};

const privilegesOf = (entries: readonly AclEntry[]): Privilege[] =>
  privilegeNames(
    entries
      .flatMap(({ privileges }) => [...privileges])
      .reduce((mask, letter) => mask | letterBit(letter), 0),
  );

/** How many roles can log in and have this one, itself included; superusers have it anyway. */
const reachOf = (engine: AccessEngine, oid: number): number => {
  const { graph } = engine;
  const id = graph.idOf.get(oid);
  if (id === undefined) return 0;
  return graph.roles.filter(
    ({ canLogin, superuser }, member) => canLogin && !superuser && engine.isMember(member, id, "MEMBER"),
  ).length;
};

type Wide = {
  readonly privileges: readonly Privilege[];
  readonly because: string;
  readonly reachedBy: number | null;
};

/** What of it is too much; undefined: nothing. */
const wideOf = (
  view: DetectorView,
  engine: AccessEngine,
  { objectType, role }: DefaultPrivilege,
  grantee: number,
  privileges: readonly Privilege[],
  reach: number,
): Wide | undefined => {
  if (grantee === PUBLIC) {
    // EXECUTE on functions and USAGE on types are PostgreSQL's own defaults, written down with every other default.
    return objectType === "f" || objectType === "T"
      ? undefined
      : { privileges, because: "PUBLIC is every role, and every one that will be made", reachedBy: null };
  }
  if (grantee === role) return undefined;
  const name = roleName(engine, grantee);
  const writes = privileges.filter((one) => writePrivileges.includes(one));
  if (isToldAsReader(view, name) && writes.length) {
    return { privileges: writes, because: "the role is there to read", reachedBy: null };
  }
  const reachedBy = reachOf(engine, grantee);
  if (reachedBy < reach) return undefined;
  return {
    privileges,
    because: `${counted(reachedBy, "role")} that can log in ${reachedBy === 1 ? "has" : "have"} it`,
    reachedBy,
  };
};

const judge = (
  view: DetectorView,
  engine: AccessEngine,
  row: DefaultPrivilege,
  grantee: number,
  { privileges, because, reachedBy }: Wide,
): Judgement<WideningEvidence> => {
  const { since, times } = seenInSnapshot(view);
  const creator = roleName(engine, row.role);
  const known = engine.graph.idOf.has(row.role);
  const schema =
    row.schema === 0
      ? null
      : (rowsOf(engine.catalog, "schemas").find(({ oid }) => oid === row.schema)?.name ??
        `OID ${row.schema}`);
  const kind = kinds[row.objectType] ?? `objects of type ${row.objectType}`;
  const to = grantee === PUBLIC ? "everybody (PUBLIC)" : shownRole(roleName(engine, grantee));
  const name = grantee === PUBLIC ? null : roleName(engine, grantee);
  const revoke = revokeDefaultSql(privileges, row.objectType, name, { creator, schema });
  const { objectType } = row;
  // Aurora DSQL refuses FOR ROLE: there the creator itself says it.
  const asCreator: Intent = {
    operation: {
      ...{ does: "revoke-default", schema: row.schema, objectType, privileges, grantee, option: false },
    },
    as: row.role,
  };
  return {
    subject: {
      role: creator,
      roleOid: row.role,
      object: `${kind} ${schema === null ? "in all schemas" : `in ${schema}`}`,
      facet: `default:${row.schema}:${row.objectType}:${grantee}`,
    },
    title: `New ${kind} that ${shownRole(creator)} makes${schema === null ? "" : ` in ${shownRole(schema)}`} will give ${privileges.join(", ")} to ${to}`,
    severity: privileges.some((one) => writePrivileges.includes(one)) ? "high" : "medium",
    evidence: {
      objects: kind,
      schema,
      privileges,
      grantee: name ?? "PUBLIC",
      because,
      reachedBy,
      since,
    },
    ...times,
    ...(known && { fix: script(isDsql(engine.catalog) ? linesFor(engine, [asCreator]) : [revoke]) }),
    grants: privileges,
  };
};

export const wideningDefault = /* @__PURE__ */ defineDetector({
  id: "widening-default",
  category: "over-privileged",
  title: "Default privileges that widen access",
  short: "Defaults that widen access",
  severity: "medium",
  life: "state",
  docs: {
    why: "Default privileges apply to tables that do not exist yet. Nobody looks at them again, and each new table is open from the start.",
    fix: "ALTER DEFAULT PRIVILEGES … REVOKE, as the role whose objects they are for. Objects that exist already keep their privileges: see public-access.",
    falsePositives:
      "A schema that is made for everybody to read, a group that everybody belongs to on purpose: exempt the finding, or raise the option reach.",
    blindSpots:
      "A grant to a role that few roles are members of does not count. EXECUTE on functions and USAGE on types belong to PUBLIC by PostgreSQL's own default and are left out.",
  },
  evidence: {
    objects: "New objects",
    schema: { label: "Schema", whenEmpty: "all" },
    privileges: "Privileges",
    grantee: "Given to",
    because: "Why that is wide",
    reachedBy: { label: "Roles that have it", hidden: true },
    since: { label: "Since", hidden: true },
  },
  options: z.object({
    /** From how many roles that can log in and have the grantee on, a grant to it is a wide one. */
    reach: z._default(z.int().check(z.gte(2)), 10),
  }),
  needs: ["roles", "memberships", "schemas", "defaultPrivileges"],
  detect: (view, { reach }): readonly Judgement<WideningEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    return view.once(engine, () =>
      rowsOf(engine.catalog, "defaultPrivileges").flatMap((row) =>
        [...Map.groupBy(row.acl?.entries ?? [], ({ grantee }) => grantee)].flatMap(([grantee, entries]) => {
          const wide = wideOf(view, engine, row, grantee, privilegesOf(entries), reach);
          return wide ? [judge(view, engine, row, grantee, wide)] : [];
        }),
      ),
    );
  },
});

export const cases = (): Case[] => {
  const crowd = Array.from({ length: 10 }, (_, n) => databaseRole(200 + n, `person${n}`));
  const roles = [
    databaseRole(100, "keeper"),
    databaseRole(101, "app_readonly"),
    databaseRole(102, "staff"),
    ...crowd,
  ];
  const memberships = crowd.map(({ oid }) => membership(102, oid, { grantor: 100 }));
  const row = (objectType: string, grantee: number, privileges: string) => ({
    oid: 900, role: 100, schema: 2200, objectType,
    acl: { entries: [{ grantee, grantor: 100, privileges, grantable: "" }], unknown: [] },
  }); // biome-ignore format: one glance
  const facts = (defaultPrivileges: NonNullable<Example["catalog"]>["defaultPrivileges"]) =>
    exampleFacts({
      catalog: {
        roles,
        memberships,
        schemas: [{ oid: 2200, name: "app", owner: 100, acl: null }],
        ...(defaultPrivileges && { defaultPrivileges }),
      },
    });
  return [
    {
      name: "fires for new tables that everybody may read",
      facts: facts([row("r", 0, "r")]),
      expect: ["keeper"],
    },
    {
      name: "fires for writing that a reader will get",
      facts: facts([row("r", 101, "ra")]),
      expect: ["keeper"],
    },
    { name: "fires for a role that ten others have", facts: facts([row("r", 102, "r")]), expect: ["keeper"] },
    { name: "is quiet for reading that one role will get", facts: facts([row("r", 101, "r")]), expect: [] },
    {
      name: "is quiet for EXECUTE on functions, which PUBLIC has anyway",
      facts: facts([row("f", 0, "X")]),
      expect: [],
    },
    { name: "is quiet while they could not be read", facts: facts("permission denied"), expect: [] },
    { name: "clears when they are revoked", facts: facts([]), expect: [] },
  ];
};
