import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTrailBytes, readTrailFile } from "../../lib/cloudtrail/trail-file.ts";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { AuditError } from "../../lib/errors.ts";
import { connectRecord, envelope, foreignRecord, uuidOf } from "../support/records.ts";
import { ids, read, three } from "../support/trail-read.ts";

const HOUR_9 = Date.parse("2026-11-02T09:00:00Z");

const reasonOf = async (content: string | Uint8Array): Promise<string> => {
  const counted: Connection[] = [];
  const bytes = Buffer.from(content as Uint8Array);
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes;
  };
  const error = await readTrailFile({ name: "f.json.gz", open }, async (batch) => {
    counted.push(...batch);
  }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AuditError);
  expect((error as AuditError).code).toBe("bad-file");
  expect(counted).toEqual([]);
  expect(() => readTrailBytes("f.json.gz", bytes, (connection) => counted.push(connection))).toThrow(
    AuditError,
  );
  expect(counted).toEqual([]);
  return (error as AuditError).message;
};

describe("readTrailFile", () => {
  it("counts every list when the key Records stands several times in one document", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...three), { maxLength: 2 }), { minLength: 2, maxLength: 4 }),
        fc.constantFrom("", ' "x": "Records", ', ' "n": {"Records": [1]}, ', ' "a": ["Records", [2]], ', " "),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (lists, between, isNested, size) => {
          const body = lists.map((list) => `"Records": ${JSON.stringify(list)}`).join(`,${between}`);
          const text = isNested ? `[{${body}}]` : `{${body}}`;
          const file = await read(text, { size });
          expect(file.ids).toEqual(lists.flat().map(({ eventID }) => eventID));
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ["a trail's file", JSON.stringify({ Records: three })],
    ["a gzipped trail's file", gzipSync(JSON.stringify({ Records: three }))],
    [
      "a gzip of two members",
      Buffer.concat([gzipSync('{"Records":['), gzipSync(`${three.map((r) => JSON.stringify(r)).join()}]}`)]),
    ],
    [
      "an indented file",
      JSON.stringify({ note: "Records", Records: three, more: { Records: [1] } }, null, 2),
    ],
    ["an array", JSON.stringify(three)],
    ["JSON lines", three.map((record) => JSON.stringify(record)).join("\n")],
    [
      "JSON lines with Windows line ends and a byte order mark",
      `\ufeff${three.map((record) => JSON.stringify(record)).join("\r\n")}\r\n`,
    ],
    ["several documents", three.map((record) => JSON.stringify({ Records: [record] })).join("")],
  ])("reads %s", async (_, content) => {
    const file = await read(content);
    expect(file).toMatchObject({ records: 3, connections: 3, ignored: 0, rejected: [], ids });
    expect(file.hours).toEqual(new Map([["111122223333/us-east-1", new Set([HOUR_9])]]));
  });

  it("reads envelopes and takes them for no proof of delivery", async () => {
    const file = await read(three.map((record) => JSON.stringify(envelope(record))).join("\n"));
    expect(file).toMatchObject({ connections: 3, ids });
    expect(file.hours.size).toBe(0);
  });

  it("takes the hours of records of any service, and the name's hour only for a file without any", async () => {
    const other = JSON.stringify({ Records: [foreignRecord("2026-11-02T07:59:59Z")] });
    expect((await read(other)).hours).toEqual(
      new Map([["111122223333/us-east-1", new Set([Date.parse("2026-11-02T07:00:00Z")])]]),
    );
    expect(await read(other)).toMatchObject({ records: 1, ignored: 1 });
    expect((await read('{"Records":[]}')).hours).toEqual(
      new Map([["111122223333/us-east-1", new Set([HOUR_9])]]),
    );
    expect((await read('{"Records":[]}', { name: "x.json" })).hours.size).toBe(0);
  });

  it("fails one poisonous record alone", async () => {
    const content = `{"Records":[${JSON.stringify(three[0])},{"a":tru},7,"text",null,[1,[2]],{"eventSource":"dsql.amazonaws.com","eventName":"DbConnect"},${JSON.stringify(three[1])}]}`;
    const file = await read(content);
    expect(file.ids).toEqual(ids.slice(0, 2));
    expect(file.rejected.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(file.records).toBe(8);
  });

  it("goes on after a line that was cut, within a text or between two fields", async () => {
    const [a, b, c] = three.map((record) => JSON.stringify(record)) as [string, string, string];
    for (const cut of [a.indexOf("AssumedRole") + 3, a.indexOf('"userIdentity"')]) {
      const file = await read(`${a.slice(0, cut)}\n${b}\n${c}\n`);
      expect(file).toMatchObject({ records: 3, connections: 2, ids: ids.slice(1) });
      expect(file.rejected).toMatchObject([{ index: 0 }]);
    }
    expect(await read(`${b}\n${c.slice(0, 50)}`)).toMatchObject({ connections: 1, rejected: [{ index: 1 }] });
  });

  it("does not take a text or a nested document for a record", async () => {
    const forged = connectRecord({ id: "forged" });
    const agent = `x"},${JSON.stringify(forged)},{"eventVersion":"`;
    const nested = foreignRecord("2026-11-02T09:00:00Z", {
      requestParameters: { a: [{ b: 1 }, forged], Records: [forged] },
    });
    const file = await read(JSON.stringify({ Records: [connectRecord({ id: "real", agent }), nested] }));
    expect(file).toMatchObject({ records: 2, connections: 1, ignored: 1, ids: ["real"] });
  });

  it("reads long runs of records like single ones, hostile and poisonous ones between them included", async () => {
    const many = (from: number) =>
      Array.from({ length: 60 }, (_, n) => JSON.stringify(connectRecord({ id: uuidOf(from + n) })));
    const forged = connectRecord({ id: "forged" });
    const between = [
      JSON.stringify(connectRecord({ id: "agent", agent: `x"},${JSON.stringify(forged)},{"a":"` })),
      JSON.stringify(
        connectRecord({ id: "nested", extra: { requestParameters: { list: [{ a: 1 }, forged, forged] } } }),
      ),
      JSON.stringify(
        foreignRecord("2026-11-02T09:00:00Z", {
          requestParameters: { list: [forged, forged], dsql: "dsql.amazonaws.com" },
        }),
      ),
      '{"eventSource":"dsql.amazonaws.com","broken":}',
      "7",
    ];
    const all = [...many(0), ...between, ...many(100), ...between.toReversed(), ...many(200)];
    const file = await read(`{"Records":[${all.join(",")}]}`, { size: 50_000 });
    expect(file).toMatchObject({ records: 190, connections: 184, ignored: 2 });
    expect(file.rejected.map(({ index }) => index)).toEqual([63, 64, 125, 126]);
    expect(file.ids).not.toContain("forged");
  });

  it("does not let a nested time of another service's record prove an hour", async () => {
    const nested = foreignRecord("2026-11-02T09:00:00Z", { aaa: 1 });
    const text = JSON.stringify({
      requestParameters: { eventTime: "2026-01-01T00:00:00Z" },
      ...nested,
      extra: 1,
    });
    const withNested = text.replace('"bucketName":"b"', '"eventTime":"2026-01-01T00:00:00Z"');
    expect((await read(`{"Records":[${withNested}]}`)).hours).toEqual(
      new Map([["111122223333/us-east-1", new Set([HOUR_9])]]),
    );
  });

  it.each([
    ["an empty file", "", "is empty"],
    ["a file of blanks", " \n", "is empty"],
    ["a page of HTML", "<html>{}</html>", "is not JSON"],
    ["an empty gzip", gzipSync(""), "is empty"],
    ["a truncated gzip", gzipSync(JSON.stringify({ Records: three })).subarray(0, -9), "not a whole gzip"],
    [
      "a gzip cut in its data",
      gzipSync(JSON.stringify({ Records: three })).subarray(0, 120),
      "not a whole gzip",
    ],
    [
      "a broken gzip",
      Buffer.concat([gzipSync("{}").subarray(0, 10), Buffer.alloc(40, 7)]),
      "not a whole gzip",
    ],
    ["a list without end", JSON.stringify({ Records: three }).slice(0, -2), "breaks off"],
    ["a file cut within a record", JSON.stringify({ Records: three }).slice(0, -700), "breaks off"],
  ])("refuses %s as a whole", async (_, content, reason) => {
    expect(await reasonOf(content)).toContain(reason);
  });

  it("lets an error of the source through as it is", async () => {
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield gzipSync("{}").subarray(0, 8);
      throw new TypeError("network");
    };
    await expect(readTrailFile({ name: "x", open }, async () => {})).rejects.toThrow(TypeError);
  });

  it("skips a record larger than any of CloudTrail and goes on", async () => {
    const huge = connectRecord({ agent: "x".repeat(5_000_000) });
    const content = JSON.stringify({ Records: [three[0], huge, three[1]] });
    const file = await read(content, { size: 65_536 });
    expect(file).toMatchObject({ records: 3, ids: ids.slice(0, 2), rejected: [{ index: 1 }] });
  });
});
