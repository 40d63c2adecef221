// One store that the command line and the API are asked about, for tests that hold one against the other.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { baselineOf } from "../../lib/core/baseline/baseline-of.ts";
import { defaultSettings } from "../../lib/core/findings/settings.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { openSqliteTable, type SqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { type Ask, asker } from "./ask.ts";
import { acl, cluster, estate, publicSchema, table } from "./catalogs.ts";
import { type CliRun, cliIn } from "./cli.ts";
import { allow, deny, everybody, iamFacts, policy } from "./iam-facts.ts";
import { fillWorld, NOW, T } from "./query-world.ts";

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

/** The world of questions, with IAM, what could not be read, and a baseline. */
const fillContractWorld = async (db: Table): Promise<void> => {
  await fillWorld(db);
  const store = openStore(db, { now: () => NOW });
  await store.settings.write({
    values: { ...defaultSettings, archetypes: { app_ro: "analytics" } },
    source: "deployment",
    at: T,
    by: "test",
  });
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
};

export type ContractWorld = {
  /** What came of one of the lines, wrong usage too. */
  readonly answered: (line: string) => CliRun;
  /** What the command line answered to one of the lines, which must have gone well. */
  readonly told: (line: string) => CliRun;
  readonly rowsOf: (line: string) => Record<string, unknown>[];
  /** What it shows to people. */
  readonly shown: (line: string) => string;
  readonly ask: Ask;
  readonly store: () => Store;
};

/**
 * Asks the command line all of the lines for JSON, and `forPeople` for text, before the tests; the API is asked by them.
 * Both of one store, one after the other. `files`: JSON that lies beside it, by name.
 */
export const contractWorld = (
  lines: readonly string[],
  forPeople: readonly string[] = [],
  files: Readonly<Record<string, unknown>> = {},
): ContractWorld => {
  const answers = new Map<string, CliRun>();
  const texts = new Map<string, string>();
  let folder: string;
  let opened: SqliteTable;
  let ask: Ask;
  const open = async (): Promise<Table> => {
    const file = join(folder, "dsql-audit.db");
    opened = await openSqliteTable({ file, mayCreate: true, sleep: async () => {}, random: () => 0 });
    return opened.table;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "contract-"));
    await fillContractWorld(await open());
    await opened.close();
    for (const [name, file] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(file));
    const cli = cliIn(
      () => folder,
      () => NOW,
    );
    for (const line of lines) answers.set(line, await cli(`${line} --json`));
    for (const line of forPeople) texts.set(line, (await cli(line)).out);
    ask = asker(await open(), () => NOW).ask;
  }, 120_000);
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const answered = (line: string): CliRun => {
    const answer = answers.get(line);
    if (!answer) throw new Error(`nobody asked ${line}`);
    return answer;
  };
  const told = (line: string): CliRun => {
    const answer = answered(line);
    expect(answer.code, `${line}: ${answer.err}`).toBe(0);
    return answer;
  };
  return {
    answered,
    told,
    rowsOf: (line) => told(line).json() as Record<string, unknown>[],
    shown: (line) => texts.get(line) ?? "",
    ask: (...question) => ask(...question),
    store: () => openStore(opened.table, { now: () => NOW }),
  };
};
