// What a role that programs connect as can create, own or alter, as judgements.
import type { Oid } from "../../../core/base/ids.ts";
import type { Role } from "../../../core/catalog/catalog.ts";
import {
  declaredAs,
  isBuiltIn,
  isToldAsReader,
  rawName,
  type Since,
  seenInSnapshot,
  shownName,
  shownRole,
  someOf,
} from "../../../core/findings/catalog-judgement.ts";
import type { DetectorView, Judgement } from "../../../core/findings/detector.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import type { RoleId } from "../../../core/privileges/effective-graph.ts";
import { type AccessObject, isSystemSchema } from "../../../core/privileges/effective-objects.ts";
import { roleWay } from "../../../core/privileges/role-way.ts";
import { writeAccess } from "../../../core/privileges/write-access.ts";
import { alterOwnerSql } from "../../../core/remediation/give-away.ts";
import { revokeMembershipSql } from "../../../core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../../core/remediation/revoke-privilege.ts";

const SHOWN = 20;

export type DdlEvidence = {
  readonly can: "create" | "own" | "alter";
  readonly object?: { readonly kind: string; readonly name: string; readonly oid: number };
  readonly objects?: readonly string[];
  readonly objectCount?: number;
  readonly path?: readonly string[];
  readonly since: Since;
};
type Found = Omit<Judgement<DdlEvidence>, "firstSeenAt" | "lastSeenAt">;

const isOwn = ({ kind, schema, name }: AccessObject): boolean =>
  !isSystemSchema(kind === "schema" ? name : schema);

const joined = (fixes: readonly string[]): string => [...new Set(fixes)].join("\n");

/** What it owns, a finding for each schema: a service that owns its tables owns all of them for one reason. */
const ownedBy = (
  view: DetectorView,
  engine: AccessEngine,
  self: Role,
  objects: readonly AccessObject[],
  since: Since,
) =>
  [...Map.groupBy(objects, ({ kind, name, schema }) => (kind === "schema" ? name : (schema ?? "")))].map(
    ([schema, owned]): Found => {
      const [first] = owned;
      const only = owned.length === 1 && first ? `${first.kind} ${shownName(first)}` : undefined;
      const mayOwn = (role: string): boolean =>
        !isToldAsReader(view, role) && declaredAs(view, role) !== "service";
      const schemaOid = first?.kind === "schema" ? first.oid : (first?.schemaOid ?? 0);
      return {
        subject: { role: self.name, roleOid: self.oid, object: schema, facet: `owner:schema:${schemaOid}` },
        title: `${shownRole(self.name)}, which programs connect as, owns ${only ?? `${owned.length} objects in ${shownRole(schema)}`}`,
        severity: "medium",
        evidence: {
          can: "own",
          objects: owned.slice(0, SHOWN).map((object) => `${object.kind} ${rawName(object)}`),
          objectCount: owned.length,
          since,
        },
        fix: joined(owned.map((object) => alterOwnerSql(engine, object, self, mayOwn))),
        grants: owned.map(({ kind, oid }) => `${kind}:${oid}`),
      };
    },
  );

/** Where it may create, by a grant to itself or to a role that it has. */
const createsIn = (
  engine: AccessEngine,
  self: Role,
  access: ReturnType<typeof writeAccess>,
  since: Since,
): Found[] =>
  [...access.direct, ...[...access.inherited.values()].flat()].flatMap(
    ({ object, privilege, path }): Found[] => {
      // What everybody may do is told of everybody; what follows from ownership is told below.
      if (
        privilege !== "CREATE" ||
        path.everybody ||
        (object.kind !== "schema" && object.kind !== "database")
      )
        return [];
      const names = engine.pathNames(path);
      const holder = engine.graph.roles[path.roles.at(-1) ?? -1];
      if (holder && holder.oid === object.owner) return [];
      const [, group] = names;
      return [
        {
          subject: {
            role: self.name,
            roleOid: self.oid,
            object: rawName(object),
            facet: `create:${object.kind}:${object.oid}:${path.roles.map((id) => engine.graph.roles[id]?.oid).join(">")}`,
          },
          title: `${shownRole(self.name)}, which programs connect as, can create objects in ${object.kind} ${shownName(object)}${group === undefined ? "" : ` (through ${shownRole(group)})`}`,
          evidence: {
            can: "create",
            object: { kind: object.kind, name: rawName(object), oid: object.oid },
            path: names,
            since,
          },
          fix:
            group === undefined
              ? revokePrivilegeSql(engine, object, "CREATE", self)
              : revokeMembershipSql(engine, group, self),
        },
      ];
    },
  );

/** What each role owns but system objects and columns, by its OID: the same for all roles that are judged. */
export type Owners = ReadonlyMap<Oid, readonly AccessObject[]>;

export const ownersIn = ({ objects }: AccessEngine): Owners =>
  Map.groupBy(
    objects.filter((one) => isOwn(one) && one.kind !== "column"),
    ({ owner }) => owner,
  );

/** Whose objects it can alter, because it has the privileges of their owner or can get them. */
const altersOf = (engine: AccessEngine, owners: Owners, id: RoleId, self: Role, since: Since): Found[] =>
  [...owners].flatMap(([oid, owned]): Found[] => {
    if (oid === self.oid) return [];
    const owner = engine.graph.idOf.get(oid);
    const role = engine.graph.roles[owner ?? -1];
    // Being admin or a superuser is told by admin-membership.
    if (owner === undefined || !role || isBuiltIn(engine, role)) return [];
    const way = roleWay(engine, id, owner);
    const path = way?.roles.map((each) => engine.graph.roles[each]?.name ?? "");
    if (!way || !path) return [];
    const names = owned.map(shownName);
    const how = {
      inherits: "",
      "set-role": " after SET ROLE",
      "admin-option": " after granting itself the role",
    }[way.how];
    return [
      {
        subject: {
          role: self.name,
          roleOid: self.oid,
          facet: `alter:${way.roles.map((each) => engine.graph.roles[each]?.oid).join(">")}`,
        },
        title: `${shownRole(self.name)}, which programs connect as, can alter and drop what ${shownRole(role.name)} owns${how}: ${someOf(names, 2)}`,
        evidence: {
          can: "alter",
          objects: names.slice(0, SHOWN),
          objectCount: owned.length,
          path,
          since,
        },
        fix: revokeMembershipSql(engine, path[1] ?? role.name, self),
      },
    ];
  });

/** All that it can create, own or alter; whether a program connects as it is not asked here. */
export const judgeRole = (
  view: DetectorView,
  engine: AccessEngine,
  owners: Owners,
  id: RoleId,
  self: Role,
): Judgement<DdlEvidence>[] => {
  const { since, times } = seenInSnapshot(view);
  const access = writeAccess(engine, id, ["CREATE"]);
  return [
    ...ownedBy(view, engine, self, access.owned.filter(isOwn), since),
    ...createsIn(engine, self, access, since),
    ...altersOf(engine, owners, id, self, since),
  ].map((found) => ({ ...found, ...times }));
};
