// Why no statement takes a step back, in words: the access that cannot be made again as it was.
import { counted } from "../base/counted.ts";
import { type Oid, PUBLIC } from "../base/ids.ts";
import { visible } from "../base/visible-text.ts";
import { type Catalog, isDsql, rowsOf } from "../catalog/catalog.ts";
import { privilegeNames } from "../catalog/privileges.ts";
import { type AccessObject, accessObjects } from "../privileges/effective-objects.ts";
import { objectText } from "../privileges/find-object.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import { graphOf, itemsAt, ownerOf, refOf } from "./state.ts";

const nameIn = (catalog: Catalog, oid: Oid): string =>
  oid === PUBLIC
    ? "PUBLIC"
    : visible(rowsOf(catalog, "roles").find((role) => role.oid === oid)?.name ?? `OID ${oid}`, 80);

const whatOf = (object: AccessObject): string => `${object.kind} ${visible(objectText(object), 160)}`;

const ownerAgain = (wanted: Catalog, object: AccessObject): string => {
  const said = `${nameIn(wanted, object.owner)} cannot be made the owner of ${whatOf(object)} again`;
  return isDsql(wanted) && object.schema !== null && isClosedOnDsql("schema", object.schema)
    ? `${said}: Aurora DSQL asks for CREATE on schema ${visible(object.schema, 80)}, and takes no GRANT on it`
    : said;
};

const SHOWN = 5;

/**
 * What a catalog that statements can reach lacks of the one that is wanted, each a sentence without its full stop; never
 * empty. Both are of the same objects.
 */
export const noWayBack = (reached: Catalog, wanted: Catalog): readonly string[] => {
  const owners: string[] = [];
  const grants: string[] = [];
  for (const object of accessObjects(wanted, graphOf(wanted))) {
    const ref = refOf(object);
    if (object.kind !== "column" && ownerOf(reached, ref) !== object.owner)
      owners.push(ownerAgain(wanted, object));
    const there = itemsAt(reached, ref);
    for (const { grantee, grantor, mask } of itemsAt(wanted, ref)) {
      const has = there.find((item) => item.grantee === grantee && item.grantor === grantor)?.mask ?? 0;
      const lost = privilegeNames(mask & ~has);
      // What an owner holds of its own comes with its ownership.
      if (lost.length && grantee !== object.owner)
        grants.push(
          `${lost.join(", ")} on ${whatOf(object)} cannot be granted to ${nameIn(wanted, grantee)} on the authority of ${nameIn(wanted, grantor)} again`,
        );
    }
  }
  const found = [...owners, ...grants];
  if (!found.length) return ["some of what it changes cannot be made again as it was"];
  const more = found.length - SHOWN;
  return more > 0
    ? [
        ...found.slice(0, SHOWN),
        `${counted(more, "other owner or grant", "other owners and grants")} cannot be made again either`,
      ]
    : found;
};
