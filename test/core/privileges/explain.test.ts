// The chain from a principal or a role to a privilege, and the first link that is broken.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { explain } from "../../../lib/core/iam/explain-principal.ts";
import { waysIn } from "../../../lib/core/iam/ways-in.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import type { Explanation } from "../../../lib/core/privileges/explain.ts";
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
  const ways = waysIn(engine.catalog, null);
  return explain(engine, who, privilege, findObject(engine, "App.orders"), { ways });
};
const links = ({ links: all }: Explanation): string[] => all.map(({ step, state }) => `${step} ${state}`);

describe("explain", () => {
  it("draws the whole chain from a principal to the privilege", () => {
    const it = ask(arn);
    // Nothing of IAM was read.
    expect(it.verdict).toBe("unknown");
    expect(links(it)).toEqual([
      "identity unknown",
      "iam unknown",
      "cluster-policy unknown",
      "mapping ok",
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
    const it = ask("arn:aws:sts::111122223333:assumed-role/reader/session");
    expect([it.principal, it.role, it.path]).toEqual([arn, "app", ["app", "readers"]]);
  });

  it("names a missing mapping, and goes on with a role that would do", () => {
    const it = ask("arn:aws:iam::111122223333:role/other");
    // As admin it could, if IAM lets it in: nothing here tells.
    expect([it.verdict, it.firstBroken, it.role]).toEqual(["unknown", "mapping", null]);
    expect(links(it).slice(3)).toEqual([
      "mapping broken",
      "role ok",
      "membership ok",
      "schema ok",
      "privilege ok",
    ]);
    expect(it.away).toBe("one AWS IAM GRANT away");
    expect(it.also).toEqual([{ role: "admin", verdict: "unknown" }]);
    expect(it.completes).toEqual(["AWS IAM GRANT app TO 'arn:aws:iam::111122223333:role/other';"]);
  });

  it("does not know where the mappings could not be read", () => {
    const it = ask("arn:aws:iam::111122223333:role/other", "SELECT", { mappings: "unreadable" });
    expect([it.verdict, links(it).at(-1)]).toEqual(["unknown", "mapping unknown"]);
  });

  it("breaks at a role that may not log in", () => {
    const it = ask(arn, "SELECT", {
      mappings: [{ iamOid: 1, arn, role: 103, roleName: "nologin", grantor: 10 }],
    });
    expect([it.verdict, it.firstBroken, it.role]).toEqual(["unknown", "role", "nologin"]);
    expect(it.completes[0]).toBe("ALTER ROLE nologin WITH LOGIN;");
  });

  it("tells a membership that gives nothing", () => {
    const it = ask("idle");
    expect([it.verdict, links(it).at(-1)]).toEqual(["no", "membership broken"]);
    expect(it.completes).toEqual(["GRANT readers TO idle WITH INHERIT TRUE;"]);
  });

  it("breaks at the schema where the privilege itself is held", () => {
    const it = ask("idle", "UPDATE");
    expect([it.verdict, it.firstBroken, links(it).at(-1)]).toEqual(["no", "schema", "privilege ok"]);
    expect(it.completes).toEqual(['GRANT USAGE ON SCHEMA "App" TO idle;']);
  });

  it("completes with all that is missing, not with the first alone", () => {
    const it = ask("nologin", "DELETE");
    expect([it.firstBroken, it.away]).toEqual(["schema", "2 steps away: 2 GRANTs"]);
    expect(it.completes).toEqual([
      'GRANT USAGE ON SCHEMA "App" TO nologin;',
      'GRANT DELETE ON "App".orders TO nologin;',
    ]);
  });

  it("does not say no where the roles could not be read: it may be admin by IAM", () => {
    const it = ask("arn:aws:iam::111122223333:role/other", "SELECT", { roles: "unreadable", mappings: [] });
    expect([it.verdict, it.firstBroken, it.also]).toEqual(["unknown", "mapping", []]);
  });

  it("says unknown of a mapped role that is not among those that were read", () => {
    const mappings = [{ iamOid: 1, arn, role: 999, roleName: "unseen", grantor: 10 }];
    const it = ask(arn, "SELECT", { mappings });
    expect([it.verdict, it.role, links(it).at(-1)]).toEqual(["unknown", "unseen", "role unknown"]);
  });

  it("refuses a role that is not there", () => {
    expect(() => ask("nobody")).toThrow("there is no role nobody");
  });

  it("says that partitions, children and triggers were not looked at where they may matter, on PostgreSQL alone", () => {
    const asked = (cluster: string, privilege: "SELECT" | "DELETE", parentAcl: string): unknown[] => {
      const relations = [...rows.relations, table(1001, "parent", { acl: acl("10=arwdDxt/10", parentAcl) })];
      const it = { ...catalog({ ...rows, relations }), cluster: Cluster.parse(cluster) };
      const engine = accessEngine(it);
      const {
        verdict,
        firstBroken,
        links: all,
      } = explain(engine, "nologin", privilege, findObject(engine, "App.orders"), { ways: waysIn(it, null) });
      return [
        verdict,
        firstBroken,
        ...all.filter(({ state }) => state === "unknown").map(({ says }) => says),
      ];
    };
    const child = "Not looked at: whether this table is a partition or child of another";
    const trigger = "Not looked at: what triggers do where the role writes";
    const server = "postgres://127.0.0.1:5432/app";
    expect(asked(server, "SELECT", "103=r/10")).toEqual(["no", "schema", child]);
    expect(asked(server, "DELETE", "103=d/10")).toEqual(["no", "schema", child, trigger]);
    expect(asked(server, "SELECT", "103=a/10")).toEqual(["no", "schema", trigger]);
    expect(asked(server, "SELECT", "102=r/10")).toEqual(["no", "schema"]);
    expect(asked("arn:aws:dsql:eu-west-1:111122223333:cluster/a", "SELECT", "103=r/10")).toEqual([
      "no",
      "schema",
    ]);
  });
});
