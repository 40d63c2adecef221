// A plan does each thing once: what an earlier step has taken away is not taken away again.
import { describe, expect, it } from "vitest";
import { rowsOf } from "../../../lib/core/catalog/catalog.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { planFor } from "../../../lib/core/remediation/plan.ts";
import { revokeMembershipSql } from "../../../lib/core/remediation/revoke-membership.ts";
import { catalog, estate, publicSchema, role } from "../../support/catalogs.ts";

const wish = (fix: string, id = "a") => ({ id, title: `finding ${id}`, fix });

describe("a membership that two grantors gave, the second by what the first allowed", () => {
  const ADMIN = 16_385;
  const granted = (member: number, grantor: number, admin: boolean) => ({
    ...{ role: 101, member, grantor, admin, inherit: true, set: true },
  });
  const before = catalog({
    roles: [role(10, "owner", { superuser: true }), role(ADMIN, "admin", { createRole: true })].concat([
      role(100, "group", { createRole: true }),
      role(101, "PUBLIC"),
      role(102, "deputy"),
    ]),
    memberships: [
      granted(ADMIN, 10, true),
      granted(100, ADMIN, true),
      granted(102, 100, true),
      granted(100, 102, false),
      // By which admin may act as deputy.
      { ...granted(ADMIN, 10, true), role: 102 },
    ],
    schemas: [publicSchema],
    database: [{ oid: 5, name: "postgres", owner: 10, acl: null }],
  });
  const fix = revokeMembershipSql(accessEngine(before), "PUBLIC", { oid: 100, name: "group" });

  it("is revoked by one step where CASCADE takes the other grant with it", () => {
    expect(fix.match(/REVOKE "PUBLIC" FROM "group" CASCADE;/g)).toHaveLength(1);
    const { steps, doubts, expected } = planFor(before, [wish(fix), wish(fix, "b")]);
    expect(doubts).toEqual([]);
    expect(steps.map(({ text }) => text)).toEqual(['REVOKE "PUBLIC" FROM "group" CASCADE;']);
    expect(expected && rowsOf(expected, "memberships").filter((row) => row.role === 101)).toEqual([
      granted(ADMIN, 10, true),
    ]);
  });
});

describe("a mapping that two findings are about", () => {
  const unmap = "AWS IAM REVOKE app_ro FROM 'arn:aws:iam::111122223333:role/reader';";

  it("is revoked once, and what comes after it is still planned", () => {
    const { steps, doubts, expected } = planFor(estate(), [
      wish(unmap),
      wish(`${unmap}\nALTER ROLE app_ro NOLOGIN;`, "b"),
    ]);
    expect(doubts).toEqual([]);
    expect(steps.map(({ text }) => text)).toEqual([unmap, "ALTER ROLE app_ro WITH NOLOGIN;"]);
    expect(expected).not.toBeNull();
  });
});
