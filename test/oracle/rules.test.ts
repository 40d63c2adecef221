// PostgreSQL's own rules of roles and memberships that are easily missed: the world, what the server says, what the engine says.
import { describe, expect, it } from "vitest";
import { ruledServer } from "./ruled-server.ts";

const { inFixed } = ruledServer();

describe("the engine keeps the rule that", () => {
  it("an ADMIN-only membership is MEMBER but neither USAGE nor SET", () =>
    inFixed(
      [
        "create role g",
        "create role m",
        "create table t (a int)",
        "grant select on t to g",
        "grant g to m with admin true, inherit false, set false",
      ],
      ({ member, holds, later }) => {
        expect(["MEMBER", "USAGE", "SET"].map((how) => member("m", "g", how as "SET"))).toEqual([
          true,
          false,
          false,
        ]);
        expect([holds("m", "SELECT", "t"), later("m", "SELECT", "t")]).toEqual(["no", "no"]);
      },
    ));

  it("superuser is not inherited, a member gains all only after SET ROLE", () =>
    inFixed(
      [
        "create role su superuser",
        "create role m",
        "grant su to m",
        "create table t (a int)",
        "create table s (a int)",
        "grant select on s to su",
      ],
      ({ holds, later, row }) => {
        expect([holds("m", "DELETE", "t"), later("m", "DELETE", "t")]).toEqual(["no", "yes"]);
        expect(row("m", "DELETE", "t")).toMatchObject({
          holds: "set-role",
          grantable: true,
          usable: true,
          path: ["m", "su"],
        });
        expect(row("m", "SELECT", "s")).toMatchObject({ holds: "inherited", path: ["m", "su"] });
      },
    ));

  it("pg_database_owner has the database's owner as implicit member and owns public", () =>
    inFixed(["create role d", "alter database postgres owner to d"], ({ holds, member, row }) => {
      expect(member("d", "pg_database_owner", "USAGE")).toBe(true);
      expect(holds("d", "CREATE", "schema public", true)).toBe("yes");
      expect(row("d", "CREATE", "schema public")?.path).toEqual(["d", "pg_database_owner"]);
    }));

  it("pg_read_all_data and pg_write_all_data cover sequences and schema USAGE, never with grant option", () =>
    inFixed(
      [
        "create role r",
        "create role w",
        "create schema s",
        "create table s.t (a int)",
        "create sequence s.q",
        "grant pg_read_all_data to r",
        "grant pg_write_all_data to w",
      ],
      ({ holds, row }) => {
        expect([
          holds("r", "SELECT", "s.q"),
          holds("r", "USAGE", "schema s"),
          holds("r", "USAGE", "sequence s.q"),
        ]).toEqual(["yes", "yes", "no"]);
        expect([
          holds("w", "UPDATE", "s.q"),
          holds("w", "USAGE", "schema s"),
          holds("w", "SELECT", "s.t"),
        ]).toEqual(["yes", "yes", "no"]);
        expect(holds("r", "SELECT", "s.t", true)).toBe("no");
        expect(row("r", "SELECT", "s.t")).toMatchObject({
          usable: true,
          grantable: false,
          path: ["r", "pg_read_all_data"],
        });
      },
    ));

  it("several rows of one membership by different grantors count together", () =>
    inFixed(
      [
        "create role g",
        "create role m",
        "create role x createrole",
        "create table t (a int)",
        "grant select on t to g",
        "grant g to x with admin true",
        "grant g to m with inherit false, set true",
        "grant g to m with inherit true, set false granted by x",
      ],
      ({ member, holds }) => {
        expect(["USAGE", "SET"].map((how) => member("m", "g", how as "SET"))).toEqual([true, true]);
        expect(holds("m", "SELECT", "t")).toBe("yes");
      },
    ));

  it("usable after SET ROLE asks privilege and USAGE of the acting role together", () =>
    inFixed(
      [
        "create role p",
        "create role u",
        "create role m",
        "create schema s",
        "create table s.t (a int)",
        "grant select on s.t to p",
        "grant usage on schema s to u",
        "grant p, u to m with inherit false",
      ],
      ({ row }) => {
        expect(row("m", "SELECT", "s.t")).toMatchObject({ holds: "set-role", usable: false });
        expect(row("m", "USAGE", "schema s")).toMatchObject({ holds: "set-role", usable: null });
      },
    ));
});
