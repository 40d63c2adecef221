// The snapshot job asks AWS's policy simulator about a few identities, over the policies that it has just read.
// Here and nowhere else: this function reads IAM already, and an opinion is only worth what it is asked about.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import type { IamFacts } from "../core/iam/facts.ts";
import { ASKED_AN_HOUR, type AskFound, planAsking } from "../core/iam/plan-asking.ts";
import { secondOpinion } from "../core/iam/second-opinion.ts";
import { askSecondOpinion, type Simulate } from "../iam/simulate.ts";
import type { Opine } from "../store/history/snapshot-content.ts";

/** Two for each identity: the second one tells the keys that the first one missed. */
const MOST_CALLS = 2 * ASKED_AN_HOUR;

export type OpinionPorts = {
  /** AWS's simulator; `mayCall` is asked before each call. */
  readonly simulator: (mayCall: () => boolean) => Simulate;
  readonly now: () => Instant;
};

/**
 * Opinions on `facts`, for the store to keep beside them. AWS is asked once, however often the store tries to save, and what
 * it refuses is an answer too: this never fails for it.
 */
export const opinionsOf = (
  { simulator, now }: OpinionPorts,
  facts: IamFacts,
  cluster: Cluster,
  mapped: readonly string[],
): Opine => {
  let asked: { readonly found: AskFound; readonly at: Instant } | undefined;
  let calls = 0;
  const simulate = simulator(() => calls++ < MOST_CALLS);
  return async (earlier, times) => {
    const { principals, keep } = planAsking({ facts, cluster, mapped, earlier, times }, asked?.at ?? now());
    if (!asked && principals.length) {
      const at = now();
      const found = await askSecondOpinion(simulate, secondOpinion(facts, cluster), cluster, principals);
      asked = { found, at };
    }
    return keep(asked?.found ?? null);
  };
};
