// Random tallies of one connection each, of few kinds, so that many of them fall together.
import * as fc from "fast-check";
import type { Tally } from "../../lib/core/activity/activity.ts";
import { tallyOf } from "../../lib/core/activity/tally.ts";
import { connection } from "./connections.ts";

export const anyTally = fc
  .record({
    id: fc.uuid(),
    at: fc.integer({ min: 0, max: 1_000 }),
    principal: fc.constantFrom("a", "b", "c"),
    outcome: fc.constantFrom("allowed", "refused"),
    sourceIp: fc.integer({ min: 0, max: 9 }).map((n) => `10.0.${n}.1`),
  })
  .map(({ id, at, ...rest }) => tallyOf(connection(id, at, rest)));

/** How many connections they count. */
export const countOf = (tallies: readonly Tally[]): number =>
  tallies.reduce((total, { count }) => total + count, 0);
