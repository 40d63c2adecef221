// The text form of an ACL: a model of the server's printing read back, the odd cases, and random text.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leavesOpen, parseAcl } from "../../../lib/core/catalog/acl.ts";
import { defaultAcl, kindMask, PRIVILEGES, privilegeLetters } from "../../../lib/core/catalog/privileges.ts";

const roles = new Map([
  ["app", 10],
  ["own", 11],
  ["PUBLIC", 12],
  ["group", 13],
  ["NULL", 14],
  ["__proto__", 15],
  ['a"b,c', 16],
  ["x=y/z\\", 17],
  ["{}", 18],
  ["007", 19],
  ["größe", 20],
  [" ", 21],
]);
const names = [...roles.keys()];

// putid() and array_out() of the server, as far as an ACL meets them.
const printName = (name: string): string =>
  /^[A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
const printElement = (text: string): string =>
  /["\\{},\s]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text;

const letters = PRIVILEGES.map(({ letter }) => letter);
const entry = fc.record({
  grantee: fc.option(fc.constantFrom(...names)),
  grantor: fc.constantFrom(...names),
  held: fc.subarray(letters, { minLength: 1 }),
  granting: fc.subarray(letters),
});

describe("parseAcl", () => {
  it("reads back whatever the server would print", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: (e) => `${e.grantee}/${e.grantor}`, maxLength: 8 }),
        (acl) => {
          const text = `{${acl
            .map((e) => {
              const rights = e.held.map((l) => (e.granting.includes(l) ? `${l}*` : l)).join("");
              return printElement(
                `${e.grantee === null ? "" : printName(e.grantee)}=${rights}/${printName(e.grantor)}`,
              );
            })
            .join(",")}}`;
          const expected = acl
            .map((e) => ({
              grantee: e.grantee === null ? 0 : roles.get(e.grantee),
              grantor: roles.get(e.grantor),
              privileges: e.held.join(""),
              grantable: e.held.filter((l) => e.granting.includes(l)).join(""),
            }))
            .sort((a, b) => (a.grantee ?? 0) - (b.grantee ?? 0) || (a.grantor ?? 0) - (b.grantor ?? 0));
          expect(parseAcl(text, roles)).toEqual({ entries: expected, unknown: [] });
        },
      ),
    );
  });

  it("tells a null ACL from an empty one", () => {
    expect(parseAcl(null, roles)).toBeNull();
    expect(parseAcl("{}", roles)).toEqual({ entries: [], unknown: [] });
  });

  it("tells the role PUBLIC from everybody", () => {
    expect(parseAcl("{=r/own,PUBLIC=w/own}", roles)?.entries.map((e) => [e.grantee, e.privileges])).toEqual([
      [0, "r"],
      [12, "w"],
    ]);
  });

  it("keeps the entries of one grantee by several grantors apart and merges those of one", () => {
    expect(parseAcl("{app=r/own,app=w*/group,app=a/own}", roles)?.entries).toEqual([
      { grantee: 10, grantor: 11, privileges: "ar", grantable: "" },
      { grantee: 10, grantor: 13, privileges: "w", grantable: "w" },
    ]);
  });

  it("keeps unknown letters as text, beside what it could read", () => {
    expect(parseAcl("{app=rZ*w*/own}", roles)).toEqual({
      entries: [{ grantee: 10, grantor: 11, privileges: "rw", grantable: "w" }],
      unknown: ["app=rZ*w*/own"],
    });
    expect(parseAcl("{app=*r/own}", roles)?.unknown).toEqual(["app=*r/own"]);
    expect(parseAcl("{app=r**/own}", roles)?.unknown).toEqual(["app=r**/own"]);
  });

  it("keeps an item of an unknown role as text", () => {
    expect(parseAcl("{16384=r/own,app=r/16385,app=w/own}", roles)).toEqual({
      entries: [{ grantee: 10, grantor: 11, privileges: "w", grantable: "" }],
      unknown: ["16384=r/own", "app=r/16385"],
    });
  });

  it("reads a number as the role of that name where there is one", () => {
    expect(parseAcl("{007=r/own}", roles)?.entries[0]?.grantee).toBe(19);
  });

  it("reads MAINTAIN, which PostgreSQL 17 added", () => {
    expect(parseAcl("{app=m*/own}", roles)?.entries[0]).toMatchObject({ privileges: "m", grantable: "m" });
  });

  it.each([
    "",
    "{",
    "}",
    "r",
    '{"a',
    '{"a"b}',
    "{a\\}",
    "{{a=r/b}}",
    '{"app=r/own\\',
    "[0:0]={",
    "{,}",
    "{NULL}",
  ])("keeps %j whole or in parts, as unknown", (text) => {
    const acl = parseAcl(text, roles);
    expect(acl?.entries).toEqual([]);
    expect(acl?.unknown.length).toBeGreaterThan(0);
  });

  it("reads an array with bounds", () => {
    expect(parseAcl("[0:0]={app=r/own}", roles)?.entries).toHaveLength(1);
  });

  const shard = fc.constantFrom(
    "{",
    "}",
    '"',
    "\\",
    ",",
    "=",
    "/",
    "*",
    "r",
    "w",
    "app",
    "own",
    "0",
    " ",
    "NULL",
    "ß",
  );
  it.each([
    ["random text", fc.string({ unit: "binary" })],
    ["text of the ACL's own characters", fc.array(shard, { maxLength: 30 }).map((all) => all.join(""))],
    ["items of them", fc.array(shard, { maxLength: 30 }).map((all) => `{${all.join("")}}`)],
  ])("never throws on %s, and gives or keeps each item", (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const acl = parseAcl(text, roles);
        if (text === "{}") return;
        expect((acl?.entries.length ?? 0) + (acl?.unknown.length ?? 0)).toBeGreaterThan(0);
        for (const e of acl?.entries ?? []) {
          expect(e.privileges).toMatch(/^a?r?w?d?D?x?t?X?U?C?T?c?s?A?m?$/);
          expect([...e.grantable].every((letter) => e.privileges.includes(letter))).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("leavesOpen", () => {
  it("holds for what hides a role, not for a new letter", () => {
    expect(leavesOpen("app=rZ/own", roles)).toBe(false);
    expect(leavesOpen("16384=r/own", roles)).toBe(true);
    expect(leavesOpen("garbage", roles)).toBe(true);
  });
});

describe("the defaults of a NULL ACL", () => {
  it.each([
    ["table", "arwdDxt", ""],
    ["sequence", "rwU", ""],
    ["column", "", ""],
    ["schema", "UC", ""],
    ["function", "X", "X"],
    ["type", "U", "U"],
    ["database", "CTc", "Tc"],
  ] as const)("of a %s are %s for the owner and %j for everybody", (kind, owner, everyone) => {
    const found = defaultAcl(kind, 160000);
    expect([privilegeLetters(found.owner), privilegeLetters(found.everyone)]).toEqual([owner, everyone]);
  });

  it("hold MAINTAIN from 17 on", () => {
    expect(privilegeLetters(kindMask("table", 170000))).toBe("arwdDxtm");
  });
});
