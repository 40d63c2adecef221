// Random lives of findings, with crashes and repeats between judging and telling: what must hold of the notices whatever happens.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { HOUR, type Instant } from "../../../lib/core/base/time.ts";
import { acknowledge } from "../../../lib/core/findings/acknowledge.ts";
import { type Finding, type Severity, worstFirst } from "../../../lib/core/findings/finding.ts";
import { summaryNews } from "../../../lib/core/incidents/due.ts";
import { incidentsOf } from "../../../lib/core/incidents/incident.ts";
import { incidentOf, joinIncidents } from "../../../lib/core/incidents/threads.ts";
import { asToldIn, markToldIn, type Outlet } from "../../../lib/core/incidents/told-where.ts";
import type { Notice } from "../../../lib/notices/notice.ts";
import { dueNow } from "../../support/notices.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/orders-prod");
const START = Date.UTC(2026, 3, 1);
const detectors = ["capture-gap", "new-network", "revoked-connection", "grant-option"] as const;
const severities: readonly Severity[] = ["low", "medium", "high", "critical"];

type World = {
  /** Where people are told: the other place knows nothing, and changes nothing. */
  readonly where: Outlet;
  findings: readonly Finding[];
  now: Instant;
  /** What is out, in order. */
  readonly mails: Notice[];
  /** Mails whose marks got lost with the process that sent them: they may come twice. */
  readonly unmarked: Set<Notice>;
};

/** With what was told of each there. */
const seen = ({ findings, where }: World): readonly Finding[] => asToldIn(findings, where);

/** Sends what is due; `dies` after so many mails, before the last of them is marked. */
const send = (world: World, dies: number): void => {
  for (const [i, notice] of dueNow(seen(world), world.now, { cluster }).entries()) {
    world.mails.push(notice);
    if (i + 1 === dies) {
      world.unmarked.add(notice);
      return;
    }
    world.findings = markToldIn(world.findings, world.where, notice.told, world.now);
  }
};

const summarize = (world: World): void => {
  const told = incidentsOf(seen(world))
    .map((incident) => summaryNews(incident))
    .flatMap(({ news, ended }) => [
      ...news.map(({ id, severity, detector }) => ({
        id,
        severity,
        detector,
        ended: false,
        where: "summary" as const,
      })),
      ...ended.map(({ id, severity, detector }) => ({
        id,
        severity,
        detector,
        ended: true,
        where: "summary" as const,
      })),
    ]);
  world.findings = markToldIn(world.findings, world.where, told, world.now);
};

const change = (world: World, n: number, by: (finding: Finding) => Finding): void => {
  world.findings = joinIncidents(
    world.findings.map((one, i) => (i === n % world.findings.length ? by(one) : one)),
  );
};

const isLive = ({ status }: Finding): boolean => status === "open" || status === "acknowledged";

const step = fc.oneof(
  fc.record({ is: fc.constant("open" as const), severity: fc.nat(3), thread: fc.nat(2) }),
  fc.record({ is: fc.constant("severity" as const), n: fc.nat(20), severity: fc.nat(3) }),
  fc.record({ is: fc.constant("resolve" as const), n: fc.nat(20) }),
  fc.record({ is: fc.constant("ack" as const), n: fc.nat(20) }),
  fc.record({ is: fc.constant("exempt" as const), n: fc.nat(20) }),
  // Another sign or verdict names the finding from now on.
  fc.record({ is: fc.constant("named" as const), n: fc.nat(20), as: fc.nat(3) }),
  fc.record({ is: fc.constant("send" as const), dies: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ is: fc.constant("summary" as const) }),
  fc.record({ is: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 600 }) }),
);

const run = (
  world: World,
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
): void => {
  for (const one of steps) {
    const { now } = world;
    if (one.is === "open") {
      const id = `gap-${world.findings.length}`;
      const fresh: Finding = {
        ...{ id, detector: "capture-gap", category: "coverage", life: "stretch", cluster, title: id },
        ...{ subject: { facet: id }, evidence: {}, status: "open", reopened: 0 },
        severity: severities[one.severity] ?? "low",
        ...{ firstSeenAt: now, lastSeenAt: now, detectedAt: now, confirmedAt: now },
        ...(one.thread && { threads: [`outage-${one.thread}`] }),
      };
      world.findings = joinIncidents([...world.findings, fresh]);
    } else if (one.is === "wait") world.now += one.minutes * 60_000;
    else if (one.is === "send") send(world, one.dies);
    else if (one.is === "summary") summarize(world);
    else if (world.findings.length)
      change(world, one.n, (finding) => {
        if (!isLive(finding)) return finding;
        if (one.is === "resolve") return { ...finding, status: "resolved", closedAt: now };
        if (one.is === "ack") return acknowledge(finding, now, { by: "ana" });
        if (one.is === "exempt") return { ...finding, status: "exempt" };
        if (one.is === "named") return { ...finding, detector: detectors[one.as] ?? finding.detector };
        return { ...finding, severity: severities[one.severity] ?? "low" };
      });
  }
};

const lived = (steps: Parameters<typeof run>[1], where: Outlet = "mail"): World => {
  const world: World = { where, findings: [], now: START, mails: [], unmarked: new Set() };
  run(world, steps);
  // An hour later everything that was held back is due, and a process that lives sends it.
  world.now += 2 * HOUR;
  send(world, 0);
  return world;
};

const mailsOf = ({ mails }: World, incident: string): Notice[] =>
  mails.filter((notice) => notice.incident === incident);

describe.each<Outlet>(["mail", "chat"])("whatever happens, by %s", (where) => {
  const holds = (law: (world: World) => void): void =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => law(lived(steps, where))),
      { numRuns: 200 },
    );

  it("every incident that is high and that nobody took has had its first notice", () => {
    holds((world) => {
      for (const incident of incidentsOf(seen(world))) {
        const urgent = incident.standing.some(
          ({ severity, status, noticedSeverity }) =>
            worstFirst(severity, "high") <= 0 &&
            !(
              status === "acknowledged" &&
              noticedSeverity !== undefined &&
              worstFirst(severity, noticedSeverity) >= 0
            ),
        );
        if (urgent) expect(mailsOf(world, incident.id).length).toBeGreaterThan(0);
      }
    });
  });

  it("a first notice comes once, unless its sender died before it could say so", () => {
    holds((world) => {
      for (const { id } of incidentsOf(seen(world))) {
        const first = mailsOf(world, id).filter(({ kind }) => kind === "opened");
        const certain = first.filter((notice) => !world.unmarked.has(notice));
        expect(certain.length).toBeLessThanOrEqual(1);
      }
    });
  });

  it("every rise to high or critical that stands has been told", () => {
    holds((world) => {
      for (const finding of seen(world)) {
        if (!isLive(finding) || worstFirst(finding.severity, "high") > 0) continue;
        if (finding.status === "acknowledged" && finding.noticedSeverity === finding.severity) continue;
        expect(
          finding.noticedSeverity && worstFirst(finding.noticedSeverity, finding.severity),
        ).toBeLessThanOrEqual(0);
      }
    });
  });

  it("nothing is due any more once it was sent, however often somebody asks", () => {
    holds((world) => {
      expect(dueNow(seen(world), world.now, { cluster })).toEqual([]);
    });
  });

  it("an incident that people were mailed of has its end told when all of it is over", () => {
    holds((world) => {
      for (const incident of incidentsOf(seen(world))) {
        const mailed = mailsOf(world, incident.id).some((notice) => !world.unmarked.has(notice));
        const over = incident.findings.every(({ status }) => status === "resolved");
        // What was accepted is no end, and neither is a mail of what is left.
        if (incident.findings.some(({ status }) => status === "exempt")) continue;
        if (mailed && over)
          expect(
            mailsOf(world, incident.id)
              .at(-1)
              ?.told.some(({ ended }) => ended),
          ).toBe(true);
      }
    });
  });

  it("all mails of one incident are called the same, whatever it is found as by then", () => {
    holds((world) => {
      const told = world.mails.filter((notice) => !world.unmarked.has(notice));
      for (const [incident, mails] of Map.groupBy(told, (notice) => notice.incident)) {
        const stems = mails.map(({ subject }) => subject.replace(/^\[[A-Z ]+\] /, ""));
        expect(new Set(stems).size, incident).toBe(1);
      }
    });
  });

  it("tells nobody of what is exempt", () => {
    holds((world) => {
      const { mails, unmarked } = world;
      const certain = mails.filter((notice) => !unmarked.has(notice));
      const named = new Set(certain.flatMap(({ told }) => told.map(({ id }) => id)));
      for (const { id, status, noticedAt } of seen(world))
        if (status === "exempt" && noticedAt === undefined) expect(named.has(id)).toBe(false);
    });
  });

  it("all mails of one incident carry its reference", () => {
    holds((world) => {
      const known = new Set(world.findings.map(incidentOf));
      for (const { incident, subject } of world.mails) {
        expect(known.has(incident ?? "")).toBe(true);
        expect(subject.endsWith(` ${incident}`)).toBe(true);
      }
    });
  });
});

it("a chat is told what people are mailed, each by a memory of its own", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const [mail, chat] = (["mail", "chat"] as const).map((where) => lived(steps, where).mails);
      expect(chat).toEqual(mail);
    }),
    { numRuns: 100 },
  );
});
