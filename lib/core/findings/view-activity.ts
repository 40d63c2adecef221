// What detectors may see of activity: who connected, from which networks, and since when.
import type { Tally } from "../activity/activity.ts";
import { type NetworkRun, networkRuns } from "../anomaly/network-runs.ts";
import type { Principal } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import { byText } from "../base/sorted.ts";
import type { Instant } from "../base/time.ts";
import type { Facts } from "./facts.ts";

type NetworkUser = { readonly principal: Principal; readonly firstAt: Instant };
type NetworkRunOptions = { readonly baselineDays: number; readonly learnDays: number };

export type ActivityView = {
  readonly principals: readonly Principal[];
  /** The auditor's own principal: its logins are not judged like others'. null: not known. */
  readonly auditor: Principal | null;
  /** All that is known of a principal, sorted by first instant; later than `now` included: cut it off yourself. */
  readonly talliesOf: (principal: Principal) => readonly Tally[];
  /** Stretches in which a principal came from a network that it had not come from in `baselineDays` before. */
  readonly networkRunsOf: (principal: Principal, options: NetworkRunOptions) => readonly NetworkRun[];
  /** Who came from this network, and when first: one entry a principal. */
  readonly usersOf: (network: string) => readonly NetworkUser[];
};

const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** The same at all moments: what came later than a moment stands in it, and its detectors leave it out. */
export const activityView = ({ activity, auditor }: Pick<Facts, "activity" | "auditor">): ActivityView => {
  const principals = [...activity.principals()].toSorted(byText);
  const tallies = lazily((principal: Principal) =>
    activity.talliesOf(principal, always).toSorted((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt),
  );
  const runs = lazily((options: string) =>
    lazily((principal: Principal) => networkRuns(tallies(principal), JSON.parse(options))),
  );
  const users = lazily((_: "all") => {
    const found = new Map<string, NetworkUser[]>();
    for (const principal of principals) {
      const own = new Set<string>();
      for (const { network, outcome, firstAt } of tallies(principal)) {
        if (outcome !== "allowed" || own.has(network)) continue;
        own.add(network);
        const known = found.get(network);
        if (known) known.push({ principal, firstAt });
        else found.set(network, [{ principal, firstAt }]);
      }
    }
    return found;
  });
  return {
    principals,
    auditor,
    talliesOf: tallies,
    networkRunsOf: (principal, options) => runs(JSON.stringify(options))(principal),
    usersOf: (network) => users("all").get(network) ?? [],
  };
};
