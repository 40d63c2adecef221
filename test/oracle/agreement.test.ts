// The engine against PostgreSQL 16 itself: random worlds, every cell. ORACLE_COMPARISONS sets how many at least;
// ORACLE_URL another server (as superuser; nothing is left there, as each world is rolled back).
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Postgres, startPostgres } from "../../local/postgres/postgres.ts";
import { compareAll, inWorld } from "./compare.ts";
import { script, worlds } from "./world.ts";

const wanted = Number(process.env.ORACLE_COMPARISONS ?? 400_000);

let server: Postgres | undefined;
let client: pg.Client;
beforeAll(async () => {
  if (!process.env.ORACLE_URL) server = await startPostgres();
  client = new pg.Client({ connectionString: process.env.ORACLE_URL ?? server?.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await server?.stop();
});

describe("the engine", () => {
  it(`agrees with the server in ${wanted} cells at least`, { timeout: 3_600_000 }, async () => {
    let compared = 0;
    let made = 0;
    const refusals = new Map<string, number>();
    const sizes = { roles: 14, relations: 8, actions: 120 };
    while (compared < wanted) {
      await fc.assert(
        fc.asyncProperty(worlds(sizes), async (world) => {
          await inWorld(client, world, async (engine, states) => {
            for (const state of states) refusals.set(state ?? "ok", (refusals.get(state ?? "ok") ?? 0) + 1);
            const result = await compareAll(client, engine);
            compared += result.compared;
            made += 1;
            if (result.mismatches.length) {
              throw new Error(
                `${script(world)}\n${result.mismatches
                  .map(
                    ({ question, server: said, engine: ours }) =>
                      `${question} -- server ${said}, engine ${ours}`,
                  )
                  .join("\n")}`,
              );
            }
          });
        }),
        { numRuns: 10, interruptAfterTimeLimit: 3_000_000 },
      );
      // What is rolled back stays in the catalog's files until it is swept.
      await client.query("vacuum");
    }
    process.stdout.write(
      `${compared} cells compared in ${made} worlds; statements: ${JSON.stringify([...refusals])}\n`,
    );
    expect(compared).toBeGreaterThanOrEqual(wanted);
  });
});
