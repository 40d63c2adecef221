// Dropped and made again under one name: what was said of the one that is gone never counts as the other's.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { Extras } from "../../lib/core/catalog/extras.ts";
import { extraNames } from "../../lib/core/catalog/extras.ts";
import type { RecordedChange } from "../../lib/core/history/change.ts";
import { newestSnapshot, timelineOf, timelineQuestion } from "../../lib/queries/timeline.ts";
import { tableHistory } from "../../lib/store/history/export.ts";
import { verifyHistory } from "../../lib/store/history/verify-history.ts";
import { checkTimelines } from "../../lib/store/history/verify-timelines.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import { acl, cluster, estate, role } from "../support/catalogs.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 2, 1, 2);
const NOW = T + 2 * DAY;
const PRINCIPAL = "arn:aws:iam::111122223333:role/reader";

const saved = async (catalogs: readonly Catalog[]) => {
  const db = await tables.fresh();
  const store = openStore(db, { now: () => NOW });
  for (const [n, catalog] of catalogs.entries()) await store.snapshots.save(cluster, catalog, T + n * HOUR);
  const ask = async (asked: Parameters<typeof timelineQuestion>[0]) =>
    timelineOf(store, cluster, timelineQuestion(asked), {
      newest: await newestSnapshot(store, cluster),
      now: NOW,
    });
  return { store, ask, db };
};

type State = {
  readonly role: number;
  readonly schema: number;
  readonly fn: number;
  readonly iam: number;
  readonly granted: boolean;
};

/** A schema, a function, a role and a mapping that keep their names, under the OIDs of the moment. */
const catalogOf = ({ role: rt, schema, fn, iam, granted }: State): Catalog =>
  estate({
    roles: [role(10, "admin"), role(rt, "rt")],
    memberships: [],
    mappings: [{ iamOid: iam, arn: PRINCIPAL, role: rt, roleName: "rt", grantor: 10 }],
    schemas: [
      { oid: 2200, name: "public", owner: 10, acl: null },
      { oid: schema, name: "app", owner: 10, acl: acl("10=UC/10", ...(granted ? [`${rt}=U/10`] : [])) },
    ],
    relations: [],
    functions: [
      {
        oid: fn,
        schema: 2200,
        name: "f",
        identityArguments: "integer",
        kind: "f",
        owner: 10,
        securityDefiner: false,
        acl: acl("10=X/10", ...(granted ? [`${rt}=X/10`] : [])),
      },
    ],
  });

const anySteps = fc.array(
  fc.record({
    role: fc.boolean(),
    schema: fc.boolean(),
    fn: fc.boolean(),
    iam: fc.boolean(),
    granted: fc.boolean(),
  }),
  { minLength: 2, maxLength: 6 },
);
const statesOf = (steps: readonly { readonly [P in keyof State]: boolean }[]): State[] => {
  let [rt, schema, fn, iam] = [100, 3000, 4000, 500];
  return steps.map((step) => {
    if (step.role) rt++;
    if (step.schema) schema++;
    if (step.fn) fn++;
    // A mapping ends with its role.
    if (step.iam || step.role) iam++;
    return { role: rt, schema, fn, iam, granted: step.granted };
  });
};

/** Each bearer of a name goes before the next one comes. */
const oneAtATime = (changes: readonly RecordedChange[], first: number): void => {
  let there: number | null = first;
  for (const { change } of changes) {
    if (change.kind === "object-dropped") {
      expect(change.object.oid).toBe(there);
      there = null;
    }
    if (change.kind === "object-created") {
      expect(there).toBeNull();
      there = change.object.oid;
    }
    // Whatever else is told is of the one that is there.
    if (change.kind === "grant") expect(change.object.oid).toBe(there);
  }
};

describe("what was dropped and made again under one name", () => {
  it.each([
    ["schema", "schema app", "usage", (state: State) => state.schema],
    ["function", "public.f(integer)", "execute", (state: State) => state.fn],
  ] as const)(
    "a %s: each time is answered of the one that was there",
    async (_, object, privilege, oidOf) => {
      await fc.assert(
        fc.asyncProperty(anySteps, async (steps) => {
          const states = statesOf(steps);
          const { ask } = await saved(states.map(catalogOf));
          const answer = await ask({ role: "rt", object, privilege });
          for (const [n, state] of states.entries()) {
            expect(answer.held?.findLast(({ since }) => since <= T + n * HOUR)).toMatchObject({
              holds: state.granted ? "yes" : "no",
              roleOid: state.role,
              objectOid: oidOf(state),
            });
          }
          const oids = new Set(states.map(oidOf));
          const named = answer.namesakes.find(({ what }) => what === "object")?.bearers;
          expect(named?.length ?? 1).toBe(oids.size);
          oneAtATime((await ask({ object })).changes, states[0] ? oidOf(states[0]) : 0);
        }),
        { numRuns: 7 },
      );
    },
    60_000,
  );

  it("a mapping: its time begins when it was made, and nothing of the role before counts as its own", async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const states = statesOf(steps);
        const { store, ask } = await saved(states.map(catalogOf));
        const { periods } = await store.snapshots.mappingHistory(cluster);
        const madeAt = (n: number): number =>
          T + states.findIndex(({ iam }) => iam === states[n]?.iam) * HOUR;
        for (const [n, state] of states.entries()) {
          const at = T + n * HOUR;
          const standing = periods.filter(
            ({ firstSeenAt, goneAt }) => firstSeenAt <= at && (goneAt === null || goneAt > at),
          );
          expect(standing).toMatchObject([{ arn: PRINCIPAL, roleOid: state.role, firstSeenAt: madeAt(n) }]);
        }
        // Grants of a bearer of the role's name are told in the time of a mapping to that very role alone.
        for (const { change, from, to } of (await ask({ principal: PRINCIPAL })).changes) {
          if (change.kind !== "grant") continue;
          const own = periods.filter(({ roleOid }) => roleOid === change.grantee.oid);
          expect(
            own.some(
              ({ firstSeenAt, notSeenAt, goneAt }) =>
                to > (notSeenAt ?? firstSeenAt) && (goneAt === null || from < goneAt),
            ),
          ).toBe(true);
        }
      }),
      { numRuns: 7 },
    );
  }, 60_000);
});

describe("what stands in no schema", () => {
  const none = Object.fromEntries(extraNames.map((name) => [name, { status: "read", rows: [] }]));
  const withExtras = (more: object, older = false): Catalog => ({
    ...estate(),
    ...(older ? {} : { extras: { ...none, ...more } as unknown as Extras }),
  });
  const servers = (...rows: readonly (readonly [oid: number, ...grants: string[]])[]) => ({
    foreignServers: {
      status: "read",
      rows: rows.map(([oid, ...grants]) => ({ oid, name: "films", owner: 10, acl: acl(...grants) })),
    },
  });
  const told = (changes: readonly RecordedChange[]) =>
    changes.map(({ toSeq, change }) => `${toSeq} ${changeText(change)}`);

  it("is in the timeline of its own name, from the first snapshot on, and of whom it is granted to", async () => {
    const { ask, db } = await saved([
      withExtras(servers([7, "10=U/10"])),
      withExtras(servers([7, "10=U/10", "100=U/10"])),
      withExtras(servers([8, "10=U/10", "101=U/10"])),
    ]);
    const granted = "app_ro was granted USAGE on foreign server films by admin";
    expect(told((await ask({ role: "app_ro" })).changes)).toEqual([
      `2 ${granted}`,
      "3 foreign server films was dropped; app_ro held USAGE",
    ]);
    for (const name of ["foreign server films", 'FOREIGN SERVER "films"']) {
      expect(told((await ask({ object: name })).changes)).toEqual([
        `2 ${granted}`,
        "3 foreign server films was dropped; app_ro held USAGE",
        "3 foreign server films was created, owned by admin; app_rw was granted USAGE on foreign server films by admin",
      ]);
    }
    expect((await verifyHistory(await tableHistory(db, cluster))).faults).toEqual([]);
    expect(await checkTimelines(db, cluster)).toEqual([]);
    // Of a role and another object together it tells nothing.
    expect((await ask({ role: "app_ro", object: "public.orders" })).changes).toEqual([]);
  });

  it("is told only where two snapshots in a row read it, also over a store of a release that did not", async () => {
    const { store, ask } = await saved([
      withExtras({}, true),
      withExtras(servers([7, "10=U/10", "100=U/10"])),
      withExtras(servers([7, "10=U/10"])),
    ]);
    expect(told((await ask({ role: "app_ro" })).changes)).toEqual([
      "3 the grant of USAGE on foreign server films to app_ro by admin ended",
    ]);
    const { notTold } = await store.snapshots.diff(cluster, T, NOW);
    expect(notTold.map(({ kind }) => kind)).toEqual(extraNames.filter((name) => name !== "rowSecurity"));
    expect(await store.snapshots.diff(cluster, T + HOUR, NOW)).toMatchObject({ notTold: [] });
  });
});
