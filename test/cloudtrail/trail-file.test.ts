import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTrailBytes, readTrailFile } from "../../lib/cloudtrail/trail-file.ts";
import type { TrailFile } from "../../lib/cloudtrail/trail-sums.ts";
import type { Connection } from "../../lib/core/activity/connection.ts";
import { AuditError } from "../../lib/errors.ts";
import { connectRecord, envelope, foreignRecord, uuidOf } from "../support/records.ts";

const NAME =
  "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/02/111122223333_CloudTrail_us-east-1_20261102T0920Z_abc.json.gz";
const HOUR_9 = Date.parse("2026-11-02T09:00:00Z");

type Read = TrailFile & { readonly ids: string[] };

/** Both ways of reading, with chunks of `size` bytes for the stream; they must agree. */
const read = async (content: string | Uint8Array, { name = NAME, size = 7 } = {}): Promise<Read> => {
  const bytes = Buffer.from(content as Uint8Array);
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const streamed: string[] = [];
  const collect = (into: string[]) => async (batch: readonly Connection[]) => {
    into.push(...batch.map(({ eventId }) => eventId));
  };
  const file = await readTrailFile({ name, open }, collect(streamed), { batch: 3 });
  const twice: string[] = [];
  expect(await readTrailFile({ name, open }, collect(twice), { batch: 3, hold: 1 })).toEqual(file);
  expect(twice).toEqual(streamed);
  const ids: string[] = [];
  expect(readTrailBytes(name, bytes, ({ eventId }) => ids.push(eventId))).toEqual(file);
  expect(ids).toEqual(streamed);
  return { ...file, ids };
};
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

const three = [0, 1, 2].map((n) => connectRecord({ id: uuidOf(n) }));
const ids = three.map(({ eventID }) => eventID);

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

  it("cuts any JSON where JSON.parse does, however it is chunked and indented", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 1, 2),
        async (values, size, indent) => {
          const file = await read(JSON.stringify({ Records: values }, null, indent), { name: "x", size });
          expect(file.records).toBe(values.length);
          const array = await read(JSON.stringify(values, null, indent), { name: "x", size });
          expect(array.records).toBe(values.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("cuts arrays of trail files, with marks between documents, as it cuts the files", async () => {
    const array = fc.array(fc.array(fc.constantFrom(...three), { maxLength: 3 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        array,
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom(0, 2),
        fc.constantFrom("", "\ufeff", "\r\n", "\u001e"),
        async (lists, size, indent, mark) => {
          const files = lists.map((Records) => ({ Records, next: { Records: ["none"] } }));
          const expected = lists.flat().map(({ eventID }) => eventID);
          const options = { name: "x", size };
          const asArray = await read(`${mark}${JSON.stringify(files, null, indent)}`, options).catch(
            () => null,
          );
          if (asArray) expect(asArray).toMatchObject({ ids: expected, records: expected.length });
          else expect(lists).toEqual([]);
          const joined = files.map((file) => `${mark}${JSON.stringify(file, null, indent)}`).join("");
          if (lists.length)
            expect(await read(joined, options)).toMatchObject({ ids: expected, rejected: [] });
          const odd = files.map(({ Records, next }) => ({ next: next.Records.length, Records }));
          if (lists.length)
            expect((await read(JSON.stringify(odd, null, indent), options)).ids).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ["UTF-16 with a mark", Buffer.from(`\ufeff${JSON.stringify({ Records: three })}`, "utf16le")],
    ["UTF-16 without", Buffer.from(JSON.stringify({ Records: three }), "utf16le")],
    ["UTF-16, big end first", Buffer.from(`\ufeff${JSON.stringify(three)}`, "utf16le").swap16()],
    ["lines that end as on Windows", three.map((record) => JSON.stringify(record)).join("\r\n")],
    [
      "messages of SNS",
      three.map((r) => JSON.stringify({ Type: "Notification", Message: JSON.stringify(r) })).join("\n"),
    ],
    [
      "a dump of a queue behind a topic behind EventBridge",
      JSON.stringify(
        three.map((r) => ({
          MessageId: "m",
          Body: JSON.stringify({ Type: "Notification", Message: JSON.stringify(envelope(r)) }),
        })),
      ),
    ],
    [
      "a function's event of SQS",
      JSON.stringify({
        Records: three.map((r) => ({
          messageId: "m",
          eventSource: "aws:sqs",
          body: JSON.stringify(envelope(r)),
        })),
      }),
    ],
    [
      "gzip members, one after the other",
      Buffer.concat(three.map((r) => gzipSync(JSON.stringify({ Records: [r] })))),
    ],
  ])("reads %s", async (_, content) => {
    expect((await read(content)).ids).toEqual(ids);
  });

  it("knows a record by its JSON, whichever letters of it are escaped", async () => {
    const text = JSON.stringify(three[0]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), async (which) => {
        const escaped = [..."dsql.amazonaws.com", ..."DbConnect"].map((letter, n) =>
          which[n] ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}` : letter,
        );
        const content = text
          .replaceAll("dsql.amazonaws.com", escaped.slice(0, 18).join(""))
          .replace('"DbConnect"', `"${escaped.slice(18).join("")}"`);
        expect((await read(`{"Records":[${content}]}`)).ids).toEqual(ids.slice(0, 1));
      }),
      { numRuns: 40 },
    );
  });

  it("knows a list of records by its key, whichever letters of it are escaped and however it is chunked", async () => {
    const letter = fc.constantFrom("plain", "lower", "upper");
    const key = fc.array(letter, { minLength: 7, maxLength: 7 }).map((how) =>
      [..."Records"]
        .map((one, n) => {
          const digits = one.charCodeAt(0).toString(16).padStart(4, "0");
          if (how[n] === "plain") return one;
          return `\\u${how[n] === "upper" ? digits.toUpperCase() : digits}`;
        })
        .join(""),
    );
    const place = fc.constantFrom<(list: string) => string>(
      (list) => `{${list}}`,
      (list) => `{"a":{"Records":[1]},${list}}`,
      (list) => `[{${list}}]`,
      (list) => `[{"a":1,${list}}]`,
      (list) => `{"Records":[{${list}}]}`,
    );
    await fc.assert(
      fc.asyncProperty(key, place, fc.integer({ min: 1, max: 50 }), async (written, around, size) => {
        const content = around(`"${written}":${JSON.stringify(three)}`);
        expect((await read(content, { size })).ids).toEqual(ids);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    "Record\\u0074",
    "Record\\u007",
    "Records\\u0073",
    "\\rRecords",
    "\\\\u0052ecords",
    "R\\u0045cords",
  ])("does not take the key %s for the one of records", async (key) => {
    const content = `{"${key}":${JSON.stringify(three)},"Records":[]}`;
    expect((await read(content).catch(() => ({ ids: [] }))).ids).toEqual([]);
  });
});
