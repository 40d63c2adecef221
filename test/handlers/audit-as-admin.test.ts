// The mappings read as admin, where the auditor's role is refused and the deployment lets it: what is asked that way, what the
// snapshot keeps of it, and that no login as admin hides behind it.
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseRecord } from "../../lib/cloudtrail/parse-record.ts";
import { Cluster, type Principal } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import { MAPPINGS_GRANT } from "../../lib/core/catalog/auditor-needs.ts";
import { mappingsLink } from "../../lib/doctor/cluster-links.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { mappingsSql } from "../../lib/dsql/sql/mappings.sql.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { takeSnapshot } from "../../lib/jobs/take-snapshot.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { connection } from "../support/connections.ts";
import { CLUSTER } from "../support/records.ts";
import { roleArn, roleSession, sharedStandIn } from "../support/stand-in.ts";
import { testTables } from "../support/table.ts";

const cluster = Cluster.parse(CLUSTER);
const auditor = roleArn("Auditor") as Principal;
const KEY = "ASIAAUDITOR";
const T = Date.parse("2026-11-02T09:02:00Z");

let at = T;
let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
const shared = sharedStandIn({ canReadMappings: "admin", now: () => at });
const may = (...actions: ("DbConnect" | "DbConnectAdmin")[]) =>
  shared.addKey(KEY, roleSession("Auditor", { actions }));

beforeAll(async () => {
  tables = await testTables();
  const { secretAccessKey, sessionToken } = roleSession("Auditor");
  vi.stubEnv("AWS_ACCESS_KEY_ID", KEY);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
  for (const statement of setupSql("dsql_auditor", auditor)) await shared.asAdmin(statement);
});
beforeEach(async () => {
  at = T;
  store = openStore(await tables.fresh(), { now: () => at });
  may("DbConnect", "DbConnectAdmin");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await tables.stop();
});

const snapshot = async (more: { readonly auditAsAdmin?: boolean } = { auditAsAdmin: true }) => {
  const { host: endpoint, dial } = shared.running();
  const ports = { store, now: () => at, random: () => 0, sleep: async () => {}, auditor, ...more };
  return takeSnapshot(ports, { kind: "dsql", cluster, endpoint, user: "dsql_auditor", dial });
};
/** All that the cluster recorded since the test began, as CloudTrail's files bring it. */
const recorded = async () => {
  const connections = shared.attempts.flatMap(({ record }) => {
    const parsed = parseRecord(record);
    return parsed.kind === "connection" ? [parsed.connection] : [];
  });
  await connectionSink(store, auditor, "trail").count(connections, at);
  return connections;
};
const open = async (detector: string) => {
  const { findings } = await detectCluster(store, cluster, at + HOUR, { auditor });
  return findings.filter((finding) => finding.detector === detector && finding.status === "open");
};
const head = () => store.snapshots.head(cluster);
const row = { arn: auditor, roleName: "dsql_auditor" };

describe("auditAsAdmin", () => {
  it("reads the mappings as admin, by one statement that cannot write", async () => {
    const asked: string[] = [];
    const loggedInAs = () => shared.attempts.at(-1)?.record.eventName;
    const overheard = {
      [Symbol.search]: (text: string) => {
        if (loggedInAs() === "DbConnectAdmin") asked.push(text);
        return -1;
      },
    };
    shared.running().failNextStatement(overheard as unknown as RegExp);
    const { catalog, manifest } = await snapshot();
    expect(catalog.sections.mappings).toMatchObject({ status: "read", rows: [row] });
    expect(manifest.meta).toMatchObject({ asAdmin: "read" });
    expect(asked).toEqual(["begin read only", "set local search_path = pg_catalog", mappingsSql, "commit"]);
    expect((await recorded()).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "DbConnect allowed",
      "DbConnectAdmin allowed",
    ]);
    expect(mappingsLink(await head(), cluster)).toMatchObject({
      state: "ok",
      next: expect.stringContaining("GRANT"),
    });
  });

  it("stays a finding about the auditor while it is in use, and is no stranger's login", async () => {
    await snapshot();
    await recorded();
    expect(await open("audit-as-admin")).toMatchObject([
      { severity: "medium", subject: { object: "mappings" } },
    ]);
    expect(await open("self-audit")).toEqual([]);
    expect(await open("admin-connection")).toEqual([]);
    at += HOUR;
    await snapshot({});
    expect(await open("audit-as-admin")).toEqual([]);
    expect(await open("section-unreadable")).toMatchObject([
      { subject: { object: "mappings" }, fix: expect.stringMatching(/GRANT SELECT.*auditAsAdmin: on/) },
    ]);
  });

  it("hides no login as admin that the auditor did not make, beside its own", async () => {
    await snapshot();
    await recorded();
    const stranger = connection("thief", at + 1_000, { principal: auditor, action: "DbConnectAdmin" });
    await connectionSink(store, auditor, "trail").count([stranger], at);
    expect(await open("self-audit")).toMatchObject([
      { severity: "critical", evidence: { logins: 1, asAdmin: 1 } },
    ]);
  });

  it("takes no attempt that was refused for the login of somebody who got in", async () => {
    may("DbConnect");
    await snapshot();
    await recorded();
    expect(await open("self-audit")).toEqual([]);
    const stranger = connection("thief", at + 1_000, { principal: auditor, action: "DbConnectAdmin" });
    await connectionSink(store, auditor, "trail").count([stranger], at);
    expect(await open("self-audit")).toMatchObject([{ eventIds: ["thief"] }]);
  });

  it("keeps both reasons where admin is refused as well, in the same words each time", async () => {
    may("DbConnect");
    const { catalog, manifest } = await snapshot();
    const { mappings } = catalog.sections;
    expect(mappings).toMatchObject({ status: "unreadable", code: "42501" });
    expect(mappings.status === "unreadable" && mappings.reason).toMatch(
      /^permission denied for view iam_pg_role_mappings \(42501\)\. As admin: .*access denied \(08006\)\. Hint: .*DbConnectAdmin/,
    );
    expect(manifest.meta).toMatchObject({ asAdmin: "failed" });
    expect(catalog.sections.roles.status).toBe("read");
    at += HOUR;
    expect((await snapshot()).unchanged).toBe(true);
    // That admin was refused says nothing of the auditor's own login.
    const { canaries, failed } = await store.canaries.look(cluster, { from: T - HOUR, to: at }, at);
    expect([canaries.length, failed]).toEqual([2, []]);
    expect(mappingsLink(await head(), cluster)).toMatchObject({
      state: "broken",
      says: expect.stringContaining("auditAsAdmin did not help"),
    });
  });

  it("keeps both reasons where the view is refused to admin", async () => {
    shared.running().refuseCatalog("iam_pg_role_mappings");
    const { catalog } = await snapshot();
    shared.running().allowCatalog("iam_pg_role_mappings");
    expect(catalog.sections.mappings).toMatchObject({
      status: "unreadable",
      reason: expect.stringMatching(/\(0A000\)\. As admin: .*not supported \(0A000\)/),
    });
  });

  it("is never admin where the auditor's role may read them, and says that the right is not needed", async () => {
    // As superuser: whether Aurora DSQL takes it from admin, nobody knows.
    const superuser = new pg.Client({ connectionString: shared.running().postgres.url });
    await superuser.connect();
    await superuser.query(MAPPINGS_GRANT);
    const { catalog, manifest } = await snapshot();
    await superuser.query("revoke select on sys.iam_pg_role_mappings from dsql_auditor");
    await superuser.end();
    expect(catalog.sections.mappings).toMatchObject({ status: "read", rows: [row] });
    expect(manifest.meta).toMatchObject({ asAdmin: "not-needed" });
    expect((await recorded()).map(({ action }) => action)).toEqual(["DbConnect"]);
    expect((await open("audit-as-admin"))[0]?.title).toContain("does not need to");
  });
});
