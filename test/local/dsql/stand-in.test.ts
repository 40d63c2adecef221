import { connect as connectSocket, Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { AuroraDSQLClient, AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";
import pg from "pg";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { dataConflict, schemaConflict, startStandIn, toEventBridge } from "../../../local/dsql/stand-in.ts";
import { adminKey, roleArn, roleSession, sharedStandIn, testCluster } from "../../support/stand-in.ts";

const simulatedNow = Date.parse("2026-03-01T12:00:00Z");
const shared = sharedStandIn({ now: () => simulatedNow });
const orders = { user: "orders", accessKeyId: "ASIAORDERS" };
const admin = { user: "admin", accessKeyId: adminKey };

beforeAll(async () => {
  shared.addKey(orders.accessKeyId, roleSession("service/Orders", { actions: ["DbConnect"] }));
  const client = new pg.Client(await shared.config(admin));
  await client.connect();
  await client.query("CREATE ROLE orders WITH LOGIN");
  await client.query(`AWS IAM GRANT orders TO '${roleArn("service/Orders")}'`);
  await client.end();
});

const deniedWith = (hint: string | RegExp) => ({
  severity: "FATAL",
  code: "08006",
  message: "unable to accept connection, access denied",
  detail: expect.stringMatching(/^Session Id: [0-9a-f-]{36}$/),
  hint: typeof hint === "string" ? hint : expect.stringMatching(hint),
});

describe("a client that may come in", () => {
  it("is who it says it is, in database postgres, through pg", async () => {
    const client = await shared.connect(orders);
    const { rows } = await client.query(
      "select current_user as me, session_user as login, current_database() as db",
    );
    expect(rows).toEqual([{ me: "orders", login: "orders", db: "postgres" }]);
  });

  it("is let in with the official connector, for which only the packets take another way", async () => {
    const { host, dial } = shared.running();
    const dialed = () => {
      const socket = new Socket();
      const connectTo = socket.connect.bind(socket);
      socket.connect = () => connectTo(dial.port, dial.host);
      return socket;
    };
    const credentials = { accessKeyId: orders.accessKeyId, ...roleSession("service/Orders") };
    const config = {
      ...{ host, user: "orders", stream: dialed, ssl: { ca: dial.ca, rejectUnauthorized: true } },
      customCredentialsProvider: credentials,
    };
    const client = new AuroraDSQLClient(config);
    await client.connect();
    expect((await client.query("select current_user as me")).rows).toEqual([{ me: "orders" }]);
    await client.end();

    const pool = new AuroraDSQLPool({ ...config, max: 3 });
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => pool.query("select $1::int as n", [n])));
    expect(answers.map(({ rows }) => rows[0].n)).toEqual([1, 2, 3, 4, 5]);
    await pool.end();
    expect(shared.attempts[0]?.record.userAgent).toMatch(/^aurora-dsql-nodejs-pg\//);
  });

  it("may start TLS at once, and with a bare user of IAM", async () => {
    shared.addKey("AKIAUSER", {
      secretAccessKey: "s",
      principal: {
        type: "IAMUser",
        arn: "arn:aws:iam::111122223333:user/ann",
        principalId: "AIDAANN",
        actions: ["DbConnect"],
      },
    });
    await shared.asAdmin("AWS IAM GRANT orders TO 'arn:aws:iam::111122223333:user/ann'");
    const { ssl } = await shared.config(orders);
    const client = await shared.connect({
      user: "orders",
      accessKeyId: "AKIAUSER",
      config: {
        ssl: { ...(ssl as object), ALPNProtocols: ["postgresql"] },
        sslnegotiation: "direct",
      } as pg.ClientConfig,
    });
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("is one of many at the same time, each with a backend of its own", async () => {
    const clients = await Promise.all(Array.from({ length: 40 }, () => shared.connect(orders)));
    const pids = await Promise.all(
      clients.map(async (client) => (await client.query("select pg_backend_pid() as pid")).rows[0].pid),
    );
    expect(new Set(pids).size).toBe(40);
    expect(shared.attempts.filter(({ allowed }) => allowed)).toHaveLength(40);
  });

  it("moves much in both directions unharmed", async () => {
    const client = await shared.connect(orders);
    const big = "ä".repeat(1_000_000);
    expect((await client.query("select $1::text as big", [big])).rows[0].big).toBe(big);
    expect((await client.query("select n from generate_series(1, 50000) n")).rowCount).toBe(50_000);
  });

  it("is cut off without a word after a message of more than 10 MiB", async () => {
    const client = await shared.connect(orders);
    await expect(client.query("select length($1)", ["x".repeat(11 * 1024 * 1024)])).rejects.toThrow();
  });

  it("can cancel a statement", async () => {
    const client = await shared.connect(orders);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const asleep = expect(client.query("select pg_sleep(20)")).rejects.toMatchObject({ code: "57014" });
    await wait(50);
    const canceller = new pg.Client(await shared.config(orders)) as unknown as {
      connection: pg.Connection & {
        cancel(pid: number, key: number): void;
        requestSsl(): void;
        connect(port: number, host: string): void;
      };
    };
    canceller.connection.connect(shared.running().dial.port, "127.0.0.1");
    canceller.connection.on("connect", () => canceller.connection.requestSsl());
    canceller.connection.on("sslconnect", () => canceller.connection.cancel(processID, secretKey));
    canceller.connection.on("error", () => {});
    await asleep;
  });
});

describe("a client that may not come in is refused for", () => {
  const refusals: [string, Parameters<typeof shared.connect>[0], string | RegExp][] = [
    [
      "a wrong signature",
      { ...orders, secretAccessKey: "guessed" },
      /signature we calculated does not match/,
    ],
    [
      "an unknown key",
      { ...orders, accessKeyId: "ASIANOBODY" },
      "The security token included in the request is invalid.",
    ],
    [
      "another session token",
      { ...orders, sessionToken: "other" },
      "The security token included in the request is invalid.",
    ],
    [
      "a token for another host",
      { ...orders, signedHost: "zzz.dsql.us-east-1.on.aws" },
      /signature we calculated does not match/,
    ],
    ["a token for another Region", { ...orders, signedRegion: "eu-west-1" }, /scoped to a valid region/],
    ["a plain password", { ...orders, config: { password: "hunter2" } }, "Missing Authentication Token"],
    [
      "DbConnectAdmin as a role",
      { ...orders, action: "DbConnectAdmin" },
      "Wrong user to action mapping. user: orders, action: DbConnectAdmin",
    ],
    [
      "DbConnect as admin",
      { ...admin, action: "DbConnect" },
      "Wrong user to action mapping. user: admin, action: DbConnect",
    ],
    [
      "an action that IAM does not allow",
      { ...orders, user: "admin" },
      `User: arn:aws:sts::111122223333:assumed-role/Orders/test is not authorized to perform: dsql:DbConnectAdmin on resource: arn:aws:dsql:us-east-1:111122223333:cluster/${testCluster.clusterId}`,
    ],
    [
      "a role that it is not mapped to",
      { ...admin, user: "orders" },
      'IAM authentication failed for user "orders"',
    ],
    [
      "a role that does not exist",
      { ...orders, user: "nobody" },
      'IAM authentication failed for user "nobody"',
    ],
  ];
  it.each(refusals)("%s", async (_name, login, hint) => {
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(hint));
    expect(shared.attempts).toHaveLength(1);
    const record = shared.attempts[0]?.record;
    expect(shared.attempts[0]?.allowed).toBe(false);
    expect(record).toMatchObject({
      errorCode: expect.any(String),
      errorMessage: typeof hint === "string" ? hint : expect.stringMatching(hint),
    });
  });

  it("an expired token, by the real clock", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 20 * 60_000 });
    const password = await shared.token(orders).finally(() => vi.useRealTimers());
    const login = { ...orders, config: { password } };
    await expect(shared.connect(login)).rejects.toMatchObject(
      deniedWith(/^Signature expired: \d{8}T\d{6}Z is now earlier than /),
    );
  });

  it("a token of the future", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 20 * 60_000 });
    const password = await shared.token(orders).finally(() => vi.useRealTimers());
    await expect(shared.connect({ ...orders, config: { password } })).rejects.toMatchObject(
      deniedWith(/^Signature not yet current/),
    );
  });

  it("credentials that expired before the token", async () => {
    shared.addKey("ASIAOLD", { ...roleSession("service/Orders"), expiresAt: Date.now() - 1000 });
    await expect(shared.connect({ ...orders, accessKeyId: "ASIAOLD" })).rejects.toMatchObject(
      deniedWith(/is expired$/),
    );
  });

  it("credentials that were taken away", async () => {
    shared.addKey("ASIAGONE", roleSession("service/Orders"));
    const login = { ...orders, accessKeyId: "ASIAGONE" };
    await (await shared.connect(login)).query("select 1");
    shared.running().removeCredential("ASIAGONE");
    await expect(shared.connect(login)).rejects.toMatchObject(
      deniedWith(/token included in the request is invalid/),
    );
  });

  it("having no SNI", async () => {
    const { ca } = shared.running().dial;
    const login = { ...orders, config: { ssl: { ca, checkServerIdentity: () => undefined } } };
    await expect(shared.connect(login)).rejects.toMatchObject({
      severity: "FATAL",
      code: "08006",
      message: "unable to accept connection, sni was not received",
    });
    expect(shared.attempts).toMatchObject([
      { allowed: false, record: { userIdentity: { type: "Unknown" } } },
    ]);
  });

  it("asking for another cluster by SNI", async () => {
    const { ca } = shared.running().dial;
    const ssl = { ca, servername: "zzz.dsql.us-east-1.on.aws", checkServerIdentity: () => undefined };
    await expect(shared.connect({ ...orders, config: { ssl } })).rejects.toMatchObject(
      deniedWith(/no cluster answers/),
    );
  });

  it("speaking no TLS", async () => {
    await expect(shared.connect({ ...orders, config: { ssl: false } })).rejects.toMatchObject({
      code: "08006",
      message: "unable to accept connection, SSL is required",
    });
    expect(shared.attempts).toMatchObject([{ allowed: false, record: { eventName: "DbConnect" } }]);
  });

  it("a startup parameter that DSQL does not know", async () => {
    const refused = {
      severity: "FATAL",
      code: "0A000",
      message: 'setting configuration parameter "statement_timeout" not supported',
    };
    await expect(shared.connect({ ...orders, config: { statement_timeout: 1000 } })).rejects.toMatchObject(
      refused,
    );
    await expect(
      shared.connect({ ...orders, config: { options: "-c statement_timeout=1000" } }),
    ).rejects.toMatchObject(refused);
    const client = await shared.connect({
      ...orders,
      config: { options: `-c amzn-cluster-id=${testCluster.clusterId} -c search_path=x` },
    });
    expect((await client.query("show search_path")).rows).toEqual([{ search_path: "x" }]);
  });

  it("an IAM role that was replaced under its name, until the mapping is made again", async () => {
    const arn = roleArn("Replaced");
    shared.addKey("ASIAREPLACED", roleSession("Replaced"));
    const login = { user: "replaced", accessKeyId: "ASIAREPLACED" };
    await shared.asAdmin("CREATE ROLE replaced WITH LOGIN");
    await shared.asAdmin(`AWS IAM GRANT replaced TO '${arn}'`);
    await (await shared.connect(login)).query("select 1");
    shared.addKey("ASIAREPLACED", roleSession("Replaced", { principalId: "AROANEW" }));
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(/IAM authentication failed/));
    await shared.asAdmin(`AWS IAM REVOKE replaced FROM '${arn}'`);
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(/IAM authentication failed/));
    await shared.asAdmin(`AWS IAM GRANT replaced TO '${arn}'`);
    await (await shared.connect(login)).query("select 1");
    await shared.asAdmin("ALTER ROLE replaced NOLOGIN");
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(/IAM authentication failed/));
  });

  it("a certificate that it does not trust, by itself", async () => {
    await expect(
      shared.connect({ ...orders, config: { ssl: { servername: shared.running().host } } }),
    ).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(shared.attempts).toEqual([]);
  });
});

describe("records", () => {
  it("of an allowed attempt name the session and its role, at the simulated time", async () => {
    await shared.connect({ ...orders, config: { application_name: "orders-api" } });
    expect(shared.attempts).toMatchObject([
      {
        allowed: true,
        record: {
          eventTime: "2026-03-01T12:00:00Z",
          eventName: "DbConnect",
          eventSource: "dsql.amazonaws.com",
          eventCategory: "Data",
          awsRegion: "us-east-1",
          recipientAccountId: "111122223333",
          sourceIPAddress: "127.0.0.1",
          userAgent: "orders-api",
          userIdentity: {
            type: "AssumedRole",
            arn: "arn:aws:sts::111122223333:assumed-role/Orders/test",
            principalId: "AROASERVICEORDERS:test",
            accessKeyId: "ASIAORDERS",
            sessionContext: {
              sessionIssuer: { arn: roleArn("service/Orders"), principalId: "AROASERVICEORDERS" },
            },
          },
          resources: [{ type: "AWS::DSQL::Cluster", ARN: shared.running().clusterArn }],
          tlsDetails: { tlsVersion: "TLSv1.3", clientProvidedHostHeader: shared.running().host },
        },
      },
    ]);
    expect(shared.attempts[0]?.record).not.toHaveProperty("errorCode");
  });

  it("carry the address that a credential is said to come from", async () => {
    shared.addKey("ASIAFAR", {
      ...roleSession("service/Orders"),
      sourceIp: "198.51.100.7",
      vpcEndpointId: "vpce-1",
    });
    await shared.connect({ ...orders, accessKeyId: "ASIAFAR" });
    expect(shared.attempts[0]?.record).toMatchObject({
      sourceIPAddress: "198.51.100.7",
      vpcEndpointId: "vpce-1",
    });
  });

  it("of a refused attempt share their id with what the client is told", async () => {
    const refusal = await shared.connect({ ...orders, user: "nobody" }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ detail: `Session Id: ${shared.attempts[0]?.record.eventID}` });
  });

  it("go into an EventBridge envelope", async () => {
    await shared.connect(admin);
    const [attempt] = shared.attempts;
    if (!attempt) throw new Error("there is one");
    expect(toEventBridge(attempt.record)).toEqual({
      ...{
        version: "0",
        id: expect.any(String),
        "detail-type": "AWS API Call via CloudTrail",
        source: "aws.dsql",
      },
      ...{ account: "111122223333", time: "2026-03-01T12:00:00Z", region: "us-east-1", resources: [] },
      detail: attempt.record,
    });
    expect(attempt.record.eventName).toBe("DbConnectAdmin");
  });
});

describe("faults", () => {
  it("strike one statement once", async () => {
    const client = await shared.connect(orders);
    shared.running().failNextStatement(/pg_roles/);
    await client.query("select 1");
    await expect(client.query("select * from pg_roles")).rejects.toMatchObject(dataConflict);
    await client.query("select * from pg_roles");
    shared.running().failNextStatement(/\$1/, schemaConflict);
    await expect(client.query("select $1::int", [1])).rejects.toMatchObject(schemaConflict);
    await client.query("select $1::int", [1]);
  });

  it("on COMMIT undo the transaction and end it", async () => {
    const client = await shared.connect(admin);
    shared.running().failNextStatement(/^commit/i);
    await client.query("begin");
    await client.query("create table lost (id int)");
    await expect(client.query("commit")).rejects.toMatchObject(dataConflict);
    expect((await client.query("select to_regclass('lost') as t")).rows).toEqual([{ t: null }]);
    await client.query("create table kept (id int)");
  });

  it("are retried by the official connector", async () => {
    const { host, dial } = shared.running();
    const stream = () => {
      const socket = new Socket();
      const connectTo = socket.connect.bind(socket);
      socket.connect = () => connectTo(dial.port, dial.host);
      return socket;
    };
    const customCredentialsProvider = { accessKeyId: adminKey, ...roleSession("Admin") };
    const pool = new AuroraDSQLPool({
      host,
      user: "admin",
      stream,
      ssl: { ca: dial.ca },
      customCredentialsProvider,
    });
    shared.running().failNextStatement(/insert/i, schemaConflict);
    shared.running().failNextStatement(/^commit/i);
    await shared.asAdmin("create table retried (id int)");
    let tries = 0;
    await pool.transaction(async (client) => {
      tries += 1;
      await client.query("insert into retried values (1)");
    });
    expect(tries).toBe(3);
    expect((await pool.query("select * from retried")).rows).toEqual([{ id: 1 }]);
    await pool.end();
  });

  it("refuse one connection, as a cluster that wakes up", async () => {
    shared.running().failNextConnect();
    await expect(shared.connect(orders)).rejects.toMatchObject({ code: "08006", hint: undefined });
    await shared.connect(orders);
    expect(shared.attempts.map(({ allowed }) => allowed)).toEqual([false, true]);
  });

  it("make a catalog unreadable until it is allowed again", async () => {
    const client = await shared.connect(orders);
    shared.running().refuseCatalog("pg_proc");
    await expect(client.query("select count(*) from pg_catalog.pg_proc")).rejects.toMatchObject({
      code: "0A000",
    });
    await client.query("select 'pg_proc' as text -- pg_proc");
    shared.running().allowCatalog("pg_proc");
    await client.query("select count(*) from pg_catalog.pg_proc");
  });
});

describe("the stand-in", () => {
  it("survives clients that talk nonsense or leave in the middle", async () => {
    const { port } = shared.running().dial;
    for (const bytes of [
      "GET / HTTP/1.1\r\n\r\n",
      "\x16\x03\x01 no hello",
      "\0\0\0\x08\x04\xd2\x16\x2f",
      "",
    ]) {
      const socket = connectSocket(port, "127.0.0.1", () => socket.end(Buffer.from(bytes, "latin1")));
      socket.on("error", () => {});
      await new Promise((closed) => socket.resume().on("close", closed));
    }
    const client = await shared.connect(orders);
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("keeps the mappings from all but admin on request, and stops cleanly with clients inside", async () => {
    const other = await startStandIn({
      ...testCluster,
      canReadMappings: "admin",
      credentials: { [adminKey]: roleSession("Admin"), [orders.accessKeyId]: roleSession("service/Orders") },
    });
    const dial = async (login: typeof orders) => {
      const ssl = { ca: other.dial.ca, servername: other.host };
      const client = new pg.Client({ ...(await shared.config(login)), port: other.dial.port, ssl });
      client.on("error", () => {});
      await client.connect();
      return client;
    };
    const root = await dial(admin);
    await root.query("create role orders with login");
    await root.query(`aws iam grant orders to '${roleArn("service/Orders")}'`);
    expect((await root.query("select * from sys.iam_pg_role_mappings")).rowCount).toBe(1);
    const plain = await dial(orders);
    await expect(plain.query("select * from sys.iam_pg_role_mappings")).rejects.toMatchObject({
      code: "42501",
    });
    const asleep = expect(plain.query("select pg_sleep(20)")).rejects.toThrow();
    await Promise.all([other.stop(), other.stop()]);
    await asleep;
    await expect(dial(admin)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
