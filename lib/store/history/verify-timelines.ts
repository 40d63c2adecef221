// Holds the derived items against the chain: who can write to the table must not be able to bend a timeline unseen.

import type { Cluster } from "../../core/base/ids.ts";
import { knownRows } from "../../core/catalog/known-catalog.ts";
import type { RecordedChange } from "../../core/history/change.ts";
import { roleSubject } from "../../core/history/change-subjects.ts";
import type { SealedManifest } from "../../core/history/manifest.ts";
import type { Fault } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import { keys } from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { manifestsBySeq, readHead } from "./manifests.ts";
import { pendingChanges, readCatalog } from "./recorded-changes.ts";
import { derivedItems, itemContent } from "./timelines.ts";

const keyOf = ({ pk, sk }: Pick<Item, "pk" | "sk">): string => `${pk} ${sk}`;

/** What an item tells, however it was packed. */
const told = (item: Item): string => JSON.stringify(itemContent(item));

const compare = (seq: number, expected: readonly Item[], found: ReadonlyMap<string, Item>): Fault[] =>
  expected.flatMap((item): Fault[] => {
    const stored = found.get(keyOf(item));
    const what = item.pk.split("#").at(-1);
    if (!stored)
      return [
        { kind: "missing", seq, message: `snapshot ${seq}: the timeline of ${what} lacks its changes` },
      ];
    if (told(stored) === told(item)) return [];
    return [
      {
        kind: "altered",
        seq,
        message: `snapshot ${seq}: the timeline of ${what} tells something else than the chain`,
      },
    ];
  });

/** Items of a timeline that no snapshot accounts for. */
const strangers = async (
  table: Table,
  pk: string,
  known: ReadonlySet<string>,
  isChecked: (seq: number) => boolean,
): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for await (const item of table.query({ pk })) {
    const seq = Number(item.sk.split("#")[0]);
    if (known.has(keyOf(item)) || !isChecked(seq)) continue;
    const what = pk.split("#").at(-1);
    faults.push({
      kind: "altered",
      seq,
      message: `snapshot ${seq}: the timeline of ${what} tells of a change that the chain does not know`,
    });
  }
  return faults;
};

const check = async (
  table: Table,
  cluster: Cluster,
  head: SealedManifest,
  derivedTo: number,
): Promise<Fault[]> => {
  const faults: Fault[] = [];
  const known = new Set<string>();
  const timelines = new Set<string>();
  const thinned = new Set<number>();
  let before = 0;
  for await (const { manifest } of manifestsBySeq(table, cluster, 1, head.manifest.seq)) {
    const { seq, changes } = manifest;
    for (let gone = before + 1; gone < seq; gone++) thinned.add(gone);
    // Where the snapshot before is gone its own list of changes can no longer be dated exactly.
    if (seq > 1 && before !== seq - 1) thinned.add(seq);
    before = seq;
    if (thinned.has(seq) || seq > derivedTo || (seq > 1 && !changes)) continue;
    const recorded: RecordedChange[] = await Array.fromAsync(pendingChanges(table, cluster, seq, seq));
    const expected = derivedItems(cluster, seq, recorded);
    const stored = await table.getMany(expected.map(({ pk, sk }) => ({ pk, sk })));
    // Names are not dated: a later bearer of the name may have written the item last.
    const dated = expected.filter(({ z }) => z !== undefined);
    faults.push(...compare(seq, dated, new Map(stored.map((item) => [keyOf(item), item]))));
    for (const item of dated) {
      known.add(keyOf(item));
      timelines.add(item.pk);
    }
  }
  const catalog = await readCatalog(table, cluster, head.manifest.root);
  for (const { oid } of knownRows(catalog, "roles") ?? [])
    timelines.add(keys.timeline(cluster, roleSubject(oid)));
  for (const pk of timelines) faults.push(...(await strangers(table, pk, known, (seq) => !thinned.has(seq))));
  return faults;
};

/**
 * Faults of the timelines of all roles and of whatever ever changed. Where the chain itself cannot be read there is
 * nothing to hold them against: `verifyHistory` tells of that. Of days that were thinned out nothing is said.
 */
export const checkTimelines = async (table: Table, cluster: Cluster): Promise<Fault[]> => {
  try {
    const { head, derivedTo } = await readHead(table, cluster);
    return head ? await check(table, cluster, head, derivedTo) : [];
  } catch (error) {
    if (error instanceof AuditError && error.code === "store") return [];
    throw error;
  }
};
