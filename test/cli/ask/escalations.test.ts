// escalations and tomorrow, on a live server: what is shown is what the server would allow.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliIn } from "../../support/cli.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const shared = sharedPostgres();
let folder = "";
let url = "";
const cli = cliIn(
  () => folder,
  () => Date.parse("2026-11-01T00:00:00Z"),
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dsql-audit-"));
  const database = await shared.freshDatabase();
  url = database.url;
  await database.query(`
    create role esc_reader; create role esc_app login; create role esc_loader;
    grant esc_reader to esc_app with admin true, inherit false, set false;
    create schema esc; grant create on schema esc to esc_app;
    alter default privileges for role esc_loader in schema esc grant select on tables to esc_reader`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("escalations", () => {
  it("tells what a role could become and make, and by which path", async () => {
    const { code, json } = await cli(["escalations", "--role", "esc_app", "--url", url, "--json"]);
    expect(code).toBe(0);
    expect(json()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ role: "esc_app", how: "admin-option", target: "esc_reader" }),
        expect.objectContaining({ role: "esc_app", how: "create-in-schema", kind: "schema" }),
      ]),
    );
  });

  it("is a table of 80 columns for people, and names a role that there is not", async () => {
    const { out } = await cli(["escalations", "--url", url]);
    expect(out).toContain("esc_reader");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const wrong = await cli(["escalations", "--role", "nobody", "--url", url]);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("no role nobody");
  });
});

describe("tomorrow", () => {
  it("tells what the next table will allow", async () => {
    const { code, json } = await cli(["tomorrow", "--role", "esc_reader", "--url", url, "--json"]);
    expect(code).toBe(0);
    expect(json()).toContainEqual(
      expect.objectContaining({
        creator: "esc_loader",
        kind: "table",
        schema: "esc",
        role: "esc_reader",
        privilege: "SELECT",
      }),
    );
  });
});
