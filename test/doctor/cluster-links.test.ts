// What doctor says of one cluster: its snapshots, logins, mappings and the proof of its capture.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { sectionNames } from "../../lib/core/catalog/catalog.ts";
import {
  canaryLink,
  evaluationLink,
  mappingsLink as linkOfMappings,
  readingLink as linkOfReading,
  loginLink,
  snapshotLink,
} from "../../lib/doctor/cluster-links.ts";

import { cluster as dsql } from "../support/catalogs.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");
type Head = Parameters<typeof linkOfMappings>[0];
const mappingsLink = (head: Head) => linkOfMappings(head, dsql);
const readingLink = (head: Head, unreadIam: readonly string[]) => linkOfReading(head, dsql, unreadIam);

describe("a cluster", () => {
  const head = (age: number, unreadable: object = {}, meta: object = {}, mappings: number | null = 0) => {
    const rows = sectionNames.map((name) => (name === "mappings" ? mappings : 1));
    return { manifest: { takenAt: NOW - age, unreadable, meta, rows } } as unknown as Head;
  };
  const canary = (minutes: number, seen: boolean) => ({
    ...{ at: NOW - minutes * MINUTE, eventId: seen ? "e" : null },
    seenInTrailAt: seen ? NOW : null,
  });
  it("is read every hour", () => {
    expect(snapshotLink(head(HOUR), NOW, undefined).state).toBe("ok");
    expect(snapshotLink(head(3 * HOUR), NOW, undefined).state).toBe("broken");
    expect(snapshotLink(undefined, NOW, undefined).state).toBe("unknown");
    expect(evaluationLink(NOW - 3 * HOUR, NOW).state).toBe("broken");
    expect(evaluationLink(undefined, NOW).state).toBe("unknown");
  });
  it("is logged in to by the newest login, whatever came before", () => {
    const login = (canaries: number[], failed: number[]) =>
      loginLink(
        { canaries: canaries.map((at) => canary(at, false)), failed: failed.map((m) => NOW - m * MINUTE) },
        "s",
      );
    expect(login([60], [120]).state).toBe("ok");
    expect(login([120], [60])).toMatchObject({ state: "broken", next: "As admin, in the cluster: s" });
    expect(login([], []).state).toBe("unknown");
    // CloudTrail recorded the attempt that was refused.
    expect(login([120, 60], [60]).state).toBe("broken");
  });
  it("may have an old snapshot while it is left asleep on purpose, and only of that one", () => {
    const asleep = { at: NOW - HOUR, snapshotAt: NOW - 9 * HOUR };
    const link = (more = {}) => snapshotLink(head(9 * HOUR), NOW, { ...asleep, ...more });
    expect(link()).toMatchObject({ state: "ok", says: expect.stringContaining("left asleep at") });
    expect(link({ at: NOW - 3 * HOUR }).state).toBe("broken");
    expect(link({ snapshotAt: NOW - 10 * HOUR }).state).toBe("broken");
    expect(snapshotLink(head(9 * HOUR), NOW, undefined).state).toBe("broken");
  });
  it("is not waited for while its tags do not choose it, and is again once it was read", () => {
    const unchosen = { at: NOW - HOUR, since: NOW - 9 * HOUR };
    expect(snapshotLink(head(2 * HOUR), NOW, undefined, unchosen)).toMatchObject({
      state: "broken",
      says: "none is taken: the cluster's tags have not chosen it since 2026-11-02 00:20 UTC",
      next: expect.stringContaining("clusters --retire"),
    });
    expect(snapshotLink(head(MINUTE), NOW, undefined, unchosen).state).toBe("ok");
    expect(snapshotLink(head(2 * HOUR), NOW, undefined, { ...unchosen, at: NOW - 3 * HOUR }).state).toBe(
      "ok",
    );
  });
  it("shows what it refuses, the mappings apart", () => {
    expect(mappingsLink(head(0)).state).toBe("ok");
    expect(mappingsLink(head(0, { mappings: null })).state).toBe("broken");
    expect(readingLink(head(0, { mappings: null }), []).state).toBe("ok");
    expect(readingLink(head(0, { functions: null }), ["iam.roles"]).says).toBe(
      "unreadable: functions, iam.roles",
    );
    expect([mappingsLink(undefined).state, readingLink(undefined, []).state]).toEqual(["unknown", "unknown"]);
  });
  it("names the two ways out where the mappings are refused, and says where admin reads them", () => {
    const ways = /GRANT SELECT ON sys\.iam_pg_role_mappings TO dsql_auditor;.*auditAsAdmin: on/;
    expect(mappingsLink(head(0, { mappings: null })).next).toMatch(ways);
    const failed = mappingsLink(head(0, { mappings: null }, { asAdmin: "failed" }));
    expect([failed.state, failed.says]).toEqual([
      "broken",
      expect.stringContaining("auditAsAdmin did not help"),
    ]);
    const read = mappingsLink(head(0, {}, { asAdmin: "read" }));
    expect([read.state, read.says]).toEqual(["ok", expect.stringContaining("read as admin")]);
    expect(mappingsLink(head(0, {}, { asAdmin: "not-needed" })).next).toContain("set it to off");
  });
  it("is not asked for mappings, nor IAM about it, where it is a PostgreSQL server by its address", () => {
    const postgres = Cluster.parse("postgres://db.example.com:5432/app");
    expect(linkOfMappings(head(0), postgres)).toMatchObject({
      state: "unknown",
      says: expect.stringContaining("PostgreSQL has no sys.iam_pg_role_mappings"),
      next: null,
    });
    expect(linkOfReading(head(0), postgres, []).says).toBe("the catalog is readable; IAM is not asked");
    // Aurora DSQL behind another address: it has the view, which was read or refused.
    expect(linkOfMappings(head(0, {}, {}, 3), postgres).state).toBe("ok");
    expect(linkOfMappings(head(0, { mappings: null }, {}, null), postgres).state).toBe("broken");
    const own = Cluster.parse("postgres://abc.dsql.us-east-1.on.aws:5432/postgres");
    expect(linkOfMappings(head(0), own).state).toBe("ok");
  });
  it("proves its capture by the newest login that had time to come back", () => {
    expect(canaryLink([canary(100, true), canary(10, false)], NOW).state).toBe("ok");
    expect(canaryLink([canary(160, true), canary(100, false)], NOW).says).toContain("1 later did not");
    expect(canaryLink([canary(100, false)], NOW).state).toBe("broken");
    expect(canaryLink([canary(10, false)], NOW).state).toBe("unknown");
    expect(canaryLink([], NOW).state).toBe("unknown");
  });
});
