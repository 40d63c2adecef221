// What a role's name says it is for.
import { describe, expect, it } from "vitest";
import { archetypeOf } from "../../../lib/core/privileges/archetype.ts";

describe("a role's archetype", () => {
  it.each([
    "api_readonly", "api-ro", "READONLY", "apiReadOnly", "read_only_user", "reporting_readonly", "appreadonly",
    "Hostile-ro; drop", "readonly1", "ro1", "select_only", "rdonly", "app_rdonly", "readaccess", "ReadOnlyApp", "app_ro",
    "viewer", "reporting_reader", "app_reader", "admin_ro", "readonly_admin", "RO", "AppRO", "app.ro", "ro_app2", "app read",
    "app_read_access", "APIReadOnly", "data_viewers", "ReadUser", "viewer_role", "app_read_01", "selectonly", "view-only",
    "etl_readonly", "readers", "onlyread", "only_select", "roaccount", "no_dml", "nodml", "without_write", "cannot_write",
    "non_writer", "read_privileges", "no_write", "app_select", "svc.readonly.prod", "dbreadonly", "read_all_data", "nowrite_role",
    "billing-RO-2", "queryOnly", "readers_grp", "app_read_prod", "db_datareader", "ｒｅａｄｏｎｌｙ", "sel_only", "qry_only", "r_only", "rodb", "selectall", "just_readonly",
  ])("is read-only for certain for %s", (name) => {
    expect(archetypeOf(name, {})).toMatchObject({ archetype: "read-only", sure: true });
  }); // biome-ignore format: one glance

  it.each([
    "analytics_user", "backup_user", "bi", "grafana_dashboard", "audit_log_service", "metrics_collector", "backup_agent",
    "reporting", "read_model_projector", "read_replica_sync2_copy", "monitoring", "card_reader_gateway", "MetricsExporter", "query_user", "tableau", "guest",
  ])("only sounds like reading for %s, and says so", (name) => {
    const found = archetypeOf(name, {});
    if (name.includes("sync")) expect(found).toBeUndefined();
    else {
      expect(found).toMatchObject({ archetype: "read-only", sure: false });
      expect(found?.because).toMatch(/^its name only sounds like reading \("\w+"\)$/);
    }
  }); // biome-ignore format: one glance

  it.each([
    "api_readwrite", "api_read_write", "thread_pool", "migration_user", "user_service", "romeo", "report_writer",
    "backup_restore", "admin_reporting", "contractor", "ready", "", "\u0000", "not_readonly", "non_readonly", "notreadonly",
    "NotReadOnly", "ironman", "pro1", "euro", "zero_ro_x_rw", "thread_only", "threadonly", "spreadonly", "ReadWriteUser",
    "app_rw", "readiness_probe", "roles", "rover", "role_admin", "never_read_only", "isnt_ro", "viewpoint", "selection",
    "readme_bot_edit", "un_readonly", "anti_readonly", "ex_readonly", "readonly_not", "ex_writer", "no_delete", "no_insert", "audit_writer", "report_owner", "no_longer_readonly", "not_just_readonly",
    "more_than_readonly", "beyond_readonly", "dont_readonly", "unreadonly", "was_readonly", "formerly_readonly", "readonly_false", "readonly_no",
  ])("is not told by %j", (name) => {
    expect(archetypeOf(name, {})).toBeUndefined();
  }); // biome-ignore format: one glance

  it("is what was declared, whatever the name says", () => {
    expect(archetypeOf("api_readonly", { api_readonly: "owner" })).toEqual({
      archetype: "owner",
      because: "declared",
      sure: true,
    });
    expect(archetypeOf("worker", { worker: "read-only" })?.archetype).toBe("read-only");
    expect(archetypeOf("toString", {})).toBeUndefined();
  });
});
