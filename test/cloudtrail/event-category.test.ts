// Network activity, insight and aggregated events tell of the same calls once more: by their category, in whatever file.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { connectRecord, envelope, foreignRecord, uuidOf } from "../support/records.ts";
import { read } from "../support/trail-read.ts";

const HOUR_9 = Date.parse("2026-11-02T09:00:00Z");
const HOUR_12 = Date.parse("2026-11-02T12:00:00Z");
const scope = "111122223333/us-east-1";
const aside = (eventCategory: string, n: number): Record<string, unknown>[] => {
  const again: Record<string, unknown> = {
    ...connectRecord({ id: uuidOf(100 + n) }),
    eventTime: "2026-11-02T12:10:00Z",
    eventCategory,
  };
  const other = { ...foreignRecord("2026-11-02T12:20:00Z"), eventCategory };
  const { eventSource, eventName, ...insight } = again;
  return [again, other, { ...insight, insightDetails: { eventSource, eventName } }];
};

it("a record of another category is no connection, no fault and no proof, wherever it stands", async () => {
  const category = fc.constantFrom("NetworkActivity", "Insight", "Aggregated");
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      category,
      order,
      fc.constantFrom("file", "lines", "indented", "envelopes"),
      fc.integer({ min: 1, max: 4_000 }),
      async (eventCategory, places, form, size) => {
        const own = [connectRecord({ id: uuidOf(1) }), foreignRecord("2026-11-02T09:30:00Z")];
        const all = [...own, ...aside(eventCategory, 1)];
        const records = places.map((at) => all[at]);
        const text =
          form === "lines"
            ? records.map((one) => JSON.stringify(one)).join("\n")
            : JSON.stringify(
                { Records: form === "envelopes" ? records.map((one) => envelope(one ?? {})) : records },
                null,
                form === "indented" ? 2 : 0,
              );
        const found = await read(text, { name: "joined.json", size });
        expect(found).toMatchObject({ ids: [uuidOf(1)], ignored: 4, rejected: [] });
        expect(found.hours).toEqual(form === "envelopes" ? new Map() : new Map([[scope, new Set([HOUR_9])]]));
      },
    ),
  );
});

it("a file of nothing else proves not even the hour in its name", async () => {
  const name = "111122223333_CloudTrail_us-east-1_20261102T1205Z_abc.json.gz";
  const found = await read(JSON.stringify({ Records: aside("NetworkActivity", 1) }), { name });
  expect(found.hours).toEqual(new Map());
});

it("a record that only quotes such a category is what its own says", async () => {
  const quoted = { ...foreignRecord("2026-11-02T12:20:00Z"), responseElements: { eventCategory: "Insight" } };
  const connection = {
    ...connectRecord({ id: uuidOf(1) }),
    additionalEventData: { eventCategory: "Insight" },
  };
  const found = await read(JSON.stringify({ Records: [quoted, connection] }), { name: "a.json" });
  expect(found.ids).toEqual([uuidOf(1)]);
  expect(found.hours).toEqual(new Map([[scope, new Set([HOUR_9, HOUR_12])]]));
});

it("a record of another service within a document is read as one of DSQL within the same is", async () => {
  const foreign = foreignRecord("2026-11-02T12:20:00Z");
  for (const wrap of [
    (record: Record<string, unknown>) => envelope(record),
    (record: Record<string, unknown>) => ({ _index: "trail", _source: record }),
    (record: Record<string, unknown>) => ({ detail: record }),
  ]) {
    const [own, other] = [connectRecord({ id: uuidOf(1) }), foreign].map((record) =>
      JSON.stringify(wrap(record)),
    );
    const [ofDsql, ofAnother] = [
      await read(own ?? "", { name: "a.json" }),
      await read(other ?? "", { name: "a.json" }),
    ];
    expect(ofAnother.hours).toEqual(new Map());
    expect(ofAnother.rejected).toEqual(ofDsql.rejected);
  }
});
