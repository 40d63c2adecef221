// The one writer of SQL: whatever names and argument lists a catalog holds, each line is one statement or a comment.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PRIVILEGES } from "../../../lib/core/catalog/privileges.ts";
import { isMark, tokensOf } from "../../../lib/core/catalog/sql-token.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { alterOwnerSql } from "../../../lib/core/remediation/give-away.ts";
import { revokeMembershipSql } from "../../../lib/core/remediation/revoke-membership.ts";
import { revokePrivilegeSql } from "../../../lib/core/remediation/revoke-privilege.ts";
import type { SqlObject } from "../../../lib/core/sql/object-sql.ts";
import {
  allowLoginSql,
  grantPrivilegeSql,
  grantRoleSql,
  grantUsageSql,
  mapRoleSql,
  revokeMappingSql,
} from "../../../lib/core/sql/statements.ts";
import { acl, catalog, role } from "../../support/catalogs.ts";

const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "int) FROM x; DROP TABLE y; --", "a integer", 'a "my type"', "/* x", "a int DEFAULT '; drop --'", "numeric(1) FROM x; --)",
    "a\nb", "\u202e", "\0", "", "user", "int--", "a int, OUT b app.t[]", "$$;$$", "a \"x", "VARIADIC \"any\"", "1; drop table x",
  ),
); // biome-ignore format: one glance

/** One statement a line, ended by the only semicolon that stands outside of quotes; or a comment. */
const isHarmless = (text: string): boolean =>
  text.split("\n").every((line) => {
    if (line.startsWith("--")) return !/[\r\v\f\u2028\u2029\u0085]/.test(line);
    const tokens = tokensOf(line) ?? [];
    const semicolons = tokens.filter((token) => isMark(token, ";")).length;
    const comment = /--|\/\*/.test(line.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, ""));
    return semicolons === 1 && isMark(tokens.at(-1), ";") && !comment && !/[\p{Cc}\p{Cf}]/u.test(line);
  });

const object = fc.record({
  kind: fc.constantFrom("table", "view", "sequence", "function", "type", "schema", "database"),
  letter: fc.oneof(fc.constantFrom("r", "v", "m", "S", "f", "p", "a", "d", ""), nasty),
  schema: fc.option(nasty),
  own: nasty,
  column: fc.option(nasty),
  identityArguments: nasty,
});

describe("printed SQL", () => {
  it("is one harmless statement a line, whatever the catalog says", () => {
    fc.assert(
      fc.property(
        object,
        nasty,
        nasty,
        fc.constantFrom(...PRIVILEGES),
        (made, who, arn, { name: privilege }) => {
          const isFunction = made.kind === "function";
          const target: SqlObject = {
            ...(made as unknown as SqlObject),
            name: isFunction ? `${made.own}(${made.identityArguments})` : made.own,
            identityArguments: isFunction ? made.identityArguments : null,
            column: made.kind === "table" ? made.column : null,
          };
          for (const text of [
          grantPrivilegeSql(privilege, target, who), grantUsageSql(made.own, who), grantRoleSql(made.own, who, false),
          mapRoleSql(who, arn), revokeMappingSql(who, arn), allowLoginSql(who),
        ]) // biome-ignore format: one glance
            expect(isHarmless(text), text).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("takes away and gives away alike, from a catalog that somebody crafted", () => {
    fc.assert(
      fc.property(
        fc.array(nasty, { minLength: 6, maxLength: 6 }),
        fc.constantFrom("p", "f", "a"),
        (names, kind) => {
          const [owner = "", reader = "", deputy = "", schema = "", own = "", identityArguments = ""] = names;
          const engine = accessEngine({
            ...catalog({
            roles: [role(10, owner), role(11, reader), role(12, deputy)],
            memberships: [{ role: 12, member: 11, grantor: 12, admin: true, inherit: true, set: true }],
            schemas: [{ oid: 1, name: schema, owner: 10, acl: null }],
            functions: [
              { oid: 5, schema: 1, name: own, identityArguments, kind: kind as "p", owner: 10, securityDefiner: false, acl: acl("11=X/12", "11=X/10") },
            ],
          }), // biome-ignore format: one glance
            cluster: "postgres://x/y" as never,
          });
          const self = { oid: 11, name: reader };
          for (const target of engine.objects) {
            const texts = [
              revokePrivilegeSql(engine, target, "EXECUTE", self),
              alterOwnerSql(engine, target, self, () => true),
              revokeMembershipSql(engine, deputy, self),
            ];
            for (const text of texts) expect(isHarmless(text), text).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("is a sentence where an argument list is none", () => {
    const text = grantPrivilegeSql(
      "EXECUTE",
      { kind: "function", letter: "f", schema: "public", name: "f(int) FROM x; DROP TABLE y; --)", column: null, identityArguments: "int) FROM x; DROP TABLE y; --" },
      "r",
    ); // biome-ignore format: one glance
    expect(text).toMatch(/^-- No GRANT can be written/);
  });

  it("names every kind of object by its own keyword", () => {
    const plain = { schema: "app", column: null, identityArguments: null };
    const routine = {
      ...plain,
      kind: "function" as const,
      identityArguments: 'a integer, OUT b "T x"',
      name: 'p(a integer, OUT b "T x")',
    };
    expect(grantPrivilegeSql("EXECUTE", { ...routine, letter: "p" }, "r")).toBe(
      'GRANT EXECUTE ON ROUTINE app.p(integer, OUT "T x") TO r;',
    );
    expect(grantPrivilegeSql("EXECUTE", { ...routine, letter: "f" }, "r")).toBe(
      "GRANT EXECUTE ON ROUTINE app.p(integer) TO r;",
    );
    expect(grantPrivilegeSql("SELECT", { ...plain, kind: "view", letter: "m", name: "mv" }, "r")).toBe(
      "GRANT SELECT ON app.mv TO r;",
    );
  });
});
