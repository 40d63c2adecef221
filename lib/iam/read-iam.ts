// What IAM says about one cluster, read through AWS: each part read, or unreadable with the permission that is missing.
import type { DSQLClient } from "@aws-sdk/client-dsql";
import type { IAMClient } from "@aws-sdk/client-iam";
import { DAY, floorTo } from "../core/base/time.ts";
import {
  IAM_FORMAT,
  type IamFacts,
  type MappedIdentity,
  type RoleUse,
  type UserKeys,
} from "../core/iam/facts.ts";
import { clusterParts } from "../core/iam/iam-file.ts";
import { keepRelevant } from "../core/iam/keep-relevant.ts";
import { withTaggers } from "../core/iam/tag-conditions.ts";
import { callsUntil } from "./call.ts";
import { readClusters } from "./read-clusters.ts";
import { readDetails } from "./read-details.ts";
import { readIdentities } from "./read-identities.ts";
import { readKeys } from "./read-keys.ts";

export type IamClients = {
  readonly iam: IAMClient;
  /** A cluster's policy is asked for in its own Region. */
  readonly dsql: (region: string) => DSQLClient;
};

/** Of the five minutes that the snapshot function has; what is not read by then is unreadable. */
const BUDGET_MS = 150_000;

/**
 * Last uses to the day: AWS itself updates them with hours of delay, and a finer one would make every snapshot another.
 */
const toTheDay = (at: number | null): number | null => (at === null ? null : floorTo(DAY, at));

const coarseIdentity = (one: MappedIdentity): MappedIdentity =>
  one.status === "exists" ? { ...one, lastUsedAt: toTheDay(one.lastUsedAt) } : one;
const coarseUse = (one: RoleUse): RoleUse => ({ ...one, lastUsedAt: toTheDay(one.lastUsedAt) });
const coarseKeys = (one: UserKeys): UserKeys =>
  one.keys.status === "read"
    ? {
        ...one,
        keys: {
          status: "read",
          rows: one.keys.rows.map((key) => ({ ...key, lastUsedAt: toTheDay(key.lastUsedAt) })),
        },
      }
    : one;

/** Of all roles of an account only the last uses of those are kept that may have to do with the cluster. */
const usesKept = (facts: IamFacts): IamFacts => {
  const { roleUses, roles, identities } = facts.parts;
  if (roleUses.status !== "read") return facts;
  const kept = new Set([
    ...(roles.status === "read" ? roles.rows : []).flatMap(({ arn, inline, attached }) =>
      inline.length || attached.length ? [arn] : [],
    ),
    ...(identities.status === "read" ? identities.rows : []).flatMap((one) =>
      one.status === "exists" ? [one.actualArn] : [],
    ),
  ]);
  const rows = roleUses.rows.filter(({ arn }) => kept.has(arn)).map(coarseUse);
  return { ...facts, parts: { ...facts.parts, roleUses: { status: "read", rows } } };
};

/**
 * The IAM section of a snapshot. `arns`: the mapped principals; null where the mappings could not be read, so that it is
 * not known which there are. Never throws for what AWS refuses; AuditError("usage") where `cluster` is no ARN of a cluster.
 */
export const readIam = async (
  { iam, dsql }: IamClients,
  {
    cluster,
    arns,
    now,
  }: { readonly cluster: string; readonly arns: readonly string[] | null; readonly now: () => number },
): Promise<IamFacts> => {
  const { account, partition } = clusterParts(cluster);
  const calls = callsUntil(now, BUDGET_MS);
  const [details, clusters] = await Promise.all([
    readDetails(iam, calls),
    readClusters(dsql, calls, cluster),
  ]);
  const notKnown = { status: "unreadable", reason: "the mappings could not be read", code: null } as const;
  const identities = arns && (await readIdentities(iam, calls, { arns, account, details }));
  const keys = identities && (await readKeys(iam, calls, identities));
  const facts: IamFacts = {
    format: IAM_FORMAT,
    account,
    partition,
    parts: {
      ...details,
      accessKeys: keys ? { status: "read", rows: keys.map(coarseKeys) } : notKnown,
      clusters: { status: "read", rows: clusters },
      identities: identities ? { status: "read", rows: identities.map(coarseIdentity) } : notKnown,
    },
  };
  return usesKept(
    keepRelevant(
      withTaggers(facts),
      clusters.map(({ arn }) => arn),
    ),
  );
};
