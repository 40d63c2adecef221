// On the stand-in: what the auditor's role was given beyond setup-sql is found, and the SQL that is printed takes it away.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Cluster, type Principal } from "../../lib/core/base/ids.ts";
import { HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { AUDITOR_NEEDS } from "../../lib/core/catalog/auditor-needs.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { takeSnapshot } from "../../lib/jobs/take-snapshot.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { CLUSTER } from "../support/records.ts";
import { adminKey, roleArn, roleSession, sharedStandIn } from "../support/stand-in.ts";
import { testTables } from "../support/table.ts";

const cluster = Cluster.parse(CLUSTER);
const auditor = roleArn("Auditor") as Principal;
const T = Date.parse("2026-11-02T09:02:00Z");

let at = T;
let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
const shared = sharedStandIn({ now: () => at });
const asAdmin = async (...statements: readonly string[]) => {
  const client = await shared.connect({ user: "admin", accessKeyId: adminKey });
  for (const statement of statements) await client.query(statement);
};
const run = (script: string | undefined) =>
  asAdmin(...(script ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("--")));

beforeAll(async () => {
  tables = await testTables();
  const { secretAccessKey, sessionToken } = roleSession("Auditor");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIAAUDITOR");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
  await asAdmin(...setupSql("dsql_auditor", auditor));
});
beforeEach(async () => {
  store = openStore(await tables.fresh(), { now: () => at });
  shared.addKey("ASIAAUDITOR", roleSession("Auditor"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await tables.stop();
});

/** What is open after another snapshot, and whether the look was complete. */
const judged = async (own: Principal | null = auditor) => {
  at += HOUR;
  const { host: endpoint, dial } = shared.running();
  const ports = { store, now: () => at, random: () => 0, sleep: async () => {}, auditor };
  await takeSnapshot(ports, { kind: "dsql", cluster, endpoint, user: "dsql_auditor", dial });
  const { findings, looks } = await detectCluster(store, cluster, at + MINUTE, own ? { auditor: own } : {});
  return {
    open: findings.filter(({ detector, status }) => detector === "auditor-holds-more" && status === "open"),
    look: looks.find(({ detector }) => detector === "auditor-holds-more"),
  };
};

describe("auditor-holds-more", () => {
  it("finds nothing at a role that setup-sql made", async () => {
    expect(await judged()).toMatchObject({ open: [], look: { complete: true } });
    const [create, , ...grants] = setupSql("dsql_auditor", auditor);
    expect(create).toBe("CREATE ROLE dsql_auditor WITH LOGIN;");
    expect(grants).toHaveLength(AUDITOR_NEEDS.grants.length);
  });

  it("finds grants, memberships, ownership, attributes and what is to come, and the SQL ends them", async () => {
    await asAdmin(
      "CREATE ROLE writers",
      "CREATE SCHEMA shop",
      "CREATE TABLE shop.orders (id int)",
      "CREATE TABLE shop.items (id int)",
      "GRANT INSERT ON shop.items TO writers",
      "GRANT USAGE ON SCHEMA shop TO dsql_auditor",
      "GRANT CREATE ON SCHEMA shop TO dsql_auditor",
      "GRANT SELECT ON shop.orders TO dsql_auditor WITH GRANT OPTION",
      "GRANT writers TO dsql_auditor",
      "GRANT dsql_auditor TO admin",
      "CREATE TABLE shop.mine (id int)",
      "ALTER TABLE shop.mine OWNER TO dsql_auditor",
      "ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO dsql_auditor",
      "ALTER ROLE dsql_auditor WITH CREATEROLE",
    );
    const { open } = await judged();
    const titles = open.map(({ severity, title }) => `${severity}: ${title}`).toSorted();
    expect(titles).toEqual([
      "high: The auditor's role dsql_auditor has CREATEROLE",
      "high: The auditor's role dsql_auditor has SELECT, USAGE, CREATE on 2 objects",
      "high: The auditor's role dsql_auditor is a member of writers, which brings 1 privilege",
      "high: The auditor's role dsql_auditor owns table shop.mine",
      "medium: The auditor's role dsql_auditor will get SELECT on new tables and views of admin in shop",
    ]);
    const grants = open.find(({ subject }) => subject.facet === "grant:tables");
    expect(grants?.evidence).toMatchObject({
      holds: [
        "USAGE on schema shop",
        "CREATE on schema shop",
        "SELECT on table shop.orders, and may pass it on",
      ],
      holdsCount: 3,
      how: "granted to the role itself by admin",
      mappedTo: auditor,
      alsoUsedBy: [],
    });
    expect(grants?.fix).toBe(
      [
        "REVOKE SELECT ON shop.orders FROM dsql_auditor;",
        "REVOKE USAGE ON SCHEMA shop FROM dsql_auditor;",
        "REVOKE CREATE ON SCHEMA shop FROM dsql_auditor;",
      ].join("\n"),
    );
    // Who the auditor is, nobody says: what is open is neither confirmed nor gone.
    const unknown = await judged(null);
    expect(unknown.look).toMatchObject({
      complete: false,
      reason: "the auditor's own principal is not known",
    });
    expect(unknown.open.map(({ id }) => id).toSorted()).toEqual(open.map(({ id }) => id).toSorted());
    for (const { fix } of open) await run(fix);
    expect((await judged()).open).toEqual([]);
  });

  it("takes the mapping, and not what a role is for, where the auditor has a role of its own beside it", async () => {
    await asAdmin(
      "GRANT SELECT ON shop.orders TO writers",
      "ALTER ROLE writers WITH LOGIN",
      `AWS IAM GRANT writers TO '${auditor}'`,
      `AWS IAM GRANT writers TO '${roleArn("Orders")}'`,
    );
    const { open } = await judged();
    expect(open).toMatchObject([
      {
        severity: "high",
        subject: { role: "writers", facet: "mapping" },
        title: "The auditor may also log in as writers, as others do: it has INSERT, SELECT on 2 objects",
        evidence: {
          holds: ["INSERT on table shop.items", "SELECT on table shop.orders"],
          alsoUsedBy: [roleArn("Orders")],
        },
        fix: [
          "-- See first that the auditor logs in as dsql_auditor: the parameter auditorUser names its role.",
          `AWS IAM REVOKE writers FROM '${auditor}';`,
        ].join("\n"),
      },
    ]);
    await run(open[0]?.fix);
    expect((await judged()).open).toEqual([]);
  });

  it("shows 20 of many, and takes 50 at a time", async () => {
    const tables = Array.from({ length: 60 }, (_, n) => `shop.t${100 + n}`);
    await asAdmin(
      ...tables.flatMap((name) => [
        `CREATE TABLE ${name} (id int)`,
        `GRANT SELECT ON ${name} TO dsql_auditor`,
      ]),
    );
    const found = (await judged()).open.find(({ subject }) => subject.facet === "grant:tables");
    expect(found?.title).toBe("The auditor's role dsql_auditor has SELECT on 60 objects");
    expect(found?.evidence).toMatchObject({ holdsCount: 60, holds: { length: 20 } });
    await run(found?.fix);
    const [rest] = (await judged()).open;
    expect(rest).toMatchObject({ id: found?.id, evidence: { holdsCount: 10 } });
    await run(rest?.fix);
    expect((await judged()).open).toEqual([]);
  });
});
