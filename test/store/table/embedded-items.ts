// What stands in test/fixtures/store-file-1.db, a store file of format 1: values of every kind.
import type { Item } from "../../../lib/store/table/table.ts";

export const embeddedItems: readonly Item[] = [
  {
    pk: "CLUSTER#a",
    sk: "SNAPSHOT#0000000001",
    takenAt: "2026-02-01T00:00:00.000Z",
    v: 1,
    z: Uint8Array.from({ length: 256 }, (_, n) => n),
  },
  { pk: "CLUSTER#a", sk: "SNAPSHOT#0000000002", takenAt: "2026-01-01T00:00:00.000Z", none: null },
  { pk: "CLUSTER#a", sk: "SNAPSHOTS", yes: true, no: false, empty: "", noBytes: new Uint8Array(0) },
  { pk: "é🔑", sk: "~\u0000", text: "naïve 🔑 \u0000 \u202e", big: 12345678901234567890n, small: -1.5e-7 },
  {
    pk: "sets",
    sk: "1",
    texts: new Set(["a"]),
    numbers: new Set([1.5]),
    bytes: new Set([new Uint8Array([1, 2])]),
    list: [1, [null, { B: new Uint8Array([9]), N: "1" }]],
    map: { M: { SS: "no set" } },
  },
];
