// What the documents claim, held against the code: commands, files, counts, figures, and what the examples print.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../cli/commands.ts";
import { ConfigFile } from "../cli/config-file.ts";
import { parameters } from "../deploy/parameters.ts";
import { allFunctions } from "../deploy/topology.ts";
import { HOUR } from "../lib/core/base/time.ts";
import { Extras, extraNames } from "../lib/core/catalog/extras.ts";
import { detectors } from "../lib/detectors/index.ts";
import { createActivityStore } from "../lib/store/activity/activity.ts";
import { registerCluster } from "../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../lib/store/history/snapshots.ts";
import { detectorsList, withDetectorsList } from "../scripts/detectors-page.ts";
import { withSampleMail } from "../scripts/readme-mail.ts";
import { acl, catalog, cluster, publicSchema, role, table } from "./support/catalogs.ts";
import { type CliRun, cliIn } from "./support/cli.ts";
import { connection } from "./support/connections.ts";
import { allow, iamFacts, iamRole } from "./support/iam.ts";
import { fillStore } from "./support/table.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const readme = read("README.md");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "docs/how-it-works.md",
  "docs/glossary.md",
  "docs/operations.md",
  "docs/cost.md",
  "docs/schema/README.md",
].map((file) => ({ file, text: read(file) }));

const section = (title: string): string =>
  new RegExp(`^#+ ${title}\\n([\\s\\S]*?)(?=^## )`, "m").exec(`${readme}\n## `)?.[1] ?? "";

/** The words of a shell's line; quotes hold a word together. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");

/** Every `npx dsql-audit …` of a text, in a block or within a sentence. */
const commandLines = (text: string): string[] =>
  [...text.replace(/ \\\n */g, " ").matchAll(/npx dsql-audit ([^`\n]*)/g)].map(([, rest = ""]) =>
    rest.replace(/\s+#.*/, "").trim(),
  );

let folder: string;
const inFolder = (columns?: number) =>
  cliIn(
    () => folder,
    () => Date.parse("2026-11-28T02:55Z"),
    { NO_COLOR: "1" },
    columns,
  );

const orders = (...items: string[]) => table(1000, "orders", { acl: acl("10=arwd*Dxt/10", ...items) });
const principal = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const mapping = (iamOid: number, name: string, oid: number, roleName: string) => ({
  ...{ iamOid, arn: principal(name), role: oid, roleName, grantor: 10 },
});

/** What the demonstration's cluster looked like, as far as the examples ask. */
const keepsStagingOut = JSON.stringify({
  Version: "2012-10-17",
  Statement: {
    ...{ Effect: "Deny", Principal: "*", Action: "dsql:DbConnect", Resource: "*" },
    Condition: { ArnLike: { "aws:PrincipalArn": principal("staging/*") } },
  },
});
const NILS = "external/ContractorNils";
const company = (items: readonly string[], { nils = true } = {}) => ({
  ...catalog({
    roles: [
      role(10, "admin", { createRole: true }),
      role(11, "rdsadmin", { superuser: true }),
      role(100, "api_readonly"),
      role(101, "api_readwrite"),
      role(102, "contractor_nils"),
    ],
    mappings: [
      ...(nils ? [mapping(502, NILS, 102, "contractor_nils")] : []),
      mapping(500, "CatalogApi", 100, "api_readonly"),
      mapping(501, "OrdersApi", 101, "api_readwrite"),
    ],
    schemas: [{ ...publicSchema, acl: acl("0=U/10", "10=UC/10") }],
    relations: [orders("101=arwd/10", "102=r/10", ...items)],
    database: [{ oid: 5, name: "postgres", owner: 10, acl: null }],
  }),
  iam: iamFacts({
    roles: [
      iamRole("DatabaseAdmin", { inline: [{ name: "connect", document: allow("dsql:DbConnectAdmin") }] }),
      ...["CatalogApi", "OrdersApi", NILS].map((name) =>
        iamRole(name, { inline: [{ name: "connect", document: allow("dsql:DbConnect") }] }),
      ),
    ],
    clusters: [
      {
        arn: cluster,
        region: "us-east-1",
        policy: { status: "read", rows: [{ document: keepsStagingOut, version: "1" }] },
        tags: { status: "read", rows: [] },
      },
    ],
  }),
  extras: Extras.parse(Object.fromEntries(extraNames.map((name) => [name, { status: "read", rows: [] }]))),
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "readme-"));
  await fillStore(join(folder, "dsql-audit.db"), async (db) => {
    const store = createSnapshotStore(db, { now: () => 0 });
    await registerCluster(db, cluster);
    const first = Date.parse("2026-09-19T13:06:06.600Z");
    const [reads, deletes] = [["100=r/10"], ["100=rd/10"]];
    const steps = [company(reads), company(reads), company(deletes), company(deletes)];
    for (const [n, step] of steps.entries()) await store.save(cluster, step, first + n * HOUR);
    await store.save(cluster, company(reads), Date.parse("2026-10-05T22:06:06.600Z"));
    await store.save(cluster, company(reads, { nils: false }), Date.parse("2026-10-05T23:06:06.600Z"));
    await store.save(cluster, company(reads, { nils: false }), Date.parse("2026-11-28T02:32:39.830Z"));
    const admin = principal("DatabaseAdmin");
    const activity = createActivityStore(db);
    const now = first + 12 * HOUR;
    await activity.count(
      [connection("e1", first, { cluster, principal: admin, action: "DbConnectAdmin" })],
      now,
    );
    await activity.fold(cluster, now);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("README", () => {
  it("lists the detectors of the registry", () => {
    expect(readme).toContain(detectorsList(detectors));
    expect(withDetectorsList(readme, detectors)).toBe(readme);
  });

  it("shows a mail as it is sent", () => {
    // When this fails: npm run docs
    expect(readme).toContain("<!-- mail: ");
    expect(withSampleMail(readme)).toBe(readme);
  });

  it("names in its table every command and sub-command, and no other", async () => {
    const parents = commands.filter(({ hasCommands }) => hasCommands);
    const helps = await Promise.all(parents.map(({ name }) => inFolder()(`${name} --help`)));
    const subCommands = helps.flatMap(({ out }) => {
      const listed = /\nCommands:\n([\s\S]*?)\n\n/.exec(out)?.[1] ?? "";
      return [...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name).filter((name) => name !== "help");
    });
    const rows = section("Ask it").match(/^\| `.*$/gm) ?? [];
    const named = rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`([\w-]+)`/g)].map(([, name]) => name),
    );
    expect(new Set(named)).toEqual(
      new Set([...commands.filter(({ hidden }) => !hidden).map(({ name }) => name), ...subCommands]),
    );
  });

  it("counts the functions of the deployment", () => {
    const words = ["six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    expect(section("Deploy it").replaceAll("\n", " ")).toContain(
      `are ${words[allFunctions.length - 6]} functions`,
    );
  });

  it("explains every parameter of the deployment, with its default", () => {
    const rows = section("Deploy it").match(/^\| `.*$/gm) ?? [];
    for (const [name, { default: value }] of parameters) {
      const row = rows.find((one) => one.split("|")[1]?.includes(`\`${name}\``));
      expect(row?.split("|")[2]?.replaceAll("`", "").trim(), name).toBe(value === "" ? "none" : value);
    }
  });

  it("shows a configuration file that is taken", () => {
    const [, example = ""] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(ConfigFile.safeParse(JSON.parse(example)).error).toBeUndefined();
  });

  it("says how many comparisons a test run makes", () => {
    const [, wanted] = /ORACLE_COMPARISONS \?\? ([\d_]+)/.exec(read("test/oracle/agreement.test.ts")) ?? [];
    expect(readme.replaceAll("\n", " ")).toContain(
      `at least ${Number(wanted?.replaceAll("_", "")).toLocaleString("en-US")}`,
    );
  });

  it("prints in its examples what the commands print", async () => {
    const console = /```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const examples = [...console.matchAll(/^\$ npx dsql-audit (.*)\n([\s\S]*?)(?=^\$ |$(?![\s\S]))/gm)];
    expect(examples.length).toBeGreaterThan(2);
    // Numbers of snapshots and seconds are the demonstration's own.
    const alike = (text: string): string =>
      text
        .trim()
        .replaceAll(/[Ss]napshot \d+/g, "snapshot N")
        .replaceAll(/:\d\d(?:\.\d+)?(?=Z| UTC)/g, ":SS");
    for (const [, line = "", printed = ""] of examples) {
      const { code, out, err }: CliRun = await inFolder(80)(wordsOf(line));
      expect([code, err], line).toEqual([0, ""]);
      expect(alike(out)).toBe(alike(printed));
    }
  });
});

describe("the documents", () => {
  const lines = documents.flatMap(({ file, text }) => commandLines(text).map((line) => ({ file, line })));

  it("show command lines", () => expect(lines.length).toBeGreaterThan(5));

  it.each(lines.filter(({ line }) => !line.startsWith("demo")))(
    "in $file: dsql-audit $line is a command line",
    async ({ line }) => {
      const elsewhere = mkdtempSync(join(tmpdir(), "parse-"));
      const cli = cliIn(
        () => elsewhere,
        () => Date.parse("2026-11-28T02:55Z"),
      );
      // Nothing is there to be asked; what is refused must not be the line itself.
      const { code, err } = await cli([
        ...wordsOf(line),
        ...(/--(?:url|table)/.test(line) ? ["--help"] : []),
      ]);
      rmSync(elsewhere, { recursive: true, force: true });
      expect({ code, err }).not.toMatchObject({ code: 64 });
    },
  );

  it("name files that exist", () => {
    const named = documents.flatMap(({ file, text }) => {
      const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to = ""]) =>
        join(file, "..", to),
      );
      const paths = [
        ...text.matchAll(/`((?:bench|bin|cli|deploy|docs|handlers|lib|local|scripts|test)\/[\w./-]*)`/g),
      ].map(([, path = ""]) => path);
      // A deployment's own parameters are the reader's.
      const own = /^deploy\/params\.(?:STAGE|prod)\.yml$/;
      return [...links, ...paths].filter((path) => !own.test(path)).map((path) => ({ file, path }));
    });
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("name scripts of package.json, and benchmarks that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = documents.flatMap(({ text }) =>
      [...text.matchAll(/(?:npm run |(?:`|&& |^)npm (?!run ))([a-z][\w:]*)/gm)].map(([, name = ""]) => name),
    );
    expect(named.filter((name) => !(name in scripts) && name !== "ci")).toEqual([]);
    const benches = documents.flatMap(({ text }) =>
      [...text.matchAll(/npm run bench -- (\w+)/g)].map(([, name = ""]) => name),
    );
    expect(benches.filter((name) => !existsSync(join(root, "bench", `${name}.ts`)))).toEqual([]);
  });

  it("say canary login and evaluation, as the glossary does", () => {
    const strays = documents.flatMap(({ file, text }) =>
      [...text.matchAll(/\bown logins?\b|\blived through\b|\bcame back\b|\bjudge[sd]?\b/g)].map(
        ([word]) => `${file}: ${word}`,
      ),
    );
    expect(strays).toEqual([]);
  });
});
