// What two snapshots hold beside their sections is compared as a whole: the same, not the same and where, or not known.
// It has no changes of its own, so a comparison of changes alone must not say that nothing differs.
import { type ExtraName, type ExtraRow, extraNames, extraOf, otherSections } from "../catalog/extras.ts";
import { type KnownCatalog, knownRows } from "../catalog/known-catalog.ts";

/** One kind that is not proven to be the same: `names`, where it differs; `reason`, why it could not be compared. */
export type NotTold = {
  readonly kind: ExtraName;
  readonly names: readonly string[];
  readonly reason: string | null;
};

/** The order of a list means nothing in any row: neither of grants nor of relations. */
const written = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(written).sort().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${written(inner)}`).join()}}`;
};

const oidOf = (row: ExtraRow<ExtraName>): number => {
  if ("view" in row) return row.view;
  return "sequence" in row ? row.sequence : row.oid;
};

type Named = ReadonlyMap<number, string>;

/** What people call the relations and other objects of a catalog, as far as it was read. */
const relationNames = (catalog: KnownCatalog): Named => {
  const schemas = new Map((knownRows(catalog, "schemas") ?? []).map(({ oid, name }) => [oid, name]));
  return new Map(
    (knownRows(catalog, "relations") ?? []).map(({ oid, schema, name }) => [
      oid,
      `${schemas.get(schema) ?? `OID ${schema}`}.${name}`,
    ]),
  );
};

const isOther = (kind: ExtraName): boolean => (otherSections as readonly ExtraName[]).includes(kind);

const differing = (
  kind: ExtraName,
  a: readonly ExtraRow<ExtraName>[],
  b: readonly ExtraRow<ExtraName>[],
  relations: readonly Named[],
): string[] => {
  const [before, after] = [a, b].map((rows) => new Map(rows.map((row) => [oidOf(row), row]))) as [
    Map<number, ExtraRow<ExtraName>>,
    Map<number, ExtraRow<ExtraName>>,
  ];
  const nameOf = (oid: number): string => {
    const row = after.get(oid) ?? before.get(oid);
    if (isOther(kind) && row && "name" in row) return row.name;
    return relations.map((names) => names.get(oid)).find((name) => name !== undefined) ?? `OID ${oid}`;
  };
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((oid) => written(before.get(oid)) !== written(after.get(oid)))
    .map(nameOf)
    .sort();
};

/** The kinds that are not proven to be the same in both catalogs, in the order in which snapshots hold them. */
export const notToldBetween = (a: KnownCatalog, b: KnownCatalog): NotTold[] => {
  const relations = [relationNames(b), relationNames(a)];
  return extraNames.flatMap((kind): NotTold[] => {
    const [before, after] = [extraOf(a, kind), extraOf(b, kind)];
    if (before.rows === null) return [{ kind, names: [], reason: `the earlier snapshot: ${before.reason}` }];
    if (after.rows === null) return [{ kind, names: [], reason: `the later snapshot: ${after.reason}` }];
    const names = differing(kind, before.rows, after.rows, relations);
    return names.length ? [{ kind, names, reason: null }] : [];
  });
};
