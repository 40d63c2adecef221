// Whom a name meant, and when, also where schemas were renamed: what the answer says of each snapshot is what that snapshot shows.
import fc from "fast-check";
import { expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { newestSnapshot, timelineOf, timelineQuestion } from "../../lib/queries/timeline.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { namesakeText } from "../../lib/wording/namesake-text.ts";
import { acl, cluster, estate, table } from "../support/catalogs.ts";
import { sqliteTables } from "../support/table.ts";

const T = Date.UTC(2026, 2, 1, 2);
const NOW = T + 2 * DAY;
const files = sqliteTables();

/** Where each table is: its schema, what it is called, whether app_ro may SELECT from it. */
type Table = {
  readonly oid: number;
  readonly schema: number;
  readonly name: string;
  readonly granted: boolean;
};
type State = { readonly schemas: ReadonlyMap<number, string>; readonly tables: readonly Table[] };

const catalogOf = ({ schemas, tables }: State): Catalog =>
  estate({
    schemas: [...schemas].map(([oid, name]) => ({ oid, name, owner: 10, acl: acl("10=UC/10", "100=U/10") })),
    relations: tables.map(({ oid, schema, name, granted }) =>
      table(oid, name, { schema, acl: acl("10=arwd/10", ...(granted ? ["100=r/10"] : [])) }),
    ),
  });
const bearersIn = ({ schemas, tables }: State, name: string): Table[] =>
  tables.filter((one) => `${schemas.get(one.schema)}.${one.name}` === name);

const ask = async (states: readonly State[], asked: Parameters<typeof timelineQuestion>[0]) => {
  const store = openStore(await files.fresh(), { now: () => NOW });
  for (const [n, one] of states.entries()) await store.snapshots.save(cluster, catalogOf(one), T + n * HOUR);
  const newest = await newestSnapshot(store, cluster);
  return timelineOf(store, cluster, timelineQuestion(asked), { newest, now: NOW });
};

/** Two schemas and two tables, each there or not, each under one of two names; no two that are called alike at a time. */
const anyState: fc.Arbitrary<State> = fc
  .record({
    schemas: fc.tuple(fc.constantFrom("a", "b", null), fc.constantFrom("a", "b", null)),
    tables: fc.array(
      fc.record({
        schema: fc.constantFrom(50, 51),
        name: fc.constantFrom("t", "t", "u"),
        granted: fc.boolean(),
        isThere: fc.boolean(),
      }),
      { minLength: 2, maxLength: 2 },
    ),
  })
  .map(({ schemas: [first, second], tables }) => {
    const schemas = new Map<number, string>();
    if (first !== null) schemas.set(50, first);
    if (second !== null && second !== first) schemas.set(51, second);
    const found: Table[] = [];
    for (const [n, { isThere, ...one }] of tables.entries()) {
      const taken = found.some(({ schema, name }) => schema === one.schema && name === one.name);
      if (isThere && !taken && schemas.has(one.schema)) found.push({ oid: 1000 + n, ...one });
    }
    return { schemas, tables: found };
  });

/** What is made again has another OID. */
const anyHistory = fc.array(anyState, { minLength: 2, maxLength: 6 }).map((states): State[] => {
  const made = new Map<number, number>();
  let there = new Set<number>();
  return states.map(({ schemas, tables }) => {
    const now = [...schemas.keys(), ...tables.map(({ oid }) => oid)];
    for (const oid of now) if (!there.has(oid)) made.set(oid, (made.get(oid) ?? -1) + 1);
    there = new Set(now);
    const own = (oid: number): number => oid + 10 * (made.get(oid) ?? 0);
    return {
      schemas: new Map([...schemas].map(([oid, name]) => [own(oid), name])),
      tables: tables.map((one) => ({ ...one, oid: own(one.oid), schema: own(one.schema) })),
    };
  });
});

/** Between two snapshots moved and renamed at once: of such a table no change tells its whole name from before. */
const isMovedAndRenamed = (states: readonly State[]): boolean =>
  states.some(({ tables }, n) =>
    tables.some(({ oid, schema, name }) =>
      states[n - 1]?.tables.some((one) => one.oid === oid && one.schema !== schema && one.name !== name),
    ),
  );

it("meant at each snapshot whom that snapshot shows under it, and what that one held", async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, async (states) => {
      const all = new Set(states.flatMap((one) => bearersIn(one, "a.t").map(({ oid }) => oid)));
      fc.pre(all.size > 0 && !isMovedAndRenamed(states));
      const { namesakes, held } = await ask(states, { role: "app_ro", object: "a.t", privilege: "select" });
      const told = namesakes.find(({ what }) => what === "object");
      if (all.size > 1) expect(told?.name).toBe("a.t");
      for (const [n, one] of states.entries()) {
        const at = T + n * HOUR;
        const [bearer] = bearersIn(one, "a.t");
        if (told) {
          const then = told.bearers.filter(
            ({ since, until }) => (since ?? T) <= at && (until === null || until > at),
          );
          expect(then.map(({ oid }) => oid)).toEqual(bearer ? [bearer.oid] : []);
        }
        if (bearer)
          expect(held?.findLast(({ since }) => since <= at)?.holds).toBe(bearer.granted ? "yes" : "no");
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

it("is told in words where a schema was renamed, and another was made with its name", async () => {
  const one = { schema: 50, name: "t", granted: true };
  const { namesakes } = await ask(
    [
      { schemas: new Map([[50, "a"]]), tables: [{ oid: 1000, ...one }] },
      { schemas: new Map([[50, "b"]]), tables: [{ oid: 1000, ...one }] },
      {
        schemas: new Map([
          [50, "b"],
          [51, "a"],
        ]),
        tables: [
          { oid: 1000, ...one },
          { oid: 1001, ...one, schema: 51 },
        ],
      },
    ],
    { object: "a.t" },
  );
  expect(namesakes.map(({ name, bearers }) => namesakeText(name, bearers))).toEqual([
    "a.t named 2 tables, views or sequences in this time: OID 1000 from the first snapshot on, until it was renamed before the snapshot of 2026-03-01 03:00:00Z; OID 1001 since the snapshot of 2026-03-01 04:00:00Z.",
  ]);
});
