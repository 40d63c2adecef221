// What is asked of both walls where a Region, a list or AWS's simulator says something else, and which role is proposed.
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { IamFacts } from "../../lib/core/catalog/iam-facts.ts";
import type { MappingPeriod } from "../../lib/core/history/mapping-period.ts";
import { withOpinions } from "../../lib/core/iam/asked-identities.ts";
import { opinionsOn, secondOpinion } from "../../lib/core/iam/second-opinion.ts";
import { waysIn } from "../../lib/core/iam/ways-in.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { explainAccess } from "../../lib/queries/explain.ts";
import type { Grounds } from "../../lib/queries/grounds.ts";
import { whoCan } from "../../lib/queries/privileges.ts";
import { whoMayAt } from "../../lib/queries/who-may.ts";
import { acl, catalog, cluster, publicSchema, role, table } from "../support/catalogs.ts";
import { deny, policy } from "../support/iam-facts.ts";
import { APP, asked, type Case, catalogOf, groundsOf, MAPPED_AT } from "../support/two-walls-world.ts";

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
          says: `whether IAM allows dsql:DbConnect is not known: ${says}`,
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
    expect(found.links[1]?.says).toBe("in eu-west-1: IAM allows dsql:DbConnect");
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
      return (await explainAccess(grounds, { who: APP, ...asked })).completes;
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
