// Every --json document of a sample store, held by an independent validator against the published schema.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documents } from "../../cli/schemas/index.ts";
import { iso } from "../../lib/core/base/time.ts";
import { catalogFileText } from "../../lib/core/catalog/catalog-file.ts";
import { fileOf } from "../../scripts/schemas.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { cliIn } from "../support/cli.ts";
import { allow, deny, everybody, policy } from "../support/iam-facts.ts";
import { fillWorld, INCIDENT, NOW, READER, T } from "../support/query-world.ts";
import { fillStore } from "../support/table.ts";

const root = join(import.meta.dirname, "../..");
let folder = "";
const cli = cliIn(
  () => folder,
  () => NOW,
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "schemas-"));
  await fillStore(join(folder, "dsql-audit.db"), fillWorld);
  mkdirSync(join(folder, "trail"));
  const event = readFileSync(join(root, "test/fixtures/dbconnect-eventbridge.json"), "utf8");
  writeFileSync(join(folder, "trail/event.json"), event);
  writeFileSync(join(folder, "trail/broken.json"), "{");
  writeFileSync(join(folder, "whole.catalog"), catalogFileText(estate()));
  writeFileSync(join(folder, "mappings.json"), "[]");
  const role = { Arn: READER, RolePolicyList: [{ PolicyName: "p", PolicyDocument: policy(allow()) }] };
  const authorizationDetails = {
    RoleDetailList: [role],
    UserDetailList: [],
    GroupDetailList: [],
    Policies: [],
  };
  writeFileSync(
    join(folder, "iam.json"),
    JSON.stringify({ authorizationDetails, clusterPolicy: null, clusterTags: null }),
  );
  writeFileSync(join(folder, "policy.json"), JSON.stringify(policy(deny(everybody))));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const during = `${iso(T)} --to ${iso(NOW)}`;
/** Command lines of each document, in the order in which they run on one store. */
const examples: readonly (readonly [document: string, lines: readonly string[]])[] = [
  ["privileges", ["privileges", "privileges --at 9h", "privileges --catalog whole.catalog"]],
  ["who-can", ["who-can SELECT orders", "who-can SELECT orders --catalog whole.catalog"]],
  [
    "explain",
    [
      "explain app_ro SELECT orders",
      `explain ${READER} DELETE orders`,
      "explain admin SELECT orders",
      "explain app_ro SELECT orders --catalog whole.catalog",
    ],
  ],
  [
    "activity",
    ["activity", "activity --by mapping,hour --from 12h", `activity --principal ${READER} --by network`],
  ],
  ["backtest", ["backtest --detector dormant-mapping --set days=1 --from 12h"]],
  ["settings", ["settings"]],
  ["escalations", ["escalations --all", "escalations --role app_rw"]],
  ["default-privileges", ["default-privileges", "tomorrow"]],
  ["baseline init", ["baseline init", "baseline init --catalog whole.catalog --out access.yml"]],
  ["baseline publish", ["baseline publish", "baseline publish"]],
  ["baseline diff", ["baseline diff --catalog whole.catalog", "baseline diff"]],
  ["plan", ["plan --baseline access.yml", "plan --for-role app_ro --least --no-proof"]],
  ["history", ["history", "history --limit 1"]],
  ["history show", ["history show", `history show --at ${iso(T)} --section roles`]],
  ["history diff", [`history diff --from ${during}`, `history diff --all --from ${during}`]],
  [
    "history timeline",
    [
      "history timeline --role app_ro",
      `history timeline --principal ${READER}`,
      "history timeline --role app_ro --object orders --privilege DELETE",
    ],
  ],
  ["history verify", ["history verify"]],
  ["history retain", ["history retain"]],
  ["findings", ["findings", "findings --status resolved", "findings --severity critical"]],
  ["finding", ["finding a-1", "finding b-1"]],
  ["incidents", ["incidents", "incidents --status resolved"]],
  ["incident", [`incident ${INCIDENT}`]],
  ["ack", ["ack c-1", "ack b-1", `ack ${INCIDENT}`]],
  ["exempt", ["exempt a-1 --owner ops --reason yearly --until 30d"]],
  ["unexempt", ["unexempt a-1"]],
  ["redact", ["redact nobody@example.com", "redact ana@example.com --apply"]],
  ["detect", ["detect"]],
  ["report", ["report --out report.html"]],
  ["ingest", ["ingest trail --store other.db"]],
  ["reconcile", ["reconcile --day 2026-11-02 --events trail --store other.db"]],
  ["snapshot", ["snapshot --catalog whole.catalog", "snapshot --catalog whole.catalog"]],
  ["scan", ["scan --catalog whole.catalog"]],
  [
    "replay",
    [
      "replay --mappings mappings.json --events trail --catalog whole.catalog --from 2026-11-01 --to 2026-11-02",
    ],
  ],
  ["setup-sql", ["setup-sql"]],
  ["config", ["config"]],
  ["init", ["init --offline --dry-run --region us-east-1 --email a@example.com --trail-bucket b-files"]],
  ["deploy-check", ["deploy-check --stage nowhere"]],
  ["clusters", ["clusters"]],
  ["doctor", ["doctor"]],
  ["who-may", [`who-may --iam iam.json --cluster ${cluster}`]],
  ["policy try", ["policy try policy.json", "policy try policy.json --from 12h"]],
  ["coverage", ["coverage", "coverage --from 12h", "coverage --from 90m --to 30m"]],
];

describe("published schemas of documents", () => {
  it("are there for every document, and each document is tried", () => {
    // The demonstration takes minutes: its own test holds its document against the schema.
    const tried = [...examples.map(([document]) => document), "demo"];
    expect(tried.toSorted()).toEqual([...documents.keys()].toSorted());
  });

  it.each(examples.flatMap(([document, lines]) => lines.map((line) => [line, document] as const)))(
    "%s",
    async (line, document) => {
      const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
      formats.default(ajv);
      const file = join(root, "docs/schema", fileOf(document));
      const isValid = ajv.compile(JSON.parse(readFileSync(file, "utf8")) as object);
      const done = await cli(`${line} --json`);
      expect(done.code, done.err).toBe(0);
      expect(isValid(done.json()), JSON.stringify(isValid.errors, null, 1)).toBe(true);
    },
  );

  it("refuse what is no such document", () => {
    const ajv = new Ajv2020();
    formats.default(ajv);
    const read = (name: string) =>
      JSON.parse(readFileSync(join(root, "docs/schema", name), "utf8")) as object;
    const isFindings = ajv.compile(read("findings.schema.json"));
    expect(isFindings([{ id: "x" }])).toBe(false);
    const isConfig = ajv.compile(read("dsql-audit.config.schema.json"));
    expect(isConfig({ $schema: "x", table: "audit", settings: { dormantDays: 30 } })).toBe(true);
    expect(isConfig({ stroe: "x" })).toBe(false);
    expect(isConfig({ store: "x", table: "audit" })).toBe(false);
  });
});
