// How a trail file's JSON is cut into records, however it is written and chunked: as JSON.parse reads it.
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { envelope } from "../support/records.ts";
import { ids, read, three } from "../support/trail-read.ts";

describe("the JSON of a trail file", () => {
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
