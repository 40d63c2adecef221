// Clusters of another account: they are found, read and evaluated with the role that the account gives, and one that gives none
// takes nothing from the others.
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { snapshotHandler } from "../../handlers/snapshot.ts";
import { dsqlClients, memberRoles, runtime } from "../../handlers/wiring.ts";
import { parseRecord } from "../../lib/cloudtrail/parse-record.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import { type Place, reachOf } from "../../lib/core/coverage/reach.ts";
import { discoverClusters } from "../../lib/dsql/discover-clusters.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import type { Fields } from "../../lib/log.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { type LocalIam, startIam } from "../../local/aws/iam-api.ts";
import { connection } from "../support/connections.ts";
import { sharedStandIn, testCluster } from "../support/stand-in.ts";
import { testTables } from "../support/table.ts";

const OWN = "111122223333";
const MEMBER = "444455556666";
const REFUSING = "777788889999";
const NAME = "dsql-access-auditor-prod-snapshot-us-east-1";
const auditor = Principal.parse(`arn:aws:iam::${OWN}:role/${NAME}`);
const memberRole = `arn:aws:iam::${MEMBER}:role/${NAME}`;
const arnIn = (account: string, id: string) =>
  Cluster.parse(`arn:aws:dsql:us-east-1:${account}:cluster/${id}`);
const cluster = arnIn(MEMBER, testCluster.clusterId);
const T = Date.parse("2026-11-02T09:02:00Z");

let iam: LocalIam;
let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
const logged: object[] = [];
const shared = sharedStandIn({ accountId: MEMBER, canReadMappings: "admin", now: () => T });
const keep = (message: string, fields: Fields = {}): void => void logged.push({ message, ...fields });
const deps = { ...runtime(() => T), sleep: async () => {}, log: { info: keep, warn: keep, error: keep } };

beforeAll(async () => {
  [iam, tables] = await Promise.all([startIam({ account: OWN }), testTables()]);
  const env = { ...{ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "own", AWS_SECRET_ACCESS_KEY: "own" } };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  for (const service of ["STS", "DSQL"]) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, iam.endpoint);
  for (const statement of setupSql("dsql_auditor", memberRole)) await shared.asAdmin(statement);
  shared.addKey(`ASIA${MEMBER}`, {
    secretAccessKey: `secret of ${memberRole}`,
    sessionToken: `session token of ${memberRole}`,
    principal: {
      ...{
        type: "AssumedRole",
        arn: memberRole,
        principalId: "AROAMEMBER",
        sessionName: "dsql-access-auditor",
      },
      actions: ["DbConnect"],
    },
  });
  iam.putCluster({ arn: arnIn(OWN, "own"), endpoint: "own.dsql.us-east-1.on.aws" });
  iam.putCluster({ arn: cluster, endpoint: shared.running().host });
  iam.putCluster({ arn: arnIn(REFUSING, "hidden"), endpoint: "hidden.dsql.us-east-1.on.aws" });
});
beforeEach(async () => {
  store = openStore(await tables.fresh(), { now: () => T });
  logged.length = 0;
  iam.deny(`sts:AssumeRole arn:aws:iam::${REFUSING}:role/${NAME}`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([iam.stop(), tables.stop()]);
});

const snapshotOf = async (of: Cluster) => {
  const { host: endpoint, dial } = shared.running();
  const handler = snapshotHandler({
    ...{ ...deps, store, auditor, auditAsAdmin: true, detect: async () => {} },
    credentialsOf: memberRoles(deps, auditor),
  });
  const body = JSON.stringify({ cluster: of, endpoint, user: "dsql_auditor", dial });
  return handler({ Records: [{ messageId: "m", body }] } as SQSEvent, {} as Context);
};

describe("member accounts", () => {
  it("have their clusters found beside the own ones; one that refuses hides no other and says why", async () => {
    const clients = dsqlClients(memberRoles(deps, auditor));
    const reach = reachOf(`arn:aws:dsql:us-east-1:${OWN}:cluster/`, [], [MEMBER, REFUSING]);
    const clientOf = ({ account, region }: Place) => clients(region, account);
    const found = await discoverClusters(clientOf, reach, "dsql_auditor");
    expect(found.clusters.map((one) => one.cluster).sort()).toEqual([arnIn(OWN, "own"), cluster].sort());
    expect(found.unlisted).toEqual([
      {
        ...{ account: REFUSING, region: "us-east-1", prefix: `arn:aws:dsql:us-east-1:${REFUSING}:cluster/` },
        reason: expect.stringMatching(
          new RegExp(`^account ${REFUSING} does not give its role .*:role/${NAME} \\(AccessDenied: `),
        ),
        role: "refused",
      },
    ]);
    expect([found.failures.length, found.blind]).toEqual([1, false]);
  });

  it("are asked for their role once, until its credentials end", async () => {
    let now = T;
    const credentials = memberRoles({ ...deps, now: () => now }, auditor)(MEMBER);
    const before = iam.calls.length;
    if (typeof credentials !== "function") throw new Error("no credentials");
    for (let n = 0; n < 3; n++)
      expect(await credentials()).toMatchObject({
        accessKeyId: `ASIA${MEMBER}`,
        sessionToken: `session token of ${memberRole}`,
      });
    expect(iam.calls.slice(before)).toEqual(["sts:AssumeRole"]);
    now = Date.parse("2098-12-31T23:56:00Z");
    await credentials();
    expect(iam.calls.slice(before)).toHaveLength(2);
    expect(memberRoles(deps, auditor)(OWN)).toBeUndefined();
    expect(memberRoles(deps, undefined)(MEMBER)).toBeUndefined();
  });

  it("are read with the token of their own role, never as admin, and the login is the auditor's own", async () => {
    expect(await snapshotOf(cluster)).toEqual({ batchItemFailures: [] });
    const { manifest } = (await store.snapshots.head(cluster)) ?? {};
    expect(manifest?.meta).toEqual({ login: { at: T, principal: memberRole } });
    expect(manifest?.unreadable).toEqual({ mappings: null });
    const connections = shared.attempts.flatMap(({ record }) => {
      const parsed = parseRecord(record);
      return parsed.kind === "connection" ? [parsed.connection] : [];
    });
    expect(connections).toMatchObject([{ principal: memberRole, action: "DbConnect", outcome: "allowed" }]);
    const sink = connectionSink(store, auditor, "trail");
    await sink.count(connections, T);
    const look = await store.canaries.look(cluster, { from: T - HOUR, to: T + HOUR }, T + HOUR);
    expect(look).toMatchObject({ canaries: [{ seenInTrailAt: T }], missed: [], surplus: [] });
    const open = async () => {
      const { findings } = await detectCluster(store, cluster, T + HOUR, { auditor });
      return findings.filter(({ detector, status }) => detector === "self-audit" && status === "open");
    };
    expect(await open()).toEqual([]);
    // The same role's name in the auditor's own account is somebody else here, and the member's role once too often a stranger.
    const other = connection("other", T + 1_000, { principal: auditor, cluster });
    const thief = connection("thief", T + 2_000, { principal: Principal.parse(memberRole), cluster });
    await sink.count([other, thief], T);
    expect(await open()).toMatchObject([
      { subject: { principal: memberRole }, evidence: { logins: 1, events: ["thief"] } },
    ]);
  });

  it("fail by themselves where the role is not given, and the log says which account", async () => {
    const hidden = arnIn(REFUSING, "hidden");
    expect(await snapshotOf(hidden)).toEqual({ batchItemFailures: [{ itemIdentifier: "m" }] });
    expect(JSON.stringify(logged)).toContain(`account ${REFUSING} does not give its role`);
    expect(JSON.stringify(logged)).toContain("deploy/member-account.yml");
    expect(await store.snapshots.head(hidden)).toBeUndefined();
  });
});
