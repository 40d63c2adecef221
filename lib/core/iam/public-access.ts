// Whether a cluster's policy keeps the internet out. Without a policy nothing does:
// https://docs.aws.amazon.com/aurora-dsql/latest/userguide/resource-based-policies.html
import { applies } from "./applies.ts";
import { clusterParts } from "./iam-file.ts";
import type { KnownContext } from "./known-context.ts";
import type { ConnectAction } from "./may-connect.ts";
import type { Policy, Statement } from "./policy.ts";
import { notPrincipalDenies, principalMatches } from "./principal-element.ts";
import type { Request } from "./request.ts";
import { partsOf } from "./subject.ts";
import { every, some, type Truth } from "./truth.ts";

/** Keys that tell where a request comes from. */
const networkKeys: ReadonlySet<string> = new Set([
  "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourceip", "aws:sourcevpcarn", "aws:vpceaccount",
  "aws:vpceorgid", "aws:vpceorgpaths",
]); // biome-ignore format: one glance

/** Addresses of documentation, which no policy lists, and one of each kind: RFC 5737 and 3849. */
const STRANGERS = ["203.0.113.77", "198.51.100.77", "2001:db8:ffff::77"];

const stranger = (address: string): KnownContext =>
  new Map([
    ["aws:sourceip", [address]],
    ["aws:sourcevpc", null],
    ["aws:sourcevpce", null],
    ["aws:vpcsourceip", null],
    ["aws:sourcevpcarn", null],
    ["aws:vpceaccount", null],
    ["aws:vpceorgid", null],
    ["aws:vpceorgpaths", null],
    ["aws:securetransport", ["true"]],
  ]);

const isAboutNetwork = ({ conditions }: Statement): boolean =>
  conditions.length === 0 || conditions.some(({ key }) => networkKeys.has(key.toLowerCase()));

/**
 * `yes`: whoever comes from the internet is denied, but for principals and addresses that the policy names. `no`: some
 * stranger is not denied for where it comes from. `open`, `unknown`: it depends, or a statement is not understood.
 */
export const keepsInternetOut = (policy: Policy, cluster: string, action: ConnectAction): Truth => {
  const { account, partition, region } = clusterParts(cluster);
  const truths = STRANGERS.map((address): Truth => {
    const request: Request = {
      subject: {
        ...partsOf(`arn:${partition}:iam::${account}:role/no-role-that-a-policy-names`),
        kind: "not-read",
      },
      action: `dsql:${action.toLowerCase()}`,
      cluster,
      region,
      account,
      clusterTags: null,
      unreadTags: "they are not looked at",
      maySessionTag: true,
      context: stranger(address),
    };
    const denies = policy.statements.filter(
      (one) => one.effect !== "Allow" && (one.problem !== null || isAboutNetwork(one)),
    );
    return some(
      denies.map((statement) => {
        if (statement.problem !== null) return "unknown";
        const { principals } = statement;
        const named = !principals
          ? "unknown"
          : principals.not
            ? notPrincipalDenies(request.subject, principals).truth
            : some(principalMatches(request.subject, principals).map(({ truth }) => truth));
        return every([applies(request, statement, policy.hasVariables).truth, named]);
      }),
    );
  });
  return every(truths);
};
