// What is easily told wrongly: columns, PUBLIC, names that came to mean something else, and what is around a missing privilege.
import { expect, it } from "vitest";
import { type CaseWorld, caseWorlds } from "./case-world.ts";

const inCase = caseWorlds();
const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

type Period = { holds: string; columns: string[] | null; seq: number };

/** `holds` of each stretch with the snapshot that showed it first, and the columns where there are any. */
const heldBy =
  ({ cli }: CaseWorld) =>
  async (role: string, privilege: string, object: string): Promise<string[]> => {
    const asked = ["--role", role, "--object", object, "--privilege", privilege, "--json"];
    const { held } = (await cli(["history", "timeline", ...asked])).json() as { held: Period[] };
    return held.map(({ holds, columns, seq }) => [`${seq} ${holds}`, ...(columns ?? ["?"])].join(" "));
  };

it("follows a column under its names, and tells of its table on which columns a privilege is held", () =>
  inCase("x08-history-of-columns", async (world) => {
    const { cli, query } = world;
    const held = heldBy(world);
    for (const name of ["app.t.sec", "app.t.secret", "column app.t.secret", '"app".t."sec"'])
      expect(await held("rd", "SELECT", name), name).toEqual(["1 yes", "3 no", "4 yes"]);
    expect(await held("rd", "SELECT", "app.t")).toEqual(["1 no sec", "2 no secret", "3 no", "4 yes"]);
    expect(await held("rd", "UPDATE", "app.t")).toEqual(["1 no x"]);
    expect(await held("rd", "UPDATE", "app.t.x")).toEqual(["1 yes"]);
    const ofColumn = await cli(["history", "timeline", "--object", "app.t.x"]);
    expect(flat(ofColumn.out)).not.toContain("secret");
    const ofNamesake = await cli(["history", "timeline", "--object", "app.secret"]);
    expect(flat(ofNamesake.out)).toContain("No change since the first snapshot");
    const words = flat((await cli("history timeline --role rd --object app.t --privilege SELECT")).out);
    expect(words).toContain("since when before that is not known; on columns: sec");
    expect(words).toContain("column app.t.secret (column 2) has no privileges of its own any more");
    const { rows } = await query("select has_column_privilege('rd', 'app.t', 'secret', 'select') as held");
    expect(rows).toEqual([{ held: true }]);
  }));

it("says of a column without privileges of its own that its table is to be asked about", () =>
  inCase("x08-history-of-columns", async ({ cli }) => {
    for (const name of ["app.t.id", "app.t.nope"])
      expect((await cli(["history", "timeline", "--object", name])).err).toContain("ask about the table");
    const none = await cli("history timeline --object app.nope");
    expect(none.err).toContain("no object was ever seen");
    const other = await cli("history timeline --role rd --object app.t.x --privilege DELETE");
    expect(other).toMatchObject({ code: 64, out: "" });
    expect(other.err).toContain("DELETE is not a privilege of a column");
  }));

it("tells what PUBLIC held", () =>
  inCase("x08-history-of-columns", async (world) => {
    expect(await heldBy(world)("PUBLIC", "INSERT", "app.t")).toEqual(["1 yes", "3 no"]);
    expect(await heldBy(world)("public", "SELECT", "app.t")).toEqual(["1 no"]);
    const explained = await world.cli("explain PUBLIC INSERT app.t");
    expect(explained.err).toContain("PUBLIC is no role: it is everybody");
  }));

it("takes a routine by its types, whatever its arguments are called", () =>
  inCase("x09-routines-made-again", async (world) => {
    const { cli } = world;
    for (const name of ["app.f(integer)", "app.f(int)", "app.f(a int)", "function app.f(b integer)"])
      expect(await heldBy(world)("rd", "EXECUTE", name), name).toEqual(["1 yes", "3 no", "4 yes"]);
    const told = flat((await cli(["history", "timeline", "--object", "app.f(int)"])).out);
    expect(told).toContain("named 2 functions");
    expect(told).toContain("function app.f(a integer) now runs with its owner's rights (SECURITY DEFINER)");
    const several = await cli("history timeline --role rd --object app.f --privilege EXECUTE");
    expect(several.code).toBe(64);
  }));

it("means by a name of several kinds those that can have the privilege, and says how to name one", () =>
  inCase("x09-routines-made-again", async (world) => {
    const { cli } = world;
    expect(await heldBy(world)("rd", "SELECT", "public.x")).toEqual(["1 yes", "3 no"]);
    expect(await heldBy(world)("rd", "USAGE", "public.x")).toEqual(["1 no", "3 yes"]);
    const both = await cli("history timeline --object public.x");
    expect(both).toMatchObject({ code: 64, out: "" });
    expect(both.err).toContain("Name one: function public.x(), type public.x");
    expect((await cli(["history", "timeline", "--object", "type public.x"])).code).toBe(0);
    const wrong = await cli("history timeline --role rd --object app --privilege SELECT");
    expect(wrong.err).toContain("SELECT is not a privilege of a schema");
  }));

it("reads through a view what the view reads, and not what a function in it gives back", () =>
  inCase("x10-view-on-a-function", async ({ live, query }) => {
    for (const role of ["rd", "r2"]) {
      await expect(query("select from api.v, api.v2", role)).rejects.toThrow("permission denied");
      expect((await live("escalations", "--role", role, "--json")).json(), role).toEqual([]);
    }
    expect((await query("select m from api.v3", "r3")).rows).toEqual([{ m: 1 }]);
    expect((await live("escalations", "--role", "r3", "--json")).json()).toMatchObject([
      { target: "api.v3" },
    ]);
    expect((await live("explain", "rd", "SELECT", "app.t")).out).not.toContain("through a view");
  }));

it("never gives an empty list for what could not be read", () =>
  inCase("x05-roles-unreadable", async ({ cli, url }) => {
    const asAud = new URL(url);
    asAud.username = "aud";
    for (const command of ["privileges", "escalations"]) {
      const json = await cli([command, "--url", asAud.href, "--json"]);
      expect(json, command).toMatchObject({ code: 1, out: "" });
      expect(json.err).toContain("the answer is unknown: roles could not be read");
    }
    const { out } = await cli(["privileges", "--url", asAud.href]);
    expect(out).toContain("Not known: roles could not be read");
    expect(out).not.toContain("No privilege is held");
  }));

it("says of an owner without a privilege that it can take it back", () =>
  inCase("x11-owner-without-its-own", async ({ live, query }) => {
    const explained = async (role: string): Promise<string> =>
      flat((await live("explain", role, "SELECT", "app.t")).out);
    expect(await explained("o")).toContain("table app.t, but owns it and can grant it to itself");
    expect(await explained("m")).toContain("but is a member of o, which owns it and can grant it");
    for (const role of ["n", "rd"]) expect(await explained(role), role).not.toContain(", but ");
    await query("grant select on app.t to m; select from app.t", "m");
    await expect(query("grant select on app.t to n", "n")).rejects.toThrow("permission denied");
  }));

it("gives no bare no where a function that may be called runs with the rights that are missing", () =>
  inCase("x12-function-with-owner-rights", async ({ live, query }) => {
    const explained = async (role: string): Promise<string> =>
      flat((await live("explain", role, "INSERT", "app.t")).out);
    await query("call api.p()", "t1");
    expect((await query("table app.t")).rows).toEqual([{ id: 9 }]);
    const t1 = await explained("t1");
    expect(t1).toContain("the rest is not known");
    expect(t1).toContain("what SECURITY DEFINER functions do: api.p() with the rights of o2");
    for (const role of ["t2", "t3"]) expect(await explained(role), role).toMatch(/^No: INSERT/);
  }));
