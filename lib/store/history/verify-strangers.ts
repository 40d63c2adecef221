// Finds what was put beside the derived items: entries of timelines and of names that no snapshot accounts for.

import { type Cluster, PUBLIC } from "../../core/base/ids.ts";
import type { AnyRow } from "../../core/catalog/canonical-rows.ts";
import { extraOf, otherName, otherSections } from "../../core/catalog/extras.ts";
import { type KnownCatalog, knownRows } from "../../core/catalog/known-catalog.ts";
import { type Naming, namingsOf, roleSubject } from "../../core/history/change-subjects.ts";
import { type Fault, fault } from "../../core/history/verify-manifest.ts";
import { inParallel } from "../table/in-parallel.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { itemContent, namedContent, namesKey } from "./timelines.ts";

const LANES = 16;
const subjectOf = (pk: string): string => pk.split("#").at(-1) ?? "";
const keyOf = ({ pk, sk }: Pick<Item, "pk" | "sk">): string => `${pk} ${sk}`;

/** Everything in a catalog that people can ask for, by the name under which they do. */
export const namesNow = (catalog: KnownCatalog): Naming[] => {
  const rows = (name: Parameters<typeof knownRows>[1]): readonly AnyRow[] =>
    (knownRows(catalog, name) ?? []) as readonly AnyRow[];
  const schemas = new Map(rows("schemas").map(({ oid, name }) => [oid, String(name)]));
  const objects = (["database", "schemas", "relations", "functions", "types"] as const).flatMap((section) =>
    rows(section).map(({ oid, name, schema, identityArguments }): Naming => {
      const within = schema === undefined ? "" : `${schemas.get(schema) ?? String(schema)}.`;
      const suffix = section === "functions" ? `(${String(identityArguments)})` : "";
      return {
        what: "object",
        name: `${within}${String(name)}${suffix}`,
        subject: `${section}:${String(oid)}`,
      };
    }),
  );
  const others = otherSections.flatMap((section) =>
    (extraOf(catalog, section).rows ?? []).map(
      ({ oid, name }): Naming => ({
        what: "object",
        name: otherName(section, name),
        subject: `${section}:${oid}`,
      }),
    ),
  );
  const roles = rows("roles").map(
    ({ oid, name }): Naming => ({ what: "role", name: String(name), subject: roleSubject(Number(oid)) }),
  );
  return [...roles, { what: "role", name: "PUBLIC", subject: roleSubject(PUBLIC) }, ...objects, ...others];
};

/** Items of timelines that no snapshot accounts for; those of thinned days only have to be readable. */
export const strangeItems = async (
  table: Table,
  timelines: ReadonlySet<string>,
  known: ReadonlySet<string>,
  isTold: (seq: number) => boolean,
): Promise<Fault[]> => {
  const found = await inParallel([...timelines], LANES, async (pk) => {
    const faults: Fault[] = [];
    for await (const item of table.query({ pk })) {
      if (known.has(keyOf(item))) continue;
      const seq = Number(item.sk.split("#")[0]);
      const readable = itemContent(item)?.every(({ toSeq }) => toSeq === seq) ?? false;
      if (!isTold(seq) && readable) continue;
      const what = readable ? "tells of a change that the chain does not know" : "cannot be read";
      faults.push(fault("altered", seq, `snapshot ${seq}: the timeline of ${subjectOf(pk)} ${what}`));
    }
    return faults;
  });
  return found.flat();
};

/** Whether a timeline tells that its subject bore the name: of days that were thinned out nothing else does. */
const tells = async (table: Table, cluster: Cluster, subject: string, pk: string): Promise<boolean> => {
  for await (const item of table.query({ pk: keys.timeline(cluster, subject) })) {
    const namings = (itemContent(item) ?? []).flatMap(({ change }) => namingsOf(change));
    if (namings.some((one) => one.subject === subject && namesKey(cluster, one) === pk)) return true;
  }
  return false;
};

/**
 * Entries under the names of `pks` that no snapshot accounts for and no timeline bears out; and the subjects that such
 * entries name, whose timelines are to be looked at as well.
 */
export const strangeNames = async (
  table: Table,
  cluster: Cluster,
  pks: ReadonlySet<string>,
  known: ReadonlySet<string>,
): Promise<{ readonly faults: Fault[]; readonly subjects: readonly string[] }> => {
  const strange = await inParallel([...pks], LANES, async (pk) => {
    const items = await Array.fromAsync(table.query({ pk }));
    return items.filter((item) => !known.has(keyOf(item)));
  });
  const faults: Fault[] = [];
  const subjects: string[] = [];
  for (const item of strange.flat()) {
    const subject = namedContent(item) === null ? null : String(item.subject);
    const isInItsPlace = subject !== null && item.sk === keys.pad(Number(subject.split(":")[1]));
    if (isInItsPlace && (await tells(table, cluster, subject, item.pk))) subjects.push(subject);
    else {
      const name = JSON.stringify(item.name ?? null);
      faults.push(fault("altered", null, `an entry of the name ${name} finds what the chain does not know`));
    }
  }
  return { faults, subjects };
};
