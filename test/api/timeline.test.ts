import { describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { allPages, asker } from "../support/ask.ts";
import { askedWorld, at } from "../support/asked-world.ts";
import { cluster, estate, role } from "../support/catalogs.ts";
import { NOW, READER, T } from "../support/query-world.ts";

const path = "/history/timeline";
const { ask, another } = askedWorld();
const kinds = (items: readonly { change: { kind: string } }[]): string[] =>
  items.map(({ change }) => change.kind);

describe("/history/timeline", () => {
  it("tells what happened to a role, and what is not known", async () => {
    const { body } = await ask(path, { role: "app_ro" });
    expect(body).toMatchObject({
      from: at(0),
      last: { snapshot: { seq: 4 } },
      unknown: [{ section: "functions", from: at(2), to: null }],
    });
    expect(body.items[0]).toMatchObject({
      after: { seq: 1 },
      before: { seq: 2, takenAt: at(1) },
      text: expect.stringContaining("app_ro gained DELETE"),
    });
    expect(kinds(body.items).sort()).toEqual(["grant", "grant", "object-dropped"]);
    const paged = await allPages(ask, path, { role: "app_ro", limit: "1" });
    expect([paged.pages, paged.items]).toEqual([3, body.items]);
  });

  it("finds what is gone by the name that it bore", async () => {
    const { body } = await ask(path, { object: "public.payments" });
    expect(kinds(body.items)).toEqual(["object-dropped"]);
  });

  it("tells of a principal what happened to its roles", async () => {
    const { body } = await ask(path, { principal: READER });
    expect(body.items.map(({ text }: { text: string }) => text)).toEqual(
      (await ask(path, { role: "app_ro" })).body.items.map(({ text }: { text: string }) => text),
    );
    expect(await ask(path, { principal: "arn:aws:iam::111122223333:role/x" })).toMatchObject({ status: 404 });
  });

  it("tells since when a privilege is held, and by what change", async () => {
    const { body } = await ask(path, { role: "app_rw", object: "orders", privilege: "DELETE" });
    expect(body.held).toMatchObject([
      { holds: "no", after: null, before: at(0) },
      {
        holds: "yes",
        after: at(0),
        before: at(1),
        by: [{ change: { kind: "grant", grantee: { oid: 100 } } }],
      },
      { holds: "no", after: at(2), before: at(3) },
    ]);
  });

  it("reaches no further on later pages than on the first", async () => {
    const other = await another();
    const once = asker(other, () => NOW).ask;
    const whole = await once(path, { role: "app_ro" });
    const store = createSnapshotStore(other, { now: () => T });
    let n = 4;
    const { items } = await allPages(once, path, { role: "app_ro", limit: "1" }, async () => {
      await store.save(cluster, estate({ roles: [role(100, `n${n}`)] }), T + n++ * HOUR);
    });
    expect(items).toEqual(whole.body.items);
  });

  it("asks for one subject, and for what there ever was", async () => {
    for (const params of [{}, { role: "app_ro", principal: READER }, { role: "app_ro", privilege: "SELECT" }])
      expect(await ask(path, params), JSON.stringify(params)).toMatchObject({ status: 400 });
    expect(await ask(path, { role: "app_ro", object: "orders", privilege: "FLY" })).toMatchObject({
      status: 400,
    });
    expect(await ask(path, { role: "nobody" })).toMatchObject({ status: 404 });
    expect(await ask(path, { object: "nothing" })).toMatchObject({ status: 404 });
  });
});
