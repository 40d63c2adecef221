// What a plan changes in effective privileges: rows that are lost and gained, from two catalogs of the same objects.
import type { Catalog } from "../catalog/catalog.ts";
import { type AccessEngine, accessEngine } from "../privileges/effective.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import { cellOf, type PrivilegeRow } from "../privileges/effective-rows.ts";

/** A row of `privileges` that is there on one side alone, or is another on each: then it is lost and gained. */
export type ChangedPrivilege = PrivilegeRow & { readonly change: "lost" | "gained" };

const objectKey = ({ kind, schema, name, column }: AccessObject): string =>
  JSON.stringify([kind, schema, name, column]);

/** What must be equal for a row to be the same; by which path is another matter. */
const rowKey = ({ path: _, ...row }: PrivilegeRow): string => JSON.stringify(Object.values(row));

type Side = {
  readonly engine: AccessEngine;
  readonly objects: ReadonlyMap<string, AccessObject>;
};

const sideOf = (catalog: Catalog): Side => {
  const engine = accessEngine(catalog);
  return { engine, objects: new Map(engine.objects.map((object) => [objectKey(object), object])) };
};

/** What a role has there, in one number list: equal lists give equal rows. */
const cellText = ({ engine }: Side, role: number | undefined, object: AccessObject | undefined): string => {
  if (role === undefined || !object) return "";
  const { held, settable, settableUsable } = cellOf(engine.matrix, role, object);
  if (!(held | settable)) return "";
  return [held, settable, settableUsable, engine.matrix.usable(role, object)].join();
};

const rowsAt = (
  { engine }: Side,
  role: number | undefined,
  object: AccessObject | undefined,
): PrivilegeRow[] => (role === undefined || !object ? [] : [...engine.rows({ role, objects: [object] })]);

/** Roles by name, predefined ones left out, as `privileges` leaves them out. */
const roleNames = (...sides: readonly Side[]): string[] => [
  ...new Set(
    sides.flatMap(({ engine }) =>
      engine.graph.roles.map(({ name }) => name).filter((name) => !name.startsWith("pg_")),
    ),
  ),
];

/** By object, then role, then privilege; lost before gained. */
export const changedPrivileges = (before: Catalog, after: Catalog): readonly ChangedPrivilege[] => {
  const [a, b] = [sideOf(before), sideOf(after)];
  const names = roleNames(a, b);
  const changed: ChangedPrivilege[] = [];
  for (const key of new Set([...a.objects.keys(), ...b.objects.keys()])) {
    const [was, is] = [a.objects.get(key), b.objects.get(key)];
    for (const name of names) {
      const [roleA, roleB] = [a.engine.graph.idOfName.get(name), b.engine.graph.idOfName.get(name)];
      if (cellText(a, roleA, was) === cellText(b, roleB, is)) continue;
      const [lost, gained] = [rowsAt(a, roleA, was), rowsAt(b, roleB, is)];
      const [had, has] = [lost, gained].map((rows) => new Set(rows.map(rowKey)));
      changed.push(
        ...lost.flatMap((row) => (has?.has(rowKey(row)) ? [] : [{ ...row, change: "lost" as const }])),
        ...gained.flatMap((row) => (had?.has(rowKey(row)) ? [] : [{ ...row, change: "gained" as const }])),
      );
    }
  }
  return changed;
};
