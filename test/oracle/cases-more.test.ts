// More estates that are easily read wrongly, each made on a real server: whose rights run, and what the history leaves out.
import { describe, expect, it } from "vitest";
import { type CaseWorld, caseWorlds, snapshotTime } from "./case-world.ts";

const inCase = caseWorlds();
const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

type Way = {
  readonly role: string;
  readonly how: string;
  readonly target: string;
  readonly reaches: string | null;
  readonly privileges: readonly string[];
  readonly superuser: boolean;
  readonly path: readonly string[];
};

/** `how target > reached (privileges)` of one role, those by PUBLIC left out. */
const waysOf = async ({ live }: CaseWorld): Promise<(role: string) => string[]> => {
  const rows = (await live("escalations", "--all", "--json")).json() as Way[];
  return (role) =>
    rows
      .filter((row) => row.role === role && !row.path.includes("PUBLIC"))
      .map(({ how, target, reaches, privileges, superuser }) =>
        [
          `${how} ${target}`,
          ...(reaches ? [`> ${reaches}`] : []),
          ...(privileges.length ? [`(${privileges.join(", ")})`] : []),
          ...(superuser ? ["!"] : []),
        ].join(" "),
      );
};

describe("whose rights run", () => {
  it("follows views, materialised views and rules to where a real attempt gets through, and no further", () =>
    inCase("x01-views-and-rules", async (world) => {
      const { live, query } = world;
      const ways = await waysOf(world);
      expect(ways("rs")).toEqual(["view api.v2 > app.t (SELECT, UPDATE)"]);
      expect(ways("rc")).toEqual(["view api.v4 > app.t (INSERT, UPDATE)"]);
      expect(ways("rm")).toEqual(["view api.mv > app.t (SELECT)"]);
      expect(ways("rb")).toEqual(["view api.v5 > app.t (SELECT)", "trigger api.v5 (TRIGGER)"]);
      expect(ways("rv")).toEqual(["view api.v9 > app.t (SELECT)", "trigger api.v9 (TRIGGER)"]);
      // security_invoker, a join that cannot be updated, a column that is an expression: nothing goes through.
      for (const role of ["ri", "rw", "rz"]) expect(ways(role), role).toEqual([]);
      await expect(query("insert into api.v3 values (1)", "ri")).rejects.toThrow("permission denied");
      await expect(query("update api.v12 set s = 'a'", "rz")).rejects.toThrow("cannot update column");
      // Rules, on a view, on a table, and instead of the view's own table.
      expect(ways("rr")).toEqual(["rule api.v6 > app.t (INSERT)"]);
      expect(ways("rl")).toEqual(["rule api.log > app.t (INSERT)"]);
      expect(ways("rk")).toEqual(["rule api.v13 > app.u (INSERT)"]);
      await query("insert into api.v6 values (6)", "rr");
      await query("insert into api.log values (8)", "rl");
      await query("insert into api.v13 values (13)", "rk");
      const ids = (await query("select id from app.t order by id")).rows.map(({ id }: { id: number }) => id);
      expect(ids).toEqual([6, 8]);
      expect((await query("table app.u")).rows).toEqual([{ id: 13 }]);
      const explained = await live("explain", "rr", "INSERT", "app.t");
      expect(explained.out).toContain("No, but perhaps through a rule: INSERT");
      expect(flat(explained.out)).toContain(
        "Through a rule on api.v6 it may all the same, with the rights of o2",
      );
      expect(flat((await live("escalations", "--role", "rt")).out)).toMatch(/Not looked at: .*INSTEAD OF/);
    }));

  it("counts attributes, predefined roles and ADMIN OPTION of a function's owner, and which parameters matter", () =>
    inCase("x02-powers-besides-acls", async (world) => {
      const ways = await waysOf(world);
      expect(ways("y1")).toEqual(["security-definer app.e1() !"]);
      expect(ways("y2")).toEqual(["security-definer app.e2()"]);
      expect(ways("y3")).toEqual(["security-definer app.e3()"]);
      expect(ways("y4")).toEqual(["other-object session_preload_libraries (SET) !"]);
      expect(ways("y5")).toEqual(["other-object session_preload_libraries (ALTER SYSTEM) !"]);
      expect(ways("y7")).toEqual(["other-object archive_command (SET)"]);
      await expect(world.query("set archive_command = 'x'", "y7")).rejects.toThrow("cannot be changed");
      expect(ways("y8")).toEqual(["other-object 4711 (SELECT, UPDATE)"]);
      expect(ways("y9")).toEqual(["server-access pg_write_server_files !"]);
      expect(ways("x3").toSorted()).toEqual([
        "predefined-role pg_read_all_settings",
        "predefined-role pg_read_all_stats",
        "predefined-role pg_stat_scan_tables",
      ]);
      expect(ways("x4")).toEqual(["predefined-role pg_signal_backend"]);
      expect(ways("repl")).toEqual(["role-attribute REPLICATION"]);
      expect(ways("byp")).toEqual(["role-attribute BYPASSRLS"]);
      // Nobody but a superuser grants a superuser.
      expect(ways("sup_admin")).toEqual([]);
      await expect(world.query("grant boss to sup_admin", "sup_admin")).rejects.toThrow("permission denied");
      const set = await world.live("explain", "y6", "SET", "parameter work_mem");
      expect(set.err).toMatch(/SET is a privilege on parameters: who holds it is not judged, so unknown/);
    }));
});

describe("what is more than one step away", () => {
  it("is told where a real attempt gets through to it, and not where none does", () =>
    inCase("x07-further-than-one-step", async (world) => {
      const { live, query, cli, url } = world;
      const ways = await waysOf(world);
      const refused = async (sql: string, role: string): Promise<void> => {
        await expect(query(sql, role), sql).rejects.toMatchObject({ code: "42501" });
      };
      await refused("select secret from app.t", "r_col");
      expect((await query("select secret from api.vc", "r_col")).rows).toEqual([{ secret: "s" }]);
      expect(ways("r_col")).toEqual(["view api.vc > app.t (SELECT, UPDATE)"]);
      const explained = await live("explain", "r_col", "SELECT", "app.t");
      expect(flat(explained.out)).toContain("api.vc");
      // A security_invoker view checks whoever began, also under another view.
      await refused("select from api.vo", "r_inv");
      for (const [role, sql] of [
        ["r_non", "insert into api.vn values (5, 'n')"],
        ["r_dis", "insert into api.td values (5)"],
      ] as const)
        await query(sql, role);
      expect((await query("select id from app.t union all table app.u")).rows).toEqual([{ id: 1 }]);
      for (const role of ["r_inv", "r_non", "r_dis", "r_class", "r_noin", "su_nothing"])
        expect(ways(role), role).toEqual([]);
      // From rule to view, from view to rule, from rule to rule.
      for (const [role, table] of [["r_rv", "trv"], ["r_vr", "vvr"], ["r_rr", "trr"], ["r_ri", "vri"]] as const) {
        await query(`insert into api.${table} values (7)`, role);
        expect(ways(role), role).toContain(`rule api.${table} > app.u (INSERT)`);
      } // biome-ignore format: one glance
      expect((await query("table app.u")).rows).toEqual([{ id: 7 }, { id: 7 }, { id: 7 }, { id: 7 }]);
      await refused("select from api.v8", "r_noin");
      // ADMIN OPTION on ADMIN OPTION on a role that may SET ROLE.
      await query(
        "grant g1 to r_ch with set true; set role g1; grant g2 to g1 with set true; set role g2; set role pg_write_server_files",
        "r_ch",
      );
      expect(ways("r_ch")).toContain("server-access pg_write_server_files !");
      await query(
        `create function mine.h() returns trigger language plpgsql as 'begin raise exception ''I am %'', current_user; end';
         create trigger h instead of insert on api.vt for each row execute function mine.h()`,
        "r_tv",
      );
      await expect(query("insert into api.vt values (1)")).rejects.toThrow("I am rdsadmin");
      expect(ways("r_tv")).toContain("trigger api.vt (TRIGGER)");
      await refused("select from pg_authid", "r_pwd");
      await query("select rolpassword from api.vs", "r_pwd");
      await query("update api.va set rolcreatedb = true where rolname = 'r_cat'", "r_cat");
      expect(ways("r_pwd")).toEqual(["view api.vs > pg_catalog.pg_authid (SELECT)"]);
      expect(ways("r_shadow")).toEqual(["view api.vh > pg_catalog.pg_shadow (SELECT)"]);
      expect(ways("r_cat")).toEqual(["view api.va > pg_catalog.pg_authid (SELECT, UPDATE) !"]);
      expect((await query("select secret from api.mv", "r_mv")).rows).toEqual([{ secret: "s" }]);
      expect(ways("r_mv")).toEqual(["view api.mv > app.t (SELECT)"]);
      expect(ways("r_d5")).toEqual(["security-definer app.d5()"]);
      expect(ways("r_d6")).toEqual(["security-definer app.d6() !"]);
      // What a superuser owns runs code with a superuser's rights.
      await query(
        `create rule mine as on insert to app.bt do also update pg_authid set rolcreatedb = true where rolname = 'su_readonly';
         insert into app.bt values (1)`,
        "su_readonly",
      );
      const made = await query("select rolcreatedb as it from pg_roles where rolname = 'su_readonly'");
      expect(made.rows).toEqual([{ it: true }]);
      expect(ways("su_readonly")).toContain("ownership app.bt !");
      const found = (await cli(["scan", "--url", url, "--json"])).json() as {
        findings: { title: string; severity: string }[];
      };
      expect(found.findings).toContainEqual(
        expect.objectContaining({
          severity: "critical",
          title: expect.stringMatching(/^su_readonly .*superuser boss/),
        }),
      );
      expect(found.findings.filter(({ title }) => /^su_app .*superuser boss/.test(title))).toMatchObject([
        { severity: "critical" },
      ]);
    }));
});

describe("roles that could not be read", () => {
  it("leave who-can without an answer, not with nobody", () =>
    inCase("x05-roles-unreadable", async ({ cli, url }) => {
      const asAud = new URL(url);
      asAud.username = "aud";
      const ask = ["who-can", "SELECT", "app.t", "--url", asAud.href];
      const { out } = await cli(ask);
      expect(out).toContain("Not known: the roles could not be read.");
      expect(out).not.toContain("Nobody");
      const json = await cli([...ask, "--json"]);
      expect(json).toMatchObject({ code: 1, out: "" });
      expect(json.err).toContain("is unknown: the roles could not be read");
    }));
});

describe("history", () => {
  const diff = async ({ cli }: CaseWorld, from: number): Promise<string[]> => {
    const between = ["--from", snapshotTime(from), "--to", snapshotTime(from + 1), "--json"];
    const { changes } = (await cli(["history", "diff", ...between])).json() as {
      changes: { text: string }[];
    };
    return changes.map(({ text }) => text);
  };

  it("says who holds what on an object that is made again, what a role is made with, and which option ended", () =>
    inCase("x03-made-again-and-defaults", async (world) => {
      expect(await diff(world, 2)).toContain(
        "default privileges changed for new sequences that o makes in schema app: g1 will no longer be able to grant USAGE to others",
      );
      expect(await diff(world, 3)).toEqual(
        expect.arrayContaining([
          "view app2.v was created, owned by rdsadmin; rd holds SELECT",
          "function app2.f(a integer, VARIADIC b integer[]) was dropped; rd held EXECUTE",
          "function app2.f(a integer, VARIADIC b integer[]) was created, owned by rdsadmin; PUBLIC holds EXECUTE",
        ]),
      );
      expect(await diff(world, 5)).toContain("role rd was created with CREATEROLE, CREATEDB, LOGIN");
      expect(await diff(world, 6)).toContain("role a: LOGIN went from true to false");
    }));

  it("a role's timeline says nothing of those whom it leaves out", () =>
    inCase("x03-made-again-and-defaults", async ({ cli }) => {
      for (const role of ["rd", "PUBLIC"]) {
        const { out } = await cli(["history", "timeline", "--role", role]);
        expect(flat(out)).not.toMatch(/o will no longer get|o will get/);
      }
      const { out } = await cli(["history", "timeline", "--role", "rd"]);
      expect(flat(out)).toContain("for new types that o makes in every schema: rd will get USAGE ");
      expect(flat(out)).not.toContain("PUBLIC will");
      expect((await cli(["history", "verify"])).code).toBe(0);
    }));

  it("gives as the reason of a loss what could have been one, and none of the others' grants", () =>
    inCase("x06-reasons-of-a-loss", async ({ cli, query }) => {
      const ask = "history timeline --role mn --object app.t --privilege SELECT --json";
      const { held } = (await cli(ask)).json() as {
        held: { holds: string; by: { text: string }[] }[];
      };
      expect(held.map(({ holds }) => holds)).toEqual(["yes", "no"]);
      expect(held[1]?.by.map(({ text }) => text)).toEqual([
        "mn gained UPDATE on table app.t, granted by o; mn lost SELECT on table app.t: the grant by o ended",
      ]);
      const { rows } = await query("select has_table_privilege('mn', 'app.t', 'select') as held");
      expect(rows).toEqual([{ held: false }]);
    }));

  it("finds what stood in a schema that was renamed, and gone routines by their types", () =>
    inCase("x04-schema-renamed", async ({ cli }) => {
      const asked = async (object: string): Promise<string> =>
        flat((await cli(["history", "timeline", "--object", object])).out);
      expect(await asked("app.t")).toContain("app.t named 2 tables");
      expect(await asked("app.v")).toContain("view app2.v was dropped");
      for (const name of ["app.f", "app.f(integer)", "app2.f(int)", "app2.f(a integer)", "app2.f"])
        expect(await asked(name), name).toContain("function app2.f(a integer) was dropped");
      const none = await cli(["history", "timeline", "--object", "app.nope"]);
      expect(none.err).toContain("no object was ever seen");
    }));
});
