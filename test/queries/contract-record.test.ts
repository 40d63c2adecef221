// One question, one answer, by the command line and by the API: what was recorded: clusters, coverage, activity, history.
import { describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { allPages } from "../support/ask.ts";
import { contractWorld } from "../support/contract-world.ts";
import { ADMIN_USER, NOW, READER, T } from "../support/query-world.ts";

const asked = [
  "clusters",
  "coverage",
  "coverage --from 1969-01-01",
  "history timeline --object payments",
  `coverage --from ${new Date(T).toISOString()} --to ${new Date(T + 4 * HOUR).toISOString()}`,
  `coverage --from ${new Date(T + HOUR / 2).toISOString()} --to ${new Date(T + 2.5 * HOUR).toISOString()}`,
  "activity",
  "activity --by mapping",
  "activity --by hour,network",
  `activity --principal ${READER}`,
  "activity --role admin",
  "history",
  "history timeline --role app_ro --object orders --privilege DELETE",
  `history timeline --principal ${READER}`,
  `history diff --from ${new Date(T).toISOString()}`,
  `history diff --all --from ${new Date(T).toISOString()}`,
  `history show --at ${new Date(T).toISOString()}`,
];
const { ask, told, rowsOf } = contractWorld(asked);
const at = new Date(T).toISOString();

describe("clusters and coverage", () => {
  it("lists the same clusters", async () => {
    expect(rowsOf("clusters")).toEqual((await allPages(ask, "/clusters", { limit: "1" })).items);
  });

  it.each([
    ["coverage", {}],
    [
      `coverage --from ${at} --to ${new Date(T + 4 * HOUR).toISOString()}`,
      { from: at, to: new Date(T + 4 * HOUR).toISOString() },
    ],
    [
      `coverage --from ${new Date(T + HOUR / 2).toISOString()} --to ${new Date(T + 2.5 * HOUR).toISOString()}`,
      { from: new Date(T + HOUR / 2).toISOString(), to: new Date(T + 2.5 * HOUR).toISOString() },
    ],
  ])("%s: the same hours", async (line, params) => {
    const { cluster: _, ...body } = (await ask("/coverage", params)).body as Record<string, unknown>;
    expect(told(line).json()).toEqual(body);
  });

  it("proves no hour before the epoch, for there is none", () => {
    const found = told("coverage --from 1969-01-01").json() as Record<string, unknown>;
    expect(found).toMatchObject({ from: "1970-01-01T00:00:00.000Z", hours: NOW / HOUR });
    expect(found.unprovenHours).toBe(NOW / HOUR - 3);
  });

  it("counts an hour that is cut at either end once, as proven or not", () => {
    const from = new Date(T + HOUR / 2).toISOString();
    const line = `coverage --from ${from} --to ${new Date(T + 2.5 * HOUR).toISOString()}`;
    expect(told(line).json()).toMatchObject({ from: at, hours: 3, unprovenHours: 1 });
  });
});

describe("activity", () => {
  it.each([
    ["activity", {}],
    ["activity --by mapping", { by: "mapping" }],
    ["activity --by hour,network", { by: "hour,network" }],
    [`activity --principal ${READER}`, { principal: READER }],
    ["activity --role admin", { role: "admin" }],
  ])("%s: the same rows", async (line, params) => {
    const { items } = await allPages(ask, "/activity", { ...params, limit: "1" });
    expect(rowsOf(line)).toEqual(items);
    expect(items.length).toBeGreaterThan(0);
  });

  it("says beside the rows how much of the stretch is proven", () => {
    expect(told("activity").err).toMatch(/capture is not proven for [\d,]+ of 2,160 hours/);
    expect(rowsOf("activity --role admin")).toMatchObject([
      { principal: ADMIN_USER, admin: 1, lastUse: "seen" },
    ]);
  });
});

describe("history", () => {
  it("lists the same snapshots", async () => {
    const { items } = await allPages(ask, "/snapshots", { limit: "2" });
    expect(rowsOf("history").map(({ seq, takenAt, rows }) => ({ seq, takenAt, rows }))).toEqual(
      items.map((row) => {
        const { seq, takenAt, rows } = row as Record<string, unknown>;
        return { seq, takenAt, rows };
      }),
    );
  });

  it.each([
    [
      "history timeline --role app_ro --object orders --privilege DELETE",
      { role: "app_ro", object: "orders", privilege: "DELETE" },
    ],
    [`history timeline --principal ${READER}`, { principal: READER }],
  ])("%s: the same changes", async (line, params) => {
    const { body } = await ask("/history/timeline", params);
    const { changes, held, unknown, last } = told(line).json() as Record<string, unknown>;
    expect(changes).toEqual(body.items);
    expect({ unknown, last }).toEqual({ unknown: body.unknown, last: body.last });
    expect(held).toEqual(body.held);
  });

  it("finds a table that was dropped by its bare name, as one that is there", () => {
    const { changes } = told("history timeline --object payments").json() as { changes: { text: string }[] };
    expect(changes.map(({ text }) => text)).toContain(
      "table public.payments was dropped; app_ro held SELECT",
    );
  });

  it("tells the same differences and changes", async () => {
    const diff = (await ask("/history/diff", { from: at })).body;
    const { from, to, changes, notTold } = told(`history diff --from ${at}`).json() as Record<string, object>;
    expect(changes).toEqual(diff.items);
    expect(notTold).toEqual(diff.notTold);
    expect([from, to]).toMatchObject([diff.from, diff.to]);
    const all = (await ask("/history/changes", { from: at })).body;
    expect((told(`history diff --all --from ${at}`).json() as { changes: unknown }).changes).toEqual(
      all.items,
    );
  });

  it("shows the same catalog", async () => {
    const { items } = await allPages(ask, "/snapshots/as-of", { at });
    const { catalog } = told(`history show --at ${at}`).json() as {
      catalog: { sections: Record<string, { rows?: object[] }> };
    };
    const rows = Object.entries(catalog.sections).flatMap(([section, { rows: own = [] }]) =>
      own.map((row) => ({ section, row })),
    );
    expect(rows).toEqual(items);
  });
});
