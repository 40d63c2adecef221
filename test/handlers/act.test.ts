// Acting on findings over HTTP: in the name of who IAM says is calling, written down, and nothing else.
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { actHandler } from "../../handlers/act.ts";
import { acts } from "../../lib/api/acts.ts";
import { DAY } from "../../lib/core/base/time.ts";
import { acknowledgeFinding } from "../../lib/jobs/act-on-finding.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster } from "../support/catalogs.ts";
import { fillWorld, INCIDENT, NOW } from "../support/query-world.ts";
import { testTables } from "../support/table.ts";

const CALLER = "arn:aws:sts::111122223333:assumed-role/OnCall/ana";
let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
let logged: unknown[];

beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());
beforeEach(async () => {
  const db = await tables.fresh();
  await fillWorld(db);
  store = openStore(db, { now: () => NOW });
  logged = [];
});

/** What is published for it: no field more. */
const answerOf = (path: string) => {
  const [, what, , act] = path.split("/");
  const found = acts.find((one) => one.path === `/${what}/{id}/${act}`);
  if (!found) throw new Error(`no act at ${path}`);
  return found.answer;
};

const send = async (path: string, body: unknown, more: { method?: string; caller?: string | null } = {}) => {
  const { method = "POST", caller = CALLER } = more;
  const say = (message: string, fields?: unknown) => logged.push([message, fields]);
  const handle = actHandler({
    ...{ now: () => NOW, random: () => 0, sleep: async () => {}, store },
    log: { info: say, warn: say, error: say },
  });
  const event = {
    rawPath: path,
    body: typeof body === "string" ? body : JSON.stringify(body),
    requestContext: {
      http: { method },
      requestId: "r",
      ...(caller !== null && { authorizer: { iam: { userArn: caller } } }),
    },
  };
  const { statusCode, body: answer } = await handle(event, {} as Context);
  const parsed = JSON.parse(answer) as Record<string, unknown>;
  if (statusCode === 200) expect(answerOf(path).parse(parsed)).toEqual(parsed);
  return { status: statusCode, body: parsed };
};

describe("an act over HTTP", () => {
  it("acknowledges in the caller's name, and twice is once", async () => {
    for (const _ of [1, 2]) {
      const { status, body } = await send("/findings/a-1/ack", { note: "revoked today" });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: "acknowledged",
        acknowledged: { by: CALLER, note: "revoked today" },
      });
    }
    expect(await store.acts.list(cluster)).toEqual([
      { cluster, at: NOW, kind: "ack", finding: "a-1", by: CALLER, via: "api", note: "revoked today" },
    ]);
  });

  it("acknowledges all of an incident that is open, each written down, and twice is once", async () => {
    for (const path of [`/incidents/${INCIDENT}/ack`, `/findings/${INCIDENT}/ack`]) {
      const { status, body } = await send(path, { note: "on it" });
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: INCIDENT, status: "acknowledged" });
      expect((body.findings as { status: string }[]).map((one) => one.status)).toEqual([
        "acknowledged",
        "acknowledged",
      ]);
    }
    const acts = await store.acts.list(cluster);
    expect(acts.map((act) => ["finding" in act && act.finding, act.kind, act.by, act.note]).sort()).toEqual([
      ["a-1", "ack", CALLER, "on it"],
      ["c-1", "ack", CALLER, "on it"],
    ]);
    expect((await store.findings.get(cluster, "b-1"))?.status).toBe("resolved");
  });

  it("leaves what was accepted of an incident as it is", async () => {
    await store.findings.update(cluster, (all) =>
      all.map((one) => (one.id === "c-1" ? { ...one, status: "exempt" } : one)),
    );
    expect(await send(`/incidents/${INCIDENT.slice(4, 9)}/ack`, {})).toMatchObject({ status: 200 });
    expect((await store.findings.list(cluster)).map(({ id, status }) => `${id} ${status}`).sort()).toEqual([
      "a-1 acknowledged",
      "b-1 resolved",
      "c-1 exempt",
    ]);
  });

  it("exempts and takes that back, both written down", async () => {
    const terms = { owner: "ops", reason: "yearly job", until: new Date(NOW + 90 * DAY).toISOString() };
    expect(await send("/findings/a-1/exempt", terms)).toMatchObject({
      status: 200,
      body: { status: "exempt", exemption: { owner: "ops", by: CALLER } },
    });
    expect(await send("/findings/a-1/unexempt", {})).toMatchObject({ status: 200, body: { status: "open" } });
    const acts = await store.acts.list(cluster);
    expect(acts.map(({ kind, by }) => `${kind} ${by}`).sort()).toEqual([
      `exempt ${CALLER}`,
      `unexempt ${CALLER}`,
    ]);
    expect(await store.findings.exemptions(cluster)).toEqual([]);
  });

  it.each([
    ["/findings/a-1/delete", {}, 404],
    ["/findings/none/ack", {}, 404],
    ["/incidents/inc-00000000/ack", {}, 404],
    [`/incidents/${INCIDENT}/exempt`, {}, 404],
    ["/clusters/a-1/ack", {}, 404],
    ["/findings/a-1", {}, 404],
    ["/findings/a-1/ack", "{", 400],
    // A key that stands twice is never a silent choice.
    ["/findings/a-1/ack", '{"note":"one","note":"two"}', 400],
    ["/findings/a-1/ack", "x".repeat(20_000), 400],
    ["/findings/a-1/ack", { by: "somebody else" }, 400],
    ["/findings/a-1/exempt", { owner: "ops" }, 400],
    ["/findings/a-1/exempt", { owner: " ", reason: "r", until: "2027-01-01T00:00:00Z" }, 400],
    ["/findings/a-1/exempt", { owner: "o", reason: "r", until: "2099-01-01T00:00:00Z" }, 400],
    // Nothing of these can be seen.
    ["/findings/a-1/exempt", { owner: "\u200b", reason: "r", until: "2026-03-02T00:00:00Z" }, 400],
    ["/findings/a-1/exempt", { owner: "o", reason: "\u0000\u202e ", until: "2026-03-02T00:00:00Z" }, 400],
    ["/findings/a-1/exempt", { owner: "o", reason: "r", until: new Date(NOW - DAY).toISOString() }, 400],
    ["/findings/b-1/exempt", { owner: "o", reason: "r", until: "soon" }, 400],
  ])("refuses %s with %j, and changes nothing", async (path, body, status) => {
    const before = await store.findings.list(cluster);
    expect(await send(path, body)).toMatchObject({ status });
    expect(await store.findings.list(cluster)).toEqual(before);
    expect(await store.acts.list(cluster)).toEqual([]);
  });

  it("does nothing for a caller without an identity, nor for GET", async () => {
    const until = new Date(NOW + DAY).toISOString();
    for (const caller of [null, "", "  ", "\u200b"])
      for (const [act, body] of [
        ["ack", {}],
        ["exempt", { owner: "o", reason: "r", until }],
        ["unexempt", {}],
      ] as const)
        expect(await send(`/findings/a-1/${act}`, body, { caller })).toMatchObject({ status: 400 });
    expect(await send("/findings/a-1/ack", {}, { method: "GET" })).toMatchObject({ status: 405 });
    expect(await store.acts.list(cluster)).toEqual([]);
  });
});

describe("what is written down", () => {
  const until = new Date(NOW + DAY).toISOString();

  it("names the caller whole, however long the path of an IAM user is", async () => {
    const caller = `arn:aws:iam::111122223333:user/${"p".repeat(510)}/${"n".repeat(63)}a`;
    await send("/findings/a-1/ack", {}, { caller });
    await send("/findings/b-1/exempt", { owner: "o", reason: "r", until }, { caller });
    expect((await store.acts.list(cluster)).map(({ by }) => by)).toEqual([caller, caller]);
    expect((await store.findings.get(cluster, "a-1"))?.acknowledged?.by).toBe(caller);
    expect((await store.findings.exemptions(cluster))[0]?.createdBy).toBe(caller);
  });

  it("is written down under the name that the finding shows, also from the command line", async () => {
    const finding = await store.findings.get(cluster, "a-1");
    if (!finding) throw new Error("the world has it");
    await acknowledgeFinding(store, finding, { by: "  ana\n", via: "command line", at: NOW });
    expect((await store.acts.list(cluster)).map(({ by }) => by)).toEqual(["ana"]);
    expect((await store.findings.get(cluster, "a-1"))?.acknowledged?.by).toBe("ana");
  });

  it("holds no half of a character", async () => {
    const owner = `${"o".repeat(199)}\u{1F600}`;
    await send("/findings/a-1/exempt", { owner, reason: "a\ud800b", until });
    expect(await store.findings.exemptions(cluster)).toMatchObject([
      { owner: "o".repeat(199), reason: "a\ufffdb" },
    ]);
  });

  it("is what was accepted a moment ago, though a copy of the table lags behind", async () => {
    const [now, before] = [await tables.fresh(), await tables.fresh()];
    for (const table of [now, before]) await fillWorld(table);
    store = openStore(
      { ...now, query: (range) => (range.consistent ? now : before).query(range) },
      { now: () => NOW },
    );
    const terms = { owner: "o", reason: "r", until };
    expect(await send("/findings/a-1/exempt", terms)).toMatchObject({ body: { status: "exempt" } });
    expect(await send("/findings/a-1/unexempt", {})).toMatchObject({ body: { status: "open" } });
    expect((await store.acts.list(cluster)).map(({ kind }) => kind).sort()).toEqual(["exempt", "unexempt"]);
    expect(await store.findings.exemptions(cluster)).toEqual([]);
  });

  it("is nothing where nothing was accepted that could be withdrawn", async () => {
    expect(await send("/findings/a-1/unexempt", {})).toMatchObject({ status: 200, body: { status: "open" } });
    expect(await store.acts.list(cluster)).toEqual([]);
  });
});

describe("an act on a cluster over HTTP", () => {
  const id = cluster.slice(cluster.lastIndexOf("/") + 1);

  it("retires it in the caller's name with a note, and restores it; twice is once", async () => {
    for (const _ of [1, 2]) {
      const { status, body } = await send(`/clusters/${id}/retire`, { note: "moved" });
      expect(status).toBe(200);
      expect(body).toMatchObject({ cluster, goneReason: "retired", goneBy: CALLER, goneNote: "moved" });
    }
    expect((await store.findings.list(cluster)).filter(({ status }) => status === "open")).toEqual([]);
    const { status, body } = await send(`/clusters/${encodeURIComponent(cluster)}/restore`, {});
    expect([status, body.goneAt]).toEqual([200, null]);
    expect((await store.acts.list(cluster)).map(({ kind, by, via }) => [kind, by, via])).toEqual([
      ["restore", CALLER, "api"],
      ["retire", CALLER, "api"],
    ]);
  });

  it("does nothing without a note, without a caller, for a cluster that is not known, or by another name", async () => {
    expect((await send(`/clusters/${id}/retire`, {})).status).toBe(400);
    expect((await send(`/clusters/${id}/retire`, { note: " " })).status).toBe(400);
    expect((await send(`/clusters/${id}/retire`, { note: "x" }, { caller: null })).status).toBe(400);
    expect((await send("/clusters/away/retire", { note: "x" })).status).toBe(404);
    expect((await send(`/clusters/${id}/ack`, {})).status).toBe(404);
    expect((await send("/findings/a-1/retire", { note: "x" })).status).toBe(404);
    expect(await store.acts.list(cluster)).toEqual([]);
  });
});
