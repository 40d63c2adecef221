// Rules that set off rules: each relation is told, however long the chain, and the answer grows with it and no faster.
import { expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { ruleReachesOfRole } from "../../../lib/core/privileges/escalation-through.ts";
import { findRole } from "../../../lib/core/privileges/find-object.ts";
import { acl, estate, table } from "../../support/catalogs.ts";

it("tells all that a long chain of rules leads to, once", () => {
  const length = 200;
  const letters = (n: number) => (n < length ? acl("10=arwd/10", "100=a/10") : acl("10=arwd/10"));
  const relations = Array.from({ length: length + 1 }, (_, n) =>
    table(1000 + n, `t${n}`, { acl: letters(n) }),
  );
  const rows = Array.from({ length }, (_, n) => ({
    ...{
      view: 1000 + n,
      relations: [1001 + n],
      updatable: 0,
      fixed: [],
      event: "INSERT" as const,
      instead: false,
    },
  }));
  const schemas = [{ oid: 2200, name: "public", owner: 10, acl: acl("10=UC/10", "0=U/10") }];
  const catalog: Catalog = {
    ...estate({ relations, schemas }),
    extras: { views: { status: "read", rows: [] }, viewRules: { status: "read", rows } } as never,
  };
  const engine = accessEngine(catalog);
  const found = ruleReachesOfRole(engine, findRole(engine, "app_ro"));
  expect(new Set(found.map(({ relation }) => relation.name)).size).toBe(length);
  expect(found.map(({ relation }) => relation.name)).toContain(`t${length}`);
  expect(found.length).toBeLessThan(3 * length);
});
