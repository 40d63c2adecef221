// What the commands answer about small estates that are easily read wrongly, each made on a real server.
// A case that is answered wrongly today is marked `it.fails`, with the right answer as its expectation.
import { describe, expect, it } from "vitest";
import { caseWorlds, snapshotTime } from "./case-world.ts";

const inCase = caseWorlds();
/** Without the line breaks of a table. */
const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

type Found = { readonly title: string; readonly severity: string; readonly fix?: string };
const findingsOf = (json: unknown): Found[] => (json as { findings: Found[] }).findings;
const titled = (found: readonly Found[], role: string): Found[] =>
  found.filter(({ title }) => title.split(" ")[0] === role);

describe("names and memberships", () => {
  it("odd role names are each told once, and printed SQL quotes them", () =>
    inCase("r01-odd-role-names", async ({ live }) => {
      const rows = (await live("who-can", "SELECT", "public.t", "--json")).json() as { role: string }[];
      const names = [
        "user.name",
        "a=b/c,d",
        "PUBLIC",
        "123",
        "back\\slash",
        'qu"ote',
        "{brace}",
        "null",
        "x*y",
      ];
      expect(
        rows
          .map(({ role }) => role)
          .filter((role) => names.includes(role))
          .toSorted(),
      ).toEqual(names.toSorted());
      const { out } = await live("explain", "PUBLIC", "INSERT", "public.t");
      expect(out).toContain('GRANT INSERT ON public.t TO "PUBLIC"');
    }));

  it("membership options decide who can at once, after SET ROLE, and not at all", () =>
    inCase("r03-membership-options", async ({ live }) => {
      const answer = await live("who-can", "SELECT", "app.orders", "--json");
      const rows = answer.json() as { role: string; holds: string }[];
      const by = (holds: string): string[] =>
        rows.flatMap(({ role, holds: how }) => (how === holds ? [role] : []));
      expect(by("inherited")).toEqual(expect.arrayContaining(["grp", "i1", "m1"]));
      expect(by("set-role").toSorted()).toEqual(["a4", "mid3", "ni"]);
      expect(rows.map(({ role }) => role)).not.toEqual(expect.arrayContaining(["a3"]));
      expect(rows.map(({ role }) => role)).not.toEqual(expect.arrayContaining(["adm1"]));
      expect(rows.map(({ role }) => role)).not.toEqual(expect.arrayContaining(["adm2"]));
    }));

  it("a routine is found by its signature as GRANT and regprocedure write it, and by quoted names", () =>
    inCase("w07-function-signature", async ({ live }) => {
      for (const name of [
        "app.g(integer)",
        "app.pr(integer)",
        'app."odd fn"',
        'app."odd fn"(int)',
        "app.g",
      ]) {
        const { out, err } = await live("explain", "rd", "EXECUTE", name);
        expect(err).toBe("");
        expect(out).toMatch(/^No: EXECUTE|^Yes: EXECUTE/);
      }
    }));
});

describe("what was not read", () => {
  it("a system table is not denied", () =>
    inCase("w08-system-table", async ({ live }) => {
      const asked = await live("explain", "tenant_ro", "SELECT", "pg_catalog.pg_authid");
      expect(asked.err).not.toContain("there is no");
      expect(flat(asked.out + asked.err)).toMatch(/Yes|not read|unknown|not known/i);
      const { out } = await live("escalations", "--role", "tenant_ro");
      expect(flat(out)).not.toContain("Nothing beyond what is held.");
    }));

  it("parameters, foreign servers and the like are named, not denied", () =>
    inCase("w21-kinds-not-read", async ({ live }) => {
      const { out } = await live("escalations", "--role", "p_readonly");
      expect(flat(out)).toMatch(/archive_command|parameters/);
      const asked = await live("explain", "p_readonly", "USAGE", "srv");
      expect(asked.err).not.toContain("there is no srv");
      expect(flat(asked.out + asked.err)).toMatch(/Yes|not read|unknown|not known/i);
    }));

  it("a grant on columns is told where the table is asked for", () =>
    inCase("w09-who-can-hides-column-grants", async ({ live }) => {
      const whoCan = await live("who-can", "SELECT", "app.users");
      expect(flat(whoCan.out)).toMatch(/\brd\b/);
      expect(flat(whoCan.out)).toMatch(/columns?:? .*email/);
      const explained = await live("explain", "rd", "SELECT", "app.users");
      expect(flat(explained.out)).toContain("email");
    }));
});

describe("ways to more privilege", () => {
  it("a view reaches its owner's table", () =>
    inCase("w10-view-with-owner-rights", async ({ live, query }) => {
      await query("insert into api.v values (1, 'by the view')", "rd");
      const { out } = await live("escalations", "--role", "rd");
      expect(flat(out)).toContain("api.v");
      expect(flat(out)).toContain("app.orders");
      expect(flat(out)).toContain("INSERT");
      const explained = await live("explain", "rd", "INSERT", "app.orders");
      expect(flat(explained.out)).toContain("api.v");
    }));

  it("TRIGGER runs code as whoever writes the table", () =>
    inCase("w11-trigger-privilege", async ({ live, cli, url, query }) => {
      await query(`create schema mine; grant all on schema mine to tg_readonly`);
      await query(
        `create function mine.h() returns trigger language plpgsql as
           $$ begin insert into app.secret values (current_user); return new; end $$;
         grant execute on function mine.h() to public; grant usage on schema mine to public;
         create trigger h before insert on app.orders for each row execute function mine.h()`,
        "tg_readonly",
      );
      await query("insert into app.orders values (1)", "app_owner");
      expect((await query("table app.secret")).rows).toEqual([{ s: "app_owner" }]);
      const { out } = await live("escalations", "--role", "tg_readonly");
      expect(flat(out)).toContain("TRIGGER");
      expect(flat(out)).toContain("app.orders");
      const scan = await cli(["scan", "--url", url, "--json"]);
      const told = titled(findingsOf(scan.json()), "tg_readonly").map(({ title }) => title);
      expect(told).toContainEqual(expect.stringContaining("TRIGGER"));
    }));

  it("roles that reach the server's files and programs are found", () =>
    inCase("w12-server-roles-not-found", async ({ cli, url }) => {
      const found = findingsOf((await cli(["scan", "--url", url, "--json"])).json());
      expect(titled(found, "x_readonly")).toMatchObject([{ severity: "critical" }]);
      expect(titled(found, "f_readonly")).toMatchObject([{ severity: "critical" }]);
    }));

  it("a role's name is read by its words", () =>
    inCase("w14-archetype-names", async ({ cli, url }) => {
      const found = findingsOf((await cli(["scan", "--url", url, "--json"])).json());
      for (const role of ["readonly1", "ro1", "select_only", "readaccess", "admin_ro"])
        expect(titled(found, role).length, role).toBe(1);
      expect(titled(found, "not_readonly")).toEqual([]);
    }));

  it("a member of a superuser is as good as one", () =>
    inCase("w15-member-of-superuser", async ({ cli, url }) => {
      const found = findingsOf((await cli(["scan", "--url", url, "--json"])).json());
      const own = titled(found, "su_readonly");
      expect(own).toMatchObject([{ severity: "critical" }]);
      expect(own[0]?.title).toContain("superuser");
    }));
});

describe("printed SQL", () => {
  it("is taken by the server, and clears what it is printed for", () =>
    inCase("w16-fix-refused", async ({ cli, url, query, later }) => {
      const scan = async (): Promise<Found[]> =>
        findingsOf((await cli(["scan", "--url", url, "--json"])).json());
      const found = await scan();
      expect(found.length).toBeGreaterThan(4);
      for (const { fix = "" } of found) {
        expect(fix).not.toContain("/*");
        await query(fix);
      }
      later();
      const left = (await scan()).filter(({ title }) => found.some((before) => before.title === title));
      expect(left).toEqual([]);
    }));
});

describe("history", () => {
  const diff = (from: number, to: number): string[] => [
    "history", "diff", "--from", snapshotTime(from), "--to", snapshotTime(to),
  ]; // biome-ignore format: one glance

  it("order in an ACL, owners, renames and moves are no drift", () =>
    inCase("r04-no-false-drift", async ({ cli }) => {
      const texts = async (from: number, to: number): Promise<string[]> => {
        const { changes } = (await cli([...diff(from, to), "--json"])).json() as {
          changes: { text: string }[];
        };
        return changes.map(({ text }) => text);
      };
      expect(await texts(1, 2)).toEqual([]);
      expect(await texts(2, 3)).toEqual([expect.stringContaining("went from owner")]);
      expect(await texts(3, 4)).toEqual([expect.stringContaining("was renamed")]);
      expect(await texts(4, 5)).toEqual([expect.stringContaining("moved")]);
    }));

  it("a privilege that another grantor still gives is not lost", () =>
    inCase("w01-two-grantors-table", async ({ cli }) => {
      const { out } = await cli(diff(1, 2));
      expect(flat(out)).not.toContain("rd lost SELECT");
      const timeline = await cli("history timeline --role rd");
      expect(flat(timeline.out)).not.toContain("rd lost SELECT");
      expect(flat(timeline.out)).toContain(
        "to rd by app_owner ended; rd still holds SELECT, granted by deputy",
      );
    }));

  it("the options of a membership are told, and which of them changed", () =>
    inCase("w03-membership-options-untold", async ({ cli }) => {
      expect(flat((await cli(diff(1, 2))).out)).toMatch(/SET ROLE|INHERIT|inherit/);
      expect(flat((await cli(diff(2, 3))).out)).toMatch(/inherit/i);
      expect(flat((await cli(diff(2, 3))).out)).not.toContain("has other options");
    }));

  it("what was dropped and made again is told in that order", () =>
    inCase("w04-timeline-order-role-recreated", async ({ cli }) => {
      const { out } = await cli("history timeline --role temp_user");
      const dropped = flat(out).indexOf("was dropped");
      expect(dropped).toBeGreaterThan(-1);
      expect(flat(out).lastIndexOf("was created")).toBeGreaterThan(dropped);
    }));

  it("a namesake that was dropped is another role", () =>
    inCase("w05-held-header-namesake-role", async ({ cli }) => {
      const { out } = await cli("history timeline --role rt --object app.orders --privilege SELECT");
      expect(flat(out)).not.toMatch(/not held from the first snapshot on/);
      expect(flat(out)).toMatch(
        /rt named 2 roles in this time: OID \d+ from the first snapshot on, until it was dropped/,
      );
      expect(flat(out)).toMatch(/HELD from the first snapshot on .*not held between the snapshots of/);
    }));

  it("default privileges say who will get what", () =>
    inCase("w19-default-privileges-untold", async ({ cli }) => {
      const { out } = await cli(diff(1, 2));
      expect(flat(out)).toMatch(/\bwr\b.*INSERT|INSERT.*\bwr\b/);
    }));
});
