// What a timeline tells beside the changes: whom a name meant, in which order things went, who could have done it.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster, type Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { exampleCluster, exampleIam } from "../../lib/core/findings/example-iam.ts";
import { newestSnapshot, timelineOf, timelineQuestion } from "../../lib/queries/timeline.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { couldGrantText } from "../../lib/wording/could-grant-text.ts";
import { namesakeText } from "../../lib/wording/namesake-text.ts";
import { acl, cluster, estate, role, table } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 2, 1, 2);
const NOW = T + 2 * DAY;

const saved = async (catalogs: readonly Catalog[]) => {
  const store = openStore(await tables.fresh(), { now: () => NOW });
  for (const [n, catalog] of catalogs.entries()) await store.snapshots.save(cluster, catalog, T + n * HOUR);
  const ask = async (asked: Parameters<typeof timelineQuestion>[0]) =>
    timelineOf(store, cluster, timelineQuestion(asked), {
      newest: await newestSnapshot(store, cluster),
      now: NOW,
    });
  return { store, ask };
};

/** A state with the role rt (or none) and the table orders (or none), under OIDs of their own, and a grant or none. */
const state = (roleOid: number | null, tableOid: number | null, granted: boolean): Catalog =>
  estate({
    roles: [role(10, "admin"), ...(roleOid === null ? [] : [role(roleOid, "rt")])],
    memberships: [],
    mappings: [],
    relations:
      tableOid === null
        ? []
        : [
            table(tableOid, "orders", {
              acl: acl("10=arwdDxt/10", ...(granted && roleOid !== null ? [`${roleOid}=r/10`] : [])),
            }),
          ],
  });

describe("the timeline of a name that several bore", () => {
  it("keeps what was dropped before what was made, and answers of whoever bore the name at each time", async () => {
    const step = fc.record({ newRole: fc.boolean(), newTable: fc.boolean(), granted: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
        let [roleOid, tableOid] = [100, 1000];
        const states = steps.map(({ newRole, newTable, granted }) => {
          if (newRole) roleOid++;
          if (newTable) tableOid++;
          return { roleOid, tableOid, granted };
        });
        const { ask } = await saved(states.map((one) => state(one.roleOid, one.tableOid, one.granted)));
        const answer = await ask({ role: "rt", object: '"public".orders', privilege: "select" });
        // At each snapshot the answer is that of the role and the table that were there.
        for (const [n, one] of states.entries()) {
          const at = T + n * HOUR;
          const period = answer.held?.findLast(({ since }) => since <= at);
          expect(period).toMatchObject({
            holds: one.granted ? "yes" : "no",
            roleOid: one.roleOid,
            objectOid: one.tableOid,
          });
        }
        const there = new Set([`role ${states[0]?.roleOid}`, `relations ${states[0]?.tableOid}`]);
        const roleChanges = (await ask({ role: "rt" })).changes.filter(({ change }) => "row" in change);
        const tableChanges = (await ask({ object: "orders" })).changes;
        for (const { change } of [...roleChanges, ...tableChanges]) {
          if (change.kind === "role-dropped") expect(there.delete(`role ${change.role.oid}`)).toBe(true);
          if (change.kind === "object-dropped")
            expect(there.delete(`relations ${change.object.oid}`)).toBe(true);
          if (change.kind === "role-created") {
            expect([...there].filter((one) => one.startsWith("role"))).toEqual([]);
            there.add(`role ${change.role.oid}`);
          }
          if (change.kind === "object-created") {
            expect([...there].filter((one) => one.startsWith("relations"))).toEqual([]);
            there.add(`relations ${change.object.oid}`);
          }
        }
        const roles = new Set(states.map((one) => one.roleOid)).size;
        const ofRole = answer.namesakes.find(({ what }) => what === "role");
        expect(ofRole?.bearers.length ?? 1).toBe(roles);
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  it("says whom the name meant, and until when", async () => {
    const { ask } = await saved([state(100, 1000, true), state(100, 1001, false)]);
    const [one] = (await ask({ object: "public.orders" })).namesakes;
    expect(namesakeText(one?.name ?? "", one?.bearers ?? [])).toBe(
      "public.orders named 2 tables, views or sequences in this time: OID 1000 from the first snapshot on, until it was dropped before the snapshot of 2026-03-01 03:00:00Z; OID 1001 since the snapshot of 2026-03-01 03:00:00Z.",
    );
  });
});

describe("who could have made a change", () => {
  const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}` as Principal;
  const mappings = [{ iamOid: 500, role: 11, roleName: "deputy", grantor: 10, arn: arn("deputy") }];
  const mapped = (rows: typeof mappings, ...items: string[]) =>
    estate({
      roles: [role(10, "admin"), role(11, "deputy"), role(100, "rd")],
      memberships: [],
      mappings: rows,
      relations: [table(1000, "orders", { acl: acl("10=arwd/10", "11=r*/10", ...items) })],
    });
  const of = (...items: string[]) => mapped(mappings, ...items);
  const seen = (id: string, minutes: number, name: string, more = {}) =>
    connection(id, T + minutes * 60_000, { cluster, principal: arn(name), ...more });

  it("names principals that were connected as admin or mapped to the grantor, and what is not proven", async () => {
    const { store, ask } = await saved([of(), of("100=r/11")]);
    await store.activity.count(
      [
        seen("a", 5, "boss", { action: "DbConnectAdmin" }),
        seen("b", 6, "refused", { action: "DbConnectAdmin", outcome: "refused" }),
        seen("c", 7, "deputy"),
        seen("d", 8, "stranger"),
        seen("e", 300, "later", { action: "DbConnectAdmin" }),
      ],
      NOW,
    );
    await store.activity.fold(cluster, NOW);
    const { couldGrant } = await ask({ role: "rd" });
    expect(couldGrant).toMatchObject([
      {
        admins: [arn("boss")],
        grantors: [{ role: "deputy", principals: [arn("deputy")] }],
        hours: 2,
        unprovenHours: 2,
        peersUnread: null,
      },
    ]);
    const text = couldGrant.map(couldGrantText)[0];
    expect(text).toContain(`1 principal was connected as admin: ${arn("boss")}`);
    expect(text).toContain("For 2 of 2 hours capture is not proven: there may have been others.");
  });

  it("knows who is mapped to the grantor with its path too, and who had the mapping when the session began", async () => {
    const { store, ask } = await saved([of(), mapped([], "100=r/11")]);
    const connections = [
      seen("before", -10, "deputy"),
      seen("in a folder", 7, "team/deputy"),
      // The snapshot at which the change was seen no longer has the mapping.
      seen("after", 60, "old/deputy"),
      seen("long before", -61, "older/deputy"),
    ];
    await store.activity.count(connections, NOW);
    await store.activity.fold(cluster, NOW);
    const [found] = (await ask({ role: "rd" })).couldGrant;
    expect(found?.grantors).toEqual([{ role: "deputy", principals: [arn("deputy"), arn("team/deputy")] }]);
  });

  it("names who connected through a peer, counts the hours that are not proven there, and says where nobody can tell its peers", async () => {
    const peer = Cluster.parse(cluster.replace("us-east-1", "us-east-2"));
    const by = (...clusters: ReturnType<typeof exampleCluster>[]) =>
      saved([of(), of("100=r/11")].map((catalog) => ({ ...catalog, iam: exampleIam({ clusters }) })));
    const both = await by(exampleCluster(cluster), exampleCluster(peer));
    await both.store.activity.markHours("111122223333/us-east-1", [T - HOUR, T, T + HOUR], "digest");
    await both.store.activity.markHours("111122223333/us-east-2", [T], "digest");
    const there = { cluster: peer, action: "DbConnectAdmin" as const };
    await both.store.activity.count([seen("a", 5, "boss", there)], NOW);
    await both.store.activity.fold(peer, NOW);
    expect((await both.ask({ role: "rd" })).couldGrant).toMatchObject([
      { admins: [arn("boss")], hours: 2, unprovenHours: 1, peersUnread: null },
    ]);
    const { ask } = await by({ ...exampleCluster(cluster), peersUnread: "denied" });
    expect((await ask({ role: "rd" })).couldGrant.map(couldGrantText).join()).toContain(
      "Whether it has a peer in another Region, through which somebody may have connected, is not known: denied.",
    );
  });
});
