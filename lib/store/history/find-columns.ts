// The columns of a table by name: those that have, or had, privileges of their own. No snapshot holds the others.

import type { Cluster } from "../../core/base/ids.ts";
import type { KnownCatalog } from "../../core/catalog/known-catalog.ts";
import type { RecordedChange } from "../../core/history/change.ts";
import type { FoundSubject } from "./find-subject.ts";
import { namedInChange, rowsIn } from "./named-in-catalog.ts";
import type { SnapshotStore } from "./snapshots.ts";

type Asked = {
  readonly store: Pick<SnapshotStore, "timeline">;
  readonly cluster: Cluster;
  readonly catalog: KnownCatalog;
};

/** What the table is called, and was, without its schema: a change shows a column behind it. */
const tableNames = (
  catalog: KnownCatalog,
  subject: string,
  timeline: readonly RecordedChange[],
): ReadonlySet<string> => {
  const now = rowsIn(catalog, "relations").filter((row) => `relations:${String(row.oid)}` === subject);
  const told = timeline
    .flatMap(({ change }) => namedInChange(change))
    .filter((one) => one.subject === subject);
  return new Set([...now.map((row) => String(row.name)), ...told.map(({ nameable }) => nameable.name)]);
};

/** Of tables each column that bears or bore the name, by its number: dropped and made again it has another. */
export const findColumns = async (
  { store, cluster, catalog }: Asked,
  tables: readonly FoundSubject[],
  column: string,
): Promise<FoundSubject[]> => {
  const found: FoundSubject[] = [];
  for (const { subject, name, gone, asked = name } of tables) {
    const timeline = await store.timeline(cluster, subject);
    const shown = new Set([...tableNames(catalog, subject, timeline)].map((table) => `${table}.${column}`));
    const numbers = new Set<number>();
    for (const row of rowsIn(catalog, "columns"))
      if (`relations:${String(row.relation)}` === subject && row.name === column)
        numbers.add(row.number as number);
    for (const { change } of timeline) {
      if (!("object" in change) || change.object.column === null) continue;
      const renamed = change.kind === "object-renamed" && [change.from, change.to].includes(column);
      if (renamed || shown.has(change.object.name)) numbers.add(change.object.column);
    }
    for (const number of numbers)
      found.push({
        subject,
        name: `${name}.${column}`,
        gone,
        column: { number, name: column, table: asked },
      });
  }
  return found;
};
