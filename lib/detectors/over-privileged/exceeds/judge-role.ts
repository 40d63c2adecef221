// Judges one role: all that it may do beyond what it is there for, each with the SQL that takes it away.

import type { Role } from "../../../core/catalog/catalog.ts";
import {
  declaredAs,
  isToldAsReader,
  rawName,
  seenInSnapshot,
  shownName,
  shownRole,
} from "../../../core/findings/catalog-judgement.ts";
import type { DetectorView, Judgement } from "../../../core/findings/detector.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import type { RoleId } from "../../../core/privileges/effective-graph.ts";
import type { AccessObject } from "../../../core/privileges/effective-objects.ts";
import type { Path } from "../../../core/privileges/effective-paths.ts";
import { viewReachesOfRole } from "../../../core/privileges/escalation-through.ts";
import { type WriteRight, writeAccess, writePrivileges } from "../../../core/privileges/write-access.ts";
import { alterOwnerSql } from "../../../core/remediation/give-away.ts";
import { noSuperuserSql } from "../../../core/remediation/no-superuser.ts";
import { revokeMembershipSql } from "../../../core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../../core/remediation/revoke-privilege.ts";
import type { ExcessEvidence, Purpose } from "./evidence.ts";
import { powersOf } from "./powers.ts";

const SHOWN_OBJECTS = 20;

const idOf = ({ kind, oid, columnNumber }: AccessObject): string => `${kind}:${oid}:${columnNumber}`;

/** Where a write through a view ends, by its owner's rights: ", and so into app.orders as app_owner". */
const beyondView = (engine: AccessEngine, id: number, object: AccessObject, privilege: string): string => {
  if (object.kind !== "view") return "";
  const reached = viewReachesOfRole(engine, id).reaches.filter(
    (one) => one.view.oid === object.oid && one.privileges.some((each) => each === privilege),
  );
  const [first] = reached;
  if (!first) return "";
  const owner = shownRole(engine.graph.roles[first.as]?.name ?? "");
  return `, and so ${first.certain ? "" : "perhaps "}${shownName(first.relation)} with the rights of ${owner}`;
};

const isSuperuserPath = ({ graph }: AccessEngine, { holds, roles }: Path): boolean =>
  holds === "set-role" && (graph.roles[roles.at(-1) ?? -1]?.superuser ?? false);

/** One role that is judged, by one snapshot. */
type Judged = {
  readonly view: DetectorView;
  readonly engine: AccessEngine;
  readonly id: RoleId;
  readonly self: Role;
  readonly purpose: Purpose;
};
type Found = Omit<Judgement<ExcessEvidence>, "subject" | "evidence" | "firstSeenAt" | "lastSeenAt"> & {
  readonly facet: string;
  /** What the subject names beside the role. */
  readonly object?: AccessObject;
  readonly evidence: Omit<ExcessEvidence, "readOnlyBecause" | "declaredAs" | "since">;
};

const evidenceOf = (object: AccessObject) => ({ kind: object.kind, name: rawName(object), oid: object.oid });

/** A service that could grant itself a role that writes gets nothing that it is not there for. */
const powersFound = ({ engine, id, self, purpose }: Judged): Found[] =>
  powersOf(engine, id, self)
    .filter(({ facet }) => !purpose.writes || !facet.startsWith("admin:"))
    .map(({ path, ...power }) => ({ ...power, evidence: { path } }));

const ownedFound = (judged: Judged, object: AccessObject): Found => {
  const { view, engine, self } = judged;
  const mayOwn = (role: string): boolean =>
    !isToldAsReader(view, role) && declaredAs(view, role) !== "service";
  return {
    facet: `owner:${idOf(object)}`,
    object,
    title: `${shownRole(self.name)} owns ${object.kind} ${shownName(object)}`,
    evidence: { object: evidenceOf(object) },
    fix: alterOwnerSql(engine, object, self, mayOwn),
  };
};

const doingWords: Readonly<Record<string, string>> = {
  INSERT: "INSERT into",
  DELETE: "DELETE from",
  CREATE: "CREATE in",
  TRIGGER: "run code by a TRIGGER as whoever writes",
};

/** A privilege that entries for the role itself, or for PUBLIC, give. */
const grantFound = (judged: Judged, { object, privilege, path, usable }: WriteRight): Found => {
  const { engine, id, self } = judged;
  const onward = beyondView(engine, id, object, privilege);
  return {
    facet: `${path.everybody ? "public" : "grant"}:${idOf(object)}:${privilege}`,
    object,
    title: `${shownRole(self.name)} can ${doingWords[privilege] ?? privilege} ${shownName(object)}${onward}${path.everybody ? ", as everybody can (PUBLIC)" : ""}`,
    severity: !usable ? "low" : privilege === "CREATE" ? "medium" : "high",
    evidence: { privilege, object: evidenceOf(object), path: engine.pathNames(path), usable },
    fix: revokePrivilegeSql(engine, object, privilege, path.everybody ? null : self),
  };
};

/** All that one chain of memberships gives, as one finding; `key` is the chain. */
const membershipFound = (judged: Judged, key: string, rights: readonly WriteRight[]): Found[] => {
  const { engine, self } = judged;
  const [first] = rights;
  // That it can become a superuser is told once, by its powers.
  if (!first || isSuperuserPath(engine, first.path)) return [];
  const names = engine.pathNames(first.path);
  const [, group = ""] = names;
  const privileges = writePrivileges.filter((one) => rights.some(({ privilege }) => privilege === one));
  const setRole = first.path.holds === "set-role";
  const usable = rights.some((right) => right.usable);
  const objects = new Set(rights.map(({ object }) => shownName(object)));
  const [only] = objects;
  return [
    {
      facet: `path:${key}`,
      ...(objects.size === 1 && { object: first.object }),
      title: `${shownRole(self.name)} can ${privileges.join(", ")} on ${objects.size === 1 ? only : `${objects.size} objects`} ${setRole ? "after SET ROLE to" : "through"} ${shownRole(group)}`,
      severity: !usable ? "low" : setRole ? "medium" : "high",
      evidence: {
        path: names,
        holds: first.path.holds,
        privileges,
        objects: [...objects].slice(0, SHOWN_OBJECTS),
        objectCount: objects.size,
        usable,
      },
      fix: revokeMembershipSql(engine, group, self),
    },
  ];
};

const foundOf = (judged: Judged): Found[] => {
  const { engine, id, self, purpose } = judged;
  const { superuser, owned, direct, inherited } = writeAccess(engine, id);
  if (superuser) {
    const title = `${shownRole(self.name)} is a superuser`;
    return [
      { facet: "superuser", title, severity: "critical", evidence: {}, fix: noSuperuserSql(engine, self) },
    ];
  }
  // Reading and writing rows is what a service is for.
  const excess = (rights: readonly WriteRight[]): readonly WriteRight[] =>
    purpose.writes ? rights.filter(({ privilege }) => privilege === "CREATE") : rights;
  return [
    ...powersFound(judged),
    ...owned.map((object) => ownedFound(judged, object)),
    ...excess(direct).map((right) => grantFound(judged, right)),
    ...[...inherited].flatMap(([key, rights]) => membershipFound(judged, key, excess(rights))),
  ];
};

/** All that one role has too much. */
export const judgeRole = (
  view: DetectorView,
  engine: AccessEngine,
  id: RoleId,
  self: Role,
  purpose: Purpose,
): Judgement<ExcessEvidence>[] => {
  const { since, times } = seenInSnapshot(view);
  return foundOf({ view, engine, id, self, purpose }).map(({ facet, object, evidence, ...found }) => ({
    ...found,
    ...times,
    subject: {
      role: self.name,
      roleOid: self.oid,
      ...(object && { object: rawName(object) }),
      facet,
    },
    evidence: { ...purpose.evidence, ...evidence, since },
  }));
};
