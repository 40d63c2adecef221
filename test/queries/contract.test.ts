// One question, one answer: the command line and the API are asked the same of one store, and must say the same.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR, iso } from "../../lib/core/base/time.ts";
import { baselineOf } from "../../lib/core/baseline/baseline-of.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { openSqliteTable, type SqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import { type Ask, allPages, asker } from "../support/ask.ts";
import { acl, cluster, estate, publicSchema, table } from "../support/catalogs.ts";
import { type CliRun, cliIn } from "../support/cli.ts";
import { allow, deny, everybody, iamFacts, policy } from "../support/iam-facts.ts";
import { ADMIN_USER, fillWorld, INCIDENT, NOW, READER, T } from "../support/query-world.ts";

let folder: string;
let opened: SqliteTable;
let ask: Ask;
const answers = new Map<string, CliRun>();

/** The estate as a release that reads IAM would have taken it. */
const withIam = (more: Parameters<typeof estate>[0]) => ({
  ...estate(more),
  iam: iamFacts(
    {
      roles: {
        reader: { policies: [policy(allow({ Action: "dsql:DbConnect" }))] },
        x: { policies: [policy(allow())] },
      },
      clusterPolicy: policy(deny({ ...everybody, Condition: { Null: { "aws:SourceVpc": "true" } } })),
    },
    cluster,
  ),
});

const open = async () => {
  const file = join(folder, "dsql-audit.db");
  opened = await openSqliteTable({ file, mayCreate: true, sleep: async () => {}, random: () => 0 });
  return opened.table;
};

/** The lines that the command line is asked before the API. */
const asked = [
  "who-can SELECT users",
  "who-can SELECT orders",
  `who-can SELECT orders --at ${new Date(T).toISOString()}`,
  "who-can UPDATE secrets",
  "privileges --object users",
  "privileges --role app_ro",
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
  "findings",
  "findings --status open",
  "findings --status open,resolved --severity high",
  "findings --detector new-network",
  "findings --status exempt",
  "finding a-1",
  "finding b-1",
  "incidents",
  "incidents --status open",
  "incidents --status resolved",
  `incident ${INCIDENT}`,
  "incident 0a1b",
  "clusters",
  "coverage",
  "coverage --from 1969-01-01",
  "history timeline --object payments",
  `coverage --from ${new Date(T).toISOString()} --to ${new Date(T + 4 * HOUR).toISOString()}`,
  `coverage --from ${new Date(T + HOUR / 2).toISOString()} --to ${new Date(T + 2.5 * HOUR).toISOString()}`,
  "activity",
  "activity --by mapping",
  "activity --by hour,network",
  `activity --principal ${READER}`,
  "activity --role admin",
  "history",
  "history timeline --role app_ro --object orders --privilege DELETE",
  `history timeline --principal ${READER}`,
  `history diff --from ${new Date(T).toISOString()}`,
  `history diff --all --from ${new Date(T).toISOString()}`,
  `history show --at ${new Date(T).toISOString()}`,
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "contract-"));
  const db = await open();
  await fillWorld(db);
  const store = openStore(db, { now: () => NOW });
  const unread = { entries: [], unknown: ["app_rw=??/admin"] };
  await store.snapshots.save(
    cluster,
    withIam({
      schemas: [{ ...publicSchema, acl: acl("0=U/10", "10=UC/10") }],
      relations: [
        table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=r/10") }),
        table(1002, "users", { acl: acl("10=arwdDxt/10", "101=r/10") }),
        table(1003, "secrets", { acl: unread }),
      ],
      columns: [
        { relation: 1002, number: 1, name: "id", acl: acl("100=r/10") },
        { relation: 1002, number: 2, name: "full_name", acl: acl("100=r/10") },
      ],
      functions: [
        {
          oid: 1002,
          schema: 2200,
          name: "f",
          identityArguments: "",
          kind: "f",
          owner: 10,
          securityDefiner: false,
          acl: null,
        },
      ],
      defaultPrivileges: [
        { oid: 9, role: 10, schema: 0, objectType: "r", acl: acl("10=arwdDxt/10", "100=r/10") },
        {
          oid: 8,
          role: 10,
          schema: 2200,
          objectType: "S",
          acl: { entries: [], unknown: ["app_rw=??/admin"] },
        },
      ],
    }),
    NOW - HOUR,
  );
  // What is declared is the second snapshot: app_ro held DELETE on orders, and payments was there.
  const second = await store.snapshots.bySeq(cluster, 2);
  if (second) await store.baselines.publish(cluster, baselineOf(second.catalog), "test", NOW - HOUR / 2);
  await opened.close();
  const cli = cliIn(
    () => folder,
    () => NOW,
  );
  for (const line of asked) answers.set(line, await cli(`${line} --json`));
  answers.set("text", await cli("who-can SELECT users"));
  ask = asker(await open(), () => NOW).ask;
}, 120_000);
afterAll(async () => {
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
});

const told = (line: string): CliRun => {
  const answer = answers.get(line);
  expect(answer?.code, `${line}: ${answer?.err}`).toBe(0);
  return answer as CliRun;
};
const rowsOf = (line: string) => told(line).json() as Record<string, unknown>[];
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
    const { out } = told("text");
    expect(out).toContain("On columns: id, full_name");
    expect(out).toMatch(/x \(on\s+conditions\), root of/);
    const then = rowsOf(`who-can SELECT orders --at ${at}`)[0];
    expect(then).toMatchObject({ role: "admin", principals: null, morePrincipals: "iam-not-read" });
    expect(told(`who-can SELECT orders --at ${at}`).err).toContain("unknown: Nothing of IAM was read here");
    expect(out).toContain("\nSnapshot 5 of 2026-03-01 11:00 UTC\n");
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
    const store = openStore(opened.table, { now: () => NOW });
    const { admins, walls } = await loadReportData(store, cluster, NOW);
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

describe("findings", () => {
  const byId = (rows: readonly unknown[]) =>
    (rows as { id: string }[]).toSorted((a, b) => (a.id < b.id ? -1 : 1));

  it.each([
    ["findings", {}, 3],
    ["findings --status open", { status: "open" }, 2],
    ["findings --status open,resolved --severity high", { status: "open,resolved", severity: "high" }, 2],
    ["findings --detector new-network", { detector: "new-network" }, 1],
    ["findings --status exempt", { status: "exempt" }, 0],
  ])("%s: the same findings", async (line, params, count) => {
    const { items } = await allPages(ask, "/findings", { ...params, limit: "1" });
    expect(byId(rowsOf(line))).toEqual(items);
    expect(items).toHaveLength(count);
  });

  it.each(["a-1", "b-1"])("finding %s: the same", async (id) => {
    expect(told(`finding ${id}`).json()).toEqual((await ask(`/findings/${id}`)).body);
  });

  it("refuses a word that is none of them, and names those there are", async () => {
    for (const [params, says] of [
      [{ status: "open,closed" }, /status.*acknowledged/],
      [{ severity: "bad" }, /severity.*critical/],
      [{ detector: "new-networks" }, /there is no detector.*new-network,/],
    ] as const) {
      const { status, body } = await ask("/findings", params);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toMatch(says);
    }
  });
});

describe("incidents", () => {
  const byId = (rows: readonly unknown[]) =>
    (rows as { id: string }[]).toSorted((a, b) => (a.id < b.id ? -1 : 1));

  it.each([
    ["incidents", {}, 2],
    ["incidents --status open", { status: "open" }, 1],
    ["incidents --status resolved", { status: "resolved" }, 1],
  ])("%s: the same incidents", async (line, params, count) => {
    const { items } = await allPages(ask, "/incidents", { ...params, limit: "1" });
    expect(byId(rowsOf(line))).toEqual(items);
    expect(items).toHaveLength(count);
  });

  it("tells of one with its findings and what was mailed of it when", async () => {
    const { body } = await ask(`/incidents/${INCIDENT}`);
    expect(told(`incident ${INCIDENT}`).json()).toEqual(body);
    expect(told("incident 0a1b").json()).toEqual(body);
    expect(body).toMatchObject({
      id: INCIDENT,
      status: "open",
      severity: "high",
      findings: [{ id: "a-1", incident: INCIDENT }, { id: "c-1" }],
      notices: [{ at: iso(T + HOUR), kind: "opened", severity: "high", messageId: "message-1" }],
    });
    expect(body).not.toHaveProperty("overAt");
  });

  it("does not hide a mail that an earlier release sent without a record", async () => {
    const { items } = await allPages(ask, "/incidents", { status: "resolved" });
    expect(items).toMatchObject([
      {
        overAt: iso(T + 2 * HOUR),
        notices: [{ at: iso(T - 7 * 24 * HOUR), kind: null, severity: null, subject: null }],
      },
    ]);
  });

  it("says that there is no such incident, and how they are listed", async () => {
    expect(await ask("/incidents/inc-ffffffff")).toMatchObject({
      status: 404,
      body: { detail: "there is no incident inc-ffffffff", hint: "List them with: GET /incidents" },
    });
  });
});

describe("clusters and coverage", () => {
  it("lists the same clusters", async () => {
    expect(rowsOf("clusters")).toEqual((await allPages(ask, "/clusters", { limit: "1" })).items);
  });

  it.each([
    ["coverage", {}],
    [
      `coverage --from ${at} --to ${new Date(T + 4 * HOUR).toISOString()}`,
      { from: at, to: new Date(T + 4 * HOUR).toISOString() },
    ],
    [
      `coverage --from ${new Date(T + HOUR / 2).toISOString()} --to ${new Date(T + 2.5 * HOUR).toISOString()}`,
      { from: new Date(T + HOUR / 2).toISOString(), to: new Date(T + 2.5 * HOUR).toISOString() },
    ],
  ])("%s: the same hours", async (line, params) => {
    const { cluster: _, ...body } = (await ask("/coverage", params)).body as Record<string, unknown>;
    expect(told(line).json()).toEqual(body);
  });

  it("proves no hour before the epoch, for there is none", () => {
    const found = told("coverage --from 1969-01-01").json() as Record<string, unknown>;
    expect(found).toMatchObject({ from: "1970-01-01T00:00:00.000Z", hours: NOW / HOUR });
    expect(found.unprovenHours).toBe(NOW / HOUR - 3);
  });

  it("counts an hour that is cut at either end once, as proven or not", () => {
    const from = new Date(T + HOUR / 2).toISOString();
    const line = `coverage --from ${from} --to ${new Date(T + 2.5 * HOUR).toISOString()}`;
    expect(told(line).json()).toMatchObject({ from: at, hours: 3, unprovenHours: 1 });
  });
});

describe("activity", () => {
  it.each([
    ["activity", {}],
    ["activity --by mapping", { by: "mapping" }],
    ["activity --by hour,network", { by: "hour,network" }],
    [`activity --principal ${READER}`, { principal: READER }],
    ["activity --role admin", { role: "admin" }],
  ])("%s: the same rows", async (line, params) => {
    const { items } = await allPages(ask, "/activity", { ...params, limit: "1" });
    expect(rowsOf(line)).toEqual(items);
    expect(items.length).toBeGreaterThan(0);
  });

  it("says beside the rows how much of the stretch is proven", () => {
    expect(told("activity").err).toMatch(/capture is not proven for \d+ of 2160 hours/);
    expect(rowsOf("activity --role admin")).toMatchObject([
      { principal: ADMIN_USER, admin: 1, lastUse: "seen" },
    ]);
  });
});

describe("history", () => {
  it("lists the same snapshots", async () => {
    const { items } = await allPages(ask, "/snapshots", { limit: "2" });
    expect(rowsOf("history").map(({ seq, takenAt, rows }) => ({ seq, takenAt, rows }))).toEqual(
      items.map((row) => {
        const { seq, takenAt, rows } = row as Record<string, unknown>;
        return { seq, takenAt, rows };
      }),
    );
  });

  it.each([
    [
      "history timeline --role app_ro --object orders --privilege DELETE",
      { role: "app_ro", object: "orders", privilege: "DELETE" },
    ],
    [`history timeline --principal ${READER}`, { principal: READER }],
  ])("%s: the same changes", async (line, params) => {
    const { body } = await ask("/history/timeline", params);
    const { changes, held, unknown, last } = told(line).json() as Record<string, unknown>;
    expect(changes).toEqual(body.items);
    expect({ unknown, last }).toEqual({ unknown: body.unknown, last: body.last });
    expect(held).toEqual(body.held);
  });

  it("finds a table that was dropped by its bare name, as one that is there", () => {
    const { changes } = told("history timeline --object payments").json() as { changes: { text: string }[] };
    expect(changes.map(({ text }) => text)).toContain(
      "table public.payments was dropped; app_ro held SELECT",
    );
  });

  it("tells the same differences and changes", async () => {
    const diff = (await ask("/history/diff", { from: at })).body;
    const { from, to, changes, notTold } = told(`history diff --from ${at}`).json() as Record<string, object>;
    expect(changes).toEqual(diff.items);
    expect(notTold).toEqual(diff.notTold);
    expect([from, to]).toMatchObject([diff.from, diff.to]);
    const all = (await ask("/history/changes", { from: at })).body;
    expect((told(`history diff --all --from ${at}`).json() as { changes: unknown }).changes).toEqual(
      all.items,
    );
  });

  it("shows the same catalog", async () => {
    const { items } = await allPages(ask, "/snapshots/as-of", { at });
    const { catalog } = told(`history show --at ${at}`).json() as {
      catalog: { sections: Record<string, { rows?: object[] }> };
    };
    const rows = Object.entries(catalog.sections).flatMap(([section, { rows: own = [] }]) =>
      own.map((row) => ({ section, row })),
    );
    expect(rows).toEqual(items);
  });
});
