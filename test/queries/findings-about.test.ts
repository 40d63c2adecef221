import { afterAll, beforeAll, expect, it } from "vitest";
import { findingsAbout } from "../../lib/queries/findings-about.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster } from "../support/catalogs.ts";
import { fillWorld, findingOf, NOW, READER, WRITER } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const about = async (
  ...asked: Parameters<typeof findingsAbout> extends [unknown, unknown, ...infer R] ? R : never
) => {
  const db = await tables.fresh();
  await fillWorld(db);
  const found = await findingsAbout(openStore(db, { now: () => NOW }), cluster, ...asked);
  return found.map(({ id }) => id);
};

it("is about a principal also where the evidence names it, with another path or as one of several", async () => {
  const network = { subject: { object: "network 198.18.7.0/24", facet: "" } };
  const findings = [
    findingOf("own"),
    findingOf("among", { ...network, evidence: { refused: [WRITER, READER] } }),
    findingOf("deep", {
      ...network,
      evidence: { letIn: [{ principal: READER.replace("role/", "role/path/") }] },
    }),
    findingOf("other", { ...network, evidence: { refused: [WRITER], note: `${READER}/x` } }),
  ];
  expect(await about(findings, { principal: READER })).toEqual(["own", "among", "deep"]);
  expect(
    await about(findings, { principal: "arn:aws:sts::111122223333:assumed-role/reader/session" }),
  ).toEqual(["own", "among", "deep"]);
  expect(await about(findings, { principal: READER, role: "app_ro" })).toEqual(["own"]);
  // A name that stands in evidence alone is known too.
  const stranger = findingOf("stranger", { ...network, evidence: { refused: [`${READER}-2`] } });
  expect(await about([...findings, stranger], { principal: "reader-2" })).toEqual(["stranger"]);
  expect(await about(findings, {})).toHaveLength(4);
});
