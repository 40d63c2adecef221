// The stretches for which a section could not be read: a timeline says "not known" there, never "nothing happened".

import type { Instant } from "../base/time.ts";
import type { SectionName } from "../catalog/catalog.ts";
import type { RecordedChange } from "./change.ts";
import type { Manifest } from "./manifest.ts";

export type UnknownStretch = {
  readonly section: SectionName;
  /** The last snapshot that read it; null: none had. */
  readonly from: Instant | null;
  /** The first that could read it again; null: none has yet. */
  readonly to: Instant | null;
};

/** From the sections' timeline, oldest first, and the first snapshot, which may have been blind from the start. */
export const unknownStretches = (first: Manifest, changes: readonly RecordedChange[]): UnknownStretch[] => {
  const done: UnknownStretch[] = [];
  const open = new Map<SectionName, Instant | null>();
  for (const section of Object.keys(first.unreadable) as SectionName[]) open.set(section, null);
  for (const { from, to, change } of changes) {
    if (change.kind === "section-unreadable" && !open.has(change.section)) open.set(change.section, from);
    if (change.kind !== "section-readable") continue;
    const since = open.get(change.section);
    if (since !== undefined) done.push({ section: change.section, from: since, to });
    open.delete(change.section);
  }
  return [...done, ...[...open].map(([section, from]) => ({ section, from, to: null }))];
};
