// What access.yml may hold, and what its errors say: the place, the fault, what is allowed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import { AuditError } from "../../../lib/errors.ts";

const errorOf = (text: string): string => {
  try {
    parseBaseline(text, "access.yml");
  } catch (error) {
    expect(error).toBeInstanceOf(AuditError);
    expect((error as AuditError).code).toBe("bad-file");
    return (error as AuditError).message;
  }
  return "";
};

const whole = `# yaml-language-server: $schema=./access.schema.json
version: 1
components:
  - name: checkout
    role: app_rw
    archetype: read-write
    attributes: [LOGIN]
    principals:
      - arn: arn:aws:iam::111122223333:role/checkout
        until: 2026-12-31
    memberOf:
      - role: app_ro
    database: { privileges: [CONNECT] }
    permissions:
      - schema: shop
        privileges: [USAGE]
        tables:
          - names: [orders, payments]
            privileges: [SELECT, INSERT]
            grantOption: [SELECT]
          - names: [customers]
            columns: [id, name]
            privileges: [SELECT]
        functions:
          - names: ["total(integer)"]
            privileges: [EXECUTE]
    future:
      - createdBy: admin
        schema: shop
        on: tables
        privileges: [SELECT]
    hours: { timeZone: Europe/Berlin, days: [mon, tue], from: "08:00", to: "18:00" }
    networks: [10.20.0.0/16, vpce-0123456789abcdef0, "2001:db8::/32"]
  - name: emergency
    role: break_glass
    breakGlass:
      windows:
        - { from: 2026-11-01T10:00Z, to: 2026-11-01T12:00Z, reason: restore }
public:
  withheld:
    permissions:
      - schema: shop
        functions: [{ names: ["total(integer)"], privileges: [EXECUTE] }]
sensitiveSchemas: [shop]
plannedChanges:
  - { name: migration 42, from: 2026-11-02, to: 2026-11-03, schemas: [shop] }
duties:
  - { name: migrate, roles: [migrator] }
  - { name: read customers, schemas: [shop], privileges: [SELECT] }
keepApart:
  - { duties: [migrate, read customers], reason: nobody alone }
holidays: [2026-12-25]
detectors:
  - { detector: grant-option, options: {} }
`;

describe("the file", () => {
  it("holds all that a baseline can say", () => {
    expect(parseBaseline(whole, "access.yml").components.map(({ name }) => name)).toEqual([
      "checkout",
      "emergency",
    ]);
  });

  it.each([
    [
      "version: 1\ncomponent: []\n",
      "access.yml:2:1: component: there is no such key; allowed: version, cluster, components",
    ],
    ["version: 1\n", "access.yml:1:1: components: is missing"],
    ["version: 2\ncomponents: []\n", "access.yml:1:10: version: 2 is not allowed; allowed: 1"],
    ["version: 1\ncomponents: {}\n", "access.yml:2:13: components: must be a list, not a mapping"],
    [
      "version: 1\ncomponents:\n  - name: a\n    role: [x]\n",
      "access.yml:4:11: components[0].role: must be a text, not a list",
    ],
    [
      "version: 1\ncomponents:\n  - name: a\n    role: r\n    permissions:\n      - schema: s\n        tables:\n          - { names: [t], privileges: [SELCT] }\n",
      'access.yml:8:40: components[0].permissions[0].tables[0].privileges[0]: "SELCT" is not allowed; allowed: INSERT, SELECT',
    ],
    [
      "version: 1\ncomponents:\n  - name: a\n    role: r\n    permissions:\n      - schema: s\n        tabels: []\n",
      "access.yml:7:9: components[0].permissions[0].tabels: there is no such key; allowed: schema, privileges, grantOption, tables",
    ],
    [
      "version: 1\ncomponents:\n  - name: a\n    role: r\n    principals:\n      - { arn: x, until: 2026-02-30 }\n",
      'access.yml:6:26: components[0].principals[0].until: "2026-02-30" is not in the calendar',
    ],
    [
      "version: 1\ncomponents:\n  - { name: a, role: r }\n  - { name: a, role: s }\n",
      'access.yml:4:13: components[1].name: "a" stands twice',
    ],
    [
      "version: 1\ncomponents:\n  - name: a\n    role: r\n    permissions:\n      - schema: s\n        tables:\n          - { privileges: [SELECT] }\n",
      "access.yml:8:13: components[0].permissions[0].tables[0]: needs either names or all: true",
    ],
    [
      "version: 1\ncomponents: []\nkeepApart: [{ duties: [a, b] }]\n",
      'access.yml:3:24: keepApart[0].duties[0]: "a" is none of the duties declared; allowed: none are declared',
    ],
    ["version: 1\ncomponents:\n  - name: a\n   role: r\n", "access.yml:4:1:"],
    ["", "access.yml:1:1: the file is empty"],
    ["version: 1\nversion: 1\ncomponents: []\n", "access.yml:2:1: Map keys must be unique"],
    ["version: 1\n---\nversion: 1\n", "access.yml:2:1: Source contains multiple documents"],
  ])("%j is refused with its place", (text, message) => {
    expect(errorOf(text)).toContain(message);
  });

  it("names every fault, not only the first", () => {
    expect(errorOf("version: 3\ncomponents: {}\nmore: 1\n").split("\n")).toHaveLength(3);
  });
});

describe("hostile files", () => {
  it.each([
    ["an alias", "version: 1\nx: &a [1]\ncomponents: *a\n", "the alias *a cannot be used here"],
    [
      "__proto__ as a key",
      "version: 1\ncomponents: []\n__proto__: { polluted: true }\n",
      "__proto__ cannot be a key",
    ],
    [
      "a constructor",
      "version: 1\ncomponents: []\ndetectors: [{ detector: a, options: { constructor: 1 } }]\n",
      "constructor cannot be a key",
    ],
    ["a tag", "version: 1\ncomponents: !!set { a }\n", "cannot be used here"],
    ["a list as a key", "version: 1\n? [a]\n: 1\n", "a key must be a text"],
    ["deep brackets", `components: ${"[".repeat(100_000)}`, "nested too deeply"],
    ["deep lists", `${"- ".repeat(100_000)}a`, "nested too deeply"],
    ["deep keys", `${"? ".repeat(100_000)}a`, "nested too deeply"],
    ["a huge file", `# ${"x".repeat(5 * 1024 * 1024)}`, "is larger than 4 MiB"],
    [
      "a control character in a key",
      'version: 1\n"\\e[2J": 1\ncomponents: []\n',
      "\\u{1b}[2J: there is no such key",
    ],
  ])("%s is refused, and nothing else happens", (_, text, message) => {
    expect(errorOf(text)).toContain(message);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("a bomb of aliases is refused at once", () => {
    const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    expect(errorOf(`a0: &a0 [x]\n${lines.join("\n")}\n`)).toContain("cannot be used here");
  });

  it("any text is a baseline or an error that bears no control character", () => {
    const pieces = fc.constantFrom(
      "version: 1",
      "components:",
      "- ",
      "  ",
      "\n",
      "{",
      "[",
      "&a",
      "*a",
      "!!x",
      "'",
      '"',
      "\u0000",
      "\u001b",
      "\u202e",
      "? ",
      ": ",
      "|",
      "%",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(pieces).map((all) => all.join("")),
        ),
        (text) => {
          expect(errorOf(text).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        },
      ),
      { numRuns: 500 },
    );
  });
});
