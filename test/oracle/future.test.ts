// What the engine foretells, tried out: objects made by creators with default privileges, and roles granted to oneself.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteIdentifier } from "../../lib/core/base/quote.ts";
import { becomings } from "../../lib/core/privileges/become.ts";
import { tomorrow } from "../../lib/core/privileges/default-privileges.ts";
import { inWorld } from "./compare.ts";
import { ownServer } from "./own-server.ts";
import { script, worlds } from "./world.ts";

const { client } = ownServer();

type Row = { role: string; privilege: string; grantable: boolean; holds: string; usable: boolean | null };
const told = (rows: Iterable<Row>): string[] =>
  [...rows]
    .map(({ role, privilege, grantable, holds, usable }) =>
      JSON.stringify([role, privilege, grantable, holds, usable]),
    )
    .sort();

describe("tomorrow", () => {
  it("is what the server gives to objects made after it", { timeout: 300_000 }, async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(worlds({ roles: 8, relations: 2, actions: 90 }), async (world) => {
        await inWorld(client(), world, async (engine) => {
          const future = tomorrow(engine);
          for (const object of engine.objects.filter(({ name }) => name.startsWith("late"))) {
            const creator = engine.graph.roles[engine.graph.idOf.get(object.owner) ?? -1]?.name;
            const alike = future.filter((row) => row.creator === creator && row.kind === object.kind);
            const here = alike.filter(({ schema }) => schema === object.schema);
            const rows = here.length ? here : alike.filter(({ schema }) => schema === null);
            if (!rows.length) continue;
            checked += 1;
            const actual = told(engine.rows({ objects: [object] }));
            // A schema that a row does not name tells no USAGE: that is the schema's own matter.
            const named = here.length > 0;
            const blind = (all: string[]) =>
              named ? all : all.map((one) => one.replace(/,(true|false|null)\]$/, "]")).sort();
            if (blind(told(rows)).join("\n") !== blind(actual).join("\n")) {
              throw new Error(
                `${script(world)}\n${object.schema}.${object.name}: foretold ${blind(told(rows))}\nserver ${blind(actual)}`,
              );
            }
          }
        });
      }),
      { numRuns: 100 },
    );
    // That the property is not empty; how often it bites is chance.
    expect(checked).toBeGreaterThan(0);
  });
});

describe("becoming a role by ADMIN OPTION", () => {
  it("is what the server lets a role grant to itself", { timeout: 300_000 }, async () => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(worlds({ roles: 8, relations: 1, actions: 60 }), async (world) => {
        await inWorld(client(), world, async (engine) => {
          const { roles } = engine.graph;
          for (const [id, role] of roles.entries()) {
            if (role.superuser || role.name.startsWith("pg_")) continue;
            const direct = new Set(
              becomings(engine, id)
                .filter(
                  ({ by }) =>
                    by.at(-1) === "admin-option" &&
                    !by.includes("set-role") &&
                    by.indexOf("admin-option") === by.length - 1,
                )
                .map(({ target }) => target),
            );
            for (const [target, { name }] of roles.entries()) {
              if (target === id) continue;
              await client().query("savepoint s");
              const { rows } = await client().query<{ state: string | null }>(
                "select pg_temp.attempt($1, $2) as state",
                [role.name, `grant ${quoteIdentifier(name)} to ${quoteIdentifier(role.name)} with set true`],
              );
              await client().query("rollback to savepoint s");
              const state = rows[0]?.state;
              if (state === "0LP01") continue; // a cycle: the target is a member of the role
              if (state === null) granted += 1;
              // What SET ROLE reaches is told as that, though ADMIN OPTION may lead there too.
              const reached = direct.has(target) || engine.isMember(id, target, "SET");
              if (state === null ? !reached : direct.has(target)) {
                throw new Error(
                  `${script(world)}\n-- ${role.name} grants itself ${name}: server ${state ?? "ok"}, engine ${direct.has(target)}`,
                );
              }
            }
          }
        });
      }),
      { numRuns: 25 },
    );
    expect(granted).toBeGreaterThan(0);
  });
});
