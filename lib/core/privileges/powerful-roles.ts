// Roles whose membership is worth more than any grant: superusers, admin, and PostgreSQL's powerful predefined roles.
import { ADMIN } from "../activity/admin-logins.ts";
import { isDsql } from "../catalog/catalog.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";

export type Power = {
  readonly id: RoleId;
  readonly name: string;
  /** What a member can do, as a sentence goes on: "can read all data". */
  readonly can: string;
  readonly severity: "medium" | "high" | "critical";
  /** Superuser is an attribute: only who becomes the role has it. */
  readonly attribute: boolean;
};

/** https://www.postgresql.org/docs/16/predefined-roles.html */
const predefined: Readonly<Record<string, Pick<Power, "can" | "severity">>> = {
  pg_execute_server_program: { can: "can run programs as the database server", severity: "critical" },
  pg_write_server_files: { can: "can write files as the database server", severity: "critical" },
  pg_read_server_files: { can: "can read files as the database server", severity: "critical" },
  pg_write_all_data: { can: "can write all data", severity: "high" },
  pg_read_all_data: { can: "can read all data", severity: "high" },
  pg_maintain: { can: "can lock and rewrite all tables", severity: "medium" },
  pg_create_subscription: { can: "can copy data from other servers into its tables", severity: "medium" },
  pg_signal_backend: { can: "can end the sessions of others", severity: "medium" },
};

/** Those of the catalog, by name. Predefined roles that reach the server itself are none on Aurora DSQL. */
export const powerfulRoles = (engine: AccessEngine): readonly Power[] => {
  const dsql = isDsql(engine.catalog);
  return engine.graph.roles.flatMap(({ name, superuser }, id): Power[] => {
    if (superuser) {
      return [{ id, name, can: "can become superuser", severity: "critical", attribute: true }];
    }
    if (name === ADMIN && dsql) {
      return [{ id, name, can: "has all that admin has", severity: "high", attribute: false }];
    }
    const power = Object.hasOwn(predefined, name) ? predefined[name] : undefined;
    if (!power || (dsql && power.severity === "critical")) return [];
    return [{ id, name, ...power, attribute: false }];
  });
};
