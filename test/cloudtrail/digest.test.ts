import { gunzipSync as gunzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSignature, parseDigest, publicKeyOf } from "../../lib/cloudtrail/digest-file.ts";
import { type DigestObject, proveByDigest } from "../../lib/cloudtrail/prove-by-digest.ts";
import type { S3Object } from "../../lib/cloudtrail/s3-objects.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { hoursProvenByDigests } from "../../lib/core/coverage/digest-chain.ts";
import { AuditError } from "../../lib/errors.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { digestStore } from "../../lib/store/coverage/digests.ts";
import { BUCKET, chainOf, type DigestHour as Hour, keyPort, START } from "../support/digests.ts";
import { CLUSTER } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const sourceIn =
  (objects: ReadonlyMap<string, Uint8Array>) =>
  ({ bucket, key }: S3Object) => ({
    name: `s3://${bucket}/${key}`,
    open: async function* () {
      const bytes = objects.get(key);
      if (!bytes) throw new AuditError("not-found", `${key} is not there`);
      yield bytes;
    },
  });

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());
const world = async () => {
  const table = await tables.fresh();
  const store = createActivityStore(table);
  const digests = digestStore(table, store);
  const prove = async ({ object, objects }: Hour) => {
    const check = await proveByDigest(object, {
      sourceOf: sourceIn(objects),
      publicKey: keyPort,
      sink: store,
      now: START + DAY,
    });
    if (check.verified) await digests.record(check.scope, check.verified);
    return check;
  };
  const coverage = () => store.coverage(CLUSTER as Cluster, { from: START - DAY, to: START + DAY });
  return { table, store, prove, coverage };
};

describe("digest files", () => {
  it("prove the hours of an unbroken chain, counted on the way, in any order", async () => {
    const { store, prove, coverage } = await world();
    const [a, b, c, d] = chainOf(4) as [Hour, Hour, Hour, Hour];
    for (const hour of [c, a, d, b]) {
      expect(await prove(hour)).toMatchObject({
        scope: "111122223333/us-east-1",
        signature: "valid",
        missing: [],
        altered: [],
      });
    }
    const first = Date.parse("2026-11-02T09:00:00Z");
    expect(await coverage()).toEqual([{ from: first, to: first + 3 * HOUR, proof: "digest" }]);
    await store.fold(CLUSTER as Cluster, START + DAY);
    expect((await store.hours(CLUSTER as Cluster, { from: START - DAY, to: START + DAY })).length).toBe(4);
  });

  it("write nothing when they come again", async () => {
    const { table, prove } = await world();
    const [a, b, c] = chainOf(3) as [Hour, Hour, Hour];
    for (const hour of [a, b, c]) await prove(hour);
    const before = table.consumed().writeUnits;
    for (const hour of [a, b, c]) await prove(hour);
    expect(table.consumed().writeUnits).toBe(before);
  });

  it("prove nothing across one that is missing", async () => {
    const { prove, coverage } = await world();
    for (const hour of chainOf(6, 2)) await prove(hour);
    const first = Date.parse("2026-11-02T09:00:00Z");
    expect(await coverage()).toEqual([
      { from: first, to: first + HOUR, proof: "digest" },
      { from: first + 3 * HOUR, to: first + 5 * HOUR, proof: "digest" },
    ]);
  });

  it("prove nothing when a log file is missing, altered or unreadable", async () => {
    const { prove, coverage } = await world();
    const [a, b, c] = chainOf(3) as [Hour, Hour, Hour];
    const [[key, bytes]] = [...b.objects] as [[string, Uint8Array]];
    expect(await prove({ ...b, objects: new Map() })).toMatchObject({ missing: [`s3://${BUCKET}/${key}`] });
    const other = gzipSync(JSON.stringify({ Records: [] }));
    expect(await prove({ ...b, objects: new Map([[key, other]]) })).toMatchObject({
      altered: [`s3://${BUCKET}/${key}`],
    });
    expect(await prove({ ...b, objects: new Map([[key, bytes.subarray(0, 90)]]) })).toMatchObject({
      altered: [expect.any(String)],
    });
    for (const hour of [a, c]) await prove(hour);
    expect(await coverage()).toEqual([]);
    await prove(b);
    expect(await coverage()).toHaveLength(1);
  });

  it("let trouble of the network through, so that the digest comes again", async () => {
    const { store } = await world();
    const [a] = chainOf(1) as [Hour];
    const sourceOf = () => ({
      name: "x",
      open: async function* (): AsyncGenerator<Uint8Array> {
        yield gzipSync("x").subarray(0, 5);
        throw new TypeError("reset");
      },
    });
    await expect(
      proveByDigest(a.object, { sourceOf, publicKey: keyPort, sink: store, now: START }),
    ).rejects.toThrow("reset");
  });

  it.each([
    [
      "a changed text",
      (o: DigestObject) => ({
        ...o,
        bytes: gzipSync(
          JSON.stringify({ ...JSON.parse(Buffer.from(gunzip(o.bytes)).toString()), logFiles: [] }),
        ),
      }),
      "invalid",
    ],
    ["another place", (o: DigestObject) => ({ ...o, key: `${o.key}2` }), "invalid"],
    ["a signature that is none", (o: DigestObject) => ({ ...o, signature: "zz" }), "invalid"],
    ["an empty signature", (o: DigestObject) => ({ ...o, signature: "" }), "missing"],
  ])("are no proof with %s", async (_, change, signature) => {
    const { prove, coverage } = await world();
    const [a, b, c] = chainOf(3) as [Hour, Hour, Hour];
    for (const hour of [a, b, c]) {
      const check = await prove({ ...hour, object: change(hour.object) });
      expect(check.signature).toBe(signature);
      expect(check.verified).toBeUndefined();
    }
    expect(await coverage()).toEqual([]);
  });

  it("are no proof while their key is not known", async () => {
    const [a] = chainOf(1) as [Hour];
    const digest = parseDigest("d", a.object.bytes);
    expect(await checkSignature(digest, a.object, a.object.signature, async () => undefined)).toBe(
      "key-unknown",
    );
    expect(publicKeyOf(new Uint8Array([1, 2, 3]))).toBeUndefined();
  });

  it.each([["{}"], ["[]"], ["no json"], [""]])("are refused when they are %j", (text) => {
    expect(() => parseDigest("d", Buffer.from(text))).toThrow(AuditError);
  });
});

describe("hoursProvenByDigests", () => {
  const digest = (n: number, change: object = {}) => ({
    from: START + n * HOUR,
    to: START + (n + 1) * HOUR,
    key: `d${n}`,
    hash: `h${n}`,
    previousKey: n ? `d${n - 1}` : null,
    previousHash: n ? `h${n - 1}` : null,
    ...change,
  });

  it("breaks where a digest names another one before it, or leaves a minute out", () => {
    expect(hoursProvenByDigests([0, 1, 2].map((n) => digest(n)))).toHaveLength(2);
    expect(hoursProvenByDigests([digest(0), digest(1, { previousHash: "other" })])).toEqual([]);
    expect(hoursProvenByDigests([digest(0), digest(1, { from: START + HOUR + 60_000 })])).toEqual([]);
  });

  it("keeps the chains of two trails apart", () => {
    const other = [0, 1, 2].map((n) => digest(n, { key: `e${n}`, previousKey: n ? `e${n - 1}` : null }));
    expect(hoursProvenByDigests([...[0, 2].map((n) => digest(n)), ...other])).toHaveLength(2);
  });
});
