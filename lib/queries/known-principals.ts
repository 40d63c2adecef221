// Who is known of a catalog: those whom a person may mean by a name.
import { type KnownCatalog, knownIam, knownRows } from "../core/catalog/known-catalog.ts";

/** Mapped principals, and the roles, users and root user of the account, now or when they were last read. */
export const principalsIn = (catalog: KnownCatalog): string[] => {
  const { iam } = catalog;
  const rows = [
    knownRows(catalog, "mappings"),
    knownIam(catalog, "roles"),
    knownIam(catalog, "users"),
  ].flatMap((part): readonly { readonly arn: string }[] => part ?? []);
  const root = iam ? [`arn:${iam.partition}:iam::${iam.account}:root`] : [];
  return [...rows.map(({ arn }) => arn), ...root];
};
