import { join } from "node:path";
import type { Context } from "aws-lambda";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { handler } from "../../handlers/query.ts";
import { acts } from "../../lib/api/acts.ts";
import { openApi } from "../../lib/api/openapi.ts";
import { routePlaces } from "../../lib/api/routes.ts";
import { AuditError } from "../../lib/errors.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { openDynamoDbTable } from "../../lib/store/table/dynamodb/dynamodb-table.ts";
import { type ReadTable, readOnly, refuseWrites } from "../../lib/store/table/read-only.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { type Answered, type Ask, asker, httpEvent } from "../support/ask.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { fillWorld, NOW, T } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
let db: Table;
let ask: Ask;
let send: (event: unknown) => Promise<Answered>;
beforeAll(async () => {
  tables = await testTables();
  db = await tables.fresh();
  await fillWorld(db);
  ({ ask, send } = asker(db, () => NOW));
});
afterAll(() => tables.stop());

describe("the query function", () => {
  it("answers JSON that nobody may keep", async () => {
    const { status, type, headers } = await ask("/clusters");
    expect([status, type]).toEqual([200, "application/json"]);
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });

  it("serves its own description", async () => {
    expect((await ask("/openapi.json")).body).toEqual(
      JSON.parse(
        JSON.stringify(openApi([...(await Promise.all(routePlaces.map(({ load }) => load()))), ...acts])),
      ),
    );
  });

  it("tells errors as problems: what is wrong and what to do", async () => {
    expect(await ask("/nothing")).toMatchObject({
      status: 404,
      type: "application/problem+json",
      body: { type: "about:blank", title: "Not Found", status: 404, code: "not-found" },
    });
    expect(await ask("/findings", { colour: "red" })).toMatchObject({
      status: 400,
      body: {
        code: "usage",
        detail: 'unknown parameter "colour"',
        hint: expect.stringContaining("severity"),
      },
    });
    expect(await ask("/findings", { severity: "awful" })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^parameter severity: .*critical/) },
    });
    expect(await ask("/snapshots/as-of", { at: "yesterday" })).toMatchObject({
      status: 400,
      body: { detail: 'cannot read the time "yesterday"', hint: expect.stringContaining("ISO 8601") },
    });
    expect(await ask("/snapshots", { cluster: "another" })).toMatchObject({ status: 404 });
    for (const limit of ["0", "1001", "-1", "1.5", "many", ""])
      expect(await ask("/findings", { limit }), limit).toMatchObject({ status: 400 });
    expect(await send(httpEvent("/findings", "limit=1&limit=2"))).toMatchObject({
      status: 400,
      body: { detail: 'the parameter "limit" is given twice' },
    });
    expect(await send(httpEvent("/findings/a-1", "id=b-1"))).toMatchObject({ status: 400 });
  });

  it("changes nothing, whatever the method", async () => {
    for (const method of ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"]) {
      const answered = await send(httpEvent("/findings", "", method));
      expect(answered, method).toMatchObject({ status: 405, headers: { allow: "GET" } });
    }
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const answered = await send(httpEvent("/policy/try", "", method));
      expect(answered, method).toMatchObject({
        status: 405,
        headers: { allow: "POST" },
        body: {
          detail: `${method} is not allowed: what is asked is sent as a body.`,
          hint: "Ask with POST.",
        },
      });
    }
  });

  it("knows its paths behind a stage, with a slash at the end, and by their parts", async () => {
    expect(await send(httpEvent("/prod/findings", "", "GET", "prod"))).toMatchObject({ status: 200 });
    expect(await send(httpEvent("/prod/findings"))).toMatchObject({ status: 404 });
    expect(await send(httpEvent("/findings/"))).toMatchObject({ status: 200, body: { items: [{}, {}, {}] } });
    expect(await send(httpEvent("/findings/a%2D1"))).toMatchObject({ status: 200, body: { id: "a-1" } });
    expect(await send(httpEvent("/findings/%zz"))).toMatchObject({ status: 404 });
    expect(await send(httpEvent("/findings//a-1"))).toMatchObject({ status: 404 });
    expect(await send({ rawPath: 7 })).toMatchObject({ status: 400 });
    expect(await send(null)).toMatchObject({ status: 400 });
  });

  it("refuses a cursor that is broken, invented or of another question", async () => {
    const { body } = await ask("/findings", { limit: "1" });
    const cursor: string = body.next;
    expect(await ask("/findings", { cursor, limit: "2" })).toMatchObject({ status: 200 });
    const invented = Buffer.from(JSON.stringify(["", 1])).toString("base64url");
    for (const bad of ["", "x", cursor.slice(0, -3), `${cursor}AAAA`, invented, "bnVsbA", "////"])
      expect(await ask("/findings", { cursor: bad }), bad).toMatchObject({
        status: 400,
        body: { code: "usage" },
      });
    expect(await ask("/findings", { cursor, severity: "high" })).toMatchObject({ status: 400 });
    expect(await ask("/clusters", { cursor })).toMatchObject({ status: 400 });
    const mark = (JSON.parse(Buffer.from(cursor, "base64url").toString()) as string[])[0];
    const forged = Buffer.from(JSON.stringify([mark, { $gt: "" }])).toString("base64url");
    expect(await ask("/findings", { cursor: forged })).toMatchObject({ status: 400 });
  });

  it("says nothing of its inside when something breaks, and all of it to the log", async () => {
    const failing = (error: Error): ReadTable => ({
      ...readOnly(db),
      query: () => {
        throw error;
      },
    });
    for (const error of [
      new Error("arn:aws:dynamodb:secret"),
      new AuditError("store", "secret chunk", { hint: "secret" }),
      new AuditError("denied", "secret role"),
    ]) {
      const { ask, logged } = asker(failing(error), () => NOW);
      const { status, body } = await ask("/findings");
      expect([status, body]).toMatchObject([500, { code: "internal", requestId: "req-1" }]);
      expect(JSON.stringify(body)).not.toContain("secret");
      expect(logged).toEqual([["question failed", expect.objectContaining({ reason: error.message })]]);
    }
  });

  it("is wired by its environment", async () => {
    const name = "wired";
    await tables.database.createTable(name);
    const { client, endpoint } = tables.database;
    await fillWorld(openDynamoDbTable({ client, name, sleep: async () => {}, random: Math.random }));
    vi.stubEnv("TABLE_NAME", name);
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", endpoint);
    for (const variable of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
      vi.stubEnv(variable, "local");
    const { statusCode, body } = await handler(httpEvent("/findings", "limit=1"), {} as Context);
    vi.unstubAllEnvs();
    expect([statusCode, JSON.parse(body)]).toMatchObject([200, { cluster, items: [{ id: "a-1" }] }]);
  });

  it("tells who finds the store busy to come back", async () => {
    const busy = refuseWrites(db);
    const query = (): never => {
      throw new AuditError("throttled", "slow down");
    };
    expect(await asker({ ...busy, query }, () => NOW).ask("/findings")).toMatchObject({
      status: 503,
      body: { detail: "The store is busy." },
      headers: { "retry-after": "5" },
    });
  });
});

describe("read-only", () => {
  it("leaves nothing to write with", async () => {
    expect(Object.keys(readOnly(db)).sort()).toEqual(["get", "getMany", "query"]);
    const store = createSnapshotStore(refuseWrites(readOnly(db)), { now: () => T });
    expect(await store.head(cluster)).toMatchObject({ manifest: { seq: 4 } });
    await expect(store.save(cluster, estate(), T)).rejects.toMatchObject({ code: "denied" });
    for (const write of ["put", "putIfAbsent", "putIf", "putMany", "remove", "removeIf"] as const) {
      const refused = refuseWrites(db)[write] as (...args: unknown[]) => Promise<unknown>;
      await expect(refused({ pk: "a", sk: "b" }), write).rejects.toMatchObject({ code: "denied" });
    }
  });

  it("brings no driver, no queue and no mail along", async () => {
    const { metafile } = await build({
      entryPoints: [join(import.meta.dirname, "../../handlers/query.ts")],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      mainFields: ["module", "main"],
      outdir: "out",
    });
    const [output] = Object.values(metafile.outputs);
    const inside = Object.entries(output?.inputs ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file);
    expect(inside.some((file) => file.includes("client-dynamodb"))).toBe(true);
    const wrong = /node_modules\/(?:pg|pg-[a-z]+|@aws-sdk\/(?:client-(?!dynamodb)|dsql)[^/]*)\//;
    expect(inside.filter((file) => wrong.test(file))).toEqual([]);
  });
});
