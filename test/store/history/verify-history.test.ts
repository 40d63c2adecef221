import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { sha256 } from "../../../lib/core/history/chunk.ts";
import { signRestore } from "../../../lib/core/history/restore-marker.ts";
import { exportHistory, readExport, tableHistory } from "../../../lib/store/history/export.ts";
import { putMarker } from "../../../lib/store/history/restores.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { namesKey } from "../../../lib/store/history/timelines.ts";
import { verifyHistory } from "../../../lib/store/history/verify-history.ts";
import { checkTimelines } from "../../../lib/store/history/verify-timelines.ts";
import * as keys from "../../../lib/store/table/keys.ts";
import { acl, cluster, estate, table } from "../../support/catalogs.ts";
import { testTables } from "../../support/table.ts";
import { dice, isChunk, isManifest, type Line, tamper } from "../../support/tampering.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
let lines: readonly string[];
let head: { seq: number; hash: string };

const T = Date.UTC(2026, 2, 1, 2);
const SNAPSHOTS = 20;
const others = Array.from({ length: 250 }, (_, i) =>
  table(2000 + i, `t${i}`, { acl: acl("10=arwdDxt/10", `${100 + (i % 3)}=r/10`) }),
);
const state = (n: number) =>
  estate({
    relations: [table(1000, "orders", { acl: acl("10=arwdDxt/10", `${100 + (n >> 1)}=r/10`) }), ...others],
  });

const build = async (count = SNAPSHOTS) => {
  const db = await tables.fresh();
  const store = createSnapshotStore(db, { now: () => T });
  // Every second snapshot changes a grant, and days go by.
  for (let n = 0; n < count; n++) await store.save(cluster, state(n), T + n * 6 * HOUR);
  return { db, store };
};

beforeAll(async () => {
  tables = await testTables();
  const { db } = await build();
  lines = await Array.fromAsync(exportHistory(db, cluster));
  const report = await verifyHistory(await tableHistory(db, cluster));
  if (!report.head) throw new Error("the store is empty");
  head = report.head;
});
afterAll(() => tables.stop());

const parsed = (): Line[] => lines.map((line) => JSON.parse(line) as Line);
const verifyLines = async (changed: readonly Line[]) =>
  verifyHistory(await readExport(changed.map((line) => JSON.stringify(line))), { expectedHeads: [head] });

describe("verify", () => {
  it("finds nothing wrong with what was stored, in the table and in an export", async () => {
    const report = await verifyLines(parsed());
    expect(report).toMatchObject({ whole: true, snapshots: SNAPSHOTS, faults: [], head, notes: [] });
    expect(report.chunks).toBeGreaterThan(30);
  });

  it("finds 1,000 random manipulations, each", async () => {
    const roll = dice(20_260_301);
    const names = Object.keys(tamper) as (keyof typeof tamper)[];
    const found: Record<string, number> = {};
    for (let n = 0; n < 1_000; n++) {
      const name = names[n % names.length] as keyof typeof tamper;
      const all = parsed();
      const places = all.flatMap((line, i) =>
        (name.includes("manifest") || name.includes("chain") ? isManifest : isChunk)(line) ? [i] : [],
      );
      const at = places[roll(places.length)] as number;
      tamper[name](all, at, roll);
      const { whole, faults } = await verifyLines(all);
      expect(whole, `${name} at line ${at}, try ${n}`).toBe(false);
      const kind = faults[0]?.kind ?? "";
      found[`${name}: ${kind}`] = (found[`${name}: ${kind}`] ?? 0) + 1;
    }
    for (const [name, kind] of [
      ["flips a bit of a manifest", "altered"],
      ["drops a manifest", "missing"],
      ["swaps two manifests' texts", "reordered"],
      ["forks the chain", "forked"],
      ["adds a second manifest with the same number", "forked"],
      ["flips a bit of a chunk", "altered"],
      ["drops a chunk", "missing"],
      ["swaps two chunks", "altered"],
      ["packs another content into a chunk", "altered"],
    ]) {
      expect(found[`${name}: ${kind}`], `${name} is called ${kind}`).toBeGreaterThan(80);
    }
  });

  it("calls a manifest with an impossible time altered, also where its checksum was made to fit", async () => {
    for (const takenAt of [Number.MAX_SAFE_INTEGER, -1]) {
      const all = parsed().map((line) => {
        if (line.manifest !== 7) return line;
        const body = JSON.stringify({ ...(JSON.parse(String(line.body)) as object), t: takenAt });
        return { ...line, body, sum: sha256(body).slice(0, 16) };
      });
      const filed = parsed().map((line) => (line.manifest === 7 ? { ...line, takenAt } : line));
      expect((await verifyLines(filed)).faults[0]).toMatchObject({ kind: "altered", seq: 7 });
      expect((await verifyLines(all)).faults[0]).toMatchObject({ kind: "altered", seq: 7 });
    }
  });

  it("names the snapshot of the first broken link", async () => {
    const all = parsed().filter(({ manifest }) => manifest !== 7 && manifest !== 12);
    expect((await verifyLines(all)).faults.map(({ kind, seq }) => ({ kind, seq })).slice(0, 2)).toEqual([
      { kind: "missing", seq: 7 },
      { kind: "missing", seq: 12 },
    ]);
  });

  it("finds a past that was rewritten throughout, by the head that went out earlier", async () => {
    const { db } = await build(SNAPSHOTS - 1);
    const rewritten = await tableHistory(db, cluster);
    expect((await verifyHistory(rewritten)).whole).toBe(true);
    const { faults } = await verifyHistory(rewritten, { expectedHeads: [head] });
    expect(faults).toMatchObject([{ kind: "missing", seq: SNAPSHOTS }]);
    const { faults: bare } = await verifyHistory(rewritten, {
      expectedHeads: [{ seq: null, hash: head.hash }],
    });
    expect(bare).toMatchObject([{ kind: "missing", seq: null }]);
    const other = await verifyHistory(rewritten, { expectedHeads: [{ seq: 3, hash: head.hash }] });
    expect(other.faults).toMatchObject([{ kind: "forked", seq: 3 }]);
  });

  it("finds an export that ends early, and refuses a file that is none", async () => {
    const cut = await verifyHistory(await readExport(lines.slice(0, -1)));
    expect(cut.faults.map(({ kind }) => kind)).toContain("missing");
    for (const bad of [[], ["{"], ['{"what":"else"}'], ["[1]"]]) {
      await expect(readExport(bad)).rejects.toMatchObject({ code: "bad-file" });
    }
    const garbled = await verifyHistory(
      await readExport(lines.map((line, i) => (i === 4 ? line.slice(0, 40) : line))),
    );
    expect(garbled.whole).toBe(false);
  });

  it("finds another cluster's catalog in the place of ours", async () => {
    const all = parsed();
    const other = "arn:aws:dsql:us-east-1:111122223333:cluster/other" as Cluster;
    const { faults } = await verifyHistory(
      await readExport([JSON.stringify({ ...all[0], cluster: other }), ...lines.slice(1)]),
    );
    expect(faults[0]).toMatchObject({ seq: 1, message: expect.stringContaining("another cluster") });
  });

  it("finds everything below an index gone", async () => {
    const { db } = await build(2);
    const first = await createSnapshotStore(db, { now: () => T }).bySeq(cluster, 1);
    const root = first?.manifest.root;
    if (!root) throw new Error("there is a first snapshot");
    const request = await tableHistory(db, cluster);
    const broken = await verifyHistory({
      ...request,
      chunks: async (wanted) => {
        const found = new Map(await request.chunks(wanted));
        for (const hash of wanted) if (hash !== root) found.delete(hash);
        return found;
      },
    });
    expect(broken.faults[0]).toMatchObject({ kind: "missing", seq: 1 });
  });
});

describe("verify of timelines", () => {
  const timeline = keys.timeline(cluster, "role:105");

  it("finds an item that was altered, taken away or made up, and nothing else", async () => {
    const { db } = await build();
    expect(await checkTimelines(db, cluster)).toEqual([]);
    const [item] = await Array.fromAsync(db.query({ pk: timeline }));
    if (!item) throw new Error("the role has a timeline");
    const seq = Number(item.sk.slice(0, 10));
    const [other] = await Array.fromAsync(db.query({ pk: keys.timeline(cluster, "role:106") }));
    await db.put({ ...item, z: other?.z });
    expect(await checkTimelines(db, cluster)).toMatchObject([{ kind: "altered", seq }]);
    await db.put({ ...item, z: Buffer.from("x") });
    expect(await checkTimelines(db, cluster)).toMatchObject([{ kind: "altered", seq }]);
    await db.remove({ pk: item.pk, sk: item.sk });
    expect(await checkTimelines(db, cluster)).toMatchObject([{ kind: "missing", seq }]);
    await db.put(item);
    await db.put({ ...item, sk: "0000000002#0" });
    expect(await checkTimelines(db, cluster)).toMatchObject([{ kind: "altered", seq: 2 }]);
  });
});

describe("verify of what was put beside the timelines", () => {
  const few = (name: string, of: Cluster = cluster) => ({
    ...estate({ relations: [table(1000, name), table(1001, "quiet")] }),
    cluster: of,
  });
  /** Two snapshots of this cluster, in which the one table is renamed and the other never changes. */
  const stored = async () => {
    const db = await tables.fresh();
    const store = createSnapshotStore(db, { now: () => T });
    await store.save(cluster, few("orders"), T);
    await store.save(cluster, few("sales"), T + HOUR);
    expect(await checkTimelines(db, cluster)).toEqual([]);
    return { db, store };
  };

  it("finds a change that was made up of what never changed, also one that another cluster had", async () => {
    const { db, store } = await stored();
    const other = "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxy2" as Cluster;
    await store.save(other, few("quiet", other), T);
    await store.save(other, few("loud", other), T + HOUR);
    const [moved] = await Array.fromAsync(db.query({ pk: keys.timeline(other, "relations:1000") }));
    if (!moved) throw new Error("the table was renamed");
    for (const subject of ["relations:1001", "role:0", "role:100", "schemas:2200"]) {
      const copy = { ...moved, pk: keys.timeline(cluster, subject) };
      await db.put(copy);
      expect(await checkTimelines(db, cluster), subject).toMatchObject([{ kind: "altered", seq: 2 }]);
      await db.remove(copy);
    }
  });

  it("finds an entry that leads from a name to something that never bore it", async () => {
    const { db } = await stored();
    const [entry] = await Array.fromAsync(
      db.query({ pk: namesKey(cluster, { what: "object", name: "public.orders" }) }),
    );
    if (!entry) throw new Error("the table bore the name");
    for (const name of ["public.orders", "public.quiet", "public.sales"]) {
      const made = {
        ...keys.namedItem(cluster, namesKey(cluster, { what: "object", name }).split("#").at(-1) ?? "", 1001),
        ...{ v: 1, subject: "relations:1001", name },
      };
      await db.put(made);
      expect(await checkTimelines(db, cluster), name).toMatchObject([
        { kind: "altered", message: expect.stringContaining(name) },
      ]);
      await db.remove(made);
    }
    expect(await checkTimelines(db, cluster)).toEqual([]);
  });
});

describe("a restore from backup", () => {
  const keysOf = () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    return {
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
  };

  it("is told from a rewrite by the marker that the operator signed, and by no other", async () => {
    const { db, store } = await build(8);
    const lost = await store.bySeq(cluster, 8);
    const kept = await store.bySeq(cluster, 5);
    if (!lost || !kept) throw new Error("both are stored");
    // The backup knows five snapshots; life goes on from there.
    for (const seq of [6, 7, 8]) await db.remove(keys.manifest(cluster, seq));
    await store.save(cluster, state(40), T + 90 * HOUR);
    const expectedHeads = [{ seq: 8, hash: lost.hash }];
    const { publicKey, privateKey } = keysOf();
    const note = {
      v: 1 as const,
      cluster,
      restoredAt: T + 89 * HOUR,
      kept: { seq: 5, hash: kept.hash },
      lost: { seq: 8, hash: lost.hash },
      reason: "table dropped by mistake",
    };
    const verify = async (key?: string) =>
      verifyHistory(await tableHistory(db, cluster), { expectedHeads, ...(key && { publicKey: key }) });
    expect((await verify(publicKey)).whole).toBe(false);
    await putMarker(db, signRestore(note, privateKey));
    expect(await verify(publicKey)).toMatchObject({
      whole: true,
      notes: [expect.stringContaining("table dropped by mistake")],
    });
    expect((await verify()).whole).toBe(false);
    expect((await verify(keysOf().publicKey)).whole).toBe(false);
    await expect(verify("no key")).rejects.toMatchObject({ code: "usage" });
    // The marker explains what was lost, not a change to what was kept.
    await db.remove(keys.manifest(cluster, 5));
    expect((await verify(publicKey)).whole).toBe(false);
  });
});
