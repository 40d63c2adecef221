// One escalation path in plain words: the role first, then what it can do, then by which way.
import type { Escalation } from "../core/privileges/escalation-way.ts";

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

const servers: Readonly<Record<string, string>> = {
  pg_execute_server_program: "can run programs as the database server",
  pg_read_server_files: "can read files as the database server",
  pg_write_server_files: "can write files as the database server",
  pg_read_all_data: "can read every table, those of the system with the password hashes too",
  pg_write_all_data: "can write every table that is not the system's",
  pg_dsql_audit_admin: "can switch the audit log of Aurora DSQL on and off",
  pg_read_all_stats: "can read the statements that others run, with the values in them",
  pg_read_all_settings: "can read every setting of the server",
  pg_stat_scan_tables: "can run functions that read, and for long lock, every table",
  pg_signal_backend: "can cancel the statements and end the sessions of others",
  pg_signal_autovacuum_worker: "can cancel autovacuum on any table",
  pg_checkpoint: "can run CHECKPOINT",
  pg_maintain: "can run VACUUM, ANALYZE, CLUSTER, REINDEX and LOCK TABLE on every table",
  pg_create_subscription:
    "can let another server write tables here (CREATE SUBSCRIPTION, with CREATE on the database)",
  pg_use_reserved_connections: "can use the connections that are kept free for administrators",
};

const attributes: Readonly<Record<string, string>> = {
  REPLICATION: "can copy every file of the server by replication, the password hashes too (REPLICATION)",
  BYPASSRLS: "sees and writes rows whatever row-level security says (BYPASSRLS)",
};

const verbs: Readonly<Record<string, string>> = {
  SELECT: "read",
  INSERT: "insert into",
  UPDATE: "update",
  DELETE: "delete from",
};

const byView = ({ target, reaches, as, certain, privileges }: Escalation): string => {
  const doing = listed(privileges.map((one) => verbs[one] ?? one));
  if (reaches === null) {
    const rights = as === null ? "its owner's rights" : `the rights of ${as}`;
    return `can ${doing} view ${target} (${privileges.join(", ")}), which runs with ${rights}: what that reaches is not known`;
  }
  const word = certain ? "can" : "may";
  return `${word} ${doing} ${reaches} (${privileges.join(", ")}) through view ${target}, with the rights of ${as}`;
};

const did = (it: Escalation): string => {
  const { how, kind, target, privileges } = it;
  const object = `${kind} ${target}`;
  switch (how) {
    case "admin-option":
      return `can grant itself role ${target} (ADMIN OPTION)`;
    case "create-role":
      return kind === "role" &&
        it.path.length > 1 &&
        it.path.at(-1) === target &&
        it.by.at(-1) === "create-role"
        ? `can grant itself role ${target} (CREATEROLE)`
        : "can create roles (CREATEROLE)";
    case "role-attribute":
      return attributes[target] ?? `has ${target}`;
    case "set-role":
      return `can become ${target} (SET ROLE)`;
    case "server-access":
    case "predefined-role":
      return servers[target] ?? `can act as ${target}`;
    case "system-object":
      return `can use ${privileges.join(", ")} on ${object}, an object of the system`;
    case "ownership":
      return `owns ${object}${privileges.length ? ` and can take back ${privileges.join(", ")}` : ""}`;
    case "grant-option":
      return `can pass on ${privileges.join(", ")} on ${object}`;
    case "create-in-schema":
      return `can create objects in schema ${target}`;
    case "security-definer":
      return `can call function ${target}, which runs with the rights of ${it.as ?? "its owner"}`;
    case "view":
      return byView(it);
    case "rule":
      return `can set off rules by ${privileges.join(", ")} on ${object}, which read or write ${it.reaches} with the rights of ${it.as}`;
    case "trigger":
      return `can create a trigger on ${object} (TRIGGER), which runs code as whoever writes it`;
    case "other-object":
      return `can use ${privileges.join(", ")} on ${object}`;
    default:
      return how satisfies never;
  }
};

/** `by way of a, b`: the roles between, where there are any; a role that it ends at is named already. */
const way = ({ how, path, target }: Escalation): string => {
  const between = path.slice(1).filter((name, i, all) => !(i === all.length - 1 && name === target));
  if (how === "predefined-role" || how === "server-access") {
    const member = between.length ? `by way of ${listed(between)}` : `a member of ${target}`;
    return `, ${member}`;
  }
  return between.length ? `, by way of ${listed(between)}` : "";
};

/** One line; raw names: whoever shows it makes them visible. */
export const escalationText = (role: string, it: Escalation): string =>
  `${role} ${did(it)}${way(it)}${it.superuser ? ": as good as superuser" : ""}`;
