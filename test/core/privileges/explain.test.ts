// The chain from a principal or a role to a privilege, and the first link that is broken.
import { describe, expect, it } from "vitest";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { type Explanation, explain } from "../../../lib/core/privileges/explain.ts";
import { findObject } from "../../../lib/core/privileges/find-object.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";

const arn = "arn:aws:iam::111122223333:role/reader";
const rows = {
  roles: [
    role(10, "admin"),
    role(100, "readers", { canLogin: false }),
    role(101, "app"),
    role(102, "idle"),
    role(103, "nologin", { canLogin: false }),
  ],
  memberships: [
    { role: 100, member: 101, grantor: 10, admin: false, inherit: true, set: true },
    { role: 100, member: 102, grantor: 10, admin: true, inherit: false, set: false },
  ],
  mappings: [{ iamOid: 1, arn, role: 101, roleName: "app", grantor: 10 }],
  schemas: [publicSchema, { oid: 1, name: "App", owner: 10, acl: acl("10=UC/10", "100=U/10") }],
  relations: [table(1000, "orders", { schema: 1, acl: acl("10=arwdDxt/10", "100=r/10", "102=w/10") })],
};
const ask = (
  who: string,
  privilege: "SELECT" | "UPDATE" | "DELETE" = "SELECT",
  more: object = {},
): Explanation => {
  const engine = accessEngine(catalog({ ...rows, ...more }));
  return explain(engine, who, privilege, findObject(engine, "App.orders"));
};
const links = ({ links: all }: Explanation): string[] => all.map(({ step, state }) => `${step} ${state}`);

describe("explain", () => {
  it("draws the whole chain from a principal to the privilege", () => {
    const it = ask(arn);
    expect(it.verdict).toBe("yes");
    expect(links(it)).toEqual([
      "principal assumed",
      "mapping ok",
      "login ok",
      "role ok",
      "membership ok",
      "schema ok",
      "privilege ok",
    ]);
    expect(it.path).toEqual(["app", "readers"]);
    expect(it.completes).toEqual([]);
    expect(it.also).toEqual([{ role: "admin", verdict: "unknown" }]);
  });

  it("folds a session to its role", () => {
    expect(ask("arn:aws:sts::111122223333:assumed-role/reader/session").verdict).toBe("yes");
  });

  it("stops at a missing mapping and names a role that would do", () => {
    const it = ask("arn:aws:iam::111122223333:role/other");
    // As admin it could, if IAM lets it in: nothing here tells.
    expect([it.verdict, ...links(it)]).toEqual(["unknown", "principal assumed", "mapping broken"]);
    expect(it.also).toEqual([{ role: "admin", verdict: "unknown" }]);
    expect(it.completes).toEqual(["AWS IAM GRANT app TO 'arn:aws:iam::111122223333:role/other';"]);
  });

  it("does not know where the mappings could not be read", () => {
    const it = ask("arn:aws:iam::111122223333:role/other", "SELECT", { mappings: "unreadable" });
    expect([it.verdict, links(it).at(-1)]).toEqual(["unknown", "mapping unknown"]);
  });

  it("stops at a role that may not log in", () => {
    const it = ask(arn, "SELECT", {
      mappings: [{ iamOid: 1, arn, role: 103, roleName: "nologin", grantor: 10 }],
    });
    expect([it.verdict, links(it).at(-1)]).toEqual(["unknown", "login broken"]);
    expect(it.completes[0]).toBe("ALTER ROLE nologin WITH LOGIN;");
  });

  it("tells a membership that gives nothing", () => {
    const it = ask("idle");
    expect([it.verdict, links(it).at(-1)]).toEqual(["no", "membership broken"]);
    expect(it.completes).toEqual(["GRANT readers TO idle WITH INHERIT TRUE;"]);
  });

  it("stops at the schema where the privilege itself is held", () => {
    const it = ask("idle", "UPDATE");
    expect([it.verdict, links(it).at(-1)]).toEqual(["no", "schema broken"]);
    expect(it.completes).toEqual(['GRANT USAGE ON SCHEMA "App" TO idle;']);
  });

  it("completes with all that is missing, not with the first alone", () => {
    const it = ask("nologin", "DELETE");
    expect(links(it).at(-1)).toBe("schema broken");
    expect(it.completes).toEqual([
      'GRANT USAGE ON SCHEMA "App" TO nologin;',
      'GRANT DELETE ON "App".orders TO nologin;',
    ]);
  });

  it("refuses a role that is not there", () => {
    expect(() => ask("nobody")).toThrow("there is no role nobody");
  });
});
