// How broad roles are: as if counted cell by cell, and in one pass over the blocks of the matrix.
import fc from "fast-check";
import { expect, it } from "vitest";
import { privilegeNames } from "../../../lib/core/catalog/privileges.ts";
import { breadthsOf } from "../../../lib/core/privileges/breadths.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { cellOf } from "../../../lib/core/privileges/effective-rows.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";
import { anyCatalog } from "../../support/random-catalogs.ts";

it("counts the privileges of each role on every object, held at once or after SET ROLE", () => {
  fc.assert(
    fc.property(anyCatalog, (given) => {
      const engine = accessEngine(given);
      const roles = engine.graph.roles.map((_, id) => id);
      const byCell = roles.map((id) =>
        engine.objects.reduce((sum, object) => {
          const { held, settable } = cellOf(engine.matrix, id, object);
          return sum + privilegeNames(held | settable).length;
        }, 0),
      );
      expect(breadthsOf(engine, roles)).toEqual(byCell);
    }),
  );
});

it("goes through the matrix once, however many blocks there are", () => {
  const given = catalog({
    roles: [role(10, "admin"), role(100, "one"), role(101, "two")],
    schemas: [publicSchema],
    relations: Array.from({ length: 1_500 }, (_, n) => table(1_000 + n, `t${n}`, { acl: acl("100=rw/10") })),
  });
  const engine = accessEngine(given);
  let blocks = 0;
  const matrix = {
    ...engine.matrix,
    block: (at: number) => {
      blocks += 1;
      return engine.matrix.block(at);
    },
  };
  const roles = ["one", "two"].map((name) => engine.graph.idOfName.get(name) ?? -1);
  const [one = 0, two = 0] = breadthsOf({ objects: engine.objects, matrix }, roles);
  expect(one - two).toBe(3_000);
  expect(blocks).toBe(Math.ceil(engine.objects.length / 512));
});
