// What a role's name says it is for.
import { describe, expect, it } from "vitest";
import { archetypeOf } from "../../../lib/core/privileges/archetype.ts";

describe("a role's archetype", () => {
  it.each([
    "api_readonly", "api-ro", "READONLY", "apiReadOnly", "read_only_user", "reporting_readonly", "analytics_user",
    "backup_user", "bi", "app_reader", "grafana_dashboard", "appreadonly", "Hostile-ro; drop",
  ])("is read-only for %s", (name) => {
    expect(archetypeOf(name, {})?.archetype).toBe("read-only");
  }); // biome-ignore format: one glance

  it.each([
    "api_readwrite", "api_read_write", "thread_pool", "migration_user", "user_service", "romeo", "report_writer",
    "backup_restore", "admin_reporting", "contractor", "ready", "", "\u0000",
  ])("is not told by %j", (name) => {
    expect(archetypeOf(name, {})).toBeUndefined();
  }); // biome-ignore format: one glance

  it("is what was declared, whatever the name says", () => {
    expect(archetypeOf("api_readonly", { api_readonly: "owner" })).toEqual({
      archetype: "owner",
      because: "declared",
    });
    expect(archetypeOf("worker", { worker: "read-only" })?.archetype).toBe("read-only");
    expect(archetypeOf("toString", {})).toBeUndefined();
  });
});
