// A role that may pass privileges on: who else gets them is no longer in its owner's hands.
import { PUBLIC } from "../../core/base/ids.ts";
import { iso } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { AclEntry, Role } from "../../core/catalog/catalog.ts";
import { letterBit, type Privilege, privilegeNames } from "../../core/catalog/privileges.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { databaseRole } from "../../core/findings/example-catalog.ts";
import { type Case, type Example, exampleFacts } from "../../core/findings/example-facts.ts";
import { aclOf } from "../../core/privileges/acl-of.ts";
import type { AccessEngine } from "../../core/privileges/effective.ts";
import { type AccessObject, isSystemSchema } from "../../core/privileges/effective-objects.ts";
import {
  cascadeRemark,
  grantorRemarks,
  refusedOnDsql,
  revokeAs,
  script,
} from "../../core/remediation/script.ts";
import { linesFor, unnamedGrantor } from "../../core/remediation/script-lines.ts";

type GrantOptionEvidence = {
  readonly object: { readonly kind: string; readonly name: string; readonly oid: number };
  readonly privileges: readonly string[];
  readonly grantedBy: readonly string[];
  readonly passedOnTo: readonly string[];
  readonly since: { readonly after?: string; readonly by: string };
};

/** What one grantee may pass on of one object, an entry for each grantor. */
type Right = {
  readonly engine: AccessEngine;
  readonly object: AccessObject;
  readonly role: Role;
  readonly entries: readonly AclEntry[];
  /** All entries of the object, to see to whom it was passed on. */
  readonly all: readonly AclEntry[];
};

const passable = ({ grantable }: AclEntry): readonly Privilege[] =>
  [...grantable].flatMap((letter) => privilegeNames(letterBit(letter)));

const roleOf = ({ graph }: AccessEngine, oid: number): Role | undefined =>
  graph.roles[graph.idOf.get(oid) ?? -1];

const nameOf = (engine: AccessEngine, oid: number): string =>
  oid === PUBLIC ? "PUBLIC" : (roleOf(engine, oid)?.name ?? `OID ${oid}`);

/** Who has anything from the role. */
const passedOn = ({ all, role }: Right): readonly number[] =>
  all
    .filter(({ grantor, grantee }) => grantor === role.oid && grantee !== role.oid)
    .map(({ grantee }) => grantee);

/** Whether a grant rests on the option: the role may also have granted the privilege to itself once more. */
const isUsed = ({ all, role }: Right, privilege: Privilege): boolean =>
  all.some(
    ({ grantor, privileges }) =>
      grantor === role.oid &&
      [...privileges].some((letter) => privilegeNames(letterBit(letter)).includes(privilege)),
  );

/** The REVOKEs as each grantor, for only he can take back what he gave. */
const fixSql = (right: Right): string => {
  const { engine, object, role, entries } = right;
  const refused = refusedOnDsql(engine, object);
  if (refused !== undefined) return refused;
  const intents = entries.flatMap((entry) =>
    passable(entry).map((privilege) => ({
      operation: {
        ...{ does: "revoke" as const, privilege, object, grantee: role.oid },
        ...{ option: true, cascade: isUsed(right, privilege) },
      },
      as: entry.grantor,
    })),
  );
  const unnamed = unnamedGrantor(engine, intents);
  if (unnamed !== undefined) return revokeAs(unnamed);
  const grantors = entries.map(({ grantor }) => grantor);
  return script(linesFor(engine, intents), [
    ...grantorRemarks(engine, object.owner, grantors),
    ...cascadeRemark(engine, passedOn(right)),
  ]);
};

const judge = (view: DetectorView, right: Right): Judgement<GrantOptionEvidence> => {
  const { engine, object, role, entries } = right;
  const { snapshot } = view.privileges;
  const takenAt = snapshot?.takenAt ?? view.now;
  const before = snapshot?.judgedBefore ?? null;
  const name = [object.schema, object.name, object.column].filter((part) => part !== null).join(".");
  const privileges = [...new Set(entries.flatMap(passable))];
  return {
    subject: {
      role: role.name,
      roleOid: role.oid,
      object: name,
      facet: `${object.kind}:${object.oid}:${object.columnNumber}`,
    },
    title: `${visible(role.name, 63)} can pass on ${privileges.join(", ")} on ${visible(name, 130)}`,
    evidence: {
      object: { kind: object.kind, name, oid: object.oid },
      privileges,
      grantedBy: [...new Set(entries.map(({ grantor }) => nameOf(engine, grantor)))],
      passedOnTo: [...new Set(passedOn(right))].map((oid) => nameOf(engine, oid)),
      since: { ...(before !== null && before < takenAt && { after: iso(before) }), by: iso(takenAt) },
    },
    firstSeenAt: takenAt,
    lastSeenAt: takenAt,
    fix: fixSql(right),
    grants: privileges,
  };
};

/** Owners may pass on what is theirs, superusers everything: neither is found here. */
const isExpected = (view: DetectorView, { name, superuser }: Role): boolean => {
  const archetype = view.privileges.archetypeOf(name)?.archetype;
  return superuser || name.startsWith("pg_") || archetype === "owner" || archetype === "admin";
};

const rightsOn = (view: DetectorView, engine: AccessEngine, object: AccessObject): Right[] => {
  const all = aclOf(engine.catalog, object)?.entries ?? [];
  const granted = all.filter(
    ({ grantee, grantable }) => grantable !== "" && grantee !== PUBLIC && grantee !== object.owner,
  );
  return [...Map.groupBy(granted, ({ grantee }) => grantee)].flatMap(([grantee, entries]) => {
    const role = roleOf(engine, grantee);
    return role && !isExpected(view, role) ? [{ engine, object, role, entries, all }] : [];
  });
};

const hidingFacets = {
  functions: ["function:"],
  types: ["type:"],
  database: ["database:"],
} as const;

export const grantOption = /* @__PURE__ */ defineDetector({
  id: "grant-option",
  category: "over-privileged",
  title: "Role that can pass privileges on",
  short: "Can pass privileges on",
  severity: "medium",
  life: "state",
  docs: {
    why: "A privilege WITH GRANT OPTION can be handed to anybody. Whoever takes over the role can give access to accomplices, and that access stays when the role is cleaned up.",
    fix: "REVOKE GRANT OPTION FOR the privilege, as the role that granted it. The role keeps the privilege itself. CASCADE takes it from those to whom the role has passed it on.",
    falsePositives:
      "A role that manages access on purpose: declare it as owner or admin, or exempt the finding.",
    blindSpots:
      "Owners can pass on what they own, and are not found. A role with ADMIN OPTION on another role can pass that role on: it is not found here.",
  },
  evidence: {
    object: "Object",
    privileges: "Can pass on",
    grantedBy: "Granted by",
    passedOnTo: { label: "Has passed it on to", whenEmpty: "nobody" },
    since: { label: "Since", hidden: true },
  },
  options: z.object({}),
  needs: ["roles", "schemas", "relations", "columns"],
  // Aurora DSQL may refuse these: what was found on them before is neither confirmed nor gone.
  unjudgedFacets: (view) =>
    (["functions", "types", "database"] as const).flatMap((section) =>
      view.missing(section) === undefined ? [] : hidingFacets[section],
    ),
  detect: (view): readonly Judgement<GrantOptionEvidence>[] => {
    const engine = view.privileges.engine();
    if (!engine) return [];
    return view.once(engine, () =>
      engine.objects
        .filter(({ kind, schema, name }) => !isSystemSchema(kind === "schema" ? name : schema))
        .flatMap((object) => rightsOn(view, engine, object))
        .map((right) => judge(view, right)),
    );
  },
});

export const cases = (): Case[] => {
  const roles = [
    databaseRole(100, "keeper"),
    databaseRole(101, "orders_app"),
    databaseRole(102, "friend"),
    databaseRole(103, "root", { superuser: true }),
  ];
  const schema = { oid: 2200, name: "public", owner: 100, acl: null };
  const orders = (...entries: AclEntry[]) => ({
    oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: 100, acl: { entries, unknown: [] },
  }); // biome-ignore format: one glance
  const entry = (grantee: number, privileges: string, grantable: string, grantor = 100): AclEntry => ({
    grantee,
    grantor,
    privileges,
    grantable,
  });
  const facts = (catalog: Example["catalog"], declared: Example["declared"] = {}) =>
    exampleFacts({ catalog: { roles, schemas: [schema], ...catalog }, declared });
  return [
    {
      name: "fires once for a role that can pass on two privileges of a table",
      facts: facts({ relations: [orders(entry(101, "ar", "ar"))] }),
      expect: ["orders_app"],
    },
    {
      name: "fires for each role that can pass it on",
      facts: facts({ relations: [orders(entry(101, "r", "r"), entry(102, "r", "r", 101))] }),
      expect: ["friend", "orders_app"],
    },
    {
      name: "is quiet for privileges without the option",
      facts: facts({ relations: [orders(entry(101, "ar", ""), entry(0, "r", ""))] }),
      expect: [],
    },
    {
      name: "is quiet for the owner and for a superuser",
      facts: facts({ relations: [orders(entry(100, "arwd", "arwd"), entry(103, "r", "r"))] }),
      expect: [],
    },
    {
      name: "is quiet for a role that is declared to manage access",
      facts: facts({ relations: [orders(entry(101, "r", "r"))] }, { orders_app: "admin" }),
      expect: [],
    },
    {
      name: "is quiet while the tables could not be read",
      facts: facts({ relations: "permission denied" }),
      expect: [],
    },
    {
      name: "clears when the option is revoked and the privilege kept",
      facts: facts({ relations: [orders(entry(101, "r", ""))] }),
      expect: [],
    },
  ];
};
