// What was recorded, over HTTP: proven hours and their gaps, and connections by principal.
import { describe, expect, it } from "vitest";
import { DAY, HOUR, iso } from "../../lib/core/base/time.ts";
import { scopeOfCluster } from "../../lib/core/coverage/coverage-scope.ts";
import { trailEventStore } from "../../lib/store/coverage/trail-events.ts";
import { allPages, asker } from "../support/ask.ts";
import { askedWorld, at } from "../support/asked-world.ts";
import { cluster } from "../support/catalogs.ts";
import { NOW, READER, T, WRITER } from "../support/query-world.ts";

const { ask, another } = askedWorld();

describe("/coverage", () => {
  it("tells the proven hours and the gaps between them", async () => {
    const { body } = await ask("/coverage", { from: at(0), to: at(4) });
    expect(body).toMatchObject({
      hours: 4,
      unprovenHours: 1,
      settledUntil: at(7),
      covered: [
        { from: at(0), to: at(2), proof: "digest" },
        { from: at(3), to: at(4), proof: "digest" },
      ],
      gaps: [{ from: at(2), to: at(3), reasons: [] }],
    });
    const all = await ask("/coverage", { from: "800d" });
    expect(all.body.unprovenHours).toBe(800 * 24 - 3);
    expect(await ask("/coverage", { from: "801d" })).toMatchObject({ status: 400 });
  });
});

describe("/coverage of a trail that was stopped", () => {
  it("takes no hour for proven from its stop to the next connection that came", async () => {
    const table = await another();
    const scope = scopeOfCluster(cluster) ?? "";
    await trailEventStore(table).record({
      eventId: "stop-1",
      at: T + HOUR / 2,
      kind: "stopped",
      name: "StopLogging",
      scope,
      principal: READER,
      target: "trail",
    });
    const stopped = asker(table, () => NOW).ask;
    const { body } = await stopped("/coverage", { from: at(0), to: at(4) });
    expect(body).toMatchObject({
      unprovenHours: 2,
      covered: [
        { from: at(1), to: at(2) },
        { from: at(3), to: at(4) },
      ],
      gaps: [
        { from: at(0), to: at(1), reasons: ["a trail was stopped"] },
        { from: at(2), reasons: [] },
      ],
    });
    const principals = await stopped("/activity/principals", { from: at(0), to: at(4) });
    expect(principals.body).toMatchObject({ unprovenHours: 2 });
  });
});

describe("/activity/principals", () => {
  it("counts per principal, and lists who is mapped and was never seen", async () => {
    const { body } = await ask("/activity/principals", { from: iso(T - 2 * DAY) });
    expect(body).toMatchObject({ unprovenHours: 58 - 3, mappingsAsOf: { snapshot: { seq: 4 } } });
    expect(body.items).toMatchObject([
      {
        principal: READER,
        lastUsedAt: at(1),
        lastAttemptAt: at(2),
        firstAttemptAt: iso(T - DAY),
        allowed: 2,
        refused: 1,
        mappedTo: ["app_ro"],
      },
      { principal: WRITER, lastUsedAt: null, allowed: 0, mappedTo: ["app_rw"] },
      { principal: "arn:aws:iam::111122223333:role/x", admin: 1, mappedTo: [] },
    ]);
  });

  it("counts each hour once, whether the stretch keeps to days or not", async () => {
    for (const [from, to, allowed] of [
      [T - DAY, T + 3 * HOUR, 2],
      [T - DAY, T, 1],
      [T - DAY + HOUR, T + 3 * HOUR, 1],
      [T, T + HOUR, 0],
      [T + HOUR, T + HOUR + 1, 1],
      [T - 2 * HOUR, T + 22 * HOUR, 1],
    ] as const) {
      const { body } = await ask("/activity/principals", { from: iso(from), to: iso(to) });
      const rows: readonly { principal: string; allowed: number }[] = body.items;
      const row = rows.find(({ principal }) => principal === READER);
      expect(row?.allowed ?? 0, iso(from)).toBe(allowed);
    }
  });

  it("pages", async () => {
    const whole = await ask("/activity/principals");
    const { items, pages } = await allPages(ask, "/activity/principals", { limit: "1" });
    expect([pages, items]).toEqual([3, whole.body.items]);
  });
});
