// One question, one answer, by the command line and by the API: findings and incidents.
import { describe, expect, it } from "vitest";
import { HOUR, iso } from "../../lib/core/base/time.ts";
import { allPages } from "../support/ask.ts";
import { contractWorld } from "../support/contract-world.ts";
import { INCIDENT, T } from "../support/query-world.ts";

const asked = [
  "findings",
  "findings --status open",
  "findings --status open,resolved --severity high",
  "findings --detector new-network",
  "findings --status exempt",
  "findings --principal reader",
  "findings --principal writer --status open",
  "findings --role app_ro --detector new-network",
  "findings --role app_rw",
  "finding a-1",
  "finding b-1",
  "incidents",
  "incidents --status open",
  "incidents --status resolved",
  `incident ${INCIDENT}`,
  "incident 0a1b",
];
const { ask, told, rowsOf } = contractWorld(asked);

describe("findings", () => {
  const byId = (rows: readonly unknown[]) =>
    (rows as { id: string }[]).toSorted((a, b) => (a.id < b.id ? -1 : 1));

  it.each([
    ["findings", {}, 3],
    ["findings --status open", { status: "open" }, 2],
    ["findings --status open,resolved --severity high", { status: "open,resolved", severity: "high" }, 2],
    ["findings --detector new-network", { detector: "new-network" }, 1],
    ["findings --status exempt", { status: "exempt" }, 0],
    ["findings --principal reader", { principal: "reader" }, 3],
    // Known as somebody who is mapped.
    ["findings --principal writer --status open", { principal: "writer", status: "open" }, 0],
    ["findings --role app_ro --detector new-network", { role: "app_ro", detector: "new-network" }, 1],
    ["findings --role app_rw", { role: "app_rw" }, 0],
  ])("%s: the same findings", async (line, params, count) => {
    const { items } = await allPages(ask, "/findings", { ...params, limit: "1" });
    expect(byId(rowsOf(line))).toEqual(items);
    expect(items).toHaveLength(count);
  });

  it.each(["a-1", "b-1"])("finding %s: the same", async (id) => {
    expect(told(`finding ${id}`).json()).toEqual((await ask(`/findings/${id}`)).body);
  });

  it("knows nobody by a name that no mapping and no finding has, and no role that no snapshot saw", async () => {
    for (const [params, says] of [
      [{ principal: "rea" }, /no principal is known by the name/],
      [{ role: "app" }, /no role was ever seen under the name/],
    ] as const) {
      const { status, body } = await ask("/findings", params);
      expect(status).toBe(404);
      expect(JSON.stringify(body)).toMatch(says);
    }
  });

  it("refuses a word that is none of them, and names those there are", async () => {
    for (const [params, says] of [
      [{ status: "open,closed" }, /status.*acknowledged/],
      [{ severity: "bad" }, /severity.*critical/],
      [{ detector: "new-networks" }, /there is no detector.*new-network,/],
    ] as const) {
      const { status, body } = await ask("/findings", params);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toMatch(says);
    }
  });
});

describe("incidents", () => {
  const byId = (rows: readonly unknown[]) =>
    (rows as { id: string }[]).toSorted((a, b) => (a.id < b.id ? -1 : 1));

  it.each([
    ["incidents", {}, 2],
    ["incidents --status open", { status: "open" }, 1],
    ["incidents --status resolved", { status: "resolved" }, 1],
  ])("%s: the same incidents", async (line, params, count) => {
    const { items } = await allPages(ask, "/incidents", { ...params, limit: "1" });
    expect(byId(rowsOf(line))).toEqual(items);
    expect(items).toHaveLength(count);
  });

  it("tells of one with its findings and what was mailed of it when", async () => {
    const { body } = await ask(`/incidents/${INCIDENT}`);
    expect(told(`incident ${INCIDENT}`).json()).toEqual(body);
    expect(told("incident 0a1b").json()).toEqual(body);
    expect(body).toMatchObject({
      id: INCIDENT,
      status: "open",
      severity: "high",
      findings: [{ id: "a-1", incident: INCIDENT }, { id: "c-1" }],
      notices: [{ at: iso(T + HOUR), kind: "opened", severity: "high", messageId: "message-1" }],
    });
    expect(body).not.toHaveProperty("overAt");
  });

  it("does not hide a mail that an earlier release sent without a record", async () => {
    const { items } = await allPages(ask, "/incidents", { status: "resolved" });
    expect(items).toMatchObject([
      {
        overAt: iso(T + 2 * HOUR),
        notices: [{ at: iso(T - 7 * 24 * HOUR), kind: null, severity: null, subject: null }],
      },
    ]);
  });

  it("says that there is no such incident, and how they are listed", async () => {
    expect(await ask("/incidents/inc-ffffffff")).toMatchObject({
      status: 404,
      body: { detail: "there is no incident inc-ffffffff", hint: "List them with: GET /incidents" },
    });
  });
});
