// From the names of roles that people type to the subjects of timelines, also for roles that are long gone.

import type { Cluster } from "../../core/base/ids.ts";
import { PUBLIC } from "../../core/base/ids.ts";
import type { KnownCatalog } from "../../core/catalog/known-catalog.ts";
import { roleNameReadings } from "../../core/catalog/written-name.ts";
import { roleSubject } from "../../core/history/change-subjects.ts";
import { AuditError } from "../../errors.ts";
import { rowsIn } from "./named-in-catalog.ts";
import type { SnapshotStore } from "./snapshots.ts";

/** A name may have belonged to several: a role that was dropped and made again has another OID. Those that bear it now first. */
export type FoundSubject = {
  readonly subject: string;
  readonly name: string;
  readonly gone: boolean;
  /** What it was called when its schema had the name that was asked for; missing: `name`. */
  readonly asked?: string;
  /** Of a column, under its table's subject; missing: the object itself. */
  readonly column?: { readonly number: number; readonly name: string; readonly table: string };
};

type Reader = Pick<SnapshotStore, "subjectsNamed">;

/** Those that bear the name now, then those that did; each once. */
const join = (present: readonly FoundSubject[], past: readonly string[], name: string): FoundSubject[] => {
  const here = new Set(present.map(({ subject }) => subject));
  return [
    ...present,
    ...past.filter((subject) => !here.has(subject)).map((subject) => ({ subject, name, gone: true })),
  ];
};

/** The roles that bear or bore `name`; PUBLIC where no role is called so. AuditError("not-found") for none. */
export const findRoles = async (
  store: Reader,
  cluster: Cluster,
  catalog: KnownCatalog,
  name: string,
): Promise<FoundSubject[]> => {
  for (const reading of roleNameReadings(name)) {
    const present = rowsIn(catalog, "roles")
      .filter((row) => row.name === reading)
      .map((row) => ({ subject: roleSubject(row.oid as number), name: reading, gone: false }));
    const found = join(present, await store.subjectsNamed(cluster, "role", reading), reading);
    if (found.length) return found;
  }
  if (name.toUpperCase() === "PUBLIC") return [{ subject: roleSubject(PUBLIC), name: "PUBLIC", gone: false }];
  const alike = rowsIn(catalog, "roles").find((row) => String(row.name).toLowerCase() === name.toLowerCase());
  throw new AuditError("not-found", `no role was ever seen under the name ${JSON.stringify(name)}`, {
    hint: alike
      ? `There is ${JSON.stringify(alike.name)}: names keep their case.`
      : "Give its name as it stands in pg_roles.",
  });
};
