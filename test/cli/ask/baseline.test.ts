// The baseline by the command line: from a database to a file, and the drift from it in every form.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { codeSpan } from "../../../cli/ask/drift-markdown.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { catalogFileText } from "../../../lib/core/catalog/catalog-file.ts";
import { acl, catalog, estate, publicSchema, role, table } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { fillWorld, NOW } from "../../support/query-world.ts";
import { fillStore } from "../../support/table.ts";

let folder = "";
let now = NOW;
const cli = cliIn(
  () => folder,
  () => now,
);
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "baseline-"));
  await fillStore(join(folder, "dsql-audit.db"), fillWorld);
  write("before.catalog", catalogFileText(estate()));
  const orders = table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=rw/10") });
  write("after.catalog", catalogFileText(estate({ relations: [orders] })));
  expect((await cli("baseline init --catalog before.catalog --out before.yml")).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("baseline init", () => {
  it("writes a file that the published schema holds, from the store and from a catalog file", async () => {
    const isBaseline = new Ajv2020({ strict: false }).compile(
      JSON.parse(
        readFileSync(join(import.meta.dirname, "../../../docs/schema/access.schema.json"), "utf8"),
      ) as object,
    );
    for (const source of ["", " --catalog before.catalog"]) {
      const made = await cli(`baseline init${source}`);
      expect(made.out.split("\n")[0]).toMatch(/^# yaml-language-server: \$schema=\S+access\.schema\.json$/);
      expect(isBaseline(parse(made.out)), JSON.stringify(isBaseline.errors)).toBe(true);
      write("made.yml", made.out);
      const diff = await cli(`baseline diff --file made.yml --exit-code --json${source}`);
      expect((diff.json() as { kind: string }[]).filter(({ kind }) => kind !== "unknown")).toEqual([]);
      expect(diff.code).toBe(0);
    }
  });

  it("says in the file what could not be read", async () => {
    expect((await cli("baseline init")).out).toContain("# NOT KNOWN: functions could not be read");
  });

  it("says why a role looks as it does, and that nobody knows who is admin", async () => {
    const { out } = await cli("baseline init --catalog before.catalog");
    expect(out).toMatch(/role: app_ro\n +archetype: read-only # its name says "ro", and it may read/);
    expect(out).toContain("# NOT KNOWN: who may connect as admin (IAM was not read), so nobody is declared.");
  });

  it("never overwrites what people decided", async () => {
    write("mine.yml", "version: 1\ncomponents: []\n");
    const done = await cli("baseline init --catalog before.catalog --out mine.yml");
    expect(done.code).toBe(64);
    expect(readFileSync(join(folder, "mine.yml"), "utf8")).toBe("version: 1\ncomponents: []\n");
    expect((await cli("baseline init --catalog before.catalog --out mine.yml --force")).code).toBe(0);
  });
});

describe("baseline diff", () => {
  it("shows what was granted, as a table and as JSON, and exits with 2", async () => {
    const line = "baseline diff --file before.yml --catalog after.catalog --exit-code";
    const people = await cli(line);
    expect(people.code).toBe(2);
    expect(people.out).toContain("app_ro holds UPDATE on public.orders");
    const rows = (await cli(`${line} --format json`)).json() as { privilege: string }[];
    expect(rows.find(({ privilege }) => privilege === "UPDATE")).toMatchObject({
      kind: "undeclared",
      component: "app_ro",
      role: "app_ro",
      principal: null,
      object: "public.orders",
      says: "app_ro holds UPDATE on public.orders",
    });
    expect((await cli("baseline diff --file before.yml --catalog before.catalog --exit-code")).code).toBe(0);
  });

  it("names file, line and column of a fault, and fails", async () => {
    write("bad.yml", "version: 1\ncomponents:\n  - name: a\n    roles: x\n");
    const done = await cli("baseline diff --file bad.yml --catalog before.catalog");
    expect(done.code).toBe(1);
    expect(done.err).toContain("bad.yml:4:5: components[0].roles: there is no such key; allowed: name, role");
    expect((await cli("baseline diff --file none.yml --catalog before.catalog")).err).toContain("none.yml");
  });

  it("refuses the file of another cluster", async () => {
    write("other.yml", "version: 1\ncluster: postgres://h/other\ncomponents: []\n");
    expect((await cli("baseline diff --file other.yml --catalog before.catalog")).code).toBe(64);
  });

  it("makes a comment in which no name is markup", async () => {
    const hostile = "x`|</code><img src=x>@admin\u202e";
    const roles = [role(10, "admin"), role(100, hostile)];
    const orders = table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=r/10") });
    write("bare.yml", "version: 1\ncomponents: []\n");
    write(
      "hostile.catalog",
      catalogFileText(catalog({ roles, schemas: [publicSchema], relations: [orders] })),
    );
    const { out } = await cli("baseline diff --file bare.yml --catalog hostile.catalog --format markdown");
    const rows = out.split("\n").filter((line) => line.startsWith("| undeclared"));
    expect(rows.map((row) => row.split("|").length)).toEqual([9, 9]);
    expect(out).not.toMatch(/[\u202e]/);
    for (const row of rows) expect(row.replaceAll(/`[^`]*`/g, "")).not.toMatch(/[<@]/);
    expect(out).toContain("**2 differences from the baseline**");
  });
});

describe("baseline publish", () => {
  const drift = async (): Promise<{ detector: string; status: string; title: string }[]> => {
    now += HOUR;
    const found = (await cli("detect --json")).json() as {
      detector: string;
      status: string;
      title: string;
    }[];
    return found.filter(({ detector }) => detector === "baseline-drift");
  };

  it("makes drift a finding, which the declared access resolves", async () => {
    expect(await drift()).toEqual([]);
    expect((await cli("baseline init --out wanted.yml")).code).toBe(0);
    const wanted = readFileSync(join(folder, "wanted.yml"), "utf8");
    write("narrow.yml", wanted.replace(/^ *memberOf:\n(?: +.*app_ro.*\n)+/m, ""));
    const first = await cli("baseline publish --file narrow.yml --by ana --json");
    expect(first.json()).toMatchObject({ version: 1, unchanged: false });
    expect((await drift()).map(({ title }) => title)).toEqual([
      "app_rw is a member of app_ro, which the baseline does not declare",
    ]);
    expect((await cli("baseline publish --file wanted.yml --json")).json()).toMatchObject({ version: 2 });
    expect((await cli("baseline publish --file wanted.yml --json")).json()).toMatchObject({
      version: 2,
      unchanged: true,
    });
    expect(await drift()).toEqual([]);
  });

  it("refuses options that no detector takes", async () => {
    write("options.yml", "version: 1\ncomponents: []\ndetectors: [{ detector: none, options: {} }]\n");
    const done = await cli("baseline publish --file options.yml");
    expect(done.code).toBe(1);
    expect(done.err).toContain("none");
  });
});

describe("a code span", () => {
  it.each([
    ["plain", "`plain`"],
    ["a`b", "`a\\u{60}b`"],
    ["a|b", "`a\\u{7c}b`"],
    ["a\\", "`a\\ `"],
    [" ", "` `"],
    ["\u001b[2J", "`\\u{1b}[2J`"],
  ])("of %j is %s", (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });
});
