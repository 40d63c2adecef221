// `dsql-audit replay` on folders of trail files as they come, and on what is no such folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, iso } from "../../../lib/core/base/time.ts";
import { catalogFileText } from "../../../lib/core/catalog/catalog-file.ts";
import { acl, catalog, estate, role, table } from "../../support/catalogs.ts";
import { cliIn } from "../../support/cli.ts";
import { CLUSTER, connectRecord, foreignRecord } from "../../support/records.ts";

const T = Date.UTC(2026, 5, 1);
const DAYS = 45;
let cwd: string;
const cli = cliIn(
  () => cwd,
  () => T + 100 * DAY,
);
const put = (name: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), content);
};
const arn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
const mapping = (name: string, role: string, oid: number) => ({
  iam_oid: oid + 1000,
  arn: arn(name),
  pg_role_oid: oid,
  pg_role_name: role,
  grantor_pg_role_oid: 15579,
  grantor_pg_role_name: "admin",
});
const outage = { from: T + 20 * DAY + 5 * HOUR, to: T + 20 * DAY + 9 * HOUR };

/** A file a day: a foreign call each hour but in the outage, and the connections of that day. */
const writeTrail = (folder: string): void => {
  let serial = 0;
  const connect = (role: string, at: number, ip = "10.20.4.17", more = {}) =>
    connectRecord({ id: `id-${serial++}`, role: arn(role), at, ip, vpce: null, ...more });
  for (let day = 0; day < DAYS; day++) {
    const start = T + day * DAY;
    const hours = Array.from({ length: 24 }, (_, hour) => start + hour * HOUR).filter(
      (at) => at < outage.from || at >= outage.to,
    );
    const records = [
      ...hours.map((at) => foreignRecord(`${iso(at).slice(0, 19)}Z`)),
      connect("Api", start + 9 * HOUR + 60_000),
      connect("Both", start + 10 * HOUR),
      ...(day < 12 ? [connect("OldJob", start + 11 * HOUR + 1_800_000)] : []),
      ...(day === 32 ? [connect("Api", start + 3 * HOUR + 120_000, "203.0.113.9")] : []),
      ...(day === 40 ? [connect("OldJob", start, "10.1.1.1", { extra: { errorCode: "AccessDenied" } })] : []),
    ];
    const name = `${folder}/${iso(start).slice(0, 10).replaceAll("-", "/")}/x_${day}.json.gz`;
    put(name, gzipSync(JSON.stringify({ Records: records })));
    // CloudTrail delivers some files twice.
    if (day % 7 === 0) put(name.replace("x_", "again_"), gzipSync(JSON.stringify({ Records: records })));
  }
};

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "replay-"));
  writeTrail("trail");
  const rows = [
    mapping("Api", "api_ro", 1),
    mapping("OldJob", "old_job", 2),
    mapping("Nobody", "contractor", 3),
    mapping("Both", "both_a", 4),
    mapping("Both", "both_b", 5),
  ];
  put("mappings.json", JSON.stringify(rows));
  put("history.json", JSON.stringify([{ capturedAt: iso(T + 2 * DAY), rows }]));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const range = `--from ${iso(T)} --to ${iso(T + DAYS * DAY)} --dormant-days 10`;
type Row = {
  detector: string;
  role?: string;
  principal?: string;
  status: string;
  detectedAt: string;
} & Record<string, unknown>;
const replay = async (mappings: string, more = ""): Promise<Row[]> => {
  const done = await cli(`replay --mappings ${mappings} --events trail ${range} --json${more}`);
  expect(done).toMatchObject({ code: 0 });
  return done.json() as Row[];
};
const brief = ({ detector, role, status, detectedAt, closedAt }: Row) =>
  [detector, role, status, detectedAt, closedAt].filter((part) => part !== undefined).join(" ");

describe("dsql-audit replay", () => {
  it("tells each thing once, with its hour, its principal and its role", async () => {
    const found = await replay("mappings.json");
    const at = (days: number, hours = 0): string => iso(T + days * DAY + hours * HOUR);
    expect(found.map(brief).toSorted()).toEqual(
      [
        `ambiguous-mapping both_a open ${at(0, 11)}`,
        `ambiguous-mapping both_b open ${at(0, 11)}`,
        `capture-gap ended ${at(20, 6)} ${at(30, 9)}`,
        `dormant-mapping old_job open ${at(30, 9)}`,
        `never-used-mapping contractor open ${at(10)}`,
        `new-network ended ${at(32, 4)}`,
        `unknown-mapping api_ro resolved ${at(0)} ${at(0, 10)}`,
      ].toSorted(),
    );
    const [gap] = found.filter(({ detector }) => detector === "capture-gap");
    expect(gap).toMatchObject({
      firstSeenAt: iso(outage.from),
      lastSeenAt: iso(outage.to),
      cluster: CLUSTER,
    });
    const [network] = found.filter(({ detector }) => detector === "new-network");
    expect(network).toMatchObject({
      principal: arn("Api"),
      firstSeenAt: iso(T + 32 * DAY + 3 * HOUR + 120_000),
    });
  });

  it("knows no age before a history's first capture", async () => {
    const found = await replay("history.json");
    const [never] = found.filter(({ detector }) => detector === "never-used-mapping");
    expect(never).toMatchObject({ role: "contractor", detectedAt: iso(T + 12 * DAY) });
    expect(never?.evidence).toMatchObject({ mappingAgeAssumed: false, mappingFirstSeenAt: iso(T + 2 * DAY) });
  });

  it("says the same whatever the step", async () => {
    const hourly = await replay("mappings.json");
    const halfHourly = await replay("mappings.json", " --step 30m");
    expect(halfHourly.map(({ id, status }) => ({ id, status })).toSorted(byId)).toEqual(
      hourly.map(({ id, status }) => ({ id, status })).toSorted(byId),
    );
  });

  it.each([
    "postgres://127.0.0.1:5432/app",
    "postgres://abcdefghij1234567890klmnop.dsql.us-east-1.on.aws:5432/postgres",
  ])("judges the folder's cluster whatever a catalog's source is called: %s", async (name) => {
    put("catalog", catalogFileText({ ...catalog(), cluster: Cluster.parse(name) }));
    const found = await replay("mappings.json", " --catalog catalog");
    expect(found.map(brief)).toEqual((await replay("mappings.json")).map(brief));
    expect(new Set(found.map(({ cluster }) => cluster))).toEqual(new Set([CLUSTER]));
  });

  it("ends in 2 with --exit-code, and prints a table for people", async () => {
    const done = await cli(`replay --mappings mappings.json --events trail ${range} --exit-code`);
    expect(done.code).toBe(2);
    expect(done.out.replace(/\s+/g, " ")).toMatch(
      /medium open 2026-07-01 Unused mapping: OldJob as old_job, last used/,
    );
    expect(done.err).toMatch(/Not evaluated: .*privilege-exceeds-archetype.* \(there is no snapshot\)/s);
  });

  it("finds drift from a baseline, in grants by the snapshot and in mappings by the file of mappings", async () => {
    const roles = ["api_ro", "old_job", "contractor", "both_a", "both_b"].map((name, i) => role(i + 1, name));
    const orders = table(1000, "orders", { acl: acl("10=arwdDxt/10", "1=rd/10") });
    put(
      "snapshot.catalog",
      catalogFileText(estate({ roles: [role(10, "admin"), ...roles], relations: [orders] })),
    );
    const component = (role: string, rest: string): string =>
      `  - { name: ${role}, role: ${role}, attributes: [LOGIN], ${rest} }\n`;
    const of = (...names: string[]): string =>
      `principals: [${names.map((name) => `{ arn: "${arn(name)}" }`).join(", ")}]`;
    const select = "permissions: [{ schema: public, tables: [{ names: [orders], privileges: [SELECT] }] }]";
    put(
      "access.yml",
      `version: 1\ncomponents:\n${component("api_ro", `${of("Api")}, ${select}`)}${component("old_job", of("OldJob", "Newer"))}` +
        `${component("contractor", "memberOf: []")}${component("both_a", of("Both"))}${component("both_b", of("Both"))}`,
    );
    const args = "--mappings mappings.json --catalog snapshot.catalog --events trail --step 1d --json";
    const drift = (found: unknown): string[] =>
      (found as { detector: string; title: string }[])
        .filter(({ detector }) => detector === "baseline-drift")
        .map(({ title }) => title)
        .sort();
    const done = await cli(`replay ${args} --baseline access.yml`);
    expect(done.err).not.toMatch(/^error/m);
    expect(drift(done.json())).toEqual([
      "api_ro holds DELETE on public.orders, which the baseline does not declare",
      `${arn("Newer")} is not mapped to old_job, which the baseline declares`,
      `${arn("Nobody")} is mapped to contractor, which the baseline does not declare`,
    ]);
    expect(drift((await cli(`replay ${args}`)).json())).toEqual([]);
    const alone = await cli("replay --mappings mappings.json --events trail --baseline access.yml");
    expect(alone).toMatchObject({ code: 64, err: expect.stringContaining("--baseline needs --catalog") });
  });

  it.each([
    ["a folder that is not there", "--mappings mappings.json --events nowhere", 1, /nowhere is not there/],
    [
      "mappings that are not there",
      "--mappings none.json --events trail",
      1,
      /none\.json: the file cannot be read \(ENOENT\)/,
    ],
    ["mappings that are no JSON", "--mappings broken.json --events trail", 1, /broken\.json is not JSON/],
    ["mappings of another shape", "--mappings other.json --events trail", 1, /other\.json: mappings: 0\.arn/],
    [
      "a time that is none",
      "--mappings mappings.json --events trail --from soon",
      64,
      /cannot read the time "soon"/,
    ],
    [
      "from after to",
      "--mappings mappings.json --events trail --from 2026-07-01 --to 2026-06-01",
      64,
      /is after to/,
    ],
    [
      "a step that is none",
      "--mappings mappings.json --events trail --step 0h",
      64,
      /cannot read the step "0h"/,
    ],
    ["days that are none", "--mappings mappings.json --events trail --dormant-days -1", 64, /--dormant-days/],
    [
      "a catalog that is none",
      "--mappings mappings.json --events trail --catalog mappings.json",
      1,
      /mappings\.json/,
    ],
    ["no mappings", "--events trail", 64, /--mappings/],
    [
      "a cluster that no file names",
      "--mappings mappings.json --events trail --cluster abcdefghij",
      1,
      /holds no connection of abcdefghij/,
    ],
  ])("refuses %s in one line", async (_, args, code, message) => {
    put("broken.json", "[{");
    put("other.json", "[{}]");
    const done = await cli(`replay ${args}`);
    expect(done.code).toBe(code);
    expect(done.err).toMatch(message);
    expect(done.out).toBe("");
  });

  it("proves nothing of the hours after a trail was stopped, though another one goes on", async () => {
    const hours = Array.from({ length: 96 }, (_, n) => foreignRecord(`${iso(T + n * HOUR).slice(0, 19)}Z`));
    const stop = connectRecord({
      id: "stop",
      at: T + 10 * HOUR,
      action: "StopLogging",
      extra: { eventSource: "cloudtrail.amazonaws.com", requestParameters: { name: "main" } },
    });
    const uses = [1, 40, 90].map((n) =>
      connectRecord({ id: `use-${n}`, role: arn("Api"), at: T + n * HOUR }),
    );
    put("stopped/a.json", JSON.stringify({ Records: [...hours, stop, ...uses] }));
    const done = await cli("replay --mappings mappings.json --events stopped --json");
    const gaps = (done.json() as Row[]).filter(({ detector }) => detector === "capture-gap");
    const gap = { firstSeenAt: iso(T + 10 * HOUR), lastSeenAt: iso(T + 40 * HOUR) };
    expect(gaps).toMatchObject([gap]);
    // It is told of in the trail's home Region alone, whichever it records.
    const away = { ...stop, awsRegion: "eu-west-1" };
    put("away/a.json", JSON.stringify({ Records: [...hours, away, ...uses] }));
    const found = (await cli("replay --mappings mappings.json --events away --json")).json() as Row[];
    expect(found.filter(({ detector }) => detector === "capture-gap")).toMatchObject([gap]);
  });

  it("takes none of two clusters that have one id in two Regions", async () => {
    const other = CLUSTER.replace("us-east-1", "eu-west-1");
    const records = [CLUSTER, other].map((cluster, n) => connectRecord({ id: `c${n}`, cluster, at: T }));
    put("twins/a.json", JSON.stringify({ Records: records }));
    const id = CLUSTER.slice(CLUSTER.lastIndexOf("/") + 1);
    const done = await cli(`replay --mappings mappings.json --events twins --cluster ${id}`);
    expect(done.code).toBe(64);
    expect(done.err).toContain(`the folder holds more than one cluster ${id}`);
    expect((await cli(`replay --mappings mappings.json --events twins --cluster ${other}`)).code).toBe(0);
  });

  it("says which files it passed over, and that there was nothing else, also where times are given", async () => {
    put("mixed/a.json", JSON.stringify({ Records: [connectRecord({ at: T })] }));
    put("mixed/notes.txt", "hello");
    put("nothing/notes.txt", "hello");
    const times = `--from ${iso(T)} --to ${iso(T + HOUR)}`;
    const mixed = await cli(`replay --mappings mappings.json --events mixed ${times}`);
    expect(mixed.err).toMatch(/note: 1 file passed over, e\.g\. .*notes\.txt: neither logs nor digests/);
    const nothing = await cli(`replay --mappings mappings.json --events nothing ${times}`);
    expect(nothing.err).toMatch(/warning: no trail files found in nothing: 1 file passed over/);
  });

  it("goes on without a file that cannot be read, and says so", async () => {
    put("partly/good.json", JSON.stringify({ Records: [connectRecord({ at: T })] }));
    put("partly/broken.json", "{");
    const done = await cli("replay --mappings mappings.json --events partly --json");
    expect(done.code).toBe(0);
    expect(done.err).toMatch(/1 inputs could not be read, the first is .*broken\.json/);
  });
});

const byId = (a: { id: unknown }, b: { id: unknown }): number => (String(a.id) < String(b.id) ? -1 : 1);
