// privileges, who-can and explain, run as a person or a script does: on a live server, on a file, on bad input.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogFileText } from "../../../lib/core/catalog/catalog-file.ts";
import { catalog, estate } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const shared = sharedPostgres();
let folder = "";
let url = "";
const cli = cliIn(
  () => folder,
  () => Date.parse("2026-11-01T00:00:00Z"),
);

const onTerminal = cliIn(
  () => folder,
  () => Date.parse("2026-11-01T00:00:00Z"),
  { NO_COLOR: "1" },
  80,
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dsql-audit-"));
  const database = await shared.freshDatabase();
  url = database.url;
  await database.query(`
    create role readers; create role "odd ""one""" login noinherit; create schema "a.b"; create table "a.b".c (id int, note text);
    grant usage on schema "a.b" to readers; grant select on "a.b".c to readers with grant option;
    grant readers to "odd ""one""" with inherit false; grant update (note) on "a.b".c to readers`);
  await database.query(
    "do $$ begin for i in 1..200 loop execute format('create role many_%s', i); execute format('grant readers to many_%s', i); end loop; end $$",
  );
  writeFileSync(join(folder, "whole.catalog"), catalogFileText(estate()));
  writeFileSync(join(folder, "cut.catalog"), catalogFileText(estate()).slice(0, 300));
  writeFileSync(join(folder, "gap.catalog"), JSON.stringify(catalog({ ...{ functions: "unreadable" } })));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("privileges", () => {
  it("says of one role what it looks like, and nothing of that beside JSON", async () => {
    const people = await cli("privileges --catalog whole.catalog --role app_ro");
    expect(people.out).toMatch(/^Looks like read-only: its name says "ro", and it may read .*\.$/m);
    expect((await cli("privileges --catalog whole.catalog")).out).not.toContain("Looks like");
    expect((await cli("privileges --catalog whole.catalog --role app_ro --json")).out).not.toContain(
      "looks like",
    );
    const gap = await cli("privileges --catalog gap.catalog --role app_ro");
    expect(gap.code).toBe(1);
  });

  it("prints rows of the documented shape", async () => {
    const { code, json } = await cli([
      "privileges",
      "--url",
      url,
      "--object",
      '"a.b".c',
      "--role",
      'odd "one"',
      "--json",
    ]);
    expect(code).toBe(0);
    expect(json()).toEqual([
      { role: 'odd "one"', kind: "table", schema: "a.b", object: "c", column: null, privilege: "SELECT", grantable: true, holds: "set-role", usable: true, path: ['odd "one"', "readers"] },
      { role: 'odd "one"', kind: "column", schema: "a.b", object: "c", column: "note", privilege: "UPDATE", grantable: false, holds: "set-role", usable: true, path: ['odd "one"', "readers"] },
    ]); // biome-ignore format: one row a line
  });

  it("prints the same rows as NDJSON", async () => {
    const array = (await cli(["privileges", "--url", url, "--json"])).json() as unknown[];
    const { out } = await cli(["privileges", "--url", url, "--ndjson"]);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(array);
    expect(array.length).toBeGreaterThan(200);
  });

  it("leaves predefined roles out, and system schemas", async () => {
    const rows = (await cli(["privileges", "--url", url, "--json"])).json() as {
      role: string;
      schema: string | null;
    }[];
    expect(rows.filter(({ role }) => role.startsWith("pg_"))).toEqual([]);
    expect(new Set(rows.map(({ schema }) => schema))).toEqual(new Set([null, "a.b"]));
  });

  it("reads a catalog file", async () => {
    const { json } = await cli("privileges --catalog whole.catalog --role app_rw --object orders --json");
    expect((json() as { privilege: string }[]).map(({ privilege }) => privilege)).toEqual([
      "INSERT",
      "SELECT",
      "UPDATE",
    ]);
  });

  it("says what could not be read, and answers no empty list for it", async () => {
    const { code, out, err } = await cli("privileges --catalog gap.catalog --json");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("unknown: functions could not be read");
    expect(err).toContain("the answer is unknown: functions could not be read");
  });
});

describe("who-can", () => {
  it("keeps within 80 columns with 200 roles", async () => {
    const { out } = await onTerminal(["who-can", "select", '"a.b".c', "--url", url]);
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^SELECT on table "a\.b"\.c: 20\d roles$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.includes("many_"))).toHaveLength(200);
  });
});

describe("explain", () => {
  it("draws the chain", async () => {
    const { code, out } = await onTerminal(["explain", 'odd "one"', "SELECT", '"a.b".c', "--url", url]);
    expect(code).toBe(0);
    expect(out).toContain("Yes, after SET ROLE");
    expect(out).toContain('✓ odd "one" may SET ROLE readers');
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("answers in JSON as one object", async () => {
    const { json } = await cli(["explain", "many_1", "INSERT", '"a.b".c', "--url", url, "--json"]);
    expect(json()).toMatchObject({
      verdict: "no",
      role: "many_1",
      completes: ['GRANT INSERT ON "a.b".c TO many_1;'],
    });
  });

  it("gives SQL that completes the chain when it is run", async () => {
    const before = (
      await cli(["explain", "readers", "DELETE", '"a.b".c', "--url", url, "--json"])
    ).json() as { completes: string[] };
    const database = new URL(url);
    const { Client } = (await import("pg")).default;
    const client = new Client({ connectionString: database.href });
    await client.connect();
    for (const sql of before.completes) await client.query(sql);
    await client.end();
    expect(
      (await cli(["explain", "readers", "DELETE", '"a.b".c', "--url", url, "--json"])).json(),
    ).toMatchObject({ verdict: "yes" });
  });
});

describe("bad input", () => {
  it.each([
    [["privileges", "--catalog", "cut.catalog"], 1, "cut.catalog: "],
    [["privileges", "--catalog", "none.catalog"], 1, "none.catalog: the file cannot be read"],
    [["privileges"], 1, "there is no store"],
    [["privileges", "--catalog", "whole.catalog", "--role", "nobody"], 1, "there is no role nobody"],
    [["privileges", "--catalog", "whole.catalog", "--at", "24h"], 64, "--at asks the store"],
    [["who-can", "READ", "orders", "--catalog", "whole.catalog"], 64, 'there is no privilege "READ"'],
    [
      ["explain", "app_ro", "SELECT", "nothing", "--catalog", "whole.catalog"],
      1,
      "nothing that was read is called nothing",
    ],
  ])("%j ends with %i and says %s", async (args, expected, text) => {
    const { code, err, out } = await cli(args as string[]);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toContain(text);
  });
});
