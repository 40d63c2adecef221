// Where values come from that nobody typed, and which options make no sense together.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { published, schemaText } from "../../scripts/schemas.ts";
import { cliIn } from "../support/cli.ts";

let root: string;
let cwd: string;
const file = () => join(root, "dsql-audit.config.json");
const write = (value: unknown): void =>
  writeFileSync(file(), typeof value === "string" ? value : JSON.stringify(value));
const cli = (args: string | readonly string[], env: Record<string, string> = {}) =>
  cliIn(
    () => cwd,
    () => Date.UTC(2026, 5, 1),
    env,
  )(args);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "config-"));
  cwd = join(root, "a", "b");
  mkdirSync(cwd, { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Row = { name: string; value: unknown; from: string | null };
const shown = async (env: Record<string, string> = {}): Promise<Record<string, Row>> => {
  const done = await cli("config --json", env);
  expect([done.code, done.err]).toEqual([0, ""]);
  return Object.fromEntries((done.json() as Row[]).map((row) => [row.name, row]));
};

describe("configuration", () => {
  it("is found above the current folder, its paths relative to itself", async () => {
    write({ $schema: "x", store: "data/audit", region: "eu-west-1", settings: { dormantDays: 30 } });
    expect(await shown()).toMatchObject({
      store: { value: join(root, "data/audit"), from: file() },
      region: { value: "eu-west-1", from: file() },
      table: { value: null, from: null },
      "settings.dormantDays": { value: 30, from: file() },
      "settings.archetypes": { value: {}, from: null },
    });
    expect((await cli("findings")).err).toContain(`there is no store in ${join(root, "data/audit")}`);
  });

  it("takes the option, else the environment, else the file, else what is built in", async () => {
    const level = fc.constantFrom("none", "store", "table");
    await fc.assert(
      fc.asyncProperty(level, level, async (inEnv, inFile) => {
        write({ ...(inFile !== "none" && { [inFile]: "from-file" }) });
        const env = inEnv === "none" ? {} : { [`DSQL_AUDIT_${inEnv.toUpperCase()}`]: "from-env" };
        const { store, table } = await shown(env as Record<string, string>);
        const kind = inEnv !== "none" ? inEnv : inFile;
        const value =
          inEnv !== "none" ? "from-env" : kind === "store" ? join(root, "from-file") : "from-file";
        if (kind === "table") expect([store?.value, table?.value]).toEqual([null, value]);
        else if (kind === "store") expect([store?.value, table?.value]).toEqual([value, null]);
        else expect([store?.from, table?.value]).toEqual([null, null]);
        const { err } = await cli("findings --store typed", env as Record<string, string>);
        expect(err).toContain(`there is no store in ${join(cwd, "typed")}`);
      }),
      { numRuns: 12 },
    );
  });

  it("lets the environment win over the file in what verdicts depend on", async () => {
    write({ settings: { dormantDays: 30, archetypes: { reporting: "read-only" } } });
    expect(await shown({ DORMANT_DAYS: "7", AWS_REGION: "us-west-2" })).toMatchObject({
      "settings.dormantDays": { value: 7, from: "$DORMANT_DAYS" },
      "settings.archetypes": { value: { reporting: "read-only" }, from: file() },
      region: { value: "us-west-2", from: "$AWS_REGION" },
    });
  });

  it("tells every problem of the file with its path", async () => {
    write({ stroe: 1, region: "Mars", settings: { dormantDays: 0, archetypes: { a: "reader" }, more: {} } });
    const { code, err } = await cli("config");
    expect(code).toBe(1);
    for (const part of [file(), "stroe: there is no such setting", "settings.more: there is no such setting"])
      expect(err).toContain(part);
    for (const path of ["region: ", "settings.dormantDays: ", "settings.archetypes.a: "])
      expect(err).toContain(path);
    expect(err).not.toContain("unexpected error");
  });

  it.each([
    ["{", "is not JSON"],
    ["[]", "the file: "],
    ['{"store":"a","table":"abc"}', "store: names one store and table another"],
    ['{"table":"a b"}', "table: is not the name"],
  ])("refuses %s", async (text, says) => {
    write(text);
    const { code, err } = await cli("findings");
    expect(code).toBe(1);
    expect(err).toContain(says);
  });

  it("does not keep help from answering where it is broken", async () => {
    write("{");
    expect((await cli("findings --help")).code).toBe(0);
  });

  it("calls two stores in the environment wrong usage", async () => {
    write({});
    const { code, err } = await cli("findings", { DSQL_AUDIT_STORE: "a", DSQL_AUDIT_TABLE: "abc" });
    expect(code).toBe(64);
    expect(err).toContain("DSQL_AUDIT_STORE and DSQL_AUDIT_TABLE");
  });
});

describe("options that make no sense together", () => {
  const url = "postgres://127.0.0.1:1/none";
  it.each([
    [["privileges", "--url", url, "--store", "s"], "--url and --store"],
    [["privileges", "--url", url, "--table", "t"], "--url and --table"],
    [["who-can", "SELECT", "t", "--catalog", "c", "--store", "s"], "--catalog and --store"],
    [
      ["explain", "r", "SELECT", "t", "--endpoint", "e", "--user", "u", "--table", "t"],
      "--endpoint and --table",
    ],
    [["escalations", "--url", url, "--at", "7d"], "--at asks the store"],
    [["tomorrow", "--endpoint", "e", "--user", "u", "--at", "7d"], "--at asks the store"],
    [["privileges", "--catalog", "c", "--at", "7d"], "--at asks the store"],
    [["privileges", "--url", url, "--catalog", "c"], "cannot be used with"],
    [["snapshot", "--url", url, "--endpoint", "e", "--user", "u"], "cannot be used with"],
    [["snapshot", "--endpoint", "e", "--user", "u", "--catalog", "c"], "cannot be used with"],
    [["findings", "--store", "s", "--table", "t"], "cannot be used with"],
    [["findings", "--store", "s", "--region", "us-east-1"], "--region does not go with --store"],
    [["snapshot", "--url", url, "--ca", "x.pem"], "--ca goes with --endpoint"],
    [["snapshot", "--url", url, "--user", "u"], "go with --endpoint"],
    [["snapshot", "--catalog", "c", "--cluster", "x"], "--cluster cannot rename"],
    [["history", "verify", "--file", "f", "--store", "s"], "--file is verified without a store"],
    [["history", "--store", "s", "show"], "--store stands before show"],
    [["findings", "--json", "--ndjson"], "exclude each other"],
    [["findings", "--json", "--format", "csv"], "exclude each other"],
  ])("%j", async (args, says) => {
    rmSync(file(), { force: true });
    const { code, out, err } = await cli(args);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain(says);
  });
});

describe("published schemas", () => {
  it.each([...published])("%s is what the code says", (name, schema) => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/schema", name), "utf8");
    expect(JSON.parse(text)).toEqual(JSON.parse(schemaText(schema)));
  });
});
