// Holds the derived items against the chain: who can write to the table must not be able to bend a timeline unseen.

import type { Cluster } from "../../core/base/ids.ts";
import { IAM, MAPPINGS, SECTIONS } from "../../core/history/change-subjects.ts";
import type { SealedManifest } from "../../core/history/manifest.ts";
import { byPlace } from "../../core/history/verify.ts";
import { type Fault, fault, openAll } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { checkDerivedMark } from "./derived-mark.ts";
import { storedManifests } from "./manifests.ts";
import { baseline, readCatalog, recordedChanges, stampOf } from "./recorded-changes.ts";
import { derivedItems, namedContent, namesKey, told } from "./timelines.ts";
import { namesNow, strangeItems, strangeNames } from "./verify-strangers.ts";

const keyOf = ({ pk, sk }: Pick<Item, "pk" | "sk">): string => `${pk} ${sk}`;
const subjectOf = (pk: string): string => pk.split("#").at(-1) ?? "";

/** What could be read of the chain, and the snapshots whose changes it can no longer tell exactly. */
type Chain = { readonly sealed: readonly SealedManifest[]; readonly untold: Set<number> };

const readChain = async (table: Table, cluster: Cluster): Promise<Chain> => {
  const { bySeq } = openAll(await Array.fromAsync(storedManifests(table, cluster)));
  const sealed = [...bySeq.values()].sort((a, b) => a.manifest.seq - b.manifest.seq);
  const untold = new Set<number>();
  let before = 0;
  for (const { manifest } of sealed) {
    for (let gone = before + 1; gone < manifest.seq; gone++) untold.add(gone);
    // Where the snapshot before is gone its own list of changes can no longer be dated exactly.
    if (manifest.seq > 1 && before !== manifest.seq - 1) untold.add(manifest.seq);
    before = manifest.seq;
  }
  return { sealed, untold };
};

/** Whatever the chain cannot be asked is not held against the items: `verifyHistory` names what is wrong with it. */
const ifReadable = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AuditError) return undefined;
    throw error;
  }
};

/** The items that a snapshot's own list of changes makes; undefined where that cannot be read. */
const expectedOf = (table: Table, cluster: Cluster, sealed: SealedManifest): Promise<Item[] | undefined> =>
  ifReadable(async () => {
    const { seq, root } = sealed.manifest;
    const changes =
      seq === 1
        ? baseline(await readCatalog(table, cluster, root), stampOf(sealed))
        : await recordedChanges(table, cluster, sealed);
    return derivedItems(cluster, seq, changes);
  });

const compare = (
  seq: number,
  expected: readonly Item[],
  found: ReadonlyMap<string, Item>,
  mayLack: boolean,
): Fault[] =>
  expected.flatMap((item): Fault[] => {
    const stored = found.get(keyOf(item));
    const what = subjectOf(item.pk);
    if (!stored) {
      return mayLack
        ? []
        : [fault("missing", seq, `snapshot ${seq}: the timeline of ${what} lacks its changes`)];
    }
    if (told(stored) === told(item)) return [];
    const message = `snapshot ${seq}: the timeline of ${what} tells something else than the chain`;
    return [fault("altered", seq, message)];
  });

/** By which names a subject is found. Not dated: the same name may be written by several snapshots. */
const checkNames = async (
  table: Table,
  expected: ReadonlyMap<string, ReadonlyMap<string, Item>>,
): Promise<Fault[]> => {
  const faults: Fault[] = [];
  const wanted = [...expected.values()].flatMap((items) => [...items.values()].slice(0, 1));
  const stored = await table.getMany(wanted.map(({ pk, sk }) => ({ pk, sk })));
  const found = new Map(stored.map((item) => [keyOf(item), item]));
  for (const [key, items] of expected) {
    const item = found.get(key);
    const [first] = items.values();
    if (item && items.has(namedContent(item) ?? "")) continue;
    const of = `${String(first?.subject)} by the name ${JSON.stringify(first?.name)}`;
    faults.push(
      item
        ? fault("altered", null, `the entry that finds ${of} says something else than the chain`)
        : fault("missing", null, `the entry that finds ${of} is missing`),
    );
  }
  return faults;
};

/**
 * Faults of the timelines of all that is there and of whatever ever changed, and of the names that find them. What of the chain
 * cannot be read is not held against them: `verifyHistory` tells of that. Of days that were thinned out nothing is said.
 */
export const checkTimelines = async (table: Table, cluster: Cluster): Promise<Fault[]> => {
  const { sealed, untold } = await readChain(table, cluster);
  const head = sealed.at(-1);
  if (!head) return [];
  const { derivedTo, faults } = await checkDerivedMark(table, cluster, head.manifest);
  const known = new Set<string>();
  const timelines = new Set([MAPPINGS, SECTIONS, IAM].map((subject) => keys.timeline(cluster, subject)));
  const names = new Map<string, Map<string, Item>>();
  const entries = new Set<string>();
  for (const one of sealed) {
    const { seq, changes } = one.manifest;
    if (untold.has(seq) || (seq > 1 && !changes)) continue;
    const expected = await expectedOf(table, cluster, one);
    if (!expected) {
      untold.add(seq);
      continue;
    }
    const dated = expected.filter(({ z }) => z !== undefined);
    const stored = await table.getMany(dated.map(({ pk, sk }) => ({ pk, sk })));
    // A run that died may have left the items of the newest snapshots unwritten, or written without saying so.
    faults.push(...compare(seq, dated, new Map(stored.map((item) => [keyOf(item), item])), seq > derivedTo));
    for (const { pk } of dated) timelines.add(pk);
    for (const { pk } of expected.filter(({ z }) => z === undefined)) entries.add(pk);
    for (const item of expected) known.add(keyOf(item));
    for (const item of seq > derivedTo ? [] : expected.filter(({ z }) => z === undefined)) {
      const same = names.get(keyOf(item)) ?? new Map<string, Item>();
      names.set(keyOf(item), same.set(namedContent(item) ?? "", item));
    }
  }
  const catalog = await ifReadable(() => readCatalog(table, cluster, head.manifest.root));
  for (const naming of catalog ? namesNow(catalog) : []) {
    timelines.add(keys.timeline(cluster, naming.subject));
    entries.add(namesKey(cluster, naming));
  }
  const strange = await strangeNames(table, cluster, entries, known);
  for (const subject of strange.subjects) timelines.add(keys.timeline(cluster, subject));
  faults.push(...strange.faults);
  faults.push(...(await strangeItems(table, timelines, known, (seq) => !untold.has(seq))));
  return byPlace([...faults, ...(await checkNames(table, names))]);
};
