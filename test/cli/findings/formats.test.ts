// `findings --format`: whole documents on stdout, for other programs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cliIn } from "../../support/cli.ts";
import { fillWorld, NOW } from "../../support/query-world.ts";
import { fillStore } from "../../support/table.ts";

const folder = mkdtempSync(join(tmpdir(), "formats-"));
const cli = cliIn(
  () => folder,
  () => NOW,
);
beforeAll(() => fillStore(join(folder, "dsql-audit.db"), fillWorld));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("prints all findings, closed ones too, as SARIF, OCSF and ASFF", async () => {
  const sarif = (await cli("findings --format sarif")).json() as { runs: { results: unknown[] }[] };
  expect(sarif.runs[0]?.results).toHaveLength(3);
  const ocsf = (await cli("findings --format ocsf")).json() as { class_uid: number }[];
  expect(ocsf.map(({ class_uid }) => class_uid).sort()).toEqual([2004, 2008, 2008]);
  const asff = (await cli("findings --format asff")).json() as { RecordState: string }[];
  expect(asff.map(({ RecordState }) => RecordState).sort()).toEqual(["ACTIVE", "ACTIVE", "ARCHIVED"]);
});

it("filters as the list does, and refuses a second way to print", async () => {
  const found = (await cli("findings --format ocsf --severity high --status open")).json();
  expect(found).toMatchObject([{ severity: "High", status: "New" }]);
  expect((await cli("findings --format sarif --exit-code")).code).toBe(2);
  for (const wrong of ["xml", "sarif --ndjson"])
    expect((await cli(`findings --format ${wrong}`)).code, wrong).toBe(64);
});
