import { describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { allPages, asker } from "../support/ask.ts";
import { askedWorld, at } from "../support/asked-world.ts";
import { acl, catalog, cluster, estate, publicSchema, role, table } from "../support/catalogs.ts";
import { ADMIN_USER, NOW, READER, T, WRITER } from "../support/query-world.ts";

const { ask, db, another } = askedWorld();

describe("/privileges", () => {
  it("gives what the engine says of the snapshot as of the moment, page by page", async () => {
    const stored = await createSnapshotStore(db(), { now: () => T }).asOf(cluster, T + HOUR);
    const rows = stored ? [...accessEngine(stored.catalog).rows()] : [];
    expect(rows.length).toBeGreaterThan(20);
    const whole = await ask("/privileges", { at: at(1) });
    expect(whole.body).toMatchObject({ snapshot: { seq: 2 }, uncertainty: { before: at(2) }, next: null });
    expect(whole.body.items).toEqual(rows);
    for (const limit of ["1", "7", "1000"])
      expect((await allPages(ask, "/privileges", { at: at(1), limit })).items).toEqual(rows);
  });

  it("narrows to a role and an object, a table with its columns", async () => {
    const mine = await ask("/privileges", { role: "app_ro", object: "public.orders", at: at(1) });
    expect(mine.body.items.map(({ privilege }: { privilege: string }) => privilege)).toEqual([
      "SELECT",
      "DELETE",
    ]);
    const other = await another();
    const columns = [{ relation: 1000, number: 2, name: "amount", acl: acl("100=w/10") }];
    await createSnapshotStore(other, { now: () => T }).save(cluster, estate({ columns }), NOW);
    const { body } = await asker(other, () => NOW).ask("/privileges", { role: "app_ro", object: "orders" });
    expect(body.items).toMatchObject([
      { kind: "table", privilege: "SELECT" },
      { kind: "column", column: "amount", privilege: "UPDATE" },
    ]);
  });

  it("shows the difference that one grant made", async () => {
    const rows = async (hours: number): Promise<string[]> =>
      (await ask("/privileges", { at: at(hours) })).body.items.map((row: unknown) => JSON.stringify(row));
    const [before, after] = [await rows(0), await rows(1)];
    const gained = after.filter((row) => !before.includes(row)).map((row) => JSON.parse(row));
    expect(before.filter((row) => !after.includes(row))).toEqual([]);
    expect(gained).toMatchObject([
      { role: "app_ro", object: "orders", privilege: "DELETE", path: ["app_ro"] },
      { role: "app_rw", object: "orders", privilege: "DELETE", path: ["app_rw", "app_ro"] },
    ]);
  });

  it("rests on one snapshot through all its pages", async () => {
    const other = await another();
    const once = asker(other, () => NOW).ask;
    const whole = await once("/privileges");
    const store = createSnapshotStore(other, { now: () => T });
    let n = 4;
    const { items } = await allPages(once, "/privileges", { limit: "9" }, async () => {
      await store.save(cluster, catalog({ roles: [role(10 + n, "new")] }), T + n++ * HOUR);
    });
    expect(items).toEqual(whole.body.items);
  });

  it("ends a page before it outgrows a response", async () => {
    const other = await another();
    const name = (n: number): string => `${"\u0001".repeat(500)}${n}`;
    const many = Array.from({ length: 9 }, (_, n) => role(1000 + n, name(n)));
    const relations = Array.from({ length: 15 }, (_, n) =>
      table(2000 + n, name(n), { acl: acl(...many.map(({ oid }) => `${oid}=arwdDxt/10`)) }),
    );
    const wide = catalog({ roles: [role(10, "admin"), ...many], schemas: [publicSchema], relations });
    await createSnapshotStore(other, { now: () => T }).save(cluster, wide, NOW);
    const { items, pages } = await allPages(asker(other, () => NOW).ask, "/privileges", { limit: "1000" });
    expect(items.length).toBeGreaterThan(900);
    expect(pages).toBeGreaterThan(2);
  });

  it("does not know who is not in the snapshot", async () => {
    expect(await ask("/privileges", { role: "nobody" })).toMatchObject({ status: 404 });
    expect(await ask("/privileges", { role: "__proto__" })).toMatchObject({ status: 404 });
    expect(await ask("/privileges", { object: "public.payments" })).toMatchObject({ status: 404 });
    expect(await ask("/privileges", { object: "public.payments", at: at(0) })).toMatchObject({ status: 200 });
  });
});

describe("/who-can", () => {
  it("names the roles, the ways and the principals behind them", async () => {
    const { body } = await ask("/who-can", { privilege: "delete", object: "public.orders", at: at(1) });
    expect(body).toMatchObject({
      snapshot: { seq: 2 },
      object: { kind: "table", schema: "public", object: "orders", column: null },
      privilege: "DELETE",
      unknownRoles: 0,
    });
    expect(body.items).toMatchObject([
      { role: "admin", paths: 1, principals: null, morePrincipals: "iam-not-read" },
      {
        role: "app_ro",
        holds: "inherited",
        path: ["app_ro"],
        principals: [{ arn: READER, wall: "unknown" }],
      },
      {
        role: "app_rw",
        holds: "inherited",
        path: ["app_rw", "app_ro"],
        principals: [{ arn: WRITER, via: "mapping" }],
      },
    ]);
    const paged = await allPages(ask, "/who-can", {
      privilege: "DELETE",
      object: "orders",
      at: at(1),
      limit: "1",
    });
    expect([paged.pages, paged.items]).toEqual([3, body.items]);
    const later = await ask("/who-can", { privilege: "DELETE", object: "orders" });
    expect(later.body.items).toMatchObject([
      {
        role: "admin",
        columns: null,
        principals: [{ arn: ADMIN_USER, via: "admin-login", lastUseAt: "2026-03-01T04:00:00.000Z" }],
        morePrincipals: "iam-not-read",
      },
    ]);
  });

  it("says of whom it cannot tell", async () => {
    const other = await another();
    const store = createSnapshotStore(other, { now: () => T });
    await store.save(cluster, estate({ memberships: "unreadable", mappings: "unreadable" }), NOW);
    const { body } = await asker(other, () => NOW).ask("/who-can", { privilege: "UPDATE", object: "orders" });
    expect(body).toMatchObject({
      unknownRoles: 1,
      uncertainty: { unreadable: [{ section: "memberships" }, { section: "mappings" }] },
      items: [{ role: "admin" }, { role: "app_rw", principals: null }],
    });
  });

  it("refuses what is no privilege, or none of that object", async () => {
    expect(await ask("/who-can", { privilege: "FLY", object: "orders" })).toMatchObject({ status: 400 });
    expect(await ask("/who-can", { privilege: "EXECUTE", object: "orders" })).toMatchObject({ status: 400 });
    expect(await ask("/who-can", { privilege: "SELECT", object: "nothing" })).toMatchObject({ status: 404 });
    expect(await ask("/who-can", { privilege: "SELECT" })).toMatchObject({
      status: 400,
      body: { detail: "the parameter object is required" },
    });
  });
});

describe("/explain", () => {
  it("draws the chain from a principal to the privilege", async () => {
    const { body } = await ask("/explain", { who: WRITER, privilege: "DELETE", object: "orders", at: at(1) });
    expect(body).toMatchObject({
      snapshot: { seq: 2 },
      principal: WRITER,
      role: "app_rw",
      // The snapshot holds nothing of IAM.
      verdict: "unknown",
      firstBroken: null,
      path: ["app_rw", "app_ro"],
      paths: 1,
    });
    expect(body.links.map(({ step, state }: { step: string; state: string }) => `${step} ${state}`)).toEqual([
      "identity unknown",
      "iam unknown",
      "cluster-policy unknown",
      "mapping ok",
      "role ok",
      "membership ok",
      "schema ok",
      "privilege ok",
    ]);
  });

  it("names the first broken link and what would complete it", async () => {
    const { body } = await ask("/explain", { who: "app_ro", privilege: "DELETE", object: "orders" });
    expect(body).toMatchObject({ verdict: "no", path: [], links: expect.any(Array) });
    expect(body.links.at(-1)?.state).toBe("broken");
    expect(body.completes.join(" ")).toMatch(/GRANT/);
    expect(await ask("/explain", { who: "nobody", privilege: "DELETE", object: "orders" })).toMatchObject({
      status: 404,
    });
  });
});
