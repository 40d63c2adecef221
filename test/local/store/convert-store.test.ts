// A store of release 0.1.0 becomes one file, by the command that the refusal prints.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDynamoDbTable } from "../../../lib/store/table/dynamodb/dynamodb-table.ts";
import type { Item } from "../../../lib/store/table/table.ts";
import { startDynamoDb } from "../../../local/store/dynamodb.ts";
import { cliIn } from "../../support/cli.ts";
import { fillStore } from "../../support/table.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "it's to convert-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const root = join(import.meta.dirname, "../../..");
const items: Item[] = Array.from({ length: 300 }, (_, n) => ({
  pk: `p${n % 7}`,
  sk: `s${n}`,
  ...(n % 2 && { takenAt: `2026-01-0${n % 9}` }),
  bytes: new Uint8Array(5_000).fill(n),
  text: "é🔑",
  none: null,
}));
const oldStore = async (): Promise<void> => {
  const database = await startDynamoDb({ folder: join(folder, ".dsql-audit") });
  await database.createTable("dsql-audit");
  const patience = { sleep: async () => {}, random: () => 0 };
  const table = openDynamoDbTable({ client: database.client, name: "dsql-audit", ...patience });
  await table.putMany(items);
  await database.stop();
};
const cli = cliIn(
  () => folder,
  () => Date.UTC(2026, 2, 1),
);

it("is refused with a command that carries it over, item for item", async () => {
  await oldStore();
  for (const command of ["findings", "findings --store .dsql-audit", "ingest nothing.json"]) {
    writeFileSync(join(folder, "nothing.json"), '{"Records":[]}');
    const { code, err } = await cli(command);
    expect([command, code, err]).toEqual([
      command,
      1,
      expect.stringMatching(/is a store of release 0\.1\.0/),
    ]);
    expect(existsSync(join(folder, "dsql-audit.db"))).toBe(false);
  }
  const { err } = await cli("findings");
  const [, command = ""] = /^ {2}(node .*) dsql-audit\.db$/m.exec(err) ?? [];
  const file = join(folder, "dsql-audit.db");
  const before = readdirSync(join(folder, ".dsql-audit"));
  expect(
    execFileSync("sh", ["-c", `${command} "$0"`, file], {
      encoding: "utf8",
      cwd: root,
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    }),
  ).toContain("300 items");
  expect(readdirSync(join(folder, ".dsql-audit")).filter((name) => before.includes(name))).toContain(
    "CURRENT",
  );
  const copied = await fillStore(file, (table) =>
    Promise.all(items.map(({ pk, sk }) => table.get({ pk, sk }))),
  );
  expect(copied).toEqual(items);
  expect((await cli("findings")).err).toContain("no snapshot yet");
}, 30_000);

it("never writes into a file that is there, and says what is no such store", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, "scripts/convert-store.ts"), ...args], { encoding: "utf8" });
  mkdirSync(join(folder, "other"));
  expect(run(join(folder, "other"), join(folder, "new.db"))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("is not a store of release 0.1.0"),
  });
  writeFileSync(join(folder, "other/CURRENT"), "x");
  writeFileSync(join(folder, "new.db"), "x");
  expect(run(join(folder, "other"), join(folder, "new.db"))).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("is there already"),
  });
  expect(run().status).toBe(64);
});
