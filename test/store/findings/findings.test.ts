// Findings on a real DynamoDB protocol: paged, one conditional write each, whole under two writers.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { exemptionOf } from "../../../lib/core/findings/exemption.ts";
import type { Finding, Observation } from "../../../lib/core/findings/finding.ts";
import { findingId } from "../../../lib/core/findings/finding-id.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { createFindingStore } from "../../../lib/store/findings/findings.ts";
import { testTables } from "../../support/table.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
const T = Date.UTC(2026, 3, 1);
const observation = (role: string): Observation => {
  const subject = { role, facet: "" };
  return {
    id: findingId("dormant-mapping", cluster, subject),
    detector: "dormant-mapping",
    category: "dormant",
    life: "state",
    severity: "medium",
    cluster,
    subject,
    title: `${role} unused`,
    evidence: { note: "x".repeat(2000) },
    firstSeenAt: T,
    lastSeenAt: T,
  };
};
const look = { detector: "dormant-mapping", complete: true };

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

describe("the store of findings", () => {
  it("lists what was written, also beyond one page", async () => {
    const store = createFindingStore(await tables.fresh());
    const many = Array.from({ length: 800 }, (_, i) => observation(`role${i}`));
    await store.update(cluster, (existing) => reconcileFindings(existing, many, [look], T));
    const found = await store.list(cluster);
    expect(found).toHaveLength(800);
    expect(await store.get(cluster, found[3]?.id ?? "")).toEqual(found[3]);
    expect(await store.get(cluster, "nothing")).toBeUndefined();
  });

  it("writes nothing where nothing changed", async () => {
    const table = await tables.fresh();
    const store = createFindingStore(table);
    await store.update(cluster, (existing) => reconcileFindings(existing, [observation("a")], [look], T));
    const before = table.consumed().writeUnits;
    await store.update(cluster, (existing) => reconcileFindings(existing, [], [], T + HOUR));
    expect(table.consumed().writeUnits).toBe(before);
  });

  it("writes what was only seen once more every six hours", async () => {
    const table = await tables.fresh();
    const store = createFindingStore(table);
    const detect = (at: number, change: Partial<Observation> = {}) =>
      store.update(cluster, (existing) =>
        reconcileFindings(existing, [{ ...observation("a"), lastSeenAt: at, ...change }], [look], at),
      );
    await detect(T);
    const before = table.consumed().writeUnits;
    const [fresh] = await detect(T + 5 * HOUR);
    expect(fresh?.confirmedAt).toBe(T + 5 * HOUR);
    expect(table.consumed().writeUnits).toBe(before);
    await detect(T + 6 * HOUR);
    expect(await store.list(cluster)).toMatchObject([{ confirmedAt: T + 6 * HOUR }]);
    await detect(T + 7 * HOUR, { severity: "high" });
    expect(await store.list(cluster)).toMatchObject([{ severity: "high", confirmedAt: T + 7 * HOUR }]);
  });

  it("keeps both changes of two writers at once", async () => {
    const store = createFindingStore(await tables.fresh());
    const detect = (at: number) =>
      store.update(cluster, (existing) => reconcileFindings(existing, [observation("a")], [look], at));
    const tell = () =>
      store.update(cluster, (existing) =>
        existing.map((f): Finding => ({ ...f, noticedAt: f.noticedAt ?? T })),
      );
    await detect(T);
    await Promise.all([detect(T + 7 * HOUR), tell(), detect(T + 14 * HOUR)]);
    expect(await store.list(cluster)).toMatchObject([{ noticedAt: T, confirmedAt: T + 14 * HOUR }]);
  });

  it("writes evidence, title and severity at the look that saw them", async () => {
    const table = await tables.fresh();
    const store = createFindingStore(table);
    const detect = (at: number, found: Observation[]) =>
      store.update(cluster, (existing) => reconcileFindings(existing, found, [look], at));
    await detect(T, [{ ...observation("a"), evidence: { usable: true } }]);
    await detect(T + HOUR, [{ ...observation("a"), evidence: { usable: false }, title: "a, unusable" }]);
    await detect(T + 2 * HOUR, []);
    expect(await store.list(cluster)).toMatchObject([
      { status: "resolved", title: "a, unusable", evidence: { usable: false } },
    ]);
  });

  it("expires what was closed long ago, and nothing that is open", async () => {
    const table = await tables.fresh();
    const store = createFindingStore(table);
    await store.update(cluster, (e) => reconcileFindings(e, [observation("a"), observation("b")], [look], T));
    await store.update(cluster, (e) => reconcileFindings(e, [observation("b")], [look], T + HOUR));
    const items: Record<string, unknown>[] = [];
    for await (const item of table.query({ pk: `FINDING#${cluster}` })) items.push(item);
    const statuses = new Map((await store.list(cluster)).map(({ id, status }) => [id, status]));
    const ends = Object.fromEntries(items.map(({ sk, expiresAt }) => [statuses.get(String(sk)), expiresAt]));
    expect(ends).toEqual({ open: undefined, resolved: (T + HOUR + 400 * DAY) / 1000 });
  });

  it("reads findings of the format before, and writes none of it", async () => {
    const table = await tables.fresh();
    const store = createFindingStore(table);
    const [finding] = reconcileFindings([], [observation("a")], [look], T);
    await table.put({ pk: `FINDING#${cluster}`, sk: String(finding?.id), v: 1, rev: 1, finding });
    expect(await store.list(cluster)).toEqual([finding]);
    const known = await store.read(cluster);
    const change = (e: readonly Finding[]) => reconcileFindings(e, [observation("a")], [look], T + 7 * HOUR);
    const [again] = await store.update(cluster, change, known);
    expect(await store.get(cluster, String(finding?.id))).toEqual(again);
    const item = await table.get({ pk: `FINDING#${cluster}`, sk: String(finding?.id) });
    expect(item).toMatchObject({ v: 3, rev: 2 });
    expect(item?.finding).toBeUndefined();
    // What was read before the last write is noticed by the write that rests on it.
    await store.update(cluster, (e) => reconcileFindings(e, [], [look], T + 14 * HOUR), known);
    expect(await store.list(cluster)).toMatchObject([{ status: "resolved", confirmedAt: T + 7 * HOUR }]);
  });

  it("reads findings that an earlier release packed", async () => {
    const table = await tables.fresh();
    const own = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
    const id = "dormant-mapping-0011223344556677";
    const z = Buffer.from(
      "g+YdtJyqa2BgaGhkZGxsYmJqamZmbo6apzDzNc1yj6EhyCEgpxgbw3NSYlIyamaCZpXEgoL4onwl7JkEIqlQmgeNaKScgJlczE0NDAzNDEAAPeWgSOGPMxSlaNGHIocUd7UA",
      "base64",
    );
    await table.put({ pk: `FINDING#${own}`, sk: id, v: 2, rev: 1, z: new Uint8Array(z) });
    const store = createFindingStore(table);
    expect(await store.list(own)).toEqual([
      {
        ...{ id, detector: "dormant-mapping", category: "dormant", life: "state", severity: "medium" },
        ...{ cluster: own, subject: { role: "app_ro", facet: "" }, title: "app_ro unused", evidence: {} },
        ...{ firstSeenAt: T, lastSeenAt: T, status: "open", detectedAt: T, confirmedAt: T, reopened: 0 },
      },
    ]);
  });

  it("keeps exemptions and takes them away", async () => {
    const store = createFindingStore(await tables.fresh());
    const [finding] = reconcileFindings([], [observation("a")], [look], T);
    const exemption = exemptionOf(
      finding as Finding,
      { owner: "ops", reason: "yearly job", until: T + DAY },
      T,
    );
    await store.exempt(exemption);
    expect(await store.exemptions(cluster)).toEqual([exemption]);
    await store.unexempt(cluster, exemption.key);
    expect(await store.exemptions(cluster)).toEqual([]);
  });

  it("remembers the newest look, not the last one written", async () => {
    const store = createFindingStore(await tables.fresh());
    expect(await store.lastLook(cluster)).toBeUndefined();
    await store.looked(cluster, { at: T, snapshotAt: null });
    await store.looked(cluster, { at: T + HOUR, snapshotAt: T });
    await store.looked(cluster, { at: T, snapshotAt: null });
    expect(await store.lastLook(cluster)).toEqual({ at: T + HOUR, snapshotAt: T });
  });
});
