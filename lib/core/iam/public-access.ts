// Whether a cluster's policy keeps the internet out. Without a policy nothing does:
// https://docs.aws.amazon.com/aurora-dsql/latest/userguide/resource-based-policies.html
import { type AddressRange, inRange, parseAddress, parseRange } from "./address.ts";
import { applies } from "./applies.ts";
import { clusterParts } from "./iam-file.ts";
import type { KnownContext } from "./known-context.ts";
import type { ConnectAction } from "./may-connect.ts";
import type { Policy, PrincipalElement, Statement } from "./policy.ts";
import { notPrincipalDenies, principalMatches } from "./principal-element.ts";
import type { Request } from "./request.ts";
import { partsOf } from "./subject.ts";
import { every, some, type Truth } from "./truth.ts";

/** Keys that tell where a request comes from. */
const networkKeys: ReadonlySet<string> = new Set([
  "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourceip", "aws:sourcevpcarn", "aws:vpceaccount",
  "aws:vpceorgid", "aws:vpceorgpaths",
]); // biome-ignore format: one glance

/** Somebody from each corner of the internet. */
const STRANGERS: readonly (readonly string[])[] = [
  ["3.77.113.9", "38.77.113.9", "66.77.113.9", "98.77.113.9", "131.77.113.9", "163.77.113.9", "203.0.113.77"],
  ["2001:db8:ffff::77", "2600:77::77", "2a05:77::77"],
];

/** What is named is a network and not half the internet: from this length on. */
const NAMED = { 32: 8, 128: 16 } as const;

/** The networks that the policy names, from which nobody is a stranger. */
const namedNetworks = ({ statements }: Policy): AddressRange[] =>
  statements
    .flatMap(({ conditions }) => conditions.filter(({ operator }) => operator.kind === "range"))
    .flatMap(({ values }) => values.flatMap((value) => parseRange(value) ?? []))
    .filter(({ bits, prefix }) => prefix >= NAMED[bits]);

/** A stranger is none of those that a policy names one by one, of whom it would depend on an id or a session. */
const exceptOne = (principals: PrincipalElement): PrincipalElement => ({
  ...principals,
  entries: principals.entries.filter(
    ({ kind, value }) => kind === "AWS" && !/^A(?:IDA|ROA)|:(?:assumed-role|federated-user)\//.test(value),
  ),
});

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
  const networks = namedNetworks(policy);
  const isStranger = (text: string): boolean => {
    const address = parseAddress(text);
    return address !== undefined && !networks.some((network) => inRange(address, network));
  };
  const strangers = STRANGERS.map((some) => some.filter(isStranger));
  // Whoever names networks all over the internet keeps nobody out.
  if (strangers.some(({ length }) => length === 0)) return "no";
  const truths = strangers.flat().map((address): Truth => {
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
        const principals = statement.principals && exceptOne(statement.principals);
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
