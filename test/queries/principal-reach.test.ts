// What a notice says of a principal's reach rests on: mappings, IAM, and peers in other Regions, where they are known.
import { describe, expect, it } from "vitest";
import type { Principal } from "../../lib/core/base/ids.ts";
import type { ClusterAccess, IamFacts } from "../../lib/core/catalog/iam-facts.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { reachLines } from "../../lib/notices/reach-text.ts";
import { principalReach } from "../../lib/queries/principal-reach.ts";
import { acl, cluster, estate, publicSchema, table } from "../support/catalogs.ts";
import { allow, iamFacts, iamUser } from "../support/iam.ts";

const ana = "arn:aws:iam::111122223333:user/ana" as Principal;
const PEER = "arn:aws:dsql:us-east-2:111122223333:cluster/peer";
const row = (arn: string): ClusterAccess => ({
  ...{ arn, region: "us-east-1" },
  ...{ policy: { status: "read", rows: [] }, tags: { status: "read", rows: [] } },
});
const peersBy = (iam?: IamFacts) =>
  principalReach(accessEngine({ ...estate({}), ...(iam && { iam }) }), ana).peers;

describe("the peers of a cluster", () => {
  it("are those that stand beside it, or none", () => {
    expect(peersBy(iamFacts({ clusters: [row(cluster), row(PEER)] }))).toEqual([PEER]);
    expect(peersBy(iamFacts({ clusters: [row(cluster)] }))).toEqual([]);
  });

  it("are not known where IAM was not read, or nobody could tell them", () => {
    for (const iam of [
      undefined,
      iamFacts({ clusters: "denied" }),
      iamFacts({ clusters: [] }),
      iamFacts({ clusters: [{ ...row(cluster), peersUnread: "denied" }] }),
    ])
      expect(peersBy(iam)).toBeUndefined();
  });
});

/** What people read of it. */
const readBy = (iam: IamFacts | undefined, arn: string, rows: Parameters<typeof estate>[0] = {}): string =>
  reachLines(principalReach(accessEngine({ ...estate(rows), ...(iam && { iam }) }), arn as Principal)).join(
    " ",
  );

const mapped = { mappings: [{ iamOid: 502, arn: ana, role: 101, roleName: "app_rw", grantor: 10 }] };

describe("whether it can be admin", () => {
  const clusters = [row(cluster)];
  const users = (...actions: readonly string[]) =>
    iamFacts({
      clusters,
      users: [iamUser("ana", { inline: [{ name: "connect", document: allow(...actions) }] })],
    });

  it("is told where IAM says so, with a mapping and without one", () => {
    for (const rows of [{}, mapped])
      expect(readBy(users("dsql:*"), ana, rows)).toMatch(
        /^- admin: everything\. IAM lets it connect as admin\./,
      );
    expect(readBy(users("dsql:*"), ana)).toMatch(/No mapping names it, and it needs none\.$/);
  });

  it("goes without saying where IAM denies it, but for whom no mapping names: there is nothing then", () => {
    expect(readBy(users("dsql:DbConnect"), ana, mapped)).not.toContain("admin");
    expect(readBy(users("dsql:DbConnect"), ana)).toMatch(/^No mapping names it, and IAM does not .* nothing/);
  });

  it("leaves open what a mapping to a pattern or to the account lets it reach", () => {
    for (const arn of ["arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:root"]) {
      const loose = { mappings: [{ iamOid: 502, arn, role: 101, roleName: "app_rw", grantor: 10 }] };
      expect(readBy(users("dsql:DbConnect"), ana, loose)).toBe(
        `Whether it is let in by the mapping of app_rw to ${arn} is not known.`,
      );
    }
  });

  it("is not known where IAM was not read, or not all of it", () => {
    for (const iam of [undefined, iamFacts({ clusters, users: "denied" })])
      expect(readBy(iam, ana, mapped)).toMatch(/^Whether IAM lets it connect as admin, .* is not known\./);
    expect(readBy(undefined, "arn:aws:iam::444455556666:root")).toContain("is not known");
  });

  it("is certain of the account's root user, whom no mapping has to name", () => {
    for (const iam of [undefined, users()])
      expect(readBy(iam, "arn:aws:iam::111122223333:root")).toMatch(
        /^- admin: everything\. .* No mapping names it, and it needs none\.$/,
      );
  });
});

describe("privileges", () => {
  it("on the same tables are told together, the most telling first", () => {
    const granted = (oid: number, name: string, letters: string) =>
      table(oid, name, { acl: acl("10=arwdDxt/10", `101=${letters}/10`) });
    const schemas = [{ ...publicSchema, acl: acl("10=UC/10", "0=U/10") }];
    const relations = [
      granted(1000, "orders", "arwd"),
      granted(1001, "users", "arwd"),
      granted(1002, "log", "r"),
    ];
    const { roles } = principalReach(accessEngine(estate({ relations, schemas, ...mapped })), ana);
    expect(roles[0]?.privileges).toEqual([
      "DELETE, UPDATE, INSERT on public.orders, public.users",
      "SELECT on public.log, public.orders, public.users",
    ]);
  });
});
