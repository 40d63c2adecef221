// The items that find changes by role, by object and by name. All derived from the chain: written twice, they are the same.
import type { Cluster } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import { canonicalRows } from "../../core/catalog/canonical-rows.ts";
import { RecordedChange } from "../../core/history/change.ts";
import { changeFor, type Naming, namingsOf, subjectsOf } from "../../core/history/change-subjects.ts";
import { sha256 } from "../../core/history/chunk.ts";
import { pack, unpack } from "../../core/history/packing.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { pad } from "../table/keys.ts";
import { keyText } from "../table/stored.ts";
import type { Item, Table } from "../table/table.ts";

const FORMAT = 1;
/** Changes of one subject in one snapshot are split here, far below an item's 400 KB even if nothing compresses. */
const MAX_TEXT = 200_000;
/** What a timeline item may unpack to. */
const MAX_UNPACKED = 4 * 1024 * 1024;

const Changes = z.array(RecordedChange);

/** How a naming is stored: names may be long and hold anything, their hash may not. */
const nameHash = ({ what, name }: Pick<Naming, "what" | "name">): string =>
  sha256(`${what}\n${name}`).slice(0, 32);

/** Where the entries of a name stand. */
export const namesKey = (cluster: Cluster, naming: Pick<Naming, "what" | "name">): string =>
  keys.named(cluster, nameHash(naming));

const split = (texts: readonly string[]): string[] => {
  const parts: string[] = [];
  let open: string[] = [];
  let size = 0;
  for (const text of texts) {
    if (open.length && size + text.length > MAX_TEXT) {
      parts.push(`[${open.join(",")}]`);
      open = [];
      size = 0;
    }
    open.push(text);
    size += text.length;
  }
  if (open.length) parts.push(`[${open.join(",")}]`);
  return parts;
};

/** The items that one snapshot's changes make: one per subject, one per name. */
export const derivedItems = (cluster: Cluster, seq: number, changes: readonly RecordedChange[]): Item[] => {
  const bySubject = new Map<string, string[]>();
  const items: Item[] = [];
  for (const recorded of changes) {
    for (const subject of subjectsOf(recorded.change)) {
      const texts = bySubject.get(subject) ?? [];
      bySubject.set(subject, texts);
      texts.push(JSON.stringify({ ...recorded, change: changeFor(subject, recorded.change) }));
    }
  }
  for (const [subject, texts] of bySubject) {
    split(texts).forEach((text, part) => {
      items.push({ ...keys.timelineItem(cluster, subject, seq, part), v: FORMAT, z: pack(text) });
    });
  }
  const named = new Map<string, Item>();
  for (const naming of changes.flatMap(({ change }) => namingsOf(change))) {
    const key = keys.namedItem(cluster, nameHash(naming), Number(naming.subject.split(":")[1]));
    named.set(`${key.pk} ${key.sk}`, { ...key, v: FORMAT, subject: naming.subject, name: naming.name });
  }
  return [...items, ...named.values()];
};

const readItem = (item: Item): RecordedChange[] => {
  const packed = item.v === FORMAT && item.z instanceof Uint8Array ? item.z : new Uint8Array(0);
  const text = unpack(packed, MAX_UNPACKED)?.toString("utf8");
  const altered = (cause?: unknown): AuditError =>
    new AuditError("store", `an item of a timeline (${keyText(item)}) is of a later format, or was altered`, {
      cause,
      hint: "Use the version of dsql-audit that wrote it, or run: dsql-audit history verify",
    });
  if (text === undefined) throw altered();
  try {
    return Changes.parse(JSON.parse(text));
  } catch (cause) {
    throw altered(cause);
  }
};

/** What an item tells of: for verify, which must not trip over one that cannot be read; null: it cannot. */
export const itemContent = (item: Item): readonly RecordedChange[] | null => {
  try {
    return readItem(item);
  } catch (error) {
    if (error instanceof AuditError) return null;
    throw error;
  }
};

/** Rows of a section first read, in the one order: earlier releases listed them as they were read. */
const inOrder = (recorded: RecordedChange): RecordedChange => {
  const { change } = recorded;
  if ((change.kind !== "section-readable" && change.kind !== "section-unreadable") || !change.first)
    return recorded;
  return { ...recorded, change: { ...change, first: canonicalRows(change.section, change.first) } };
};

/** What an item tells, as text to compare, however it was packed; null: it cannot be read. */
export const told = (item: Item): string | null => {
  try {
    return JSON.stringify(readItem(item).map(inOrder));
  } catch (error) {
    if (error instanceof AuditError) return null;
    throw error;
  }
};

/** What an entry of a name says, as text to compare; null: it cannot be read. */
export const namedContent = ({ v, subject, name }: Item): string | null =>
  v === FORMAT && typeof subject === "string" && typeof name === "string"
    ? JSON.stringify([subject, name])
    : null;

/** Changes of one subject in the snapshots `first` to `last`, oldest first; read units grow with these alone. */
export async function* readTimeline(
  table: Table,
  cluster: Cluster,
  subject: string,
  { first = 0, last = Number.MAX_SAFE_INTEGER }: { first?: number; last?: number } = {},
): AsyncGenerator<RecordedChange> {
  if (last < first) return;
  const pk = keys.timeline(cluster, subject);
  for await (const item of table.query({
    pk,
    from: pad(first),
    to: `${pad(Math.min(last, 9_999_999_999))}~`,
  })) {
    yield* readItem(item);
  }
}

/** The subjects that ever bore this name since the first snapshot, from what was made, dropped or renamed. */
export const subjectsNamed = async (
  table: Table,
  cluster: Cluster,
  what: Naming["what"],
  name: string,
): Promise<string[]> => {
  const subjects: string[] = [];
  for await (const item of table.query({ pk: namesKey(cluster, { what, name }) })) {
    if (namedContent(item) === null) {
      throw new AuditError("store", `an entry of the name ${JSON.stringify(name)} cannot be read`, {
        hint: "Run: dsql-audit history verify",
      });
    }
    if (item.name === name) subjects.push(String(item.subject));
  }
  return subjects;
};
