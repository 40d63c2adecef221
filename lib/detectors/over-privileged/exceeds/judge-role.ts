// Judges one role: all that it may do beyond what it is there for, each with the SQL that takes it away.

import { iso } from "../../../core/base/time.ts";
import { visible } from "../../../core/base/visible-text.ts";
import type { Role } from "../../../core/catalog/catalog.ts";
import { declaredAs } from "../../../core/findings/catalog-judgement.ts";
import type { DetectorView, Judgement } from "../../../core/findings/detector.ts";
import { isReader } from "../../../core/privileges/archetype.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import type { AccessObject } from "../../../core/privileges/effective-objects.ts";
import type { Path } from "../../../core/privileges/effective-paths.ts";
import { viewReachesOfRole } from "../../../core/privileges/escalation-through.ts";
import { writeAccess, writePrivileges } from "../../../core/privileges/write-access.ts";
import { alterOwnerSql } from "../../../core/remediation/give-away.ts";
import { noSuperuserSql } from "../../../core/remediation/no-superuser.ts";
import { revokeMembershipSql } from "../../../core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../../core/remediation/revoke-privilege.ts";
import { type ExcessEvidence, type Purpose, rawName } from "./evidence.ts";
import { powersOf } from "./powers.ts";

const SHOWN_OBJECTS = 20;

const shownName = (object: AccessObject): string => visible(rawName(object), 130);

const idOf = ({ kind, oid, columnNumber }: AccessObject): string => `${kind}:${oid}:${columnNumber}`;

/** Where a write through a view ends, by its owner's rights: ", and so into app.orders as app_owner". */
const beyondView = (engine: AccessEngine, id: number, object: AccessObject, privilege: string): string => {
  if (object.kind !== "view") return "";
  const reached = viewReachesOfRole(engine, id).reaches.filter(
    (one) => one.view.oid === object.oid && one.privileges.some((each) => each === privilege),
  );
  const [first] = reached;
  if (!first) return "";
  const owner = visible(engine.graph.roles[first.as]?.name ?? "", 63);
  return `, and so ${first.certain ? "" : "perhaps "}${shownName(first.relation)} with the rights of ${owner}`;
};

const isSuperuserPath = ({ graph }: AccessEngine, { holds, roles }: Path): boolean =>
  holds === "set-role" && (graph.roles[roles.at(-1) ?? -1]?.superuser ?? false);

/** All that one role has too much. */
export const judgeRole = (
  view: DetectorView,
  engine: AccessEngine,
  id: number,
  self: Role,
  purpose: Purpose,
): Judgement<ExcessEvidence>[] => {
  const takenAt = view.privileges.snapshot?.takenAt ?? view.now;
  const before = view.privileges.snapshot?.judgedBefore ?? null;
  const common = { firstSeenAt: takenAt, lastSeenAt: takenAt };
  const evidence = (
    more: Omit<ExcessEvidence, "readOnlyBecause" | "declaredAs" | "since">,
  ): ExcessEvidence => ({
    ...purpose.evidence,
    ...more,
    since: { ...(before !== null && before < takenAt && { after: iso(before) }), by: iso(takenAt) },
  });
  const subject = (facet: string, object?: AccessObject): Judgement["subject"] => ({
    role: self.name,
    roleOid: self.oid,
    ...(object && { object: rawName(object) }),
    facet,
  });
  const name = visible(self.name, 63);
  const { superuser, owned, direct, inherited } = writeAccess(engine, id);
  if (superuser) {
    return [
      {
        ...common,
        subject: subject("superuser"),
        title: `${name} is a superuser`,
        severity: "critical",
        evidence: evidence({}),
        fix: noSuperuserSql(engine, self),
      },
    ];
  }
  const powers = powersOf(engine, id, self).filter(
    // A service that could grant itself a role that writes gets nothing that it is not there for.
    ({ facet }) => !purpose.writes || !facet.startsWith("admin:"),
  );
  const found = powers.map(
    ({ facet, path, ...power }): Judgement<ExcessEvidence> => ({
      ...common,
      ...power,
      subject: subject(facet),
      evidence: evidence({ path }),
    }),
  );
  for (const object of owned) {
    found.push({
      ...common,
      subject: subject(`owner:${idOf(object)}`, object),
      title: `${name} owns ${object.kind} ${shownName(object)}`,
      evidence: evidence({ object: { kind: object.kind, name: rawName(object), oid: object.oid } }),
      fix: alterOwnerSql(
        engine,
        object,
        self,
        (role) =>
          !isReader(view.privileges.archetypeOf(role)?.archetype) && declaredAs(view, role) !== "service",
      ),
    });
  }
  for (const right of direct) {
    if (purpose.writes && right.privilege !== "CREATE") continue;
    const { object, privilege, path, usable } = right;
    const verb = {
      INSERT: "INSERT into",
      UPDATE: "UPDATE",
      DELETE: "DELETE from",
      CREATE: "CREATE in",
      TRIGGER: "run code by a TRIGGER as whoever writes",
    };
    const doing = privilege in verb ? verb[privilege as keyof typeof verb] : privilege;
    found.push({
      ...common,
      subject: subject(`${path.everybody ? "public" : "grant"}:${idOf(object)}:${privilege}`, object),
      title: `${name} can ${doing} ${shownName(object)}${beyondView(engine, id, object, privilege)}${path.everybody ? ", as everybody can (PUBLIC)" : ""}`,
      severity: !usable ? "low" : privilege === "CREATE" ? "medium" : "high",
      evidence: evidence({
        privilege,
        object: { kind: object.kind, name: rawName(object), oid: object.oid },
        path: engine.pathNames(path),
        usable,
      }),
      fix: revokePrivilegeSql(engine, object, privilege, path.everybody ? null : self),
    });
  }
  for (const [key, all] of inherited) {
    const rights = purpose.writes ? all.filter(({ privilege }) => privilege === "CREATE") : all;
    const [first] = rights;
    // That it can become a superuser is told once, above.
    if (!first || isSuperuserPath(engine, first.path)) continue;
    const names = engine.pathNames(first.path);
    const [, group = ""] = names;
    const privileges = writePrivileges.filter((one) => rights.some(({ privilege }) => privilege === one));
    const setRole = first.path.holds === "set-role";
    const usable = rights.some((right) => right.usable);
    const objects = new Set(rights.map(({ object }) => shownName(object)));
    const [only] = objects;
    found.push({
      ...common,
      subject: subject(`path:${key}`, objects.size === 1 ? first.object : undefined),
      title: `${name} can ${privileges.join(", ")} on ${objects.size === 1 ? only : `${objects.size} objects`} ${setRole ? "after SET ROLE to" : "through"} ${visible(group, 63)}`,
      severity: !usable ? "low" : setRole ? "medium" : "high",
      evidence: evidence({
        path: names,
        holds: first.path.holds,
        privileges,
        objects: [...objects].slice(0, SHOWN_OBJECTS),
        objectCount: objects.size,
        usable,
      }),
      fix: revokeMembershipSql(engine, group, self),
    });
  }
  return found;
};
