// A change as it is told: in words, as data, and the two snapshots between which it happened.
import { iso } from "../core/base/time.ts";
import type { Change, RecordedChange } from "../core/history/change.ts";
import { changeText } from "../wording/change-text.ts";

type ChangeData = Readonly<Record<string, unknown>> & { readonly kind: string };

export type ToldChange = { readonly text: string; readonly change: ChangeData };

type At = { readonly seq: number; readonly takenAt: string };

/** `after`: the last snapshot that still showed the old state; `before`: the first that showed the new one. */
export type ToldRecord = ToldChange & { readonly after: At; readonly before: At };

/** The rows of a section that was read for the first time are a whole section: their number stands for them. */
const plain = (change: Change): ChangeData => {
  if (change.kind !== "section-readable" && change.kind !== "section-unreadable") return { ...change };
  const { first, ...rest } = change;
  return {
    ...rest,
    ...(change.kind === "section-unreadable" && {
      known: change.known && { seq: change.known.seq, takenAt: iso(change.known.at) },
    }),
    firstRows: first?.length ?? null,
  };
};

export const toldChange = (change: Change): ToldChange => ({
  text: changeText(change),
  change: plain(change),
});

export const toldRecord = ({ fromSeq, from, toSeq, to, change }: RecordedChange): ToldRecord => ({
  after: { seq: fromSeq, takenAt: iso(from) },
  before: { seq: toSeq, takenAt: iso(to) },
  ...toldChange(change),
});
