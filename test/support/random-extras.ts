// Any content of a snapshot beside its sections, for property tests: few identities, so that two of them meet.
import fc from "fast-check";
import type { Extras } from "../../lib/core/catalog/extras.ts";
import { acl } from "./catalogs.ts";

const grants = fc.uniqueArray(
  fc.tuple(fc.constantFrom(0, 10, 100, 101), fc.constantFrom("U", "U*", "rw", "s"), fc.constantFrom(10, 100)),
  { selector: ([grantee, , grantor]) => `${grantee}/${grantor}`, maxLength: 3 },
);
const anyAcl = fc.option(
  grants.map((entries) => acl(...entries.map(([to, letters, by]) => `${to || ""}=${letters}/${by}`))),
);
const kind = <T>(row: fc.Arbitrary<T>, key: (row: T) => unknown) =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .uniqueArray(row, { selector: (one) => JSON.stringify(key(one)), maxLength: 3 })
        .map((rows) => ({ status: "read" as const, rows })),
    },
    {
      weight: 1,
      arbitrary: fc.constant({ status: "unreadable" as const, reason: "permission denied", code: "42501" }),
    },
  );
const others = (owner: fc.Arbitrary<number | null>) =>
  kind(
    fc.record({ oid: fc.constantFrom(1, 2), name: fc.constantFrom("a", "b"), owner, acl: anyAcl }),
    ({ oid }) => oid,
  );
const owned = others(fc.constantFrom(10, 100));

export const anyExtras: fc.Arbitrary<Extras> = fc.record({
  views: kind(fc.record({ oid: fc.constantFrom(1000, 1001), invoker: fc.boolean() }), ({ oid }) => oid),
  viewRules: kind(
    fc.record({
      view: fc.constantFrom(1000, 1001),
      relations: fc.subarray([1000, 1001]),
      updatable: fc.constantFrom(0, 28),
      event: fc.constantFrom(null, "INSERT" as const, "DELETE" as const),
    }),
    (rule) => rule,
  ),
  sequences: kind(
    fc.record({ sequence: fc.constantFrom(1, 2), table: fc.constantFrom(1000, 1001) }),
    ({ sequence }) => sequence,
  ),
  parameters: others(fc.constant(null)),
  largeObjects: owned,
  foreignServers: owned,
  foreignDataWrappers: owned,
  tablespaces: owned,
  languages: owned,
  rowSecurity: kind(
    fc.record({ table: fc.constantFrom(1000, 1001), forced: fc.boolean() }),
    ({ table }) => table,
  ),
}) as never;
