// The company's side of IAM: its roles and its one user as the account lists them, and the policy of the cluster.
import { DAY, type Instant } from "../../lib/core/base/time.ts";
import type { LocalAccount, LocalIdentity } from "../aws/iam-account.ts";
import { ACCOUNT, CLUSTER, estateSql, madeAgainId, type PrincipalKey, principals } from "./estate.ts";
import { type IamEvent, iamEventOf, type Story } from "./story.ts";

/** The roles are older than any mapping of the story, by so much. */
const OLDER = 200 * DAY;
/** The job of the IAM user runs daily: so long ago its key was used last. */
const KEY_USED = DAY / 2;

/** The last statement that maps the ARN or takes its mapping away decides. */
const isMapped = (arn: string, statements: readonly string[]): boolean =>
  statements.findLast((sql) => sql.startsWith("AWS IAM ") && sql.includes(`'${arn}'`))?.includes(" GRANT ") ??
  false;

/** What admin ran until `at`, in order. */
const ranBy = (story: Story, at: number): string[] => [
  ...estateSql,
  ...story.changes.filter((change) => change.at <= at).map(({ sql }) => sql),
];

const document = (...Statement: readonly object[]): object => ({ Version: "2012-10-17", Statement });

/** Whether it has happened by `at`. */
const isPast = (story: Story, who: PrincipalKey, kind: IamEvent["kind"], at: number): boolean =>
  (iamEventOf(story, who, kind) ?? Infinity) <= at;

/** What its policy allows it: whoever is mapped may connect, and nobody remembered to take that from the contractor. */
const allowedTo = (story: Story, who: PrincipalKey, at: number): string | undefined => {
  const { arn, role } = principals[who];
  if (isPast(story, who, "all-actions", at)) return "dsql:*";
  if (role === "admin") return "dsql:DbConnectAdmin";
  const ran = ranBy(story, at);
  const isForgotten = who === "contractor" && ran.some((sql) => sql.includes(`'${arn}'`));
  return isForgotten || isMapped(arn, ran) ? "dsql:DbConnect" : undefined;
};

/** A role or the user of the company's own account as it is `at` so long after the first midnight; none of another one. */
const identityAt = (
  story: Story,
  midnight: Instant,
  at: number,
  who: PrincipalKey,
): LocalIdentity | undefined => {
  const { arn, id } = principals[who];
  const [, kind, path = "/", name] =
    new RegExp(`^arn:aws:iam::${ACCOUNT}:(role|user)(/(?:.*/)?)([^/]+)$`).exec(arn) ?? [];
  if ((kind !== "role" && kind !== "user") || name === undefined) return undefined;
  const isRemade = isPast(story, who, "remade", at);
  const action = allowedTo(story, who, at);
  const policy = document({ Effect: "Allow", Action: action, Resource: CLUSTER });
  const key = {
    id: "AKIADEMONIGHTCRON001",
    createdAt: midnight + story.keyMadeAt,
    lastUsedAt: midnight + at - KEY_USED,
  };
  return {
    kind,
    name,
    path,
    id: isRemade ? madeAgainId(id) : id,
    createdAt: midnight + (isRemade ? (iamEventOf(story, who, "remade") ?? 0) : -OLDER),
    inline: action ? [{ name: "connect", document: policy }] : [],
    ...(kind === "user" && { keys: [key] }),
  };
};

/** IAM lets another account's role in only where the cluster's own policy does, too. */
const vendorStatement = (): object => ({
  Sid: "Dashboards",
  Effect: "Allow",
  Principal: { AWS: principals.partner.arn },
  Action: "dsql:DbConnect",
  Resource: CLUSTER,
});

/** It is meant to keep staging out, and names one of the two ways in. */
const flawedStatement = (): object => ({
  Sid: "KeepStagingOut",
  Effect: "Deny",
  Principal: { AWS: "*" },
  Action: "dsql:DbConnect",
  Resource: CLUSTER,
  Condition: { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/staging/*` } },
});

/** Fills the account, or brings it up to what it is `at` so long after the first midnight. */
export const putIdentities = (
  iam: Pick<LocalAccount, "put" | "remove" | "putCluster">,
  story: Story,
  midnight: Instant,
  at = 0,
): void => {
  const statements = [
    ...(isMapped(principals.partner.arn, ranBy(story, at)) ? [vendorStatement()] : []),
    ...(isPast(story, "staging", "cluster-policy", at) ? [flawedStatement()] : []),
  ];
  iam.putCluster({ arn: CLUSTER, ...(statements.length && { policy: document(...statements) }) });
  for (const who of Object.keys(principals) as PrincipalKey[]) {
    const identity = identityAt(story, midnight, at, who);
    if (!identity) continue;
    if (isPast(story, who, "deleted", at)) iam.remove(identity.kind, identity.name);
    else iam.put(identity);
  }
};
