// Which findings make one incident, and what people are told of it.
import { describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { incidentsOf } from "../../../lib/core/incidents/incident.ts";
import { incidentOf, joinIncidents } from "../../../lib/core/incidents/threads.ts";
import { afterTelling, dueNow } from "../../support/notices.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/orders-prod");
const T = Date.UTC(2026, 3, 1, 2);
const OUTAGE = ["capture-outage"];

const finding = (id: string, at: number, change: Partial<Finding> = {}): Finding => ({
  id,
  detector: "capture-gap",
  category: "coverage",
  life: "stretch",
  severity: "high",
  cluster,
  subject: { facet: id },
  title: id,
  evidence: {},
  firstSeenAt: at,
  lastSeenAt: at + HOUR,
  status: "open",
  detectedAt: at + HOUR,
  confirmedAt: at + HOUR,
  reopened: 0,
  threads: OUTAGE,
  ...change,
});
const episode = (who: string, at: number, threads: readonly string[] = []): Finding =>
  finding(`new-network-${who}`, at, {
    detector: "new-network",
    category: "anomalous",
    life: "episode",
    subject: { principal: Principal.parse(`arn:aws:iam::111122223333:role/${who}`), facet: "x" },
    title: `${who} connected from 203.0.113.0/24 for the first time`,
    threads: [...threads],
  });
const groups = (findings: readonly Finding[]): string[][] =>
  incidentsOf(joinIncidents(findings)).map((incident) => incident.findings.map(({ id }) => id));

describe("one incident", () => {
  it("is a missing canary login and the gap that it leaves", () => {
    const canary = finding("canary", T, { detector: "canary-missed" });
    const gap = finding("gap", T - 30 * MINUTE, { detectedAt: T + 3 * HOUR });
    expect(groups([gap, canary])).toEqual([["canary", "gap"]]);
  });

  it("goes on where capture fails again within six hours, and not after", () => {
    const first = finding("first", T, {
      status: "resolved",
      closedAt: T + 2 * HOUR,
      noticedAt: T,
      toldAt: T,
    });
    const soon = finding("soon", T + 7 * HOUR);
    const later = finding("later", T + 9 * HOUR);
    expect(groups([first, soon])).toEqual([["first", "soon"]]);
    expect(groups([first, later])).toEqual([["first"], ["later"]]);
  });

  it("is no gap of last month beside the outage of today", () => {
    const old = finding("old", T - 30 * DAY, {
      status: "ended",
      endedAt: T - 29 * DAY,
      detectedAt: T + HOUR,
    });
    expect(groups([finding("today", T), old])).toEqual([["today"], ["old"]]);
    // It leaves the window, and is closed, months after it ended.
    const closed = { ...old, closedAt: T, toldAt: T - 29 * DAY, detectedAt: T - 29 * DAY };
    expect(groups([finding("today", T), closed])).toEqual([["old"], ["today"]]);
  });

  it("is over when the last of it ended: an episode by quiet, and none before it was found", () => {
    const overAt = (change: Partial<Finding>) =>
      incidentsOf([{ ...episode("A", T), ...change }]).map((incident) => incident.overAt);
    expect(overAt({ status: "open" })).toEqual([undefined]);
    expect(overAt({ status: "ended" })).toEqual([T + HOUR + DAY]);
    expect(overAt({ status: "ended", closedAt: T + HOUR + 15 * DAY })).toEqual([T + HOUR + DAY]);
    expect(overAt({ status: "resolved", closedAt: T + 2 * HOUR })).toEqual([T + 2 * HOUR]);
    expect(overAt({ status: "ended", detectedAt: T + 3 * DAY })).toEqual([T + 3 * DAY]);
    expect(overAt({ life: "stretch", status: "ended", endedAt: T + DAY, closedAt: T + 90 * DAY })).toEqual([
      T + DAY,
    ]);
  });

  it("is one network on several principals within an hour", () => {
    const net = ["network:203.0.113.0/24"];
    const all = [episode("A", T, net), episode("B", T + 40 * MINUTE, net), episode("C", T + 3 * HOUR, net)];
    expect(groups(all)).toEqual([["new-network-A", "new-network-B"], ["new-network-C"]]);
    expect(groups([episode("A", T, net), episode("B", T, ["network:198.51.100.0/24"])])).toHaveLength(2);
  });

  it("is refusals spread from a network, and who got in from there within the hour", () => {
    const net = ["network:198.18.7.0/24"];
    const spread = finding("spread", T, {
      ...{ detector: "spread-refusals", category: "anomalous", threads: net },
      subject: { object: "network 198.18.7.0/24", facet: "h" },
    });
    expect(groups([spread, episode("A", T + 5 * MINUTE, net)])).toEqual([["spread", "new-network-A"]]);
    expect(groups([spread, episode("A", T + 2 * HOUR, net)])).toHaveLength(2);
  });

  it("is one client on several principals within an hour, and no outage beside an attack", () => {
    const client = ["client:sqlmap"];
    const all = [episode("A", T, client), episode("B", T, client), finding("gap", T)];
    expect(groups(all)).toEqual([["gap"], ["new-network-A", "new-network-B"]]);
  });

  it("is one mail with all of them: who, what each can reach, and how each is cut off", () => {
    const net = ["network:203.0.113.0/24"];
    const all = joinIncidents([episode("A", T, net), episode("B", T, net)]);
    const reachOf = (who: string) => ({
      roles: [
        {
          role: `role_of_${who.slice(-1)}`,
          privileges: ["SELECT on public.orders"],
          revoke: `AWS IAM REVOKE r FROM '${who}';`,
        },
      ],
    });
    const [mail, ...more] = dueNow(all, T, { reachOf });
    expect(more).toEqual([]);
    expect(mail?.body).toContain("ALSO IN THIS INCIDENT\n- HIGH B connected from 203.0.113.0/24");
    expect(mail?.body).toContain("A:\n- role_of_A: SELECT on public.orders\nB:\n- role_of_B: SELECT");
    for (const who of ["A", "B"])
      expect(mail?.body).toContain(`AWS IAM REVOKE r FROM 'arn:aws:iam::111122223333:role/${who}';`);
    expect(mail?.told).toHaveLength(2);
  });

  it("tells of refusals from one network what who got in can reach, and names who was only refused", () => {
    const arnOf = (who: string) => Principal.parse(`arn:aws:iam::111122223333:role/${who}`);
    const spread = (letIn: readonly string[], principals: readonly string[]) =>
      finding("spread", T, {
        ...{
          detector: "spread-refusals",
          category: "anomalous",
          subject: { object: "network n", facet: "h" },
        },
        evidence: {
          ...{ letIn: letIn.map(arnOf), letInNotShown: null },
          principals: principals.map((who) => (who === "gone" ? "OrdersApi" : arnOf(who))),
        },
      });
    const reachOf = (who: string) => ({
      roles: Array.from({ length: who.endsWith("/Many") ? 12 : 1 }, (_, n) => ({
        role: `of_${who.slice(who.lastIndexOf("/") + 1)}_${n}`,
        privileges: ["SELECT on public.orders"],
        revoke: `AWS IAM REVOKE r${n} FROM '${who}';`,
      })),
    });
    const mailOf = (letIn: readonly string[], principals: readonly string[]): string =>
      dueNow([spread(letIn, principals)], T, { reachOf })[0]?.body.replaceAll(/\s+/g, " ") ?? "";
    const oneIn = mailOf(["A"], ["A", "B", "C", "gone"]);
    expect(oneIn).toContain(
      "A: - of_A_0: SELECT on public.orders Only refused so far, and not shown here: B, C.",
    );
    expect(oneIn).toContain("REVOKE r0 FROM 'arn:aws:iam::111122223333:role/A'");
    expect(oneIn).not.toContain("role/B';");
    // Where nobody is known to have got in, any of them may be next.
    expect(mailOf([], ["A", "B", "C"])).toMatch(/role\/A'.*:role\/B'.*:role\/C'/);
    const many = mailOf(["Many", "B", "C", "D", "E", "F", "G"], ["A", "B", "C"]);
    expect(many).toContain("... and 2 more roles.");
    expect(many).toContain("2 more mappings");
    expect(many).toContain("Not shown here: F, G.");
  });

  it("keeps its reference, whatever joins it and in whatever order findings are read", () => {
    const canary = finding("canary", T, { detector: "canary-missed" });
    const alone = incidentOf(canary);
    const joined = joinIncidents([finding("gap", T, { detectedAt: T + 5 * HOUR }), canary]);
    expect(new Set(joined.map(incidentOf))).toEqual(new Set([alone]));
    expect(joinIncidents(joined)).toBe(joined);
  });

  it("is another one where a finding that was resolved comes back", () => {
    const one = finding("gap", T);
    expect(incidentOf({ ...one, reopened: 1 })).not.toBe(incidentOf(one));
  });
});

describe("an outage", () => {
  it("is two mails: its begin, and its end once all of it is over", () => {
    const kinds: string[] = [];
    let findings: readonly Finding[] = [];
    const look = (now: number, ...news: Finding[]): void => {
      findings = joinIncidents([...findings.filter(({ id }) => !news.some((one) => one.id === id)), ...news]);
      const notices = dueNow(findings, now, { cluster });
      kinds.push(...notices.map(({ kind, subject }) => `${kind} ${subject}`));
      findings = afterTelling(findings, notices, now);
    };
    const kept = (id: string): Finding => findings.find((one) => one.id === id) as Finding;
    look(T, finding("canary", T, { detector: "canary-missed", severity: "medium" }));
    look(T + 3 * HOUR, finding("gap", T, { detectedAt: T + 3 * HOUR, severity: "medium" }));
    look(T + 24 * HOUR, { ...kept("gap"), severity: "high" });
    look(T + 30 * HOUR, { ...kept("canary"), status: "resolved", closedAt: T + 30 * HOUR });
    look(T + 33 * HOUR, { ...kept("gap"), status: "ended", endedAt: T + 30 * HOUR, ends: "Proven again." });
    look(T + 34 * HOUR);
    const reference = incidentOf(finding("canary", T));
    expect(kinds).toEqual([
      `opened [HIGH] CloudTrail capture outage (orders-prod) ${reference}`,
      `over [ENDED] CloudTrail capture outage (orders-prod) ${reference}`,
    ]);
  });
});

describe("what follows on an incident", () => {
  const net = ["network:203.0.113.0/24"];
  const first = [episode("A", T, net)];
  const told = afterTelling(first, dueNow(first, T), T);
  const more = joinIncidents([
    ...told,
    { ...episode("B", T + 10 * MINUTE, net), detectedAt: T + 61 * MINUTE },
  ]);

  it("is told together an hour later", () => {
    expect(dueNow(more, T + 59 * MINUTE)).toEqual([]);
    const [update] = dueNow(more, T + 60 * MINUTE);
    expect(update?.kind).toBe("more");
    expect(update?.subject).toContain("[UPDATE] ");
    // What is new comes first, what is known after it.
    expect(update?.body).toMatch(/^B connected from 203/);
    expect(update?.body).toContain("ALSO IN THIS INCIDENT\n- HIGH A connected");
  });

  it("is told at once where it is worse than what was told", () => {
    const worse = more.map((one) => ({ ...one, severity: "critical" as const }));
    expect(dueNow(worse, T + 20 * MINUTE).map(({ kind }) => kind)).toEqual(["worse"]);
  });

  it("is one end, when the last of it is over", () => {
    const all = afterTelling(more, dueNow(more, T + 2 * HOUR), T + 2 * HOUR);
    const [a, b] = all.map((one) => ({ ...one, status: "ended" as const }));
    expect(dueNow([a as Finding, all[1] as Finding], T + 26 * HOUR)).toEqual([]);
    expect(dueNow([a as Finding, b as Finding], T + 26 * HOUR).map(({ kind }) => kind)).toEqual(["over"]);
  });

  it("is nothing where all of it was accepted", () => {
    const exempt = afterTelling(more, dueNow(more, T + 2 * HOUR), T + 2 * HOUR).map((one) => ({
      ...one,
      status: "exempt" as const,
    }));
    expect(dueNow(exempt, T + 26 * HOUR)).toEqual([]);
  });
});
