// Who may connect as admin by IAM though nobody declared it: admin needs no mapping, so the database shows nothing of it.
import { Principal, withoutPath } from "../../core/base/ids.ts";
import { principalName, visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { endOf } from "../../core/baseline/moments.ts";
import { seenInSnapshot, someOf } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, EXAMPLE_CLUSTER, exampleArn, exampleFacts } from "../../core/findings/example-facts.ts";
import {
  allowing,
  exampleCluster,
  exampleIam,
  exampleRole,
  exampleUser,
} from "../../core/findings/example-iam.ts";
import type { Severity } from "../../core/findings/finding.ts";
import { documentDigest } from "../../core/history/diff-iam.ts";
import { type AdminGrant, adminGrants } from "../../core/iam/admin-grants.ts";
import { denyCommands } from "../../core/iam/aws-command.ts";
import type { WhoMayRow } from "../../core/iam/who-may.ts";

type UndeclaredEvidence = {
  readonly holders: readonly string[];
  /** How many of them are functions; missing: none is. */
  readonly functions?: number;
  readonly policy: string;
  readonly action: string;
  readonly conditions: readonly string[];
  readonly declared: string;
};

const Options = z.object({
  /** So many holders by the same policy are one finding, of the policy. */
  together: z._default(z.int().check(z.gte(2)), 3),
});

type Holder = {
  readonly principal: string;
  readonly row: WhoMayRow;
  readonly grant: AdminGrant | undefined;
  readonly isFunction: boolean;
};

/** Whom access.yml names as admin today; null: it declares no such component, or there is none. */
const declaredAdmins = ({ baseline, now }: DetectorView): ReadonlySet<string> | null => {
  const admins = baseline.declared?.components.filter(({ role }) => role === "admin") ?? [];
  if (admins.length === 0) return null;
  const named = admins.flatMap(({ principals = [] }) =>
    principals
      .filter(({ until }) => until === undefined || endOf(until) > now)
      .map(({ arn }) => withoutPath(arn)),
  );
  return new Set(named);
};

const opens = (rows: readonly WhoMayRow[]): WhoMayRow | undefined =>
  rows.find(({ verdict }) => verdict === "allowed") ?? rows.find(({ verdict }) => verdict === "conditional");

/**
 * Where access.yml names admins, whoever else there is. Where it names none, nobody can tell an administrator of the account
 * from a mistake: those who may do everything are left out. Without it only what a wildcard hands out is reported.
 */
const isTold = (
  view: DetectorView,
  admins: ReadonlySet<string> | null,
  { principal, grant }: Holder,
): boolean => {
  if (admins) return !admins.has(withoutPath(principal));
  if (view.baseline.declared) return grant?.how !== "everything";
  return grant?.how === "wildcard";
};

const holdersOf = (view: DetectorView): readonly Holder[] => {
  const { facts } = view.iam;
  const who = view.iam.who();
  if (!facts || !who) return [];
  const grants = adminGrants(facts, view.cluster);
  const admins = declaredAdmins(view);
  const auditor = view.activity.auditor === null ? null : withoutPath(view.activity.auditor);
  return who.principals.flatMap((principal): Holder[] => {
    if (withoutPath(principal) === auditor) return [];
    const row = opens(view.iam.mayOf(principal, "DbConnectAdmin"));
    if (!row || (row.kind !== "user" && row.kind !== "role")) return [];
    const [grant] = grants.of(principal);
    const holder = { principal, row, grant, isFunction: grants.isFunction(principal) };
    return isTold(view, admins, holder) ? [holder] : [];
  });
};

/** On-call is called where somebody wrote down who is admin, and somebody else was made one in so many words. */
const severityOf = (view: DetectorView, { row, grant }: Holder): Severity => {
  if (grant?.how === "everything") return "low";
  return declaredAdmins(view) && row.verdict === "allowed" ? "high" : "medium";
};

const fixOf = (view: DetectorView, holders: readonly Holder[]): string =>
  denyCommands(
    holders.map(({ principal }) => principal),
    "NoDsqlAdmin",
    ["dsql:DbConnectAdmin"],
    view.iam.clusters.map(({ arn }) => arn),
  );

const policyOf = ({ grant }: Holder): string => (grant ? visible(grant.policy, 160) : "the cluster policy");

const declaredText = (view: DetectorView): string => {
  if (!view.baseline.declared) return "no access.yml is published";
  return declaredAdmins(view) ? "access.yml names others" : "access.yml names nobody";
};

const SHOWN = 50;
const evidenceOf = (view: DetectorView, holders: readonly Holder[]): UndeclaredEvidence => {
  const [first] = holders as readonly [Holder];
  const functions = holders.filter(({ isFunction }) => isFunction).length;
  return {
    holders: holders.slice(0, SHOWN).map(({ principal }) => principal),
    ...(functions && { functions }),
    policy: policyOf(first),
    action: visible(first.grant?.action ?? "dsql:DbConnectAdmin", 160),
    conditions: first.row.conditions.map((text) => visible(text, 300)),
    declared: declaredText(view),
  };
};

const ofOne = (view: DetectorView, holder: Holder): Judgement<UndeclaredEvidence> => ({
  subject: { principal: Principal.parse(holder.principal) },
  title: `${principalName(holder.principal)} may connect as admin${holder.row.verdict === "conditional" ? ", on conditions," : ""} and nobody declared it${holder.grant?.how === "wildcard" ? `: ${visible(holder.grant.action, 40)} hands it out` : ""}`,
  evidence: evidenceOf(view, [holder]),
  ...seenInSnapshot(view).times,
  severity: severityOf(view, holder),
  fix: fixOf(view, [holder]),
});

const ofMany = (
  view: DetectorView,
  holders: readonly [Holder, ...Holder[]],
): Judgement<UndeclaredEvidence> => {
  const [first] = holders;
  const { grant } = first;
  const functions = holders.filter(({ isFunction }) => isFunction).length;
  const all = functions === holders.length;
  return {
    subject: {
      object: `policy ${policyOf(first)}`,
      ...(grant?.isInline && { facet: documentDigest(grant.document) }),
    },
    title: `${holders.length} ${all ? "functions" : "identities"} may connect as admin by policy ${visible(policyOf(first).replace(/^.*\//, ""), 80)}${functions && !all ? `, ${functions} of them functions` : ""}: ${someOf(holders.map(({ principal }) => principalName(principal)))}`,
    evidence: evidenceOf(view, holders),
    ...seenInSnapshot(view).times,
    severity: severityOf(view, first),
    fix: fixOf(view, holders),
    grants: holders.map(({ principal }) => principal),
  };
};

const groupOf = ({ grant, principal }: Holder): string =>
  grant ? (grant.isInline ? `${grant.policy}\n${grant.document}` : grant.policy) : principal;

export const undeclaredAdmin = /* @__PURE__ */ defineDetector({
  id: "undeclared-admin",
  category: "over-privileged",
  title: "Undeclared identity that may connect as admin",
  short: "May connect as admin",
  severity: "medium",
  life: "state",
  docs: {
    why: "Whoever holds dsql:DbConnectAdmin is admin: no mapping is needed, and nothing in the database shows it. Wildcards such as dsql:* hand it out, and so do helpers that give every function the same policy.",
    fix: "Allow dsql:DbConnect instead of dsql:*, or deny dsql:DbConnectAdmin with the command in the finding. Who is meant to be admin belongs into access.yml: a component with the role admin and its principals, published with `dsql-audit baseline publish --file access.yml`.",
    falsePositives:
      "Administrators of the whole account, who may do everything: name them in access.yml. Where it names no admin, they are not reported.",
    blindSpots:
      "Without access.yml only what a wildcard of the service hands out is reported. Organisation policies and session policies are not read, so some of them may be kept out. Identities of other accounts are not judged.",
  },
  evidence: {
    holders: { label: "Who", lines: true },
    functions: "Of them functions",
    policy: "By policy",
    action: "Allowed as",
    conditions: { label: "Conditions", whenEmpty: "none", lines: true },
    declared: "Declared",
  },
  options: Options,
  needs: ["iam.users", "iam.roles", "iam.groups", "iam.managedPolicies", "iam.clusters"],
  detect: (view, { together }): readonly Judgement<UndeclaredEvidence>[] =>
    [...Map.groupBy(holdersOf(view), groupOf).values()].flatMap((holders) => {
      const [first, ...more] = holders;
      return first && holders.length >= together
        ? [ofMany(view, [first, ...more])]
        : holders.map((holder) => ofOne(view, holder));
    }),
  unjudged: (view) =>
    (view.iam.who()?.principals ?? []).flatMap((principal) =>
      view.iam.mayOf(principal, "DbConnectAdmin").some(({ verdict }) => verdict === "unknown")
        ? [{ principal: Principal.parse(principal) }]
        : [],
    ),
});

export const cases = (): Case[] => {
  const iam = (...roles: ReturnType<typeof exampleRole>[]) => exampleIam({ roles });
  const naming = (...names: readonly string[]) => ({
    version: 1 as const,
    components: names.length
      ? [{ name: "operations", role: "admin", principals: names.map((name) => ({ arn: exampleArn(name) })) }]
      : [],
  });
  const helper = (name: string) => ({
    ...exampleRole(name),
    inline: [{ name: "db", document: allowing("dsql:DbConnectAdmin") }],
    trust: JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } }],
    }),
  });
  return [
    {
      name: "fires for dsql:*, which hands admin out, where nobody declared anything",
      facts: exampleFacts({ iam: iam(exampleRole("Api", "dsql:*")) }),
      expect: ["Api"],
    },
    {
      name: "fires for a role and a user that access.yml does not name",
      facts: exampleFacts({
        iam: exampleIam({
          roles: [exampleRole("Ops", "dsql:DbConnectAdmin"), exampleRole("Api", "dsql:DbConnectAdmin")],
          users: [exampleUser("kim", "*")],
        }),
        baseline: naming("Ops"),
      }),
      expect: ["Api", "kim"],
    },
    {
      name: "fires once for a policy that a helper gave to every function",
      facts: exampleFacts({ iam: iam(helper("F1"), helper("F2"), helper("F3")), baseline: naming() }),
      expect: ["policy db"],
    },
    {
      name: "is quiet for administrators of the account and for dsql:DbConnectAdmin where nobody declared anything",
      facts: exampleFacts({ iam: iam(exampleRole("Root", "*"), exampleRole("Ops", "dsql:DbConnectAdmin")) }),
      expect: [],
    },
    {
      name: "is quiet for whom access.yml names, and for who may connect as another role alone",
      facts: exampleFacts({
        iam: iam(exampleRole("Ops", "dsql:*"), exampleRole("Api", "dsql:DbConnect")),
        baseline: naming("Ops"),
      }),
      expect: [],
    },
    {
      name: "is quiet while the account's roles could not be read",
      facts: exampleFacts({ iam: exampleIam({ roles: "access denied" }), baseline: naming("Ops") }),
      expect: [],
    },
    {
      name: "is quiet while the cluster's policy could not be read",
      facts: exampleFacts({
        iam: exampleIam({
          roles: [exampleRole("Api", "dsql:*")],
          clusters: [exampleCluster(EXAMPLE_CLUSTER, null)],
        }),
      }),
      expect: [],
    },
    {
      name: "clears when the wildcard is narrowed",
      facts: exampleFacts({ iam: iam(exampleRole("Api", "dsql:DbConnect")) }),
      expect: [],
    },
  ];
};
