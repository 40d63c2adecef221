// A change as it is given out: the two snapshots between which it happened, and the change itself.
import * as z from "../core/base/zod.ts";
import { Time } from "./snapshot-ref.ts";

const Text = z.string().check(z.meta({ description: "The change in plain words." }));
const Change = z.looseObject({ kind: z.string() }).register(z.globalRegistry, {
  id: "Change",
  description: "By its `kind`: the subject, and the state before and after.",
});

export const ChangeAnswer = z
  .object({ text: Text, change: Change })
  .register(z.globalRegistry, { id: "ChangeInWords", description: "What differs." });

const Snapshot = z.object({ seq: z.int(), takenAt: Time });
export const RecordedChangeAnswer = z
  .object({
    after: Snapshot.check(z.meta({ description: "The last snapshot that still showed the old state." })),
    before: Snapshot.check(z.meta({ description: "The first snapshot that showed the new one." })),
    text: Text,
    change: Change,
  })
  .register(z.globalRegistry, {
    id: "RecordedChange",
    description: "A change and the two snapshots between which it happened.",
  });
