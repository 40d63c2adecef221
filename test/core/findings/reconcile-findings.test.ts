// The life of findings: opened, confirmed, resolved, reopened, ended, exempt; idempotent and never backwards.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { acknowledge } from "../../../lib/core/findings/acknowledge.ts";
import { exemptionOf } from "../../../lib/core/findings/exemption.ts";
import type { Finding, Look, Observation } from "../../../lib/core/findings/finding.ts";
import { exemptionKey, findingId } from "../../../lib/core/findings/finding-id.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
const principal = Principal.parse("arn:aws:iam::111122223333:role/Job");
const T = Date.UTC(2026, 3, 1);

const dormant = (change: Partial<Observation> = {}): Observation => {
  const subject = { principal, role: "app_ro", roleOid: 1, facet: "" };
  return {
    id: findingId("dormant-mapping", cluster, subject),
    detector: "dormant-mapping",
    category: "dormant",
    life: "state",
    severity: "medium",
    cluster,
    subject,
    title: "unused",
    evidence: {},
    firstSeenAt: T - 100 * DAY,
    lastSeenAt: T,
    ...change,
  };
};
const anomaly = (firstSeenAt: number, lastSeenAt: number): Observation => {
  const subject = { principal, facet: new Date(firstSeenAt).toISOString() };
  return {
    ...dormant(),
    id: findingId("new-network", cluster, subject),
    detector: "new-network",
    category: "anomalous",
    life: "episode",
    subject,
    firstSeenAt,
    lastSeenAt,
  };
};
const look: Look = { detector: "dormant-mapping", complete: true };
const opened = (): Finding[] => reconcileFindings([], [dormant()], [look], T);

describe("findings", () => {
  it("open at the first look and are confirmed by the next", () => {
    const [first] = opened();
    expect(first).toMatchObject({ status: "open", detectedAt: T, confirmedAt: T, reopened: 0 });
    const [second] = reconcileFindings(opened(), [dormant({ lastSeenAt: T + HOUR })], [look], T + HOUR);
    expect(second).toMatchObject({
      status: "open",
      detectedAt: T,
      confirmedAt: T + HOUR,
      lastSeenAt: T + HOUR,
    });
  });

  it("are resolved by a complete look only", () => {
    const incomplete = reconcileFindings(opened(), [], [{ ...look, complete: false }], T + HOUR);
    expect(incomplete).toEqual(opened());
    expect(reconcileFindings(opened(), [], [], T + HOUR)).toEqual(opened());
    const unjudged = reconcileFindings(opened(), [], [{ ...look, unjudged: [dormant().id] }], T + HOUR);
    expect(unjudged).toEqual(opened());
    const [resolved] = reconcileFindings(opened(), [], [look], T + HOUR);
    expect(resolved).toMatchObject({ status: "resolved", closedAt: T + HOUR });
  });

  it("stay where the look could not see their kind of facet", () => {
    const grant = (facet: string) => ({ ...dormant(), id: facet, subject: { role: "r", facet } });
    const before = reconcileFindings([], [grant("grant:database:1"), grant("grant:table:1")], [look], T);
    const looks = [{ ...look, unjudgedFacets: ["grant:database:"] }];
    expect(reconcileFindings(before, [], looks, T + HOUR).map(({ status }) => status)).toEqual([
      "open",
      "resolved",
    ]);
  });

  it("come back as a new life that people are told of again", () => {
    const told = opened().map((finding) => ({ ...finding, noticedAt: T }));
    const resolved = reconcileFindings(told, [], [look], T + HOUR);
    const [again] = reconcileFindings(resolved, [dormant()], [look], T + 2 * HOUR);
    expect(again).toMatchObject({ status: "open", reopened: 1, detectedAt: T + 2 * HOUR });
    expect(again).not.toHaveProperty("noticedAt");
    expect(again).not.toHaveProperty("closedAt");
  });

  it("stay as they are after a look that comes late", () => {
    const later = reconcileFindings(opened(), [dormant()], [look], T + 5 * HOUR);
    expect(reconcileFindings(later, [], [look], T + HOUR)).toEqual(later);
    const resolved = reconcileFindings(later, [], [look], T + 6 * HOUR);
    expect(reconcileFindings(resolved, [dormant()], [look], T + 5.5 * HOUR)).toEqual(resolved);
    expect(reconcileFindings([], [dormant()], [look], T, { lastLookAt: T + 1 })).toEqual([]);
  });

  it("keep who said since when, and the earliest sight of what is not dormant", () => {
    const grant: Observation = {
      ...dormant(),
      category: "over-privileged",
      evidence: { since: "then" },
      firstSeenAt: T,
    };
    const first = reconcileFindings([], [grant], [look], T);
    const [second] = reconcileFindings(
      first,
      [{ ...grant, evidence: { since: "now", more: 1 }, firstSeenAt: T + HOUR }],
      [look],
      T + HOUR,
    );
    expect(second).toMatchObject({ firstSeenAt: T, evidence: { since: "then", more: 1 } });
  });
});

describe("episodes", () => {
  it("end after a day of quiet and close two weeks later, whoever looks", () => {
    const [open] = reconcileFindings([], [anomaly(T, T + HOUR)], [], T + 2 * HOUR);
    expect(open).toMatchObject({ status: "open" });
    const end = T + HOUR + DAY;
    expect(reconcileFindings([open as Finding], [], [], end - 1)[0]).toMatchObject({ status: "open" });
    const [ended] = reconcileFindings([open as Finding], [], [], end);
    expect(ended).toMatchObject({ status: "ended" });
    expect(ended).not.toHaveProperty("closedAt");
    const [closed] = reconcileFindings([ended as Finding], [], [], end + 20 * DAY);
    expect(closed).toMatchObject({ status: "ended", closedAt: end + 14 * DAY });
    expect(reconcileFindings([ended as Finding], [], [], end - 1)).toEqual([ended]);
  });

  it("are the same finding when an earlier event turns up late", () => {
    const first = reconcileFindings([], [anomaly(T, T + HOUR)], [], T + 2 * HOUR);
    const all = reconcileFindings(first, [anomaly(T - 3 * HOUR, T + HOUR)], [], T + 3 * HOUR);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ id: first[0]?.id, firstSeenAt: T - 3 * HOUR });
    expect(reconcileFindings(all, [anomaly(T - 3 * HOUR, T + HOUR)], [], T + 3 * HOUR)).toEqual(all);
  });

  it("are another finding after a day of quiet", () => {
    const first = reconcileFindings([], [anomaly(T, T)], [], T + HOUR);
    const later = [anomaly(T, T), anomaly(T + DAY, T + DAY)];
    expect(reconcileFindings(first, later, [], T + DAY)).toHaveLength(2);
  });

  it("go on being called as people were first told, also of a release that did not write it down", () => {
    const [first] = reconcileFindings([], [anomaly(T, T)], [], T + HOUR);
    const told = { ...first, noticedAt: T + HOUR } as Finding;
    const again = { ...anomaly(T, T + HOUR), detector: "revoked-connection" };
    const [renamed] = reconcileFindings([told], [again], [], T + 2 * HOUR);
    expect(renamed).toMatchObject({ detector: "revoked-connection", toldAs: first?.detector });
    const inSummary = { ...told, toldIn: "summary" as const };
    expect(reconcileFindings([inSummary], [again], [], T + 2 * HOUR)[0]).not.toHaveProperty("toldAs");
    expect(reconcileFindings([renamed as Finding], [anomaly(T, T + HOUR)], [], T + 3 * HOUR)[0]?.toldAs).toBe(
      first?.detector,
    );
  });

  it("open again when they go on", () => {
    const ended = reconcileFindings([], [anomaly(T, T)], [], T + DAY);
    expect(ended[0]?.status).toBe("ended");
    const on = reconcileFindings(ended, [anomaly(T, T + 0.9 * DAY)], [], T + 1.5 * DAY);
    expect(on).toHaveLength(1);
    expect(on[0]?.status).toBe("open");
  });

  it("are closed by an acknowledgement and stay so", () => {
    const [open] = reconcileFindings([], [anomaly(T, T)], [], T);
    const seen = acknowledge(open as Finding, T + HOUR, { by: "ana" });
    expect(seen).toMatchObject({ status: "acknowledged", closedAt: T + HOUR });
    expect(acknowledge(seen, T + 2 * HOUR, { by: "ana" })).toBe(seen);
    const [later] = reconcileFindings([seen], [anomaly(T, T + HOUR)], [], T + 2 * DAY);
    expect(later).toMatchObject({ status: "acknowledged", closedAt: T + HOUR });
  });
});

describe("exemptions", () => {
  const terms = { owner: "ops", reason: "break glass", until: T + 10 * DAY };

  it("hold until their end; then people are told again", () => {
    const [open] = opened().map((finding) => ({ ...finding, noticedAt: T }));
    const exemption = exemptionOf(open as Finding, terms, T);
    const exemptions = [exemption];
    const [exempt] = reconcileFindings([open as Finding], [dormant()], [look], T + HOUR, { exemptions });
    expect(exempt).toMatchObject({ status: "exempt" });
    const [again] = reconcileFindings([exempt as Finding], [dormant()], [look], T + 10 * DAY, { exemptions });
    expect(again).toMatchObject({ status: "open" });
    expect(again).not.toHaveProperty("noticedAt");
  });

  it("cover the subject whatever the episode, but only the one grant of over-privileged access", () => {
    expect(exemptionKey(anomaly(T, T))).toBe(exemptionKey(anomaly(T + 9 * DAY, T + 9 * DAY)));
    const grant = (facet: string) => ({
      ...dormant(),
      subject: { ...dormant().subject, facet },
    });
    expect(exemptionKey(grant("DELETE"))).not.toBe(exemptionKey(grant("INSERT")));
  });

  it.each([
    ["no owner", { ...terms, owner: " " }],
    ["no reason", { ...terms, reason: "" }],
    ["an end that is past", { ...terms, until: T }],
    ["no end to speak of", { ...terms, until: T + 10_000 * DAY }],
  ])("are refused with %s", (_, bad) => {
    const [open] = opened();
    expect(() => exemptionOf(open as Finding, bad, T)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("identity", () => {
  it("survives a rename of the role", () => {
    const subject = { principal, role: "a", roleOid: 7, facet: "" };
    expect(findingId("d", cluster, subject)).toBe(findingId("d", cluster, { ...subject, role: "b" }));
    expect(findingId("d", cluster, subject)).not.toBe(findingId("d", cluster, { ...subject, roleOid: 8 }));
  });

  it("keeps subjects apart whatever their names hold", () => {
    const id = (role: string, object: string) => findingId("d", cluster, { role, object, facet: "" });
    expect(id('a","b', "c")).not.toBe(id("a", 'b","c'));
  });
});

describe("reconciling twice", () => {
  const step = fc.record({
    hours: fc.integer({ min: -30, max: 400 }),
    dormant: fc.boolean(),
    complete: fc.boolean(),
    unjudged: fc.boolean(),
    /** Whether what is no longer found was mended, or only is not known any more. */
    mended: fc.boolean(),
    /** Silence before and length, in hours: what comes out is apart by a day, as episodes are. */
    episodes: fc.array(fc.tuple(fc.integer({ min: 24, max: 100 }), fc.integer({ min: 0, max: 60 })), {
      maxLength: 3,
    }),
    exempt: fc.boolean(),
  });
  const apart = (episodes: readonly [number, number][]): Observation[] => {
    let at = T;
    return episodes.map(([silence, length]) => {
      const from = at + silence * HOUR;
      at = from + length * HOUR;
      return anomaly(from, at);
    });
  };
  it("is reconciling once, whatever came before; what a newer look finds stands", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        let state: Finding[] = [];
        let now = T;
        let newest = 0;
        for (const { hours, dormant: found, complete, unjudged, mended, episodes, exempt } of steps) {
          now += hours * HOUR;
          const isNewest = now > newest;
          newest = Math.max(newest, now);
          const observations = [...(found ? [dormant()] : []), ...apart(episodes)];
          const looks = [{ ...look, complete, ...(unjudged && { unjudged: [dormant().id] }) }];
          const [some] = state;
          const exemptions =
            exempt && some
              ? [exemptionOf(some, { owner: "o", reason: "r", until: now + 90 * DAY }, now)]
              : [];
          const options = { exemptions, gone: () => (mended ? "It was taken away." : { ended: "Unknown." }) };
          const once = reconcileFindings(state, observations, looks, now, options);
          expect(reconcileFindings(once, observations, looks, now, options)).toEqual(once);
          const { status, closedAt } = once.find(({ id }) => id === dormant().id) ?? {};
          if (found && isNewest)
            expect([["open", "exempt"].includes(String(status)), closedAt]).toEqual([true, undefined]);
          expect(new Set(once.map(({ id }) => id)).size).toBe(once.length);
          state = once;
        }
      }),
      { numRuns: 300 },
    );
  });
});
