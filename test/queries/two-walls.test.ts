// Every combination of the two walls: what IAM allows, what the mapping is, what the cluster's policy says; and what each
// question answers to it. What is expected is worked out here by a rule of its own.
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { IamFacts, MappedIdentity } from "../../lib/core/catalog/iam-facts.ts";
import type { MappingPeriod } from "../../lib/core/history/mapping-period.ts";
import { withOpinions } from "../../lib/core/iam/plan-asking.ts";
import { opinionsOn, secondOpinion } from "../../lib/core/iam/second-opinion.ts";
import { waysIn } from "../../lib/core/iam/ways-in.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { explainAccess } from "../../lib/queries/explain.ts";
import type { Grounds } from "../../lib/queries/grounds.ts";
import { whoCan } from "../../lib/queries/privileges.ts";
import { whoMayAt } from "../../lib/queries/who-may.ts";
import { acl, catalog, cluster, publicSchema, role, table } from "../support/catalogs.ts";
import { allow, deny, iamFacts, policy, policyArn, roleArn } from "../support/iam-facts.ts";

const permissions = ["yes", "no", "conditional", "unreadable"] as const;
const mappings = ["yes", "no", "orphan", "rebound"] as const;
const policies = ["none", "allow", "deny", "unreadable"] as const;
type Case = {
  readonly permission: (typeof permissions)[number];
  readonly mapping: (typeof mappings)[number];
  readonly policy: (typeof policies)[number];
};

const APP = roleArn("app");
const MAPPED_AT = 1_700_000_000_000;

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

const catalogOf = (one: Case, action: string): Catalog => ({
  ...catalog({
    roles: [role(10, "admin"), role(100, "reader")],
    mappings:
      one.mapping === "no" ? [] : [{ iamOid: 1, arn: APP, role: 100, roleName: "reader", grantor: 10 }],
    schemas: [{ ...publicSchema, acl: acl("0=U/10") }],
    relations: [table(1000, "orders", { acl: acl("10=arwd/10", "100=r/10") })],
  }),
  iam: factsOf(one, action),
});

const groundsOf = (one: Case, action: string): Grounds => {
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

type State = "ok" | "broken" | "conditional" | "unknown";

/** What IAM opens: a policy of the cluster that names the role is as good as one of its own. */
const iamState = ({ permission, mapping, policy: by }: Case): State => {
  if (mapping === "orphan") return "broken";
  if (permission === "unreadable") return "unknown";
  if (permission === "yes" || by === "allow") return "ok";
  if (permission === "conditional") return "conditional";
  return by === "unreadable" ? "unknown" : "broken";
};
const policyState = ({ policy: by }: Case): State =>
  by === "deny" ? "broken" : by === "unreadable" ? "unknown" : "ok";

const expectedLinks = (one: Case): string[] => [
  `identity ${one.mapping === "orphan" ? "broken" : "ok"}`,
  `iam ${iamState(one)}`,
  ...(one.mapping === "orphan" ? [] : [`cluster-policy ${policyState(one)}`]),
  `mapping ${one.mapping === "no" || one.mapping === "rebound" ? "broken" : "ok"}`,
  "role ok",
  "schema ok",
  "privilege ok",
];

/** One word for each step of the way. */
const expectedFix = (one: Case): string[] => [
  ...(one.mapping === "orphan" ? ["make"] : []),
  ...(one.mapping !== "orphan" && iamState(one) === "broken" ? ["allow"] : []),
  ...(one.mapping !== "orphan" && one.policy === "deny" ? ["undeny"] : []),
  ...(one.mapping === "orphan" || one.mapping === "rebound" ? ["revoke"] : []),
  ...(one.mapping === "yes" ? [] : ["grant"]),
];

const words: readonly (readonly [RegExp, string])[] = [
  [/^-- In IAM: make arn:\S+, and allow it dsql:\w+ on arn:\S+\.$/, "make"],
  [/^-- In IAM: allow dsql:\w+ on arn:\S+ to arn:\S+\.$/, "allow"],
  [/^-- In the cluster policy: take dsql:\w+ for arn:\S+ out of the Deny of cluster policy\.$/, "undeny"],
  [/^AWS IAM REVOKE reader FROM 'arn:\S+';$/, "revoke"],
  [/^AWS IAM GRANT reader TO 'arn:\S+';$/, "grant"],
];
const fixWords = (completes: readonly string[]): string[] =>
  completes.map((text) => words.find(([pattern]) => pattern.test(text))?.[1] ?? text);

const worst = (states: readonly State[], said: readonly [string, string, string, string]): string => {
  const order: readonly State[] = ["broken", "unknown", "conditional"];
  const at = order.findIndex((state) => states.includes(state));
  return said[at < 0 ? 3 : at] ?? "";
};
const statesOf = (links: readonly string[]): State[] => links.map((link) => link.split(" ")[1] as State);

const cases = permissions.flatMap((permission) =>
  mappings.flatMap((mapping) => policies.map((by): Case => ({ permission, mapping, policy: by }))),
);
const asked = { privilege: "SELECT", object: "orders" };

describe("the two walls", () => {
  it.each(cases)("IAM allows: $permission, mapping: $mapping, cluster policy: $policy", async (one) => {
    const grounds = groundsOf(one, "dsql:DbConnect");
    const found = await explainAccess(grounds, { who: APP, ...asked });
    const links = found.links.map(({ step, state }) => `${step} ${state}`);
    expect(links).toEqual(expectedLinks(one));
    const states = statesOf(links);
    // As admin it needs no mapping, and what could not be read may allow it that: then "no" is not certain.
    const mayBeAdmin = one.mapping !== "orphan" && [one.permission, one.policy].includes("unreadable");
    const verdict = worst(states, [mayBeAdmin ? "unknown" : "no", "unknown", "conditional", "yes"]);
    expect(found.verdict).toBe(verdict);
    expect(found.firstBroken).toBe(links.find((link) => link.endsWith(" broken"))?.split(" ")[0] ?? null);
    expect(fixWords(found.completes)).toEqual(expectedFix(one));
    const steps = found.completes.length;
    expect(found.away).toEqual(
      steps === 0 ? null : expect.stringMatching(steps === 1 ? /^one .* away$/ : `^${steps} steps away: `),
    );
    expect(found.path).toEqual(one.mapping === "no" ? [] : ["reader"]);
    expect(found.next === null).toBe(!states.slice(0, 3).includes("unknown"));
  });

  it.each(cases)(
    "who-can, with IAM: $permission, mapping: $mapping, cluster policy: $policy",
    async (one) => {
      const { rows } = await whoCan(groundsOf(one, "dsql:DbConnect"), asked);
      const reader = rows.find(({ role: name }) => name === "reader");
      const states: State[] = one.mapping === "orphan" ? ["broken"] : [iamState(one), policyState(one)];
      const wall = worst(states, ["denied", "unknown", "conditional", "allowed"]);
      const identity = { yes: "exists", no: "", orphan: "gone", rebound: "remade" }[one.mapping];
      expect(reader?.principals).toMatchObject(
        one.mapping === "no" ? [] : [{ arn: APP, via: "mapping", wall, identity }],
      );
      expect(reader?.morePrincipals).toBeNull();
    },
  );

  it.each(cases.filter(({ mapping }) => mapping !== "rebound"))(
    "who-can as admin, with IAM: $permission, mapping: $mapping, cluster policy: $policy",
    async (one) => {
      const { rows } = await whoCan(groundsOf(one, "dsql:DbConnectAdmin"), asked);
      const admin = rows.find(({ role: name }) => name === "admin");
      const states: State[] = one.mapping === "orphan" ? ["broken"] : [iamState(one), policyState(one)];
      const wall = worst(states, ["denied", "unknown", "conditional", "allowed"]);
      const others = (admin?.principals ?? []).filter(({ arn }) => arn === APP);
      expect(others).toMatchObject(wall === "denied" ? [] : [{ wall, via: "iam", identity: null }]);
      expect(admin?.principals?.map(({ arn }) => arn)).toContain("arn:aws:iam::111122223333:root");
    },
  );
});

describe("the two walls, beyond the table", () => {
  const open: Case = { permission: "yes", mapping: "yes", policy: "none" };
  const withIam = (change: (iam: IamFacts) => IamFacts, action = "dsql:DbConnect"): Grounds => {
    const whole = catalogOf(open, action);
    const found: Catalog = { ...whole, ...(whole.iam && { iam: change(whole.iam) }) };
    return { ...groundsOf(open, action), engine: accessEngine(found), ways: async () => waysIn(found, []) };
  };
  const refused = { status: "unreadable", reason: "AccessDenied", code: "AccessDenied" } as const;

  it("knows the mapped identity and nobody's policies where the lists of the account could not be read", async () => {
    const grounds = withIam((iam) => ({ ...iam, parts: { ...iam.parts, roles: refused } }));
    const { rows } = await whoCan(grounds, asked);
    expect(rows).toMatchObject([
      { role: "admin", morePrincipals: "iam-unreadable" },
      { role: "reader", principals: [{ wall: "unknown", identity: "exists" }], morePrincipals: null },
    ]);
    const found = await explainAccess(grounds, { who: APP, ...asked });
    expect(found).toMatchObject({ verdict: "unknown", firstBroken: null, completes: [], away: null });
    expect(found.links[0]).toMatchObject({ step: "identity", state: "ok" });
    expect(found.next).toContain("dsql-audit who-may");
  });

  it.each([
    ["DbConnect", "reader"],
    ["DbConnectAdmin", "admin"],
  ] as const)(
    "knows nothing of dsql:%s where AWS's simulator differs, in every answer",
    async (action, name) => {
      const answer = { decision: "denied", missing: [], inOrganization: null } as const;
      const doubted = (iam: IamFacts): IamFacts => {
        const second = secondOpinion(iam, cluster);
        return withOpinions(iam, cluster, opinionsOn(second, APP, new Map([[action, answer]])), MAPPED_AT);
      };
      const says =
        "its own policies: allowed here, and denied by AWS's policy simulator, so one of the two is wrong";
      const grounds = withIam(doubted, `dsql:${action}`);
      const { rows, secondOpinions } = whoMayAt(grounds, { principal: APP });
      expect(rows.find((row) => row.action === (action === "DbConnect" ? "connect" : "admin"))).toMatchObject(
        {
          verdict: "unknown",
          reasons: [says],
          secondOpinion: {
            own: "allowed",
            simulator: "denied",
            state: "differs",
            askedAt: "2023-11-14T22:13:20.000Z",
          },
        },
      );
      expect(secondOpinions).toEqual({ asked: 1, waiting: 0, refused: null });
      const found = await explainAccess(grounds, { who: APP, ...asked });
      expect(found.verdict).toBe("unknown");
      if (action === "DbConnect")
        expect(found.links[1]).toMatchObject({
          state: "unknown",
          says: `whether IAM allows it dsql:DbConnect is not known: ${says}`,
        });
      const holders = (await whoCan(grounds, asked)).rows.find(({ role: held }) => held === name);
      expect(holders?.principals?.find(({ arn }) => arn === APP)).toMatchObject({ wall: "unknown" });
    },
  );

  it("is as open as the Region of the cluster that lets in most, and names it", async () => {
    const [arn, peer] = [cluster as string, cluster.replace("us-east-1", "eu-west-1")];
    const shut = { document: JSON.stringify(policy(deny({ Principal: "*" }))), version: "1" };
    const tags = { status: "read", rows: [] } as const;
    const at = (own: string, region: string, isShut: boolean) => ({
      ...{ arn: own, region, tags: { ...tags, rows: [] } },
      policy: { status: "read" as const, rows: isShut ? [shut] : [] },
    });
    const regions = (both: boolean) =>
      withIam((iam) => ({
        ...iam,
        parts: {
          ...iam.parts,
          clusters: { status: "read", rows: [at(arn, "us-east-1", true), at(peer, "eu-west-1", both)] },
        },
      }));
    const found = await explainAccess(regions(false), { who: APP, ...asked });
    expect(found.verdict).toBe("yes");
    expect(found.links[1]?.says).toBe("in eu-west-1: IAM allows it dsql:DbConnect");
    expect(await explainAccess(regions(true), { who: APP, ...asked })).toMatchObject({
      verdict: "no",
      firstBroken: "cluster-policy",
    });
  });

  it("proposes the role of a former mapping where that would do, else the role that holds least", async () => {
    const found = catalog({
      roles: [
        role(10, "admin"),
        role(99, "backup"),
        role(100, "reader"),
        role(101, "writer"),
        role(102, "idle"),
      ],
      mappings: [],
      schemas: [{ ...publicSchema, acl: acl("0=U/10") }],
      relations: [
        table(1000, "orders", { acl: acl("10=arwd/10", "99=r/10", "100=r/10", "101=arw/10") }),
        table(1001, "others", { acl: acl("10=arwd/10", "99=r/10") }),
      ],
    });
    const former = (roleOid: number, goneAt: number): MappingPeriod => ({
      arn: APP,
      iamOid: goneAt,
      roleOid,
      roleName: "former",
      notSeenAt: null,
      firstSeenAt: MAPPED_AT,
      lastSeenAt: MAPPED_AT,
      goneAt: MAPPED_AT + goneAt,
    });
    const proposed = async (...periods: readonly MappingPeriod[]): Promise<readonly string[]> => {
      const grounds: Grounds = {
        engine: accessEngine(found),
        snapshot: null,
        basis: async () => null,
        adminLogins: async () => null,
        connectsAs: async () => null,
        declaredArchetypes: async () => new Map(),
        ways: async () => waysIn(found, periods),
      };
      return (await explainAccess(grounds, { who: APP, privilege: "SELECT", object: "orders" })).completes;
    };
    const mapped = (name: string): string[] => [`AWS IAM GRANT ${name} TO '${APP}';`];
    expect(await proposed()).toEqual(mapped("reader"));
    expect(await proposed(former(101, 1))).toEqual(mapped("writer"));
    expect(await proposed(former(99, 2), former(101, 1))).toEqual(mapped("backup"));
    expect(await proposed(former(101, 1), former(102, 2))).toEqual(mapped("writer"));
    expect(await proposed(former(102, 1))).toEqual(mapped("reader"));
  });

  it("keeps a comment on one line, whatever statements and policies are called", async () => {
    const grounds = withIam((iam) => {
      const { roles } = iam.parts;
      const hostile = JSON.stringify(policy(deny({ Sid: "x\nDROP TABLE t;" })));
      const rows =
        roles.status === "read"
          ? roles.rows.map((one) => ({ ...one, inline: [{ name: "p\u2028q", document: hostile }] }))
          : [];
      return { ...iam, parts: { ...iam.parts, roles: { status: "read", rows } } };
    });
    const { completes } = await explainAccess(grounds, { who: APP, ...asked });
    expect(completes).toHaveLength(2);
    for (const text of completes) expect(text).toMatch(/^-- In IAM: [ -~]+$/);
  });
});
