// What stands between a principal and a cluster outside the database: its identity, IAM and the cluster's policy, in any Region.
import { foldArn } from "../activity/principal.ts";
import { withoutPath } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import type { Instant } from "../base/time.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { iamRows, type MappedIdentity } from "../catalog/iam-facts.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import type { ConnectAction, MayConnect } from "./may-connect.ts";
import type { Wall } from "./wall.ts";
import { type WhoMay, whoMay } from "./who-may.ts";

/** One principal before one cluster: of the same cluster in several Regions the one that lets in most. */
export type WayIn = Wall & {
  readonly cluster: string;
  /** null: it has no peers. */
  readonly region: string | null;
  /** Whether the cluster there has a policy; null: it could not be read. */
  readonly hasPolicy: boolean | null;
};

/** `remade`: deleted and made again after the mapping was seen, and so another one. `unknown`: IAM could not tell. */
export type IdentityState = "exists" | "gone" | "remade" | "unknown";

export type MappedBehind = {
  readonly state: IdentityState;
  readonly identity: MappedIdentity | undefined;
  /** The standing mapping as snapshots have seen it; undefined: nobody has kept that. */
  readonly period: MappingPeriod | undefined;
};

export type WaysIn = {
  /** undefined: nothing of IAM was read. */
  readonly of: (principal: string, action: ConnectAction) => WayIn | undefined;
  /** What GetRole or GetUser said of a mapped principal; undefined: it was not asked. */
  readonly identityOf: (principal: string) => MappedIdentity | undefined;
  /** Who is behind a mapping. */
  readonly behind: (mapping: { readonly arn: string; readonly role: number }) => MappedBehind;
  /** Mappings of the principal that are no more, the one that went last at the end. */
  readonly formerOf: (principal: string) => readonly MappingPeriod[];
  /** Everybody whom IAM lets in as admin, surely or perhaps, by ARN; undefined: nothing of IAM was read. */
  readonly admins: () => readonly WayIn[] | undefined;
  /** Everybody of whom IAM or the cluster policy tells, by ARN. */
  readonly principals: () => readonly string[];
  /** Why nobody can say that these are all; none: they are. */
  readonly unread: readonly { readonly part: string; readonly reason: string }[];
};

/**
 * When the identity was made, where that was after the mapping to it was seen: it is another one under the same name.
 * undefined: it is the one that was mapped, or nobody knows when it was made.
 */
export const remadeAt = (identity: MappedIdentity | undefined, mappedBy: Instant): Instant | undefined =>
  identity?.status === "exists" && identity.createdAt !== null && identity.createdAt > mappedBy
    ? identity.createdAt
    : undefined;

const openness: Readonly<Record<MayConnect, number>> = { allowed: 0, conditional: 1, unknown: 2, denied: 3 };
const isMore = (a: WayIn, b: WayIn): boolean => openness[a.row.verdict] < openness[b.row.verdict];

/**
 * The ways into the catalog's cluster. `periods`: the mappings as snapshots saw them, null where nobody kept that. Nothing is
 * worked out before it is asked for, and each answer once.
 */
export const waysIn = (
  { iam, cluster }: Pick<Catalog, "iam" | "cluster">,
  periods: readonly MappingPeriod[] | null,
): WaysIn => {
  const clusters = (iam && iamRows(iam, "clusters").rows) || [];
  const arns = clusters.some(({ arn }) => arn === cluster)
    ? clusters.map(({ arn }) => arn)
    : [cluster as string];
  const judges = lazily((arn: string): WhoMay | undefined => iam && whoMay({ facts: iam, cluster: arn }));
  const wayOf = (arn: string, principal: string, action: ConnectAction): WayIn[] => {
    const judge = judges(arn);
    if (!judge) return [];
    const found = clusters.find((one) => one.arn === arn);
    const hasPolicy = found?.policy.status === "read" ? found.policy.rows.length > 0 : null;
    const region = arns.length > 1 ? (found?.region ?? null) : null;
    return [{ ...judge.wallOf(principal, action), cluster: arn, region, hasPolicy }];
  };
  const waysOf = lazily((action: ConnectAction) =>
    lazily((principal: string) => {
      const [first, ...others] = arns.flatMap((arn) => wayOf(arn, principal, action));
      return others.reduce((best, one) => (best && isMore(one, best) ? one : best), first);
    }),
  );
  const of: WaysIn["of"] = (principal, action) => waysOf(action)(principal);
  const identities = new Map(
    ((iam && iamRows(iam, "identities").rows) || []).map((one) => [withoutPath(one.arn), one]),
  );
  const identityOf: WaysIn["identityOf"] = (principal) => identities.get(withoutPath(foldArn(principal)));
  const byIdentity = Map.groupBy(periods ?? [], ({ arn }) => withoutPath(arn));
  const principals = (): string[] =>
    [...new Set(arns.flatMap((arn) => judges(arn)?.principals ?? []))].sort();
  return {
    of,
    identityOf,
    principals,
    behind: ({ arn, role }) => {
      const identity = identityOf(arn);
      const period = byIdentity
        .get(withoutPath(arn))
        ?.findLast((one) => one.roleOid === role && one.goneAt === null);
      const isRemade = period !== undefined && remadeAt(identity, period.firstSeenAt) !== undefined;
      const kind = of(arn, "DbConnect")?.row.kind;
      const isThere = identity?.status === "exists" || kind === "role" || kind === "user";
      const state = isRemade ? "remade" : isThere ? "exists" : kind === "gone" ? "gone" : "unknown";
      return { state, identity, period };
    },
    formerOf: (principal) =>
      (byIdentity.get(withoutPath(foldArn(principal))) ?? [])
        .filter(({ goneAt }) => goneAt !== null)
        .toSorted((a, b) => (a.goneAt ?? 0) - (b.goneAt ?? 0)),
    admins: () => {
      if (!iam) return undefined;
      const ways = principals().flatMap((principal) => of(principal, "DbConnectAdmin") ?? []);
      return ways.filter(({ row }) => row.verdict !== "denied");
    },
    unread: judges(cluster)?.unread ?? [],
  };
};
