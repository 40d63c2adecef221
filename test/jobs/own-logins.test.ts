// The auditor's own logins through the store and a judgement: what does not come back, and what it did not make.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { takeSnapshot } from "../../lib/jobs/take-snapshot.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { connection } from "../support/connections.ts";
import { CLUSTER } from "../support/records.ts";
import { testTables } from "../support/table.ts";

const cluster = CLUSTER as Cluster;
const auditor = "arn:aws:iam::111122223333:role/auditor" as Principal;
const T = Date.parse("2026-11-02T09:02:00Z");

let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
beforeAll(async () => {
  tables = await testTables();
});
beforeEach(async () => {
  store = openStore(await tables.fresh(), { now: () => T });
});
afterAll(() => tables.stop());

const attempt = (at: number) => store.canaries.recordAttempt(cluster, { at });
const came = (id: string, at: number, more: object = {}) =>
  connectionSink(store, auditor, "event").count([connection(id, at, { principal: auditor, ...more })], at);
const login = async (id: string, at: number) => {
  await attempt(at);
  await came(id, at + 1_000);
};
const found = async (detector: string, now: number) => {
  const { findings } = await detectCluster(store, cluster, now, { auditor });
  return findings.filter((finding) => finding.detector === detector);
};

describe("canary-missed", () => {
  it("is one finding for an outage, louder from its second login on, over when a login comes back", async () => {
    await login("e0", T);
    await attempt(T + HOUR);
    expect(await found("canary-missed", T + HOUR + 29 * MINUTE)).toEqual([]);
    expect(await found("canary-missed", T + HOUR + 31 * MINUTE)).toMatchObject([
      { status: "open", severity: "low", evidence: { loginsMissed: 1, lastLoginBackEventId: "e0" } },
    ]);
    expect(await found("canary-missed", T + 4 * HOUR)).toMatchObject([{ severity: "medium" }]);
    for (const n of [2, 3, 4]) await attempt(T + n * HOUR);
    expect(await found("canary-missed", T + 4 * HOUR + 31 * MINUTE)).toMatchObject([
      { status: "open", severity: "medium", firstSeenAt: T + HOUR, evidence: { loginsMissed: 4 } },
    ]);
    await login("e5", T + 5 * HOUR);
    expect(await found("canary-missed", T + 5 * HOUR + 31 * MINUTE)).toMatchObject([{ status: "resolved" }]);
  });

  it("is quiet about a cluster that cannot be reached: nothing was there to come back", async () => {
    const unreachable = { kind: "url", url: "postgres://me@127.0.0.1:1/db", cluster } as const;
    const ports = { store, now: () => T, random: () => 0, sleep: async () => {}, auditor };
    await expect(takeSnapshot(ports, unreachable)).rejects.toMatchObject({ code: "connect" });
    const look = await store.canaries.look(cluster, { from: T - HOUR, to: T + HOUR }, T + 2 * HOUR);
    expect(look).toMatchObject({ canaries: [], missed: [], failed: [T] });
    expect(await found("canary-missed", T + 2 * HOUR)).toEqual([]);
  });

  it("stays the same finding when its first logins come back late", async () => {
    await login("e0", T);
    for (const n of [1, 2, 3]) await attempt(T + n * HOUR);
    const [before] = await found("canary-missed", T + 4 * HOUR);
    await came("e1", T + HOUR);
    const after = await found("canary-missed", T + 4 * HOUR + MINUTE);
    expect(after).toMatchObject([{ id: before?.id, status: "open", evidence: { loginsMissed: 2 } }]);
  });
});

describe("self-audit", () => {
  it("names a login too many, once, and keeps it open when the look does not reach it any more", async () => {
    for (let n = 0; n < 4; n++) await login(`own${n}`, T + n * HOUR);
    await came("thief", T + 90 * MINUTE, { sourceIp: "203.0.113.9" });
    const opened = await found("self-audit", T + 4 * HOUR);
    expect(opened).toMatchObject([
      {
        status: "open",
        severity: "critical",
        category: "coverage",
        subject: { principal: auditor, facet: "2026-11-02" },
        eventIds: ["thief"],
        evidence: { logins: 1, events: ["thief"] },
      },
    ]);
    await came("thief", T + 90 * MINUTE);
    expect(await found("self-audit", T + 5 * HOUR)).toHaveLength(1);
    await login("later", T + 40 * DAY);
    expect(await found("self-audit", T + 41 * DAY)).toMatchObject([{ status: "open" }]);
  });

  it("takes no attempt for the explanation of a login as admin", async () => {
    await attempt(T);
    await came("admin", T + 1_000, { action: "DbConnectAdmin" });
    await came("own", T + 1_000);
    expect(await found("self-audit", T + HOUR)).toMatchObject([
      { eventIds: ["admin"], evidence: { logins: 1, asAdmin: 1 } },
    ]);
  });

  it("sees nothing in logins that were tried again where the look begins", async () => {
    const now = T + 30 * DAY;
    await login("a", T - 1_500);
    await login("b", T + 5_000); // one login with the first, which lies before the look
    await login("c", T + 9_000);
    expect((await loadFacts(store, cluster, now)).ownLogins).toMatchObject({
      surplus: [],
      missed: [],
      canaries: [],
    });
    expect(await found("self-audit", now)).toEqual([]);
  });

  it("says nothing where no attempts were ever written down", async () => {
    await came("by hand", T);
    const { findings, looks } = await detectCluster(store, cluster, T + HOUR, { auditor });
    expect(findings.filter(({ detector }) => detector === "self-audit")).toEqual([]);
    expect(looks.find(({ detector }) => detector === "self-audit")).toMatchObject({ complete: false });
  });

  it.each([5, -5])(
    "says that a clock which is wrong by %i minutes explains it, where it explains all",
    async (minutes) => {
      for (let n = 0; n < 4; n++) {
        await attempt(T + n * HOUR);
        await came(`own${n}`, T + n * HOUR + minutes * MINUTE + 1_000);
      }
      // What is recorded before the first attempt of all is left out.
      const logins = minutes > 0 ? 4 : 3;
      const [skewed] = await found("self-audit", T + 4 * HOUR);
      expect(skewed).toMatchObject({ severity: "medium", evidence: { logins, clockApartMinutes: 5 } });
      expect(skewed?.title).toContain("or a clock that is wrong by 5 minutes");
      await came("thief", T + 40 * MINUTE);
      expect(await found("self-audit", T + 4 * HOUR + MINUTE)).toMatchObject([
        { id: skewed?.id, severity: "critical", evidence: { logins: logins + 1 } },
      ]);
    },
  );
});
