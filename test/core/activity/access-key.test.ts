// What is kept of an access key, and where it goes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRecord } from "../../../lib/cloudtrail/parse-record.ts";
import { accessKeyMark, accessKeyName } from "../../../lib/core/activity/access-key.ts";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { mergeTallies, tallyKey, tallyOf } from "../../../lib/core/activity/tally.ts";
import { packTallies, unpackTallies } from "../../../lib/store/activity/tally-codec.ts";
import { connectRecord } from "../../support/records.ts";
import { tally } from "../anomaly/support.ts";

const ID = "AKIAIOSFODNN7EXAMPLE";

describe("an access key's mark", () => {
  it("tells keys apart by eight digits and four characters, and holds no more of the id", () => {
    expect(accessKeyMark(ID)).toMatch(/^[0-9a-f]{8}…MPLE$/);
    expect(accessKeyName(accessKeyMark(ID))).toBe("…MPLE");
    expect(accessKeyMark("AKIAIOSFODNN8EXAMPLE")).not.toBe(accessKeyMark(ID));
  });

  it.each([
    "ASIAIOSFODNN7EXAMPLE",
    "",
    "akiaiosfodnn7example",
    "AKIA",
    "AKIA<script>",
    `AKIA${"A".repeat(200)}`,
  ])("is none of %s", (id) => expect(accessKeyMark(id)).toBe(""));
});

describe("a tally", () => {
  const connection = (userIdentity: object, more: object = {}) => {
    const parsed = parseRecord({ ...connectRecord(), userIdentity, ...more });
    if (parsed.kind !== "connection") throw new Error("no connection");
    return tallyOf(parsed.connection);
  };
  const user = { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/ops", accountId: "111122223333" };

  it("carries the key of an IAM user, and none where the record names none, or a temporary one", () => {
    expect(connection({ ...user, accessKeyId: ID }).accessKey).toBe(accessKeyMark(ID));
    expect(connection({ ...user, accessKeyId: "" })).not.toHaveProperty("accessKey");
    expect(connection({ ...user, accessKeyId: "ASIAIOSFODNN7EXAMPLE" })).not.toHaveProperty("accessKey");
    expect(connection(user)).not.toHaveProperty("accessKey");
  });

  it("carries no key of a caller without an ARN, who may have made it up", () => {
    expect(connection({ type: "Unknown", accessKeyId: ID })).not.toHaveProperty("accessKey");
  });

  it("has the key that it had before keys were kept, where there is none", () => {
    expect(tallyKey(tally("app", 0)).split("\n")).toHaveLength(7);
  });

  const anyTally = fc
    .record({ by: fc.constantFrom("a", "b"), key: fc.constantFrom("", accessKeyMark(ID), "00000000…ABCD") })
    .map(({ by, key }): Tally => tally(by, 1_000, key === "" ? {} : { accessKey: key }));

  it("keeps its key in the store, and other keys apart", () => {
    fc.assert(
      fc.property(fc.array(anyTally, { maxLength: 12 }), (tallies) => {
        const merged = mergeTallies(tallies);
        expect(unpackTallies(packTallies(merged))).toEqual(merged);
        expect(merged).toHaveLength(new Set(tallies.map(tallyKey)).size);
      }),
    );
  });

  it("is stored as before where no record names a key", () => {
    const text = Buffer.from(packTallies([tally("app", 0)])).toString("latin1");
    expect(unpackTallies(packTallies([tally("app", 0)]))[0]).not.toHaveProperty("accessKey");
    expect(text).not.toContain("accessKey");
  });
});
