// Finds the next ALTER … OWNER TO on the way to the owners that are wanted.
import { type Catalog, isDsql, rowsOf } from "../catalog/catalog.ts";
import { extraOf } from "../catalog/extras.ts";
import { type AccessObject, accessObjects } from "../privileges/effective-objects.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import { applyAll } from "./apply-operation.ts";
import { asDsqlRole, becoming, type Group, inheriting, lendingUsage, schemaOf } from "./run-as.ts";
import { graphOf, mayCreateIn, ownerOf, refOf, type State } from "./state.ts";

/** On Aurora DSQL the new owner needs CREATE on the schema, and `admin` must be able to be both owners. */
export const giveOnDsql = (state: State, object: AccessObject, owner: number): Group[] => {
  const { login, catalog } = state;
  if (typeof login !== "number") return [];
  const schema = schemaOf(state, object);
  const grant = {
    does: "grant" as const,
    privilege: "CREATE" as const,
    grantee: owner,
    option: false,
    cascade: false,
  };
  const lend =
    schema && !mayCreateIn(catalog, schema.oid, owner) && !isClosedOnDsql("schema", schema.name)
      ? asDsqlRole(state, schema.owner, { ...grant, object: schema })
      : [];
  const self = ownerOf(catalog, refOf(object)) ?? owner;
  return [
    ...lend,
    ...lendingUsage(state, login, object),
    ...inheriting(state, self),
    ...becoming(state, owner),
    [{ does: "own", object, owner }],
  ];
};

/** The next object that another role should own; a sequence that belongs to a table goes with it. */
export const ownersTo = (state: State, wanted: Catalog): Group[] => {
  const { rows } = extraOf(state.catalog, "sequences");
  const belonging = new Set((rows ?? []).map(({ sequence }) => sequence));
  const owners = new Map<string, number>();
  for (const section of ["database", "schemas", "relations", "functions", "types"] as const)
    for (const { oid, owner } of rowsOf(wanted, section)) owners.set(`${section}/${oid}`, owner);
  for (const object of accessObjects(state.catalog, graphOf(state.catalog))) {
    const { section, oid } = refOf(object);
    const owner = owners.get(`${section}/${oid}`);
    if (owner === undefined || owner === object.owner || belonging.has(oid)) continue;
    if (object.kind === "column") continue;
    const groups = isDsql(state.catalog)
      ? giveOnDsql(state, object, owner)
      : [[{ does: "own" as const, object, owner }]];
    // One that the server would refuse does not stand in the way of the others.
    if (applyAll(state, groups.flat())) return groups;
  }
  return [];
};
