// Back from an object of the engine to the ACL that its catalog row holds.
import { type Acl, type Catalog, rowsOf } from "../catalog/catalog.ts";
import { type AccessObject, sectionOf } from "./effective-objects.ts";

/** null: the built-in default, or a row that is not there. */
export const aclOf = (catalog: Catalog, { kind, oid, columnNumber }: AccessObject): Acl => {
  if (kind === "column") {
    const row = rowsOf(catalog, "columns").find((one) => one.relation === oid && one.number === columnNumber);
    return row?.acl ?? null;
  }
  const rows = rowsOf(catalog, sectionOf(kind)) as readonly { readonly oid?: number; readonly acl?: Acl }[];
  return rows.find((row) => row.oid === oid)?.acl ?? null;
};
