// A change as it is given out: the two snapshots between which it happened, and the change itself.
import * as z from "zod";
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
