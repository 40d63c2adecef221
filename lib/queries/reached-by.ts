// Which principals reach a role: by a mapping, or, as admin, by IAM alone.
import { ADMIN, type AdminLogin, adminLoginsOf } from "../core/activity/admin-logins.ts";
import { withoutPath } from "../core/base/ids.ts";
import { byText } from "../core/base/sorted.ts";
import { DAY, type Instant, iso } from "../core/base/time.ts";
import { type Catalog, rowsOf } from "../core/catalog/catalog.ts";
import { USE_DAYS } from "../core/findings/use-ledger.ts";
import type { MayConnect } from "../core/iam/may-connect.ts";
import type { IdentityState, WayIn, WaysIn } from "../core/iam/ways-in.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import type { ReadStore } from "../store/open-store.ts";
import type { Database } from "./database.ts";
import { talliesIn } from "./tallies.ts";

/** Who was let in as admin, through any endpoint, up to and with `at`, as far back as findings look: both tell of the same. */
export const adminLogins = async (store: ReadStore, database: Database, at: Instant): Promise<AdminLogin[]> =>
  adminLoginsOf(await talliesIn(store, database, { from: Math.max(0, at - USE_DAYS * DAY), to: at + 1 }));

export type ReachingPrincipal = {
  readonly arn: string;
  /** What IAM and the cluster's policy say of its way in: to admin of dsql:DbConnectAdmin, else of dsql:DbConnect. */
  readonly wall: MayConnect;
  /** `iam`: it needs no mapping, IAM lets it in as admin, or may; `admin-login`: it was seen as admin, which IAM does not explain now. */
  readonly via: "mapping" | "iam" | "admin-login";
  /** Where `wall` is conditional: what the request must be like. */
  readonly conditions: readonly string[];
  /** Who is behind its mapping: only `exists` can connect by it; null: no mapping is needed. */
  readonly identity: IdentityState | null;
  /** The last time that it was seen connecting as admin. */
  readonly lastUseAt?: string;
};

export type ReachedBy = {
  /** By ARN; null: who reaches the role is not known. */
  readonly principals: readonly ReachingPrincipal[] | null;
  /** Why there may be more than `principals`; null: these are all. */
  readonly morePrincipals: "iam-not-read" | "iam-unreadable" | "mappings-unreadable" | null;
};

const wayOf = (way: WayIn | undefined): Pick<ReachingPrincipal, "wall" | "conditions"> => ({
  wall: way?.row.verdict ?? "unknown",
  conditions: way?.row.verdict === "conditional" ? way.row.conditions : [],
});

/** Whom IAM lets in as admin, surely or perhaps, and who was seen there all the same. */
const administrators = (
  ways: WaysIn,
  logins: readonly AdminLogin[],
  mapped: readonly ReachingPrincipal[],
): ReachedBy => {
  const may = ways.admins();
  const lastUses = new Map(logins.map(({ arn, lastUseAt }) => [withoutPath(arn), lastUseAt]));
  const lastUseOf = (arn: string): Pick<ReachingPrincipal, "lastUseAt"> => {
    const at = lastUses.get(withoutPath(arn));
    return at === undefined ? {} : { lastUseAt: iso(at) };
  };
  const byIam = (may ?? []).map(
    (way): ReachingPrincipal => ({
      arn: way.row.principal,
      ...wayOf(way),
      via: "iam",
      identity: null,
      ...lastUseOf(way.row.principal),
    }),
  );
  const told = new Set(byIam.map(({ arn }) => withoutPath(arn)));
  const seen = logins
    .filter(({ arn }) => !told.has(withoutPath(arn)))
    .map(
      ({ arn }): ReachingPrincipal => ({
        arn,
        ...wayOf(ways.of(arn, "DbConnectAdmin")),
        via: "admin-login",
        identity: null,
        ...lastUseOf(arn),
      }),
    );
  const all = [...mapped, ...byIam, ...seen].sort((a, b) => byText(a.arn, b.arn));
  return {
    principals: all.length || may ? all : null,
    morePrincipals: may === undefined ? "iam-not-read" : ways.unread.length ? "iam-unreadable" : null,
  };
};

/** Who reaches each role of the catalog. `logins`: who was let in as admin; null where no store could tell. */
export const reachedBy = (
  { catalog, graph }: Pick<AccessEngine, "catalog" | "graph">,
  ways: WaysIn,
  logins: readonly AdminLogin[] | null,
): ((role: string) => ReachedBy) => {
  const unreadable = (catalog satisfies Catalog).sections.mappings.status === "unreadable";
  const mapped = Map.groupBy(rowsOf(catalog, "mappings"), ({ role }) => role);
  return (role) => {
    if (unreadable && role !== ADMIN) return { principals: null, morePrincipals: "mappings-unreadable" };
    const oid = graph.roles[graph.idOfName.get(role) ?? -1]?.oid ?? -1;
    const byArn = new Map((mapped.get(oid) ?? []).map((row) => [row.arn, row]));
    const principals = [...byArn.values()]
      .sort((a, b) => byText(a.arn, b.arn))
      .map(
        (row): ReachingPrincipal => ({
          arn: row.arn,
          ...wayOf(ways.of(row.arn, "DbConnect")),
          via: "mapping",
          identity: ways.behind(row).state,
        }),
      );
    return role === ADMIN
      ? administrators(ways, logins ?? [], principals)
      : { principals, morePrincipals: null };
  };
};
