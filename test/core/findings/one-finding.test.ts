// One mapping has one finding, a gap has an end, and what people were told is not told again.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { acknowledge } from "../../../lib/core/findings/acknowledge.ts";
import { exemptionOf } from "../../../lib/core/findings/exemption.ts";
import { mappingDetectors } from "../../../lib/core/findings/family.ts";
import type { Finding, Look, Observation, Verdict } from "../../../lib/core/findings/finding.ts";
import { findingId } from "../../../lib/core/findings/finding-id.ts";
import { type ReconcileOptions, reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { StoredFinding } from "../../../lib/core/findings/stored-finding.ts";
import { afterTelling, dueNow } from "../../support/notices.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
const principal = Principal.parse("arn:aws:iam::111122223333:role/Job");
const subject = { principal, role: "app_ro", roleOid: 1, facet: "" };
const T = Date.UTC(2026, 3, 1);
const looks: Look[] = mappingDetectors.map((detector) => ({ detector, complete: true }));

const mapping = (verdict: Verdict): Observation => ({
  id: findingId("mapping", cluster, subject),
  detector: `${verdict}-mapping`,
  family: "mapping",
  category: "dormant",
  life: "state",
  severity: verdict === "dormant" || verdict === "never-used" ? "high" : "low",
  cluster,
  subject,
  title: verdict,
  evidence: {},
  firstSeenAt: T - 100 * DAY,
  lastSeenAt: T,
  verdict,
});

/** Judges at `now`, tells what is due, and says what went out. */
const story = (start: readonly Finding[] = []) => {
  let findings: readonly Finding[] = start;
  return {
    look: (now: number, observations: readonly Observation[], by = looks, options: ReconcileOptions = {}) => {
      findings = reconcileFindings(findings, observations, by, now, options);
      expect(reconcileFindings(findings, observations, by, now, options)).toEqual(findings);
      const notices = dueNow(findings, now);
      findings = afterTelling(findings, notices, now);
      expect(dueNow(findings, now)).toEqual([]);
      return notices.map(({ kind, subject }) => `${kind} ${subject.split(" ", 1)[0]}`);
    },
    all: () => findings,
    change: (by: (finding: Finding) => Finding) => {
      findings = findings.map(by);
    },
  };
};

describe("the finding of a mapping", () => {
  it("stays one through an outage: its verdict moves, and nothing is told twice", () => {
    const { look, all } = story();
    expect(look(T, [mapping("unknown")])).toEqual([]);
    expect(look(T + DAY, [mapping("dormant")])).toEqual(["opened [HIGH]"]);
    expect(all()).toMatchObject([{ detector: "dormant-mapping", detectedAt: T + DAY }]);
    expect(look(T + 2 * DAY, [mapping("unknown")])).toEqual([]);
    expect(all()).toMatchObject([
      { detector: "unknown-mapping", verdict: "unknown", severity: "low", status: "open" },
    ]);
    expect(look(T + 92 * DAY, [mapping("dormant")])).toEqual([]);
    expect(all()).toMatchObject([{ verdict: "dormant", detectedAt: T + DAY, reopened: 0 }]);
    expect(look(T + 93 * DAY, [], looks, { gone: () => "It is in use." })).toEqual(["over [RESOLVED]"]);
    expect(all()).toMatchObject([{ status: "resolved", closedBecause: "It is in use." }]);
    expect(look(T + 300 * DAY, [mapping("dormant")])).toEqual(["opened [HIGH]"]);
    expect(all()).toMatchObject([{ reopened: 1, detectedAt: T + 300 * DAY }]);
  });

  it("keeps its acknowledgement and its exemption whatever the verdict", () => {
    const { look, all, change } = story();
    look(T, [mapping("dormant")]);
    change((finding) => acknowledge(finding, T, { by: "ana" }));
    expect(look(T + DAY, [mapping("unknown")])).toEqual([]);
    expect(look(T + 2 * DAY, [mapping("never-used")])).toEqual([]);
    expect(all()).toMatchObject([{ status: "acknowledged", verdict: "never-used" }]);

    const other = story();
    other.look(T, [mapping("dormant")]);
    const terms = { owner: "ops", reason: "yearly job", until: T + 300 * DAY };
    const exemptions = [exemptionOf(other.all()[0] as Finding, terms, T)];
    for (const verdict of ["unknown", "dormant", "never-used"] as const) {
      expect(other.look(T + DAY, [mapping(verdict)], looks, { exemptions })).toEqual([]);
      expect(other.all()).toMatchObject([{ status: "exempt", verdict }]);
    }
  });

  it("is one whatever the verdicts, told at most once in a life, and taken back only when it was told", () => {
    const verdicts = fc.constantFrom<Verdict | undefined>(
      "dormant",
      "never-used",
      "unknown",
      "ambiguous",
      undefined,
    );
    fc.assert(
      fc.property(fc.array(verdicts, { maxLength: 12 }), (steps) => {
        const { look, all } = story();
        let told = false;
        for (const [n, verdict] of steps.entries()) {
          const was = all()[0]?.status;
          const notices = look(T + n * DAY, verdict ? [mapping(verdict)] : []);
          expect(all().length).toBeLessThanOrEqual(1);
          if (verdict) expect(all()).toMatchObject([{ verdict, status: "open" }]);
          const proves = verdict === "dormant" || verdict === "never-used";
          const due = !verdict && was === "open" && told ? ["over [RESOLVED]"] : [];
          expect(notices).toEqual(proves && !told ? ["opened [HIGH]"] : due);
          told = verdict ? told || proves : false;
        }
      }),
    );
  });

  const stored = (detector: string, more: Partial<Finding>): unknown => {
    const { family: _, life: __, ...old } = mapping("dormant");
    return {
      ...old,
      id: findingId(detector, cluster, subject),
      detector,
      verdict: detector.replace("-mapping", ""),
      severity: detector === "dormant-mapping" ? "high" : "low",
      status: "open",
      detectedAt: T - DAY,
      confirmedAt: T - HOUR,
      reopened: 0,
      ...more,
    };
  };

  it("goes on from what the release before it stored for each verdict: not told again, none left open", () => {
    const before = [
      stored("dormant-mapping", { noticedAt: T - DAY }),
      stored("unknown-mapping", { detectedAt: T - HOUR }),
    ].map((one) => StoredFinding.parse(one));
    const { look, all } = story(before);
    expect(look(T, [mapping("unknown")])).toEqual([]);
    const open = all().filter(({ status }) => status === "open");
    expect(open).toMatchObject([{ id: before[0]?.id, verdict: "unknown", detectedAt: T - DAY }]);
    expect(look(T + DAY, [mapping("dormant")])).toEqual([]);
    expect(all().filter(({ status }) => status === "open")).toMatchObject([{ id: before[0]?.id }]);
    expect(look(T + 2 * DAY, [])).toEqual(["over [RESOLVED]"]);
    expect(all().every(({ status }) => status === "resolved")).toBe(true);
  });

  it("honours an exemption that was made for one of the verdicts", () => {
    const old = StoredFinding.parse(stored("dormant-mapping", { status: "exempt" }));
    const terms = { owner: "ops", reason: "yearly job", until: T + DAY };
    const exemptions = [{ ...exemptionOf(old, terms, T), key: old.id }];
    const { look, all } = story([old]);
    expect(look(T, [mapping("unknown")], looks, { exemptions })).toEqual([]);
    expect(all()).toMatchObject([{ status: "exempt", verdict: "unknown" }]);
  });
});

describe("a capture gap", () => {
  const start = T;
  const gap = (to: number, ended = false): Observation => {
    const own = { facet: new Date(start).toISOString() };
    const hours = (to - start) / HOUR;
    return {
      id: findingId("capture-gap", cluster, own),
      detector: "capture-gap",
      category: "coverage",
      life: "stretch",
      severity: hours >= 24 ? "critical" : "high",
      cluster,
      subject: own,
      title: `${hours} hours`,
      evidence: { hours },
      firstSeenAt: start,
      lastSeenAt: to,
      ...(ended && { endedAt: to, ends: "Capture is proven again." }),
    };
  };
  const by = (reachesFrom = 0): Look[] => [{ detector: "capture-gap", complete: true, reachesFrom }];

  it("is told, told again when it is more severe, and told once when capture is proven again", () => {
    const { look, all } = story();
    expect(look(T + 12 * HOUR, [gap(T + 12 * HOUR)], by())).toEqual(["opened [HIGH]"]);
    expect(look(T + 20 * HOUR, [gap(T + 20 * HOUR)], by())).toEqual([]);
    expect(look(T + 85 * HOUR, [gap(T + 85 * HOUR)], by())).toEqual(["worse [CRITICAL]"]);
    expect(look(T + 90 * HOUR, [gap(T + 85 * HOUR, true)], by())).toEqual(["over [ENDED]"]);
    expect(all()).toMatchObject([{ status: "ended", endedAt: T + 85 * HOUR }]);
    expect(all()[0]).not.toHaveProperty("closedAt");
    const later = T + 100 * DAY;
    expect(look(later, [], by(later - 90 * DAY))).toEqual([]);
    expect(all()).toMatchObject([
      {
        status: "ended",
        closedAt: later,
        closedBecause: "It is past: evaluations no longer look back so far. Nothing was mended.",
      },
    ]);
  });

  it("is resolved when its hours are proven after all", () => {
    const { look, all } = story();
    look(T + 12 * HOUR, [gap(T + 12 * HOUR)], by());
    expect(look(T + DAY, [], by(T - 90 * DAY))).toEqual(["over [RESOLVED]"]);
    expect(all()).toMatchObject([{ status: "resolved" }]);
  });

  it("that late files cut in two is not told again", () => {
    const { look, all } = story();
    look(T + 12 * HOUR, [gap(T + 12 * HOUR)], by());
    look(T + 14 * HOUR, [gap(T + 12 * HOUR, true)], by());
    const later = { facet: new Date(T + 8 * HOUR).toISOString() };
    const second = {
      ...gap(T + 12 * HOUR, true),
      id: findingId("capture-gap", cluster, later),
      subject: later,
      firstSeenAt: T + 8 * HOUR,
    };
    expect(look(T + 15 * HOUR, [gap(T + 4 * HOUR, true), second], by())).toEqual([]);
    expect(all()).toMatchObject([{ status: "ended" }, { status: "ended" }]);
    expect(look(T + 16 * HOUR, [], by())).toEqual([]);
  });

  it("that is over before anybody was told is one mail", () => {
    const { look } = story();
    expect(look(T + 20 * HOUR, [gap(T + 12 * HOUR, true)], by())).toEqual(["opened [HIGH]"]);
  });

  it("that people were told is over is told again where it goes on after all, and its end again", () => {
    const { look, all } = story();
    look(T + 12 * HOUR, [gap(T + 12 * HOUR)], by());
    expect(look(T + 14 * HOUR, [gap(T + 12 * HOUR, true)], by())).toEqual(["over [ENDED]"]);
    expect(look(T + 15 * HOUR, [gap(T + 15 * HOUR)], by())).toEqual(["opened [HIGH]"]);
    expect(look(T + 16 * HOUR, [gap(T + 16 * HOUR)], by())).toEqual([]);
    expect(all()).toMatchObject([{ status: "open" }]);
    expect(look(T + 17 * HOUR, [gap(T + 15 * HOUR, true)], by())).toEqual(["over [ENDED]"]);
  });

  it("that somebody takes care of is told of when it is more severe than what he took", () => {
    const { look, change, all } = story();
    look(T + 12 * HOUR, [gap(T + 12 * HOUR)], by());
    change((finding) => acknowledge(finding, T + 13 * HOUR, { by: "ana" }));
    expect(look(T + 15 * HOUR, [gap(T + 15 * HOUR)], by())).toEqual([]);
    expect(look(T + 30 * HOUR, [gap(T + 30 * HOUR)], by())).toEqual(["worse [CRITICAL]"]);
    expect(all()).toMatchObject([{ status: "acknowledged", severity: "critical" }]);
  });
});
