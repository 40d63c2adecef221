// A change as it is given out: the two snapshots between which it happened, and the change itself.
import * as z from "zod";
import type { Change, RecordedChange } from "../core/change.ts";
import { iso } from "../core/time.ts";
import { Time } from "./snapshot-ref.ts";

/** The kinds are a closed list, each with fields of its own: they are named by `kind` and described in the handbook. */
export const ChangeAnswer = z.looseObject({ kind: z.string() }).meta({
  id: "Change",
  description: "What differs, by its `kind`; with the subject, and the state before and after.",
});

const Side = z.object({ seq: z.int(), takenAt: Time });
export const RecordedChangeAnswer = z
  .object({
    after: Side.meta({ description: "The last snapshot that still showed the old state." }),
    before: Side.meta({ description: "The first snapshot that showed the new one." }),
    change: ChangeAnswer,
  })
  .meta({ id: "RecordedChange", description: "A change and the two snapshots between which it happened." });

/** The rows of a section that was read for the first time are a whole section: their number stands for them. */
export const changeAnswer = (change: Change): z.input<typeof ChangeAnswer> => {
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

export const recordedChangeAnswer = ({
  fromSeq,
  from,
  toSeq,
  to,
  change,
}: RecordedChange): z.input<typeof RecordedChangeAnswer> => ({
  after: { seq: fromSeq, takenAt: iso(from) },
  before: { seq: toSeq, takenAt: iso(to) },
  change: changeAnswer(change),
});
