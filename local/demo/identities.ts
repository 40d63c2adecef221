// The company's side of IAM: its roles as the account lists them, each allowed to connect for as long as it is mapped.
import { DAY, type Instant } from "../../lib/core/base/time.ts";
import type { LocalAccount, LocalIdentity } from "../aws/iam-account.ts";
import { ACCOUNT, CLUSTER, estateSql, principals } from "./estate.ts";
import type { Story } from "./story.ts";

/** The roles are older than any mapping of the story, by so much. */
const OLDER = 200 * DAY;

/** The last statement that maps the ARN or takes its mapping away decides. */
const isMapped = (arn: string, statements: readonly string[]): boolean =>
  statements.findLast((sql) => sql.startsWith("AWS IAM ") && sql.includes(`'${arn}'`))?.includes(" GRANT ") ??
  false;

/** What admin ran until `at`, in order. */
const ranBy = (story: Story, at: number): string[] => [
  ...estateSql,
  ...story.changes.filter((change) => change.at <= at).map(({ sql }) => sql),
];

/** The roles of the company's own account as they are `at` so long after the first midnight; a vendor's lie in another one. */
const identitiesAt = (story: Story, midnight: Instant, at: number): LocalIdentity[] => {
  const ran = ranBy(story, at);
  return Object.values(principals).flatMap(({ arn, id, role }): LocalIdentity[] => {
    const prefix = `arn:aws:iam::${ACCOUNT}:role`;
    if (!arn.startsWith(`${prefix}/`)) return [];
    const action =
      role === "admin" ? "dsql:DbConnectAdmin" : isMapped(arn, ran) ? "dsql:DbConnect" : undefined;
    const Statement = [{ Effect: "Allow", Action: action, Resource: CLUSTER }];
    const cut = arn.lastIndexOf("/") + 1;
    return [
      {
        kind: "role",
        name: arn.slice(cut),
        path: arn.slice(prefix.length, cut),
        id,
        createdAt: midnight - OLDER,
        inline: action ? [{ name: "connect", document: { Version: "2012-10-17", Statement } }] : [],
      },
    ];
  });
};

/** Fills the account, or brings it up to what it is `at` so long after the first midnight. */
export const putIdentities = (
  iam: Pick<LocalAccount, "put" | "putCluster">,
  story: Story,
  midnight: Instant,
  at = 0,
): void => {
  // IAM lets another account's role in only where the cluster's own policy does, too.
  const vendor = principals.partner.arn;
  const isLetIn = isMapped(vendor, ranBy(story, at));
  const Statement = [
    { Effect: "Allow", Principal: { AWS: vendor }, Action: "dsql:DbConnect", Resource: CLUSTER },
  ];
  iam.putCluster({ arn: CLUSTER, ...(isLetIn && { policy: { Version: "2012-10-17", Statement } }) });
  iam.put(...identitiesAt(story, midnight, at));
};
