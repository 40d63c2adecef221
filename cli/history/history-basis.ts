// What every answer about the past says of itself: the snapshot it rests on, and what that snapshot cannot say.

import type { Cluster } from "../../lib/core/base/ids.ts";
import type { Instant } from "../../lib/core/base/time.ts";
import { iso } from "../../lib/core/base/time.ts";
import type { RecordedChange } from "../../lib/core/history/change.ts";
import type { SealedManifest } from "../../lib/core/history/manifest.ts";
import type { SnapshotStore } from "../../lib/store/history/snapshots.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph } from "../output.ts";

/** "2026-03-01 02:00:00Z", with milliseconds only where there are any. */
export const stamp = (at: Instant): string => iso(at).replace("T", " ").replace(".000Z", "Z");

export type Basis = {
  readonly snapshot: { readonly seq: number; readonly takenAt: string; readonly manifestHash: string };
  /** What changed between these two is in one of them only; `before` null: no later snapshot was taken. */
  readonly uncertainty: {
    readonly after: string;
    readonly before: string | null;
    readonly unreadable: readonly { readonly section: string; readonly lastReadAt: string | null }[];
    readonly text: string;
  };
};

const uncertaintyText = (sealed: SealedManifest, next: SealedManifest | undefined): string => {
  const { takenAt, root } = sealed.manifest;
  if (!next) return `What changed after ${stamp(takenAt)} is not known: no later snapshot was taken.`;
  const between = `between the snapshots of ${stamp(takenAt)} and ${stamp(next.manifest.takenAt)}`;
  return next.manifest.root === root
    ? `The next snapshot, of ${stamp(next.manifest.takenAt)}, shows the same.`
    : `Something changed ${between}; when exactly is not known.`;
};

/** The statement for the snapshot as of some moment. */
export const basisOf = async (
  store: Pick<SnapshotStore, "after">,
  cluster: Cluster,
  sealed: SealedManifest,
): Promise<Basis> => {
  const { seq, takenAt, unreadable } = sealed.manifest;
  const next = await store.after(cluster, takenAt);
  return {
    snapshot: { seq, takenAt: iso(takenAt), manifestHash: sealed.hash },
    uncertainty: {
      after: iso(takenAt),
      before: next ? iso(next.manifest.takenAt) : null,
      unreadable: Object.entries(unreadable).map(([section, at]) => ({
        section,
        lastReadAt: at === null ? null : iso(at),
      })),
      text: uncertaintyText(sealed, next),
    },
  };
};

/** Lines for people; the loud ones about what could not be read come last. */
export const basisLines = (
  io: Pick<Io, "stdout">,
  label: string,
  { snapshot, uncertainty }: Basis,
): string[] => {
  const said = (text: string): string => paragraph(io, text, { first: "  " });
  return [
    paragraph(io, `${label}: snapshot ${snapshot.seq} of ${stamp(Date.parse(snapshot.takenAt))}`),
    said(uncertainty.text),
    ...uncertainty.unreadable.map(({ section, lastReadAt }) =>
      said(
        lastReadAt === null
          ? `NOT KNOWN: ${section} was never read.`
          : `NOT KNOWN: ${section} could not be read; last read ${stamp(Date.parse(lastReadAt))}.`,
      ),
    ),
  ];
};

export type ChangeRow = {
  readonly after: { readonly seq: number; readonly takenAt: string };
  readonly before: { readonly seq: number; readonly takenAt: string };
  readonly text: string;
  readonly change: RecordedChange["change"];
};

/** A change as JSON and tables show it: "after" the last snapshot without it, "before" the first with it. */
export const changeRow = ({ fromSeq, from, toSeq, to, change }: RecordedChange): ChangeRow => ({
  after: { seq: fromSeq, takenAt: iso(from) },
  before: { seq: toSeq, takenAt: iso(to) },
  text: changeText(change),
  change,
});

export const changeColumns: readonly Column<ChangeRow>[] = [
  { head: "after", cell: ({ after }) => stamp(Date.parse(after.takenAt)), max: 20 },
  { head: "seen at", cell: ({ before }) => stamp(Date.parse(before.takenAt)), max: 20 },
  { head: "change", cell: ({ text }) => text },
];
