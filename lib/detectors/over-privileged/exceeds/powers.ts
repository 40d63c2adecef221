// The ways of a role to superuser, to the server itself, or to a role that writes, as judgements.

import type { Role } from "../../../core/catalog/catalog.ts";
import { shownRole } from "../../../core/findings/catalog-judgement.ts";
import type { Judgement } from "../../../core/findings/detector.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import { reachable, targetsOf } from "../../../core/privileges/effective-graph.ts";
import { escalations } from "../../../core/privileges/escalation.ts";
import { writeAccess } from "../../../core/privileges/write-access.ts";
import { revokeMembershipSql } from "../../../core/remediation/revoke-membership.ts";
import type { ExcessEvidence } from "./evidence.ts";

const serverPowers: Readonly<Record<string, string>> = {
  pg_execute_server_program: "can run programs as the database server",
  pg_write_server_files: "can write files as the database server",
  pg_read_server_files: "can read files as the database server",
};
const becomeWords: Readonly<Record<string, string>> = {
  "set-role": "SET ROLE",
  "admin-option": "ADMIN OPTION",
  "create-role": "CREATEROLE",
};

/** The first role on the way to a role whose privileges are inherited. */
const firstHop = ({ graph }: AccessEngine, id: number, target: string): string | undefined => {
  const to = graph.idOfName.get(target) ?? -1;
  const hop = [...targetsOf(graph.inherit, id)].find((next) => reachable(graph.inherit, next).includes(to));
  return hop === undefined ? undefined : graph.roles[hop]?.name;
};

const canWrite = (engine: AccessEngine, role: string): boolean => {
  const { superuser, owned, direct, inherited } = writeAccess(engine, engine.graph.idOfName.get(role) ?? -1);
  // What everybody may do it need not take a role for.
  return superuser || owned.length > 0 || inherited.size > 0 || direct.some(({ path }) => !path.everybody);
};

export type Power = Pick<Judgement<ExcessEvidence>, "title" | "severity" | "fix"> & {
  readonly facet: string;
  readonly path: readonly string[];
};

/** What ends in superuser, in the server's own powers, or in a role that writes, by whatever way. */
export const powersOf = (engine: AccessEngine, id: number, self: Role): Power[] => {
  const found = escalations(engine, id).flatMap((it): Power[] => {
    const { how, target, path, superuser } = it;
    const name = shownRole(self.name);
    const shown = shownRole(target);
    // One way is one finding: when it is gone, another is told as another.
    const way = (to: string): number => engine.graph.roles[engine.graph.idOfName.get(to) ?? -1]?.oid ?? 0;
    const oid = [...path.slice(1), ...(path.at(-1) === target ? [] : [target])].map(way).join(">");
    const hop = path[1] ?? firstHop(engine, id, target) ?? target;
    const fix = revokeMembershipSql(engine, hop, self);
    const word = becomeWords[how];
    if (word !== undefined && superuser) {
      const title = `${name} can become superuser ${shown} (${word})`;
      return [{ facet: `superuser:${oid}`, title, severity: "critical", path, fix }];
    }
    if (how === "ownership" && superuser) {
      const holder = path.at(-1) ?? "";
      const title = `${name} owns what superuser ${shownRole(holder)} does, whose rights its code runs with, as good as superuser`;
      return [
        {
          facet: `superuser-owner:${path.slice(1).map(way).join(">")}`,
          title,
          severity: "critical",
          path,
          fix,
        },
      ];
    }
    if (how === "server-access") {
      const title = `${name} ${serverPowers[target] ?? `can act as ${shown}`} (${shown}), as good as superuser`;
      return [{ facet: `server:${oid}`, title, severity: "critical", path, fix }];
    }
    if (target === "pg_dsql_audit_admin" && how === "predefined-role") {
      const title = `${name} can switch the audit log on and off (${shown})`;
      return [{ facet: `audit-log:${oid}`, title, severity: "high", path, fix }];
    }
    if (how === "admin-option" && canWrite(engine, target)) {
      const title = `${name} can grant itself role ${shown}, which can write (ADMIN OPTION)`;
      return [{ facet: `admin:${oid}`, title, severity: "medium", path, fix }];
    }
    return [];
  });
  // One way to a superuser's rights is one finding, however many objects that owns; who can become it is told so.
  const become = found.some(({ facet }) => facet.startsWith("superuser:"));
  const first = new Map(found.toReversed().map((one) => [one.facet, one]));
  return found.filter(
    (one) => first.get(one.facet) === one && !(become && one.facet.startsWith("superuser-owner:")),
  );
};
