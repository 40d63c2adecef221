import { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { AuroraDSQLClient, AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { toEventBridge } from "../../../local/dsql/stand-in.ts";
import { roleArn, roleSession } from "../../support/stand-in.ts";
import { admin, orders, standInWithOrders } from "../../support/stand-in-orders.ts";

const shared = standInWithOrders();

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
