// A plan as it is given out, by the command line and the API alike.
import { iso } from "../core/base/time.ts";
import type { PlanAnswer } from "./plan.ts";

/** Times as ISO 8601 in UTC. */
export const planDocument = ({ plan, proof, ends, usedBy, usedDays, snapshot, notes }: PlanAnswer) => ({
  snapshot: { seq: snapshot.seq, takenAt: iso(snapshot.takenAt) },
  ends,
  steps: plan.steps,
  inverse: plan.inverse,
  proof,
  usedDays,
  usedBy,
  notes,
});
