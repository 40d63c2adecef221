// Which principals reach a role: by a mapping, or, as admin, by IAM alone.
import { ADMIN, type AdminLogin, adminLoginsOf } from "../core/activity/admin-logins.ts";
import type { Cluster } from "../core/base/ids.ts";
import { DAY, type Instant, iso } from "../core/base/time.ts";
import { type Catalog, rowsOf } from "../core/catalog/catalog.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import type { ReadStore } from "../store/open-store.ts";
import { talliesIn } from "./tallies.ts";

/** As long as connections are kept. */
const LOOKBACK_DAYS = 400;

/** Who was let in as admin up to and with `at`, as far back as connections are kept. */
export const adminLogins = async (store: ReadStore, cluster: Cluster, at: Instant): Promise<AdminLogin[]> =>
  adminLoginsOf(await talliesIn(store, cluster, { from: Math.max(0, at - LOOKBACK_DAYS * DAY), to: at + 1 }));

/** What IAM says of a principal's way in. It is not judged here: `who-may` does that. */
export type Wall = "unknown";

export type ReachingPrincipal = {
  readonly arn: string;
  readonly wall: Wall;
  /** `admin-login`: no mapping names it, it was seen connecting as admin. */
  readonly via: "mapping" | "admin-login";
  /** The last time that it was seen connecting as admin. */
  readonly lastUseAt?: string;
};

export type ReachedBy = {
  /** By ARN; null: who reaches the role is not known. */
  readonly principals: readonly ReachingPrincipal[] | null;
  /** Why there may be more than `principals`; null: these are all. */
  readonly morePrincipals: "iam-not-read" | "mappings-unreadable" | null;
};

/** Who reaches each role of the catalog. `logins`: who was let in as admin; null where no store could tell. */
export const reachedBy = (
  { catalog, graph }: Pick<AccessEngine, "catalog" | "graph">,
  logins: readonly AdminLogin[] | null,
): ((role: string) => ReachedBy) => {
  const unreadable = (catalog satisfies Catalog).sections.mappings.status === "unreadable";
  const mapped = Map.groupBy(rowsOf(catalog, "mappings"), ({ role }) => role);
  return (role) => {
    const oid = graph.roles[graph.idOfName.get(role) ?? -1]?.oid ?? -1;
    const arns = [...new Set((mapped.get(oid) ?? []).map(({ arn }) => arn))].sort();
    const byMapping = arns.map((arn): ReachingPrincipal => ({ arn, wall: "unknown", via: "mapping" }));
    if (role === ADMIN) {
      const seen = (logins ?? []).map(
        ({ arn, lastUseAt }): ReachingPrincipal => ({
          arn,
          wall: "unknown",
          via: "admin-login",
          lastUseAt: iso(lastUseAt),
        }),
      );
      const all = [...byMapping, ...seen];
      return { principals: all.length ? all : null, morePrincipals: "iam-not-read" };
    }
    return unreadable
      ? { principals: null, morePrincipals: "mappings-unreadable" }
      : { principals: byMapping, morePrincipals: null };
  };
};
