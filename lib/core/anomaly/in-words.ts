// How often something was done, and whether it came to pass, as people say it.
import type { Tally } from "../activity/activity.ts";
import { counted } from "../base/counted.ts";

/** "once", "2 times", "1,200 times" */
export const howOften = (count: number): string => (count === 1 ? "once" : counted(count, "time"));

/** Whether all of these were refused, and the word for what they did. */
export const connectedOrTried = (
  tallies: readonly Pick<Tally, "outcome">[],
): { readonly refused: boolean; readonly did: "connected" | "tried to connect" } => {
  const refused = tallies.every(({ outcome }) => outcome === "refused");
  return { refused, did: refused ? "tried to connect" : "connected" };
};
