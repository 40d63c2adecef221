// What is known, over HTTP: clusters, findings, snapshots and what changed between them.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, iso } from "../../lib/core/base/time.ts";
import { exemptFinding } from "../../lib/jobs/act-on-finding.ts";
import { noteUnwatched } from "../../lib/jobs/not-watched.ts";
import { findingDocument } from "../../lib/queries/finding-document.ts";
import { leftOutStore } from "../../lib/store/coverage/left-out.ts";
import { createFindingStore } from "../../lib/store/findings/findings.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { allPages, asker } from "../support/ask.ts";
import { askedWorld, at } from "../support/asked-world.ts";
import { catalog, cluster, estate, role } from "../support/catalogs.ts";
import { fillWorld, findingOf, NOW, READER, T } from "../support/query-world.ts";

const { ask, db, fresh, another } = askedWorld();

describe("/clusters", () => {
  it("tells how fresh each cluster's knowledge is", async () => {
    const { body } = await ask("/clusters");
    expect(body).toMatchObject({
      items: [
        {
          cluster,
          account: "111122223333",
          region: "us-east-1",
          newestSnapshot: { seq: 4, takenAt: at(3) },
          judgedAt: at(3),
          notChosenSince: null,
          notWatched: null,
        },
      ],
      next: null,
      moreNotWatched: null,
    });
  });

  it("lists those that nobody watches among the others, page by page, and says how many more there may be", async () => {
    const other = await fresh();
    await fillWorld(other);
    const store = openStore(other, { now: () => NOW });
    await store.deployments.ran(NOW, {
      ...{ stack: "s", topic: "arn:aws:sns:us-east-1:111122223333:t", queues: {}, deadLetters: {} },
      ...{ bucket: "", prefix: "", api: "", regions: "", members: "", clusterTags: {} },
    });
    const stranger = (n: number) =>
      Cluster.parse(`arn:aws:dsql:us-east-1:999900001111:cluster/${String(n).padStart(2, "0")}`);
    for (let n = 0; n < 22; n++) await noteUnwatched(store, stranger(n), NOW - n * HOUR);
    const { ask: asked } = asker(other, () => NOW);
    const { items, pages } = await allPages(asked, "/clusters", { limit: "8" });
    expect(pages).toBe(3);
    expect(items).toMatchObject([
      { cluster, notWatched: null },
      ...Array.from({ length: 20 }, (_, n) => ({
        cluster: stranger(n),
        account: "999900001111",
        notWatched: { because: "account", connections: 0, lastAt: null },
      })),
    ]);
    expect((await asked("/clusters")).body).toMatchObject({ moreNotWatched: 2 });
    await other.put({ pk: "UNWATCHED", sk: "arn:broken", v: 99 });
    expect(await asked("/clusters")).toMatchObject({
      status: 200,
      body: { items: [{ cluster }], moreNotWatched: null },
    });
  });

  it("tells of one that its tags no longer choose", async () => {
    const other = await fresh();
    await fillWorld(other);
    await leftOutStore(other).noteUnchosen(cluster, { at: NOW - HOUR, since: NOW - 5 * HOUR });
    expect((await asker(other, () => NOW).ask("/clusters")).body).toMatchObject({
      items: [{ cluster, notChosenSince: iso(NOW - 5 * HOUR) }],
    });
  });

  it("is needed by no other question while there is only one cluster", async () => {
    const [a, b, c] = await Promise.all([
      ask("/snapshots"),
      ask("/snapshots", { cluster }),
      ask("/snapshots", { cluster: "abcdefghijklmnopqrstuvwxyz" }),
    ]);
    expect(a.body).toEqual(b.body);
    expect(a.body).toEqual(c.body);
  });

  it("says which parameter is wanted where there are several, and none where there are none", async () => {
    const other = await fresh();
    const empty = asker(other, () => NOW).ask;
    expect(await empty("/snapshots")).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect(await empty("/clusters")).toMatchObject({ status: 200, body: { items: [] } });
    await fillWorld(other);
    await other.put({ pk: "CLUSTERS", sk: `${cluster}2`, v: 1 });
    expect(await empty("/snapshots")).toMatchObject({
      status: 400,
      body: { hint: expect.stringContaining("the parameter cluster") },
    });
    expect(await empty("/snapshots", { cluster })).toMatchObject({ status: 200 });
    const { items, pages } = await allPages(empty, "/clusters", { limit: "1" });
    expect([pages, items]).toMatchObject([
      2,
      [{ cluster }, { cluster: `${cluster}2`, newestSnapshot: null }],
    ]);
  });
});

describe("/findings", () => {
  it("lists, narrows and pages them, and says when they were looked for", async () => {
    const ids = async (params: Record<string, string>): Promise<string[]> =>
      (await ask("/findings", params)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids({})).toEqual(["a-1", "b-1", "c-1"]);
    expect(await ids({ status: "open" })).toEqual(["a-1", "c-1"]);
    expect(await ids({ severity: "high", detector: "new-network" })).toEqual(["c-1"]);
    expect((await ask("/findings")).body).toMatchObject({ judgedAt: at(3), judgedSnapshotAt: at(3) });
    const { pages, items } = await allPages(ask, "/findings", { limit: "1", severity: "high" });
    expect([pages, items]).toMatchObject([2, [{ id: "b-1", closedAt: at(2) }, { id: "c-1" }]]);
  });

  it("says the same of a finding as the command line does", async () => {
    const { body } = await ask("/findings/b-1");
    const stored = await createFindingStore(db()).get(cluster, "b-1");
    expect(body.confirmedAt).toBe(at(1));
    expect(body).toEqual(stored && findingDocument(stored));
  });

  it("gives one by its id, with its evidence", async () => {
    expect(await ask("/findings/a-1")).toMatchObject({
      status: 200,
      body: { id: "a-1", principal: READER, role: "app_ro", evidence: { days: 90 }, firstSeenAt: at(0) },
    });
    expect(await ask("/findings/nobody")).toMatchObject({ status: 404, type: "application/problem+json" });
  });

  it("tells of one that is exempt who accepted it, until when and why", async () => {
    const table = await fresh();
    await fillWorld(table);
    const store = openStore(table, { now: () => NOW });
    const found = await store.findings.get(cluster, "a-1");
    if (!found) throw new Error("there is no a-1");
    const terms = { owner: "ops", reason: "yearly job", until: NOW + DAY };
    await exemptFinding(store, found, { via: "api", at: NOW, by: "ana" }, terms);
    expect((await asker(table, () => NOW).ask("/findings/a-1")).body).toMatchObject({
      status: "exempt",
      exemption: { ...terms, until: iso(NOW + DAY), by: "ana", at: iso(NOW) },
    });
    expect((await ask("/findings/a-1")).body).not.toHaveProperty("exemption");
  });

  it("neither repeats nor loses one while others come and go between pages", async () => {
    const table = await another();
    const findings = createFindingStore(table);
    let n = 0;
    const { items } = await allPages(asker(table, () => NOW).ask, "/findings", { limit: "1" }, async () => {
      n += 1;
      if (n <= 2)
        await findings.update(cluster, (all) => [...all, findingOf(`0-${n}`), findingOf(`b-1${n}`)]);
    });
    const ids = items.map((item) => (item as { id: string }).id);
    expect(ids).toEqual(["a-1", "b-1", "b-11", "b-12", "c-1"]);
  });
});

describe("/snapshots", () => {
  it("lists them newest first, page by page, within a stretch of time", async () => {
    const { items, pages } = await allPages(ask, "/snapshots", { limit: "3" });
    expect(pages).toBe(2);
    expect(items).toMatchObject([
      { seq: 4, changes: expect.any(Number), unreadable: [{ section: "functions", lastReadAt: at(2) }] },
      { seq: 3, changes: 0, unreadable: [] },
      { seq: 2, changes: 1 },
      { seq: 1, previousHash: null, rows: { relations: 2, functions: 0 } },
    ]);
    const some = await ask("/snapshots", { from: at(1), to: at(2) });
    expect(some.body.items.map(({ seq }: { seq: number }) => seq)).toEqual([3, 2]);
  });

  it("pages over snapshots of one and the same instant", async () => {
    const table = await another();
    const store = createSnapshotStore(table, { now: () => T });
    for (let n = 0; n < 25; n++) {
      await store.save(cluster, estate({ roles: [role(10, "admin"), role(200 + n, `r${n}`)] }), T + 4 * HOUR);
    }
    const { items } = await allPages(asker(table, () => NOW).ask, "/snapshots", { limit: "2" });
    expect(items.map((item) => (item as { seq: number }).seq)).toEqual(
      Array.from({ length: 29 }, (_, n) => 29 - n),
    );
  });
});

describe("/snapshots/as-of", () => {
  it("gives what was true, and names the snapshot and what it cannot say", async () => {
    const { body } = await ask("/snapshots/as-of", { at: iso(T + 1.5 * HOUR), section: "relations" });
    const store = createSnapshotStore(db(), { now: () => T });
    const stored = await store.asOf(cluster, T + 1.5 * HOUR);
    expect(body).toMatchObject({
      cluster,
      snapshot: { seq: 2, takenAt: at(1), manifestHash: stored?.hash },
      uncertainty: { after: at(1), before: at(2), unreadable: [] },
    });
    const rows = stored?.catalog.sections.relations;
    expect(body.items.map(({ row }: { row: unknown }) => row)).toEqual(rows?.status === "read" && rows.rows);
  });

  it("says of what could not be read that it is unknown", async () => {
    const { body } = await ask("/snapshots/as-of", { section: "functions" });
    expect(body).toMatchObject({
      snapshot: { seq: 4 },
      uncertainty: {
        before: null,
        unreadable: [{ section: "functions", lastReadAt: at(2) }],
        text: expect.stringContaining("unknown: functions"),
      },
    });
    expect(body.sections.find(({ section }: { section: string }) => section === "functions")).toEqual({
      section: "functions",
      status: "unreadable",
      rows: 0,
      lastReadAt: at(2),
      reason: "permission denied",
    });
  });

  it("says before the first snapshot that nothing is known", async () => {
    expect(await ask("/snapshots/as-of", { at: iso(T - 1) })).toMatchObject({
      status: 404,
      body: { code: "not-found", hint: expect.stringContaining(at(0)) },
    });
  });

  it("rests on one snapshot through all its pages, whatever is stored in between", async () => {
    const table = await another();
    const once = asker(table, () => NOW).ask;
    const whole = await once("/snapshots/as-of");
    const store = createSnapshotStore(table, { now: () => T });
    let n = 4;
    const { items, pages } = await allPages(once, "/snapshots/as-of", { limit: "2" }, async () => {
      await store.save(cluster, catalog({ roles: [role(10 + n, "new")] }), T + n++ * HOUR);
    });
    expect(pages).toBeGreaterThan(3);
    expect(items).toEqual(whole.body.items);
  });
});

describe("/history", () => {
  it("tells what differs between two moments, and by which snapshots", async () => {
    const { body } = await ask("/history/diff", { from: at(0), to: at(1) });
    expect(body).toMatchObject({
      from: { snapshot: { seq: 1 } },
      to: { snapshot: { seq: 2 } },
      items: [{ change: { kind: "grant", object: { name: "orders" }, after: { privileges: "rd" } } }],
    });
    expect((await ask("/history/diff", { from: at(1), to: at(2) })).body.items).toEqual([]);
    const whole = await ask("/history/diff", { from: at(1), to: at(3) });
    const paged = await allPages(ask, "/history/diff", { from: at(1), to: at(3), limit: "1" });
    expect(paged.items).toEqual(whole.body.items);
    expect(paged.pages).toBe(whole.body.items.length);
    expect(whole.body.items.map((one: { change: { kind: string } }) => one.change.kind).sort()).toEqual([
      "grant",
      "object-dropped",
      "section-unreadable",
    ]);
  });

  it("tells every change in its order, with the snapshots around it", async () => {
    const whole = await ask("/history/changes", { from: at(-1) });
    expect(whole.body).toMatchObject({ first: null, last: { snapshot: { seq: 4 } }, next: null });
    expect(whole.body.items[0]).toMatchObject({
      after: { seq: 1, takenAt: at(0) },
      before: { seq: 2, takenAt: at(1) },
      change: { kind: "grant", grantee: { name: "app_ro" } },
    });
    const paged = await allPages(ask, "/history/changes", { from: at(-1), limit: "1" });
    expect(paged.items).toEqual(whole.body.items);
    const late = await ask("/history/changes", { from: at(1), to: at(2) });
    expect(late.body).toMatchObject({ first: { snapshot: { seq: 2 } }, items: [] });
  });

  it("refuses a stretch that ends before it begins", async () => {
    for (const path of ["/history/diff", "/history/changes", "/coverage", "/activity/principals"])
      expect(await ask(path, { from: at(3), to: at(1) })).toMatchObject({ status: 400 });
    expect(await ask("/history/diff", {})).toMatchObject({
      status: 400,
      body: { detail: "the parameter from is required" },
    });
    expect(await ask("/history/diff", { from: iso(T - DAY), to: at(1) })).toMatchObject({ status: 404 });
  });
});
