// A change as it is given out: the two snapshots between which it happened, and the change itself.
import * as z from "zod";
import { iso } from "../core/base/time.ts";
import type { Change as ChangeInCore, RecordedChange } from "../core/history/change.ts";
import { changeText } from "../wording/change-text.ts";
import { Time } from "./snapshot-ref.ts";

const Text = z.string().meta({ description: "The change in plain words." });
const Change = z
  .looseObject({ kind: z.string() })
  .meta({ id: "Change", description: "By its `kind`: the subject, and the state before and after." });

export const ChangeAnswer = z
  .object({ text: Text, change: Change })
  .meta({ id: "ChangeInWords", description: "What differs." });

const Snapshot = z.object({ seq: z.int(), takenAt: Time });
export const RecordedChangeAnswer = z
  .object({
    after: Snapshot.meta({ description: "The last snapshot that still showed the old state." }),
    before: Snapshot.meta({ description: "The first snapshot that showed the new one." }),
    text: Text,
    change: Change,
  })
  .meta({ id: "RecordedChange", description: "A change and the two snapshots between which it happened." });

/** The rows of a section that was read for the first time are a whole section: their number stands for them. */
const plain = (change: ChangeInCore): z.input<typeof Change> => {
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

export const changeAnswer = (change: ChangeInCore): z.input<typeof ChangeAnswer> => ({
  text: changeText(change),
  change: plain(change),
});

export const recordedChangeAnswer = ({
  fromSeq,
  from,
  toSeq,
  to,
  change,
}: RecordedChange): z.input<typeof RecordedChangeAnswer> => ({
  after: { seq: fromSeq, takenAt: iso(from) },
  before: { seq: toSeq, takenAt: iso(to) },
  ...changeAnswer(change),
});
