// The catalog that a baseline asks for, from the one that there is: each difference taken away, one after the other.
import { ADMIN } from "../activity/admin-logins.ts";
import { type Oid, PUBLIC } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { type ObjectClass, objectKey } from "../baseline/access.ts";
import type { Baseline } from "../baseline/baseline.ts";
import { type DriftRow, driftOf, isDrift } from "../baseline/drift.ts";
import { driftText } from "../baseline/drift-text.ts";
import { OWNER } from "../baseline/owner.ts";
import { type Catalog, isDsql, type Role, rowsOf } from "../catalog/catalog.ts";
import { type Privilege, privilegeBit } from "../catalog/privileges.ts";
import { type AccessObject, accessObjects } from "../privileges/effective-objects.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import { applyIntent, type Intent } from "./intent.ts";
import { BOOTSTRAP_SUPERUSER } from "./membership-change.ts";
import { graphOf, itemsAt, ownerOf, refOf, type State } from "./state.ts";

export type Declared = {
  readonly wanted: Catalog;
  /** What was taken away or brought, in sentences. */
  readonly settled: readonly string[];
  /** What no statement settles, in sentences: a person has to. */
  readonly left: readonly string[];
};

const attributes: Readonly<Record<string, keyof Role>> = {
  LOGIN: "canLogin", SUPERUSER: "superuser", CREATEROLE: "createRole", CREATEDB: "createDb",
  REPLICATION: "replication", BYPASSRLS: "bypassRls",
}; // biome-ignore format: one glance

const classOf = ({ kind }: AccessObject): ObjectClass => (kind === "view" ? "table" : kind);

/** The object of a row, as the catalog has it; of a column that has no list yet its table's, with the column's name. */
const objectOf = (catalog: Catalog, row: DriftRow): AccessObject | undefined => {
  const objects = accessObjects(catalog, graphOf(catalog));
  const kind = row.objectKind;
  const key = objectKey({ kind, schema: row.schema, object: row.name });
  const same = objects.filter((object) => {
    const own = classOf(object);
    const name = own === "schema" || own === "database" ? null : object.name;
    const schema = own === "schema" ? object.name : object.schema;
    return objectKey({ kind: own, schema, object: name }) === key;
  });
  if (kind !== "column") return same.find((object) => object.kind !== "column");
  return same.find((object) => object.kind === "column" && object.column === row.column);
};

const oidOf = (catalog: Catalog, name: string | null): Oid | undefined =>
  name === null ? undefined : rowsOf(catalog, "roles").find((role) => role.name === name)?.oid;

/** The entries that give a privilege, taken away each on its grantor's authority. */
const revokes = (
  catalog: Catalog,
  row: DriftRow,
  object: AccessObject,
  grantee: Oid,
  option: boolean,
): Intent[] => {
  const privilege = row.privilege as Privilege;
  const bit = privilegeBit(privilege);
  return itemsAt(catalog, refOf(object))
    .filter((item) => item.grantee === grantee && item.mask & bit)
    .map(({ grantor }) => ({
      operation: { does: "revoke", privilege, object, grantee, option, cascade: true },
      as: grantor,
    }));
};

const onPrivilege = (catalog: Catalog, row: DriftRow): readonly Intent[] | undefined => {
  const object = objectOf(catalog, row);
  const grantee = row.everybody ? PUBLIC : oidOf(catalog, row.role);
  if (!object || grantee === undefined) return undefined;
  if (isDsql(catalog) && isClosedOnDsql(object.kind, object.name)) return undefined;
  if (row.privilege === OWNER)
    return row.kind === "missing"
      ? [{ operation: { does: "own", object, owner: grantee }, as: null }]
      : undefined;
  const owner = ownerOf(catalog, refOf(object));
  if (owner === undefined) return undefined;
  if (row.kind !== "missing")
    return revokes(catalog, row, object, grantee, row.kind === "widened" && row.isThere);
  const privilege = row.privilege as Privilege;
  const option = row.options.includes("GRANT OPTION");
  return [{ operation: { does: "grant", privilege, object, grantee, option, cascade: false }, as: owner }];
};

/** Who grants a role: on Aurora DSQL `admin`, elsewhere the first superuser. */
const grantorIn = (state: State): Oid =>
  typeof state.login === "number" ? state.login : BOOTSTRAP_SUPERUSER;

const onMembership = (state: State, row: DriftRow): readonly Intent[] | undefined => {
  const { catalog } = state;
  const [role, member] = [oidOf(catalog, row.name), oidOf(catalog, row.role)];
  if (role === undefined || member === undefined) return undefined;
  const rows = rowsOf(catalog, "memberships").filter((one) => one.role === role && one.member === member);
  const pair = { role, member, cascade: true };
  const has = (option: string): boolean => row.options.includes(option);
  const leaves = rows.map(
    ({ grantor }): Intent => ({ operation: { does: "leave", ...pair, grantor, options: {} }, as: null }),
  );
  if (row.kind === "undeclared") return leaves;
  // Of `widened` and of `missing` the options are those that differ: the others stay as they are.
  const now = {
    admin: rows.some(({ admin }) => admin),
    inherit: rows.some(({ inherit }) => inherit !== false),
    set: rows.some(({ set }) => set !== false),
  };
  const names = { admin: "ADMIN OPTION", inherit: "INHERIT OPTION", set: "SET OPTION" } as const;
  const value = (option: keyof typeof names): boolean =>
    row.kind === "widened"
      ? now[option] && !has(names[option])
      : (row.isThere && now[option]) || has(names[option]);
  const options = { admin: value("admin"), inherit: value("inherit"), set: value("set") };
  const join: Intent = {
    operation: { does: "join", ...pair, grantor: grantorIn(state), options, cascade: false },
    as: null,
  };
  return row.kind === "widened" ? [...leaves, join] : [join];
};

const kindLetters: Readonly<Partial<Record<ObjectClass, string>>> = {
  table: "r", sequence: "S", function: "f", type: "T", schema: "n",
}; // biome-ignore format: one glance

const onFuture = (catalog: Catalog, row: DriftRow): readonly Intent[] | undefined => {
  const creator = oidOf(catalog, row.createdBy);
  const grantee = row.everybody ? PUBLIC : oidOf(catalog, row.role);
  const objectType = row.objectKind === null ? undefined : kindLetters[row.objectKind];
  const schema =
    row.schema === null ? 0 : rowsOf(catalog, "schemas").find(({ name }) => name === row.schema)?.oid;
  if (creator === undefined || grantee === undefined || !objectType || schema === undefined) return undefined;
  const option = row.kind === "widened" ? row.isThere : row.options.includes("GRANT OPTION");
  const does = row.kind === "missing" ? "grant-default" : "revoke-default";
  const privileges = [row.privilege as Privilege];
  const isOption = row.kind === "undeclared" ? false : option;
  return [
    { operation: { does, creator, schema, objectType, privileges, grantee, option: isOption }, as: null },
  ];
};

/** OIDs of roles that are made: they must not meet others. */
const freshRole = (catalog: Catalog, name: string): Role => ({
  oid: Math.max(4_050_000_000, ...rowsOf(catalog, "roles").map(({ oid }) => oid)) + 1,
  ...{ name, superuser: false, inherit: true, createRole: false, createDb: false, canLogin: false },
  ...{ replication: false, bypassRls: false, connectionLimit: -1, validUntil: null },
});

/** What settles one difference; undefined: nothing that can be said in SQL. */
const intentsFor = (state: State, row: DriftRow): readonly Intent[] | undefined => {
  const { catalog } = state;
  const role = oidOf(catalog, row.role);
  const give = row.kind === "missing";
  switch (row.what) {
    case "role":
      return row.role === null || row.role === ADMIN
        ? undefined
        : [{ operation: { does: "create-role", role: freshRole(catalog, row.role) }, as: null }];
    case "attribute": {
      const attribute = attributes[row.privilege ?? ""];
      return role === undefined || !attribute
        ? undefined
        : [{ operation: { does: "attributes", role, attributes: { [attribute]: give } }, as: null }];
    }
    case "mapping":
      return role === undefined || row.principal === null
        ? undefined
        : [{ operation: { does: give ? "map" : "unmap", role, arn: row.principal }, as: null }];
    case "membership":
      return onMembership(state, row);
    case "privilege":
      return onPrivilege(catalog, row);
    case "future":
      return onFuture(catalog, row);
    case "section":
      return undefined;
    default:
      return row.what satisfies never;
  }
};

/** Owners first, then what is taken away, then what is brought: a new owner's grants are other grants. */
const rank = (row: DriftRow): number =>
  row.privilege === OWNER ? 0 : row.what === "role" ? 1 : row.kind === "missing" ? 3 : 2;

const rowKey = (row: DriftRow): string => JSON.stringify([row.kind, row.role, row.principal, driftText(row)]);

/** Settling one difference can show another: a role that is made needs all that is declared of it. */
const MAX_ROUNDS = 6;

/**
 * The catalog with the differences settled as far as statements can. `of`: only these rows, such as one role's. `at`: when
 * the baseline is asked, for what it declares has ends.
 */
export const toDeclared = (
  start: State,
  baseline: Baseline,
  at: Instant,
  of: (row: DriftRow) => boolean = () => true,
): Declared => {
  const settled = new Map<string, string>();
  let state = start;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const before = state;
    const rows = driftOf(baseline, state.catalog, at).filter((row) => isDrift(row) && of(row));
    for (const row of rows.toSorted((a, b) => rank(a) - rank(b))) {
      const intents = intentsFor(state, row);
      const after = intents?.reduce<State | undefined>((now, one) => now && applyIntent(now, one), state);
      if (!after || after.catalog === state.catalog) continue;
      state = after;
      settled.set(rowKey(row), driftText(row));
    }
    if (state === before) break;
  }
  const rest = driftOf(baseline, state.catalog, at).filter((row) => row.planned === null && of(row));
  return { wanted: state.catalog, settled: [...settled.values()], left: rest.map(driftText) };
};
