// What a role could become: other roles, by whatever way, and what these give that no ACL tells.

import { isDsql } from "../catalog/catalog.ts";
import { type Becoming, becomings, chainTo, type Step } from "./become.ts";
import type { AccessEngine } from "./effective.ts";
import { type RoleId, reachable } from "./effective-graph.ts";
import { common, type Escalation, names, serverRoles } from "./escalation-way.ts";

/** Predefined roles that give what no ACL tells. https://www.postgresql.org/docs/16/predefined-roles.html */
const broadRoles = [
  "pg_read_all_data",
  "pg_write_all_data",
  "pg_dsql_audit_admin",
  "pg_read_all_stats",
  "pg_read_all_settings",
  "pg_stat_scan_tables",
  "pg_signal_backend",
  "pg_signal_autovacuum_worker",
  "pg_checkpoint",
  "pg_maintain",
  "pg_create_subscription",
  "pg_use_reserved_connections",
];

/** Nearest first. */
export const becomingsOf = (engine: AccessEngine, role: RoleId): Escalation[] => {
  const { graph } = engine;
  const told = (one: Becoming, how: Escalation["how"], superuser: boolean): Escalation => ({
    ...common,
    how,
    kind: "role",
    target: graph.roles[one.target]?.name ?? "",
    path: names(engine, one.roles),
    by: one.by,
    superuser,
  });
  const ways: Becoming[] = [{ target: role, roles: [role], by: [] }, ...becomings(engine, role)];
  const found = ways.flatMap((one): Escalation[] => {
    const superuser = graph.roles[one.target]?.superuser ?? false;
    const last = one.by.findLast((step) => step === "admin-option" || step === "create-role");
    if (last) return [told(one, last, superuser)];
    return superuser ? [told(one, "set-role", true)] : [];
  });
  // Since 16 CREATEROLE alone reaches no role that is there, but makes new ones and keeps ADMIN OPTION on them.
  const creators = graph.before16 ? [] : ways.filter(({ target }) => graph.roles[target]?.createRole);
  const dsql = isDsql(engine.catalog);
  const access = ways.flatMap((one) =>
    reachable(graph.inherit, one.target).flatMap((id): Escalation[] => {
      const name = graph.roles[id]?.name ?? "";
      if (id === role) return [];
      const chain = chainTo(graph, graph.inherit, one.target, id);
      const by = [...one.by, ...chain.map((): Step => "inherits")];
      const way = { target: name, path: names(engine, [...one.roles, ...chain]), by };
      if (serverRoles.includes(name) && !dsql) return [{ ...told(one, "server-access", true), ...way }];
      return broadRoles.includes(name) ? [{ ...told(one, "predefined-role", false), ...way }] : [];
    }),
  );
  // What a role may by its own attributes, which are never inherited. Aurora DSQL has neither.
  const attributes = ways.flatMap((one): Escalation[] => {
    const { replication = false, bypassRls = false } = graph.roles[one.target] ?? {};
    if (dsql || graph.roles[one.target]?.superuser) return [];
    return [
      ...(replication ? [{ ...told(one, "role-attribute", false), target: "REPLICATION" }] : []),
      ...(bypassRls ? [{ ...told(one, "role-attribute", false), target: "BYPASSRLS" }] : []),
    ];
  });
  const seen = new Set<string>();
  return [
    ...found,
    ...creators.map((one) => told(one, "create-role", false)),
    ...access.filter(({ target }) => !seen.has(target) && seen.add(target)),
    ...attributes,
  ];
};
