// A plan does each thing once: what an earlier step has taken away is not taken away again.
import { describe, expect, it } from "vitest";
import { rowsOf } from "../../../lib/core/catalog/catalog.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { findObject } from "../../../lib/core/privileges/find-object.ts";
import { planFor } from "../../../lib/core/remediation/plan.ts";
import { revokeMembershipSql } from "../../../lib/core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../../lib/core/remediation/revoke-privilege.ts";
import { acl, catalog, estate, publicSchema, role, table } from "../../support/catalogs.ts";

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

describe("a plan of which not all can be taken back", () => {
  const ADMIN = 16_385;
  const given = (owner: number, readers: readonly number[] = []) =>
    catalog({
      roles: [
        role(10, "owner", { superuser: true }),
        role(ADMIN, "admin", { createRole: true }),
        role(100, "app"),
        ...readers.map((oid) => role(oid, `reader_${oid}`)),
      ],
      memberships: [
        { role: 100, member: ADMIN, grantor: 10, admin: true, inherit: true, set: true },
        { role: 100, member: ADMIN, grantor: ADMIN, admin: false, inherit: true, set: true },
      ],
      schemas: [{ ...publicSchema, acl: acl("10=UC/10", `${ADMIN}=UC/10`, "0=U/10") }],
      relations: [
        table(300, "orders", {
          owner,
          acl: acl(`${owner}=arwdDxt/${owner}`, ...readers.map((oid) => `${oid}=r/${owner}`)),
        }),
      ],
      database: [{ oid: 5, name: "postgres", owner: 10, acl: null }],
    });

  it("says which step it is and why, of a table in public that another than admin owns", () => {
    const { steps, doubts, inverse } = planFor(given(100), [
      wish("ALTER TABLE public.orders OWNER TO admin;"),
    ]);
    expect(steps).toMatchObject([
      {
        text: "ALTER TABLE public.orders OWNER TO admin;",
        lasting: [
          "app cannot be made the owner of table public.orders again: Aurora DSQL asks for CREATE on schema public, and takes no GRANT on it",
        ],
      },
    ]);
    expect(doubts).toEqual([expect.stringMatching(/^there is no way back: app cannot be made the owner/)]);
    // Half a way back would take from admin what it holds as the owner.
    expect(inverse).toEqual([]);
  });

  it("counts what is too much to be listed", () => {
    const { steps } = planFor(given(100, [201, 202, 203, 204, 205, 206]), [
      wish("ALTER TABLE public.orders OWNER TO admin;"),
    ]);
    const [{ lasting = [] } = {}] = steps;
    expect(lasting).toHaveLength(6);
    expect(lasting[1]).toBe(
      "SELECT on table public.orders cannot be granted to reader_201 on the authority of app again",
    );
    expect(lasting.at(-1)).toBe("2 other owners and grants cannot be made again either");
  });

  it("has nothing lasting where all can be taken back", () => {
    const { steps, doubts } = planFor(given(ADMIN), [wish("ALTER ROLE app NOLOGIN;")]);
    expect(doubts).toEqual([]);
    expect(steps[0]).not.toHaveProperty("lasting");
  });
});

describe("a grant to PUBLIC by a member of the owner that holds nothing of its own any more", () => {
  const [ADMIN, APP, DEPUTY] = [16_385, 100, 101];
  const member = (of: number, who: number, grantor: number, admin: boolean) => ({
    ...{ role: of, member: who, grantor, admin, inherit: true, set: true },
  });
  const before = catalog({
    roles: [role(10, "owner", { superuser: true }), role(ADMIN, "admin", { createRole: true })].concat([
      role(APP, "app"),
      role(DEPUTY, "deputy"),
    ]),
    memberships: [
      member(APP, ADMIN, 10, true),
      member(DEPUTY, ADMIN, 10, true),
      member(APP, DEPUTY, ADMIN, false),
    ],
    schemas: [publicSchema, { oid: 2300, name: "shop", owner: APP, acl: acl("100=UC/100", "101=U/100") }],
    relations: [table(300, "orders", { schema: 2300, owner: APP, acl: acl("100=arwdDxt/100", "0=r/101") })],
    database: [{ oid: 5, name: "postgres", owner: 10, acl: null }],
  });

  it("is taken back as that member, to whom the option is lent, and can be made again so", () => {
    const engine = accessEngine(before);
    const fix = revokePrivilegeSql(engine, findObject(engine, "shop.orders", "SELECT"), "SELECT", null);
    const { steps, doubts, inverse } = planFor(before, [wish(fix)]);
    expect(doubts).toEqual([]);
    expect(steps.map(({ text }) => text)[1]).toContain(
      "ROLE deputy;\nREVOKE SELECT ON shop.orders FROM PUBLIC;",
    );
    expect(inverse[1]).toContain("ROLE deputy;\nGRANT SELECT ON shop.orders TO PUBLIC;");
  });
});
