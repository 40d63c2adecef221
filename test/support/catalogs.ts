// Small catalogs for tests of the history: built from what a test cares about, the rest is ordinary.

import { Cluster } from "../../lib/core/base/ids.ts";
import type { Acl, Catalog, Relation, Sections } from "../../lib/core/catalog/catalog.ts";
import { databaseRole } from "../../lib/core/findings/example-catalog.ts";

export const cluster = Cluster.parse(
  "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxyz",
);

export const role = databaseRole;

/** "100=r/10" is: role 100 holds SELECT by grant of 10; a star marks a grant option. */
export const acl = (...items: string[]): Acl => ({
  entries: items.map((item) => {
    const [, grantee = "", letters = "", grantor = ""] = /^(\d+)=([a-zA-Z*]*)\/(\d+)$/.exec(item) ?? [];
    return {
      grantee: Number(grantee),
      grantor: Number(grantor),
      privileges: letters.replaceAll("*", ""),
      grantable: [...letters.matchAll(/(.)\*/g)].map((match) => match[1]).join(""),
    };
  }),
  unknown: [],
});

export const table = (oid: number, name: string, more: Partial<Relation> = {}): Relation => ({
  oid,
  schema: 2200,
  name,
  kind: "r",
  owner: 10,
  acl: null,
  ...more,
});

type Rows = { [N in keyof Sections]?: Extract<Sections[N], { status: "read" }>["rows"] | "unreadable" };

const unreadable = { status: "unreadable" as const, reason: "permission denied", code: "42501" };

/** A catalog of the rows given; what is not given is read and empty. */
export const catalog = (rows: Rows = {}, serverVersion = 160014): Catalog => {
  const section = (name: keyof Sections) => {
    const given = rows[name] ?? [];
    return given === "unreadable" ? unreadable : { status: "read" as const, rows: given };
  };
  return {
    format: 1,
    cluster,
    serverVersion,
    sections: {
      roles: section("roles"),
      memberships: section("memberships"),
      mappings: section("mappings"),
      schemas: section("schemas"),
      relations: section("relations"),
      columns: section("columns"),
      functions: section("functions"),
      types: section("types"),
      defaultPrivileges: section("defaultPrivileges"),
      database: section("database"),
    } as Sections,
  };
};

export const publicSchema = { oid: 2200, name: "public", owner: 10, acl: null };

/** Roles admin, app_ro and app_rw, a mapping for each of the latter, two tables. */
export const estate = (more: Rows = {}): Catalog =>
  catalog({
    roles: [role(10, "admin", { createRole: true }), role(100, "app_ro"), role(101, "app_rw")],
    memberships: [{ role: 100, member: 101, grantor: 10, admin: false, inherit: true, set: true }],
    mappings: [
      {
        iamOid: 500,
        arn: "arn:aws:iam::111122223333:role/reader",
        role: 100,
        roleName: "app_ro",
        grantor: 10,
      },
      {
        iamOid: 501,
        arn: "arn:aws:iam::111122223333:role/writer",
        role: 101,
        roleName: "app_rw",
        grantor: 10,
      },
    ],
    schemas: [publicSchema],
    relations: [
      table(1000, "orders", { acl: acl("10=arwdDxt/10", "100=r/10", "101=arw/10") }),
      table(1001, "payments", { acl: acl("10=arwdDxt/10", "100=r/10") }),
    ],
    database: [{ oid: 5, name: "postgres", owner: 10, acl: null }],
    ...more,
  });
