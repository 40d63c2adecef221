// The links outside the database: the identity, what IAM opens, what the cluster's policy refuses; and what would mend each.
import { foldArn } from "../activity/principal.ts";
import { type Instant, iso, minute } from "../base/time.ts";
import { visible } from "../base/visible-text.ts";
import type { MappedIdentity } from "../catalog/iam-facts.ts";
import type { Link } from "../privileges/explain.ts";
import type { Because, ConnectAction, MayConnect } from "./may-connect.ts";
import type { WallSide } from "./wall.ts";
import type { WayIn, WaysIn } from "./ways-in.ts";

/** Some links, and what would complete them: SQL, or a comment that begins with `-- In IAM:` or `-- In the cluster policy:`. */
export type Stretch = { readonly links: readonly Link[]; readonly completes: readonly string[] };

/** Names of policies and statements are chosen by others, and a comment must stay one line. */
const MAX_NAME = 300;
const MAX_EVIDENCE = 6;

const states: Readonly<Record<MayConnect, Link["state"]>> = {
  allowed: "ok",
  denied: "broken",
  conditional: "conditional",
  unknown: "unknown",
};

const effects: Readonly<Record<Because["effect"], string>> = {
  Allow: "allows it",
  Deny: "denies it",
  none: "does not allow it",
  unknown: "is not known",
};

const nameOf = ({ policy, sid, from }: Because): string => {
  const of = from === "cluster policy" || from === "account" ? policy : `${from} policy ${policy}`;
  return visible(sid === null ? of : `${of}, statement ${sid}`, MAX_NAME);
};

const evidenceOf = (because: readonly Because[]): string[] => {
  const all = [...new Set(because.map((one) => `${nameOf(one)} ${effects[one.effect]}`))];
  const more = all.length - MAX_EVIDENCE;
  return more > 0 ? [...all.slice(0, MAX_EVIDENCE), `${more} more`] : all;
};

const because = (reasons: readonly string[]): string => (reasons.length ? `: ${reasons.join("; ")}` : "");

/** Neither the permission nor the mapping can be judged where nothing of IAM was read. */
const notRead = (principal: string, action: ConnectAction, adminAt: Instant | undefined): Link[] => {
  const seen =
    adminAt === undefined || action !== "DbConnectAdmin"
      ? ""
      : `. It connected as admin, last at ${iso(adminAt)}: IAM allowed it then`;
  return [
    {
      step: "identity",
      state: "unknown",
      says: `whether ${principal} is there is not known: nothing of IAM was read`,
      evidence: [],
    },
    {
      step: "iam",
      state: "unknown",
      says: `whether IAM allows dsql:${action} is not known: nothing of IAM was read${seen}`,
      evidence: [],
    },
    {
      step: "cluster-policy",
      state: "unknown",
      says: "whether the cluster has a policy is not known: nothing of IAM was read",
      evidence: [],
    },
  ];
};

const kinds = { role: "IAM role", user: "IAM user", "service-linked-role": "service-linked role" } as const;

const identityLink = (principal: string, { row }: WayIn, identity: MappedIdentity | undefined): Link => {
  const { kind } = row;
  const name = foldArn(principal).replace(/^arn:[^:]*:iam::\d+:(?:role|user)\//, "");
  const link = (state: Link["state"], says: string, evidence: readonly string[] = []): Link => ({
    step: "identity",
    state,
    says,
    evidence,
  });
  if (kind === "root") return link("ok", "the root user of the cluster's account");
  if (identity?.status === "exists" || kind === "role" || kind === "user" || kind === "service-linked-role") {
    const what = kind in kinds ? kinds[kind as keyof typeof kinds] : "the IAM identity";
    const facts =
      identity?.status === "exists"
        ? [
            `unique ID ${identity.id}`,
            ...(identity.createdAt === null ? [] : [`created ${minute(identity.createdAt)}`]),
          ]
        : [];
    return link("ok", `${what} ${name} is there`, facts);
  }
  if (kind === "gone") return link("broken", `IAM has no identity ${name} any more, or never had one`);
  if (kind === "other-account")
    return link("unknown", `${name} is of another account, whose IAM is not read here`);
  const reason = identity?.status === "unreadable" ? identity.reason : "IAM could not be read in full";
  return link("unknown", `whether there is an identity ${name} is not known: ${reason}`);
};

const iamSays = (action: string, { verdict, because: by, conditions, reasons }: WallSide): string => {
  switch (verdict) {
    case "allowed":
      return `IAM allows ${action}`;
    case "conditional":
      return `IAM allows ${action} ${conditions.join(", and ") || "on conditions"}`;
    case "denied":
      if (by.some(({ effect }) => effect === "Deny")) return `a Deny keeps ${action} from it`;
      return by.some(({ effect }) => effect === "none")
        ? `its permissions boundary does not allow ${action}`
        : `no policy allows ${action}`;
    case "unknown":
      return `whether IAM allows ${action} is not known${because(reasons)}`;
    default:
      return verdict satisfies never;
  }
};

const iamLink = (action: string, way: WayIn, there: string): Link => {
  const { opens, row } = way;
  const says =
    row.kind === "gone"
      ? `there is nobody whom IAM could allow ${action}`
      : row.kind === "root"
        ? `the root user may do everything in its account`
        : iamSays(action, opens);
  return {
    step: "iam",
    state: states[opens.verdict],
    says: `${there}${says}`,
    evidence: evidenceOf(opens.because),
  };
};

const policySays = (action: string, { row, hasPolicy }: WayIn, refuses: WallSide): string => {
  switch (refuses.verdict) {
    case "allowed":
      if (row.kind === "root") return "the root user keeps full access whatever the cluster policy says";
      return hasPolicy === false
        ? "the cluster has no policy, so nothing there refuses it"
        : "the cluster policy does not refuse it";
    case "conditional":
      return `the cluster policy refuses it on conditions: ${refuses.conditions.join(", and ")}`;
    case "denied":
      return refuses.because.length
        ? `the cluster policy refuses it ${action}`
        : "the cluster policy does not let the other account in";
    case "unknown":
      return `whether the cluster policy refuses it is not known${because(refuses.reasons)}`;
    default:
      return refuses.verdict satisfies never;
  }
};

const policyLink = (action: string, way: WayIn, there: string): Link[] => {
  const { refuses } = way;
  if (!refuses) return [];
  return [
    {
      step: "cluster-policy",
      state: states[refuses.verdict],
      says: `${there}${policySays(action, way, refuses)}`,
      evidence: evidenceOf(refuses.because),
    },
  ];
};

/** What to allow where nothing does; a boundary that is in the way is named, and is in the way of whatever is granted. */
const missingAllow = (
  action: string,
  principal: string,
  { granted, forbiddenBy, cluster }: WayIn,
): string[] => {
  if (granted.verdict !== "denied") return [];
  const isGranted = granted.because.some(({ effect }) => effect === "Allow");
  return [
    ...(isGranted ? [] : [`-- In IAM: allow ${action} on ${cluster} to ${visible(principal, MAX_NAME)}.`]),
    ...(forbiddenBy === null
      ? []
      : [
          `-- In IAM: let the permissions boundary ${visible(forbiddenBy, MAX_NAME)} allow ${action}${isGranted ? "" : " too"}.`,
        ]),
  ];
};

/** What would open both walls of one way in; nothing where they are open, or where nobody knows what is missing. */
const completing = (principal: string, action: string, way: WayIn): string[] => {
  const { opens, refuses, row, cluster } = way;
  const who = visible(principal, MAX_NAME);
  if (row.kind === "gone") return [`-- In IAM: make ${who}, and allow ${action} on ${cluster} to it.`];
  const denies = (side: WallSide, where: string): string[] =>
    side.because
      .filter(({ effect }) => effect === "Deny")
      .map((one) => `-- ${where}: take ${action} for ${who} out of the Deny of ${nameOf(one)}.`);
  const inIam =
    opens.verdict === "denied" ? [...denies(opens, "In IAM"), ...missingAllow(action, principal, way)] : [];
  const inPolicy =
    refuses?.verdict !== "denied"
      ? []
      : refuses.because.length
        ? denies(refuses, "In the cluster policy")
        : [
            `-- In the cluster policy: allow ${action} to ${who}. AWS says that Aurora DSQL does not support other accounts yet.`,
          ];
  return [...new Set([...inIam, ...inPolicy])];
};

/** The links outside the database for one principal and one action. `adminAt`: when it was last seen connecting as admin. */
export const wallLinks = (
  ways: WaysIn,
  principal: string,
  action: ConnectAction,
  adminAt?: Instant | undefined,
): Stretch => {
  const way = ways.of(principal, action);
  if (!way) return { links: notRead(foldArn(principal), action, adminAt), completes: [] };
  const there = way.region === null ? "" : `in ${way.region}: `;
  const name = `dsql:${action}`;
  return {
    links: [
      identityLink(principal, way, ways.identityOf(principal)),
      iamLink(name, way, there),
      ...policyLink(name, way, there),
    ],
    completes: completing(foldArn(principal), name, way),
  };
};
