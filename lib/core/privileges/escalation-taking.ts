// What a role could take, object by object: as owner, by grant options, by code that runs with another's rights.

import { lazily } from "../base/lazily.ts";
import { isDsql } from "../catalog/catalog.ts";
import {
  HELD_BITS,
  type Privilege,
  type PrivilegeMask,
  privilegeBit,
  privilegeNames,
} from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, reachable, targetsOf } from "./effective-graph.ts";
import { grantOptionsOf } from "./effective-matrix.ts";
import { type AccessObject, isSystemSchema } from "./effective-objects.ts";
import { cellOf } from "./effective-rows.ts";
import { common, type Escalation, serverRoles, wayTo, wayToPrivilege } from "./escalation-way.ts";
import { objectText } from "./find-object.ts";
import { type OtherReach, otherReaches } from "./other-reach.ts";

/** What a role may that no ACL tells: by attributes, by predefined roles, and by what it could grant to others. */
const powersBesidesAcls = ({ graph }: AccessEngine, role: RoleId): Set<string> => {
  const { createRole, createDb, replication, bypassRls } = graph.roles[role] ?? {};
  const inherited = reachable(graph.inherit, role);
  return new Set([
    ...(createRole ? ["CREATEROLE"] : []),
    ...(createDb ? ["CREATEDB"] : []),
    ...(replication ? ["REPLICATION"] : []),
    ...(bypassRls ? ["BYPASSRLS"] : []),
    ...inherited.flatMap((id) => {
      const name = graph.roles[id]?.name ?? "";
      return [
        ...(name.startsWith("pg_") ? [name] : []),
        ...[...targetsOf(graph.admin, id)].map((to) => `admin ${to}`),
      ];
    }),
  ]);
};

/** What stands in no schema and the owner of a function holds without SET ROLE, which its code may not use. */
const atOnce = (engine: AccessEngine, owner: RoleId): OtherReach[] =>
  otherReaches(engine, owner).filter(({ setRole }) => !setRole);
const othersHeld = ({ kind, name, privileges }: OtherReach): string[] =>
  privileges.map((one) => `${one} ${kind} ${name}`);

/** Whether its owner makes a function as good as superuser. */
const isAlmighty = (engine: AccessEngine, owner: RoleId): boolean =>
  (engine.graph.roles[owner]?.superuser ?? false) ||
  atOnce(engine, owner).some(({ superuser }) => superuser) ||
  (!isDsql(engine.catalog) && [...powersBesidesAcls(engine, owner)].some((one) => serverRoles.includes(one)));

/** Whether the owner of a function may do anything that the role may not. */
const holdsMore = (engine: AccessEngine, role: RoleId, owner: RoleId): boolean => {
  const { graph, matrix, objects } = engine;
  if (graph.roles[owner]?.superuser) return true;
  const own = powersBesidesAcls(engine, role);
  const others = new Set(otherReaches(engine, role).flatMap(othersHeld));
  if (
    atOnce(engine, owner)
      .flatMap(othersHeld)
      .some((one) => !others.has(one))
  )
    return true;
  if ([...powersBesidesAcls(engine, owner)].some((one) => !own.has(one))) return true;
  return objects.some(
    (object) => (cellOf(matrix, owner, object).held & ~cellOf(matrix, role, object).held & HELD_BITS) !== 0,
  );
};

const CREATE = privilegeBit("CREATE");
const EXECUTE = privilegeBit("EXECUTE");
const TRIGGER = privilegeBit("TRIGGER");

/** What a role has on one object, for each way that it could take more by. */
type Holding = {
  readonly engine: AccessEngine;
  readonly role: RoleId;
  readonly dsql: boolean;
  readonly object: AccessObject;
  readonly base: Pick<Escalation, keyof typeof common | "kind" | "target">;
  /** All that it holds, at once or after SET ROLE; of that, what its schema lets it use. */
  readonly mask: PrivilegeMask;
  readonly usable: PrivilegeMask;
  readonly owner: RoleId | undefined;
  /** How it becomes the owner; undefined: it does not. */
  readonly asOwner: ReturnType<typeof wayTo> | undefined;
  /** Whether the owner holds more than the role. */
  readonly ownerHoldsMore: (owner: RoleId) => boolean;
};

const byPrivilege = (
  { engine, role, object, base }: Holding,
  privilege: Privilege,
  more: Pick<Escalation, "how"> & Partial<Escalation>,
): Escalation[] => [{ ...base, ...wayToPrivilege(engine, role, privilege, object), ...more }];

/** A rule or trigger on its table or view, and its function's body, run with the owner's rights: who can write them is one. */
const runsCode: readonly AccessObject["kind"][] = ["table", "view", "function"];

const byOwnership = ({ engine, object, owner, asOwner, base, mask }: Holding): Escalation[] =>
  asOwner && object.kind !== "column"
    ? [
        {
          ...base,
          ...asOwner,
          how: "ownership",
          superuser: (engine.graph.roles[owner ?? -1]?.superuser ?? false) && runsCode.includes(object.kind),
          privileges: privilegeNames(object.all & HELD_BITS & ~mask),
        },
      ]
    : [];

const byGrantOption = (holding: Holding): Escalation[] => {
  const privileges = privilegeNames(holding.asOwner ? 0 : grantOptionsOf(holding.mask) & HELD_BITS);
  const [first] = privileges;
  return first ? byPrivilege(holding, first, { how: "grant-option", privileges }) : [];
};

const byCreate = (holding: Holding): Escalation[] =>
  holding.object.kind === "schema" && holding.mask & CREATE
    ? byPrivilege(holding, "CREATE", { how: "create-in-schema" })
    : [];

/** A view too, by INSTEAD OF triggers; a materialised one is written by nobody. */
const isTriggered = ({ kind, letter }: AccessObject): boolean =>
  kind === "table" || (kind === "view" && letter === "v");

const byTrigger = (holding: Holding): Escalation[] =>
  !holding.dsql && isTriggered(holding.object) && !holding.asOwner && holding.usable & TRIGGER
    ? byPrivilege(holding, "TRIGGER", { how: "trigger", privileges: ["TRIGGER"] })
    : [];

/** The catalog has the system's objects only where an ordinary role was given something on them. */
const bySystemObject = (holding: Holding): Escalation[] => {
  const { object, mask } = holding;
  if (object.kind === "schema" || !isSystemSchema(object.schema)) return [];
  const privileges = privilegeNames(mask & HELD_BITS & ~object.everyone);
  const [held] = privileges;
  return held ? byPrivilege(holding, held, { how: "system-object", privileges }) : [];
};

const byDefiner = (holding: Holding): Escalation[] => {
  const { engine, object, owner, asOwner, usable } = holding;
  if (!object.securityDefiner || owner === undefined || asOwner || !(usable & EXECUTE)) return [];
  if (!holding.ownerHoldsMore(owner)) return [];
  return byPrivilege(holding, "EXECUTE", {
    how: "security-definer",
    superuser: isAlmighty(engine, owner),
    as: engine.graph.roles[owner]?.name ?? null,
  });
};

/** Every way to take what one does not hold, in the order in which they are told. */
const ways = [byOwnership, byGrantOption, byCreate, byTrigger, bySystemObject, byDefiner];

/** In the order of the objects. */
export const takingsOf = (engine: AccessEngine, role: RoleId): Escalation[] => {
  const { graph, matrix } = engine;
  const wayToOwner = lazily((owner: RoleId) => wayTo(engine, role, owner));
  const dsql = isDsql(engine.catalog);
  const ownerHoldsMore = lazily((owner: RoleId) => holdsMore(engine, role, owner));
  return engine.objects.flatMap((object) => {
    const cell = cellOf(matrix, role, object);
    const mask = cell.held | cell.settable;
    const owner = graph.idOf.get(object.owner);
    const asOwner = owner === undefined ? undefined : wayToOwner(owner);
    // Most roles have nothing to do with most objects: every way needs a privilege, or a way to the owner.
    if (mask === 0 && asOwner === undefined) return [];
    const holding: Holding = {
      engine,
      role,
      dsql,
      object,
      base: { ...common, kind: object.kind, target: objectText(object) },
      mask,
      usable: matrix.usable(role, object) ? mask : cell.settableUsable,
      owner,
      asOwner,
      ownerHoldsMore,
    };
    return ways.flatMap((way) => way(holding));
  });
};
