// Joins what the endpoints of one database counted: the same as one endpoint would have that had all connections.
import type { Profile } from "./activity.ts";
import { mergeTallies } from "./tally.ts";

/**
 * Profiles of hours, or of days, of several endpoints as one list by time; the first list's cluster names them. `others` is of
 * the endpoint that gave up most names: those that two gave up may be the same.
 */
export const joinProfiles = (lists: readonly (readonly Profile[])[]): Profile[] => {
  const filled = lists.filter((list) => list.length > 0);
  const [only] = filled;
  if (only && filled.length === 1) return [...only];
  return [...Map.groupBy(filled.flat(), ({ from }) => from).values()]
    .flatMap((same): Profile[] => {
      const [first] = same;
      if (!first) return [];
      const others = Math.max(...same.map((one) => one.others ?? 0));
      return [
        {
          cluster: first.cluster,
          from: first.from,
          to: first.to,
          tallies: same.length === 1 ? first.tallies : mergeTallies(same.flatMap(({ tallies }) => tallies)),
          folded: same.reduce((sum, { folded }) => sum + folded, 0),
          ...(others > 0 && { others }),
        },
      ];
    })
    .sort((a, b) => a.from - b.from);
};
