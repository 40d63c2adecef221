// One mapping, one permission and one cluster policy, each as a test says, and the grounds on which questions are answered.
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { IamFacts, MappedIdentity } from "../../lib/core/catalog/iam-facts.ts";
import type { MappingPeriod } from "../../lib/core/history/mapping-period.ts";
import { waysIn } from "../../lib/core/iam/ways-in.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import type { Grounds } from "../../lib/queries/grounds.ts";
import { acl, catalog, cluster, publicSchema, role, table } from "./catalogs.ts";
import { allow, deny, iamFacts, policy, policyArn, roleArn } from "./iam-facts.ts";

export const permissions = ["yes", "no", "conditional", "unreadable"] as const;
export const mappings = ["yes", "no", "orphan", "rebound"] as const;
export const policies = ["none", "allow", "deny", "unreadable"] as const;
export type Case = {
  readonly permission: (typeof permissions)[number];
  readonly mapping: (typeof mappings)[number];
  readonly policy: (typeof policies)[number];
};

export const APP = roleArn("app");
export const MAPPED_AT = 1_700_000_000_000;

const policiesOf = (permission: Case["permission"], action: string) => {
  const Condition = { StringEquals: { "aws:SourceVpc": "vpc-1" } };
  switch (permission) {
    case "yes":
      return { policies: [policy(allow({ Action: action }))] };
    case "no":
      return { policies: [policy(allow({ Action: "s3:GetObject" }))] };
    case "conditional":
      return { policies: [policy(allow({ Action: action, Condition }))] };
    case "unreadable":
      return { attached: [policyArn("unseen")] };
    default:
      return permission satisfies never;
  }
};

const identityOf = (mapping: Case["mapping"]): MappedIdentity =>
  mapping === "orphan"
    ? { arn: APP, status: "gone" }
    : {
        arn: APP,
        status: "exists",
        kind: "role",
        id: "AROAAPP",
        actualArn: APP,
        createdAt: MAPPED_AT + (mapping === "rebound" ? 1 : -1),
        lastUsedAt: null,
        boundary: null,
        tags: [],
      };

const factsOf = (one: Case, action: string): IamFacts => {
  const statement = { Action: action, Principal: { AWS: APP } };
  const facts = iamFacts(
    {
      roles: one.mapping === "orphan" ? {} : { app: policiesOf(one.permission, action) },
      managed: { unseen: null },
      ...(one.policy === "allow" && { clusterPolicy: policy(allow(statement)) }),
      ...(one.policy === "deny" && { clusterPolicy: policy(deny(statement)) }),
      ...(one.policy === "unreadable" && { unreadPolicy: "AccessDenied" }),
    },
    cluster,
  );
  const identities = one.mapping === "no" ? [] : [identityOf(one.mapping)];
  return { ...facts, parts: { ...facts.parts, identities: { status: "read", rows: identities } } };
};

/** What is asked of them. */
export const asked = { privilege: "SELECT", object: "orders" };

export const catalogOf = (one: Case, action: string): Catalog => ({
  ...catalog({
    roles: [role(10, "admin"), role(100, "reader")],
    mappings:
      one.mapping === "no" ? [] : [{ iamOid: 1, arn: APP, role: 100, roleName: "reader", grantor: 10 }],
    schemas: [{ ...publicSchema, acl: acl("0=U/10") }],
    relations: [table(1000, "orders", { acl: acl("10=arwd/10", "100=r/10") })],
  }),
  iam: factsOf(one, action),
});

export const groundsOf = (one: Case, action: string): Grounds => {
  const found = catalogOf(one, action);
  const period: MappingPeriod = {
    arn: APP,
    iamOid: 1,
    roleOid: 100,
    roleName: "reader",
    notSeenAt: null,
    firstSeenAt: MAPPED_AT,
    lastSeenAt: MAPPED_AT + 10,
    goneAt: null,
  };
  return {
    engine: accessEngine(found),
    snapshot: null,
    basis: async () => null,
    adminLogins: async () => null,
    connectsAs: async () => null,
    declaredArchetypes: async () => new Map(),
    ways: async () => waysIn(found, one.mapping === "no" ? [] : [period]),
  };
};
