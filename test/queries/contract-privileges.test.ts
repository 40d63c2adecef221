// One question, one answer, by the command line and by the API: what there is: who may, who can, why, and what differs from what was declared.
import { describe, expect, it } from "vitest";
import { HOUR, iso } from "../../lib/core/base/time.ts";
import { archetypeText } from "../../lib/queries/archetypes.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import type { ReportArchetype } from "../../lib/report/report-data.ts";
import { allPages } from "../support/ask.ts";
import { cluster } from "../support/catalogs.ts";
import { contractWorld } from "../support/contract-world.ts";
import { ADMIN_USER, NOW, READER, T } from "../support/query-world.ts";

const asked = [
  "who-can SELECT users",
  "who-can SELECT orders",
  `who-can SELECT orders --at ${new Date(T).toISOString()}`,
  "who-can UPDATE secrets",
  "privileges --object users",
  "privileges --role app_ro",
  "privileges --role app_rw",
  "privileges",
  "explain app_ro SELECT users",
  `explain ${READER} SELECT users`,
  `explain ${ADMIN_USER} DELETE orders`,
  "explain arn:aws:iam::111122223333:role/nobody DELETE orders",
  `explain ${READER} SELECT orders --at ${new Date(T).toISOString()}`,
  "who-may",
  "who-may --action admin",
  `who-may --principal ${READER}`,
  "default-privileges",
  `default-privileges --role app_ro --at ${new Date(NOW).toISOString()}`,
  "baseline diff --published",
];
const { ask, told, rowsOf, shown, store } = contractWorld(asked, ["who-can SELECT users"]);
const at = new Date(T).toISOString();

describe("who-may", () => {
  it.each([
    ["who-may", {}],
    ["who-may --action admin", { action: "admin" }],
    [`who-may --principal ${READER}`, { principal: READER }],
  ])("%s: the same rows", async (line, params) => {
    const { items } = await allPages(ask, "/who-may", { ...params, limit: "2" });
    expect(rowsOf(line)).toEqual(items);
    expect(items.length).toBeGreaterThan(0);
  });

  it("is unknown of a snapshot that holds nothing of IAM, to both", async () => {
    expect(await ask("/who-may", { at })).toMatchObject({ status: 404, body: { code: "not-found" } });
  });
});

describe("who-can", () => {
  it.each([
    ["who-can SELECT users", { privilege: "SELECT", object: "users" }],
    ["who-can SELECT orders", { privilege: "SELECT", object: "orders" }],
    [`who-can SELECT orders --at ${at}`, { privilege: "SELECT", object: "orders", at }],
    ["who-can UPDATE secrets", { privilege: "UPDATE", object: "secrets" }],
  ])("%s: the same rows", async (line, params) => {
    const { items } = await allPages(ask, "/who-can", { ...params, limit: "1" });
    expect(rowsOf(line)).toEqual(items);
  });

  it("names roles that hold it on columns only, and whom IAM lets in as admin", () => {
    expect(rowsOf("who-can SELECT users")).toMatchObject([
      {
        role: "admin",
        columns: null,
        principals: [
          {
            arn: ADMIN_USER,
            via: "iam",
            wall: "conditional",
            conditions: ["not if aws:SourceVpc is absent"],
            lastUseAt: "2026-03-01T04:00:00.000Z",
          },
          { arn: "arn:aws:iam::111122223333:root", via: "iam", wall: "allowed", conditions: [] },
        ],
        morePrincipals: null,
      },
      {
        role: "app_ro",
        columns: ["id", "full_name"],
        principals: [{ arn: READER, via: "mapping", wall: "conditional", identity: "exists" }],
        morePrincipals: null,
      },
      { role: "app_rw", columns: null },
    ]);
    const out = shown("who-can SELECT users");
    expect(out).toContain("On columns: id, full_name");
    expect(out).toMatch(/x \(on\s+conditions\), root of/);
    const then = rowsOf(`who-can SELECT orders --at ${at}`)[0];
    expect(then).toMatchObject({ role: "admin", principals: null, morePrincipals: "iam-not-read" });
    expect(told(`who-can SELECT orders --at ${at}`).err).toContain("unknown: Nothing of IAM was read here");
    expect(out).toContain("\nSnapshot 5 of 2026-03-01 11:00 UTC\n");
    // Of a time that was asked for, also what the next snapshot shows.
    expect(told(`who-can SELECT orders --at ${at}`).err).toMatch(
      /^Snapshot \d+ of [^.]+ UTC\. (?:The next snapshot, of .*|Something changed between .*; when exactly is not known)\.$/m,
    );
  });

  it("says which snapshot it rests on beside the rows, and which entries could not be read", async () => {
    const { err } = told("who-can UPDATE secrets");
    expect(err).toContain("Snapshot 5 of 2026-03-01 11:00 UTC");
    expect(err).toContain("an entry of the ACL of table public.secrets could not be read: app_rw=??/admin");
    const { body } = await ask("/who-can", { privilege: "UPDATE", object: "secrets" });
    expect(body).toMatchObject({ snapshot: { seq: 5 }, unread: [{ entries: ["app_rw=??/admin"] }] });
    expect(told("privileges").err).toContain("app_rw=??/admin");
    expect((await ask("/privileges")).body).toMatchObject({ unread: [{ object: "secrets" }] });
  });
});

describe("privileges", () => {
  it.each([
    ["privileges --object users", { object: "users" }],
    ["privileges --role app_ro", { role: "app_ro" }],
    ["privileges", {}],
  ])("%s: the same rows", async (line, params) => {
    const { items } = await allPages(ask, "/privileges", { ...params, limit: "3" });
    expect(rowsOf(line)).toEqual(items);
    expect(items.length).toBeGreaterThan(0);
  });

  it.each(["app_ro", "app_rw"])("says what %s is for, to both and in the report", async (role) => {
    const { archetype } = (await ask("/privileges", { role })).body as unknown as {
      archetype: ReportArchetype;
    };
    const { archetypes, roles } = await loadReportData(store(), cluster, NOW);
    const { oid = -1 } = roles?.find(({ name }) => name === role) ?? {};
    expect(archetypes.get(oid)).toEqual(archetype);
    expect(told(`privileges --role ${role}`).err.split("\n")).toContain(archetypeText(archetype));
    expect(archetype.declared).toBe(role === "app_ro");
  });

  it("is not for anything in particular where no single role is asked about", async () => {
    expect((await ask("/privileges")).body).toMatchObject({ archetype: null });
  });

  it("of a function holds no column of the table with its number", async () => {
    const { items } = await allPages(ask, "/privileges", { object: "function f()" });
    expect(new Set(items.map((row) => (row as { kind: string }).kind))).toEqual(new Set(["function"]));
  });
});

describe("explain", () => {
  it.each([
    ["explain app_ro SELECT users", { who: "app_ro", privilege: "SELECT", object: "users" }],
    [`explain ${READER} SELECT users`, { who: READER, privilege: "SELECT", object: "users" }],
    [`explain ${ADMIN_USER} DELETE orders`, { who: ADMIN_USER, privilege: "DELETE", object: "orders" }],
    [
      "explain arn:aws:iam::111122223333:role/nobody DELETE orders",
      { who: "arn:aws:iam::111122223333:role/nobody", privilege: "DELETE", object: "orders" },
    ],
    [
      `explain ${READER} SELECT orders --at ${at}`,
      { who: READER, privilege: "SELECT", object: "orders", at },
    ],
  ])("%s: the same answer", async (line, params) => {
    const { cluster: _, ...body } = (await ask("/explain", params)).body as Record<string, unknown>;
    expect(told(line).json()).toEqual(body);
  });

  it("refuses an ARN that is no principal's", async () => {
    const asked = { who: "arn:aws:s3:::bucket", privilege: "DELETE", object: "orders" };
    expect(await ask("/explain", asked)).toMatchObject({ status: 400 });
  });

  it("says whom IAM lets in as admin, and no to whom it does not", () => {
    expect(told(`explain ${ADMIN_USER} DELETE orders`).json()).toMatchObject({
      role: "admin",
      verdict: "conditional",
      firstBroken: null,
    });
    expect(told("explain arn:aws:iam::111122223333:role/nobody DELETE orders").json()).toMatchObject({
      verdict: "no",
      firstBroken: "identity",
      also: [{ role: "admin", verdict: "no" }],
      next: null,
    });
    expect(told(`explain ${READER} SELECT orders --at ${at}`).json()).toMatchObject({
      role: "app_ro",
      verdict: "unknown",
      firstBroken: null,
      next: expect.stringContaining("Nothing of IAM was read here"),
    });
    expect(told("explain app_ro SELECT users").json()).toMatchObject({
      verdict: "no",
      columns: ["id", "full_name"],
      snapshot: { seq: 5 },
    });
  });
});

describe("the report", () => {
  it("says of whom IAM lets in what who-can and explain say", async () => {
    const { admins, walls } = await loadReportData(store(), cluster, NOW);
    const [admin] = rowsOf("who-can SELECT users") as [Record<string, unknown>];
    expect(admins).toEqual({ principals: admin.principals, morePrincipals: admin.morePrincipals });
    for (const who of [READER, ADMIN_USER]) {
      const line = asked.find((one) => one.startsWith(`explain ${who}`)) ?? "";
      const { links } = told(line).json() as { links: { step: string; state: string }[] };
      const path = walls?.paths.find(({ principal }) => principal === who);
      const outside = path?.links.filter(({ step }) => step !== "role") ?? [];
      expect(outside.length).toBeGreaterThan(2);
      expect(links.slice(0, outside.length)).toEqual(outside);
    }
  });
});

describe("default-privileges", () => {
  it.each([
    ["default-privileges", {}],
    [
      `default-privileges --role app_ro --at ${new Date(NOW).toISOString()}`,
      { role: "app_ro", at: new Date(NOW).toISOString() },
    ],
  ])("%s: the same rows", async (line, params) => {
    const { items } = await allPages(ask, "/default-privileges", { ...params, limit: "2" });
    expect(rowsOf(line)).toEqual(items);
    expect(items.length).toBeGreaterThan(0);
  });

  it("says which entries could not be read", async () => {
    const says = "default privileges of admin on each sequence in public could not be read: app_rw=??/admin";
    expect(told("default-privileges").err).toContain(says);
    expect((await ask("/default-privileges")).body).toMatchObject({
      unread: [{ creator: "admin", kind: "sequence", schema: "public", entries: ["app_rw=??/admin"] }],
    });
  });
});

describe("baseline diff", () => {
  it("gives the same rows, whole or by pages, and says what they are compared with", async () => {
    const { items } = await allPages(ask, "/baseline/drift", { limit: "3" });
    const rows = rowsOf("baseline diff --published");
    expect(items.length).toBeGreaterThan(3);
    expect(rows.map(({ what, objectKind, schema, everybody, isThere, ...row }) => row)).toEqual(items);
    expect((await ask("/baseline/drift")).body).toMatchObject({
      published: { version: 1, by: "test", at: iso(NOW - HOUR / 2) },
      differences: rows.filter(({ kind }) => kind !== "unknown").length,
      unknown: rows.filter(({ kind }) => kind === "unknown").length,
    });
  });

  it("says that nothing was declared yet, and not that nothing differs", async () => {
    expect((await ask("/baseline/drift", { at })).body).toMatchObject({
      published: null,
      differences: null,
      items: null,
    });
  });
});
