import { connect as connectSocket, Socket } from "node:net";
import { AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { dataConflict, schemaConflict, startStandIn } from "../../../local/dsql/stand-in.ts";
import { adminKey, roleArn, roleSession, testCluster } from "../../support/stand-in.ts";
import { admin, orders, standInWithOrders } from "../../support/stand-in-orders.ts";

const shared = standInWithOrders();

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
