// Mapping files as people have them, and the periods that follow from them.
import { describe, expect, it } from "vitest";
import { mappingFacts, parseMappingFile } from "../../../lib/core/history/mapping-captures.ts";

const row = (change: Record<string, unknown> = {}) => ({
  iam_oid: 26398,
  arn: "arn:aws:iam::012345678912:role/example",
  pg_role_oid: 26396,
  pg_role_name: "example",
  grantor_pg_role_oid: 15579,
  grantor_pg_role_name: "admin",
  ...change,
});
const at = (hour: number): string => `2026-01-01T${String(hour).padStart(2, "0")}:00:00Z`;
const ms = (hour: number): number => Date.parse(at(hour));
const periods = (json: unknown) => mappingFacts(parseMappingFile(json)).periods;

describe("a mapping file", () => {
  it("may be rows without a time: they stand all along, and their age is assumed", () => {
    expect(mappingFacts(parseMappingFile([row(), row()]))).toMatchObject({
      agesAssumed: true,
      periods: [{ iamOid: 26398, roleOid: 26396, roleName: "example", notSeenAt: null, goneAt: null }],
    });
  });

  it("may be a history in any order, with times of several kinds and OIDs as text", () => {
    const history = [
      { capturedAt: "2026-01-01T03:00+01:00", rows: [row({ pg_role_oid: "26396", iam_oid: "26398" })] },
      { capturedAt: ms(1), rows: [row()] },
      { capturedAt: "2026-01-01 00:00:00", rows: [] },
    ];
    expect(periods(history)).toMatchObject([
      { notSeenAt: ms(0), firstSeenAt: ms(1), lastSeenAt: ms(2), goneAt: null },
    ]);
  });

  it("tells a mapping that went and came back, and one made anew, as two", () => {
    const history = [[row()], [], [row()], [row({ iam_oid: 30_000 })]].map((rows, i) => ({
      capturedAt: at(i),
      rows,
    }));
    expect(
      periods(history).map(({ iamOid, notSeenAt, firstSeenAt, goneAt }) => [
        iamOid,
        notSeenAt,
        firstSeenAt,
        goneAt,
      ]),
    ).toEqual([
      [26398, null, ms(0), ms(1)],
      [26398, ms(1), ms(2), ms(3)],
      [30_000, ms(2), ms(3), null],
    ]);
  });

  it("keeps a mapping through a rename of its role", () => {
    const history = [
      { capturedAt: at(0), rows: [row()] },
      { capturedAt: at(1), rows: [row({ pg_role_name: "renamed" })] },
    ];
    expect(periods(history)).toMatchObject([{ roleName: "renamed", firstSeenAt: ms(0), lastSeenAt: ms(1) }]);
  });

  it("may find no mapping at all", () => {
    expect(periods([])).toEqual([]);
    expect(mappingFacts(parseMappingFile([{ capturedAt: at(0), rows: [] }]))).toMatchObject({
      periods: [],
      firstSnapshotAt: ms(0),
      agesAssumed: false,
    });
  });

  it.each([
    ["no array", { a: 1 }, /the file/],
    ["a row without an ARN", [row({ arn: undefined })], /0\.arn/],
    ["an OID that is none", [row({ pg_role_oid: -1 })], /0\.pg_role_oid/],
    ["a time that is none", [{ capturedAt: "2026-02-30T00:00Z", rows: [] }], /0\.capturedAt/],
    ["rows and captures mixed", [row(), { capturedAt: at(0), rows: [] }], /0\.capturedAt/],
  ])("is refused with %s", (_, json, message) => {
    expect(() => parseMappingFile(json)).toThrow(
      expect.objectContaining({ code: "bad-file", message: expect.stringMatching(message) }),
    );
  });
});
