// A mapping to somebody who is not one known principal of this account: a wildcard, another account, a session, root.
import { parseArn } from "../../core/base/ids.ts";
import { iso } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { shownRole } from "../../core/findings/catalog-judgement.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, exampleFacts } from "../../core/findings/example-facts.ts";
import type { Severity } from "../../core/findings/finding.ts";
import { mappingRevoked } from "../../core/findings/mapped-identities.ts";
import { revokeMappingSql } from "../../core/sql/statements.ts";

type Loose = "wildcard" | "root" | "another account" | "session" | "no principal";
type LooseEvidence = {
  readonly reason: Loose;
  readonly mappedTo: string;
  readonly account: string | null;
  readonly clusterAccount: string | null;
  readonly mappedBy: string;
};

const words = {
  wildcard: { severity: "high", says: "is a pattern and names nobody in particular" },
  root: { severity: "high", says: "is the account itself: its root user, or everybody in it whom IAM lets" },
  "another account": { severity: "medium", says: "belongs to another AWS account" },
  session: { severity: "low", says: "is one session of an IAM role, which ends within hours" },
  "no principal": { severity: "low", says: "is no IAM role or user" },
} as const satisfies Record<Loose, { readonly severity: Severity; readonly says: string }>;

/** The worst that can be said of it; undefined: it is an IAM role or user of the cluster's account. */
const looseOf = (arn: string, account: string | undefined): Loose | undefined => {
  const parts = parseArn(arn);
  // An account's number alone means its root, as in an IAM policy.
  if (/^\d{12}$/.test(arn)) return "root";
  if (/[*?]/.test(arn)) return "wildcard";
  if (!parts) return "no principal";
  const { service, resource } = parts;
  if (service === "iam" && resource === "root") return "root";
  if (account !== undefined && parts.account !== account) return "another account";
  if (service === "sts" && /^(?:assumed-role|federated-user)\//.test(resource)) return "session";
  return service === "iam" && /^(?:role|user)\/./.test(resource) ? undefined : "no principal";
};

export const looseMapping = /* @__PURE__ */ defineDetector({
  id: "loose-mapping",
  category: "over-privileged",
  title: "Mapping that does not name one known principal",
  short: "Mapping of no one principal",
  severity: "medium",
  life: "state",
  docs: {
    why: "A mapping says who may connect as a role. If it names a pattern, a whole account or an unknown account, the database no longer says who that is.",
    fix: "Run AWS IAM REVOKE role FROM 'arn', and map the IAM role that is meant, by its full ARN.",
    falsePositives:
      "An account of your own organization that is meant to have access: exempt the finding with an owner and an end.",
    blindSpots:
      "Whether Aurora DSQL matches patterns is not documented: a pattern may match nobody. Who may assume an IAM role stands in its trust policy, which is not read.",
  },
  evidence: {
    reason: { label: "What is loose", hidden: true },
    mappedTo: "Mapped to",
    account: { label: "Its account", whenEmpty: "not named" },
    clusterAccount: { label: "The cluster's account", whenEmpty: "not known" },
    mappedBy: "Seen first in the snapshot of",
  },
  options: z.object({
    /** Accounts whose principals may be mapped. */
    accounts: z._default(z.array(z.string().check(z.regex(/^\d{12}$/))), []),
  }),
  needs: ["mappings"],
  detect: (view, { accounts }): readonly Judgement<LooseEvidence>[] =>
    view.mappings.standing.flatMap((mapping): Judgement<LooseEvidence>[] => {
      const { principal, role, roleOid, period } = mapping;
      const reason = looseOf(principal, view.activity.account);
      const theirs = parseArn(principal)?.account;
      if (reason === undefined) return [];
      if (reason === "another account" && theirs !== undefined && accounts.includes(theirs)) return [];
      const { severity, says } = words[reason];
      return [
        {
          subject: view.once(mapping, () => ({ principal, role, roleOid, facet: reason })),
          title: `Role ${shownRole(role)} is mapped to ${visible(principal, 100)}, which ${says}`,
          severity,
          evidence: {
            reason,
            mappedTo: principal,
            account: theirs || null,
            clusterAccount: view.activity.account || null,
            mappedBy: iso(period.firstSeenAt),
          },
          firstSeenAt: period.firstSeenAt,
          lastSeenAt: view.now,
          fix: revokeMappingSql(role, principal),
        },
      ];
    }),
  gone: mappingRevoked,
});

export const cases = (): Case[] => {
  const to = (arn: string, more = {}) => exampleFacts({ mappings: [{ to: "x", role: "app", arn, ...more }] });
  return [
    { name: "fires for a wildcard", facts: to("arn:aws:iam::111122223333:role/*"), expect: ["app"] },
    { name: "fires for the account itself", facts: to("arn:aws:iam::111122223333:root"), expect: ["app"] },
    {
      name: "fires for another account",
      facts: to("arn:aws:iam::444455556666:role/Partner"),
      expect: ["app"],
    },
    {
      name: "fires for a session of a role",
      facts: to("arn:aws:sts::111122223333:assumed-role/Deploy/jane"),
      expect: ["app"],
    },
    { name: "fires for what is no ARN", facts: to("Deploy"), expect: ["app"] },
    {
      name: "is quiet for an IAM role with a path and for an IAM user",
      facts: exampleFacts({
        mappings: [
          { to: "x", role: "app", arn: "arn:aws:iam::111122223333:role/service/App" },
          { to: "y", role: "jane", arn: "arn:aws:iam::111122223333:user/jane" },
        ],
      }),
      expect: [],
    },
    {
      name: "is quiet for an account that is listed",
      facts: to("arn:aws:iam::444455556666:role/Partner"),
      options: { accounts: ["444455556666"] },
      expect: [],
    },
    {
      name: "is quiet while no mappings were read",
      facts: { ...to("arn:aws:iam::111122223333:root"), firstSnapshotAt: null },
      expect: [],
    },
    {
      name: "clears when the mapping is revoked",
      facts: to("arn:aws:iam::111122223333:root", { goneAt: exampleFacts({}).now - 1000 }),
      expect: [],
    },
  ];
};
