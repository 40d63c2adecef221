// Notices: what they say, that they say it once, and that no name can break them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { MAX_COLUMNS } from "../../lib/notices/page.ts";
import { afterTelling, dueNow } from "../support/notices.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/orders-prod");
const T = Date.UTC(2026, 3, 1, 2);
const finding = (change: Partial<Finding> = {}): Finding => ({
  id: "dormant-mapping-0123456789abcdef",
  detector: "dormant-mapping",
  category: "dormant",
  life: "state",
  severity: "high",
  cluster,
  subject: {
    principal: Principal.parse("arn:aws:iam::111122223333:role/OldJob"),
    role: "app_ro",
    roleOid: 1,
    facet: "",
  },
  title: "Unused mapping: OldJob as app_ro, last used 91 days ago",
  evidence: { lastUseAt: "2025-12-31T10:00:00.000Z", uncoveredHours: 0 },
  firstSeenAt: T - 91 * 24 * HOUR,
  lastSeenAt: T,
  fix: "AWS IAM REVOKE app_ro FROM 'arn:aws:iam::111122223333:role/OldJob';",
  status: "open",
  detectedAt: T,
  confirmedAt: T,
  reopened: 0,
  ...change,
});

const only = (findings: readonly Finding[], at = T, given = {}) => {
  const [notice, ...rest] = dueNow(findings, at, given);
  expect(rest).toEqual([]);
  if (!notice) throw new Error("nothing is due");
  return notice;
};

describe("a notice", () => {
  it("says what, why, evidence, since when, the fix and where to look further", () => {
    const { subject, body } = only([finding()]);
    expect(subject).toBe("[HIGH] OldJob: Unused mapping, used in the past (orders-prod) inc-d55367a0");
    expect(body).toMatchInlineSnapshot(`
      "Unused mapping: OldJob as app_ro, last used 91 days ago
      HIGH severity. Found at 2026-04-01 02:00 UTC by dormant-mapping.
      Reference: inc-d55367a0.

      Cluster: arn:aws:dsql:us-east-1:111122223333:cluster/orders-prod
      Principal: arn:aws:iam::111122223333:role/OldJob
      Database role: app_ro

      WHAT WAS SEEN
      Last use: 2025-12-31 10:00 UTC
      Without capture: 0 hours

      SINCE WHEN
      2025-12-31 02:00 UTC, and still at 2026-04-01 02:00 UTC

      WHY IT MATTERS
      Nobody would miss this access, and nobody watches it. Whoever gets hold of the
      principal gets the role too.

      WHAT TO DO FIRST
      AWS IAM REVOKE app_ro FROM 'arn:aws:iam::111122223333:role/OldJob';

      IF IT IS EXPECTED
      Break-glass access and yearly jobs: exempt the finding with an owner, a reason
      and an end.

      WHAT IS NOT KNOWN
      A connection names a principal and not a role. Where a principal has several
      roles, its use is ambiguous. A session lasts for at most an hour, so every use
      begins with a connection.

      NEXT STEPS
      To look closer:
      npx dsql-audit finding dormant-mapping-0123456789abcdef --cluster orders-prod \\
        --store audit.db
      To see the script that ends it, and the way back:
      npx dsql-audit plan dormant-mapping-0123456789abcdef --cluster orders-prod \\
        --store audit.db
      To say that you take care of it:
      npx dsql-audit ack dormant-mapping-0123456789abcdef --cluster orders-prod \\
        --store audit.db
      To accept it for 30 days:
      npx dsql-audit exempt dormant-mapping-0123456789abcdef --owner YOUR-TEAM \\
        --reason WHY --until 30d --cluster orders-prod --store audit.db
      The whole incident, and when each mail about it was sent:
      npx dsql-audit incident inc-d55367a0 --cluster orders-prod --store audit.db
      "
    `);
  });

  it("states between which snapshots something began", () => {
    const since = { after: "2026-04-01T01:00:00.000Z", by: "2026-04-01T02:00:00.000Z" };
    const { body } = only([finding({ evidence: { since } })]);
    expect(body).toContain("It began between 2026-04-01 01:00 UTC and 2026-04-01 02:00 UTC");
  });

  it("takes back what is resolved, and tells no more to do", () => {
    const told = afterTelling([finding()], dueNow([finding()], T), T);
    const resolved = told.map((one) => ({ ...one, status: "resolved" as const, closedAt: T + HOUR }));
    const { subject, body, kind } = only(resolved, T + HOUR);
    expect(kind).toBe("over");
    expect(subject).toMatch(/^\[RESOLVED\] /);
    expect(body).toContain("A complete evaluation no longer found it.");
    expect(body.replaceAll(/\s+/g, " ")).toContain(
      "It was found at 2026-04-01 02:00 UTC and resolved at 2026-04-01 03:00 UTC.",
    );
    expect(body).not.toContain("WHAT TO DO FIRST");
  });

  it("is called resolved in subject and text alike where the rest of it was accepted", () => {
    const both = [finding(), finding({ id: "other" })].map((one) => ({ ...one, incident: "inc-1" }));
    const told = afterTelling(both, dueNow(both, T), T);
    const over = told.map((one, n) =>
      n ? { ...one, status: "exempt" as const } : { ...one, status: "resolved" as const, closedAt: T + HOUR },
    );
    const { subject, body } = only(over, T + HOUR);
    expect(subject).toMatch(/^\[RESOLVED\] /);
    expect(body.replaceAll(/\s+/g, " ")).toContain(
      "and resolved at 2026-04-01 03:00 UTC. The rest of it was accepted.",
    );
  });

  it("has one stem and one reference in all subjects of an incident, and names the notice before", () => {
    const first = only([finding()]);
    const told = afterTelling([finding()], [first], T).map((one) => ({
      ...one,
      severity: "critical" as const,
    }));
    const second = only(told, T + HOUR);
    expect(second.subject).toBe(first.subject.replace("[HIGH]", "[CRITICAL]"));
    expect(second.body).toContain("Now CRITICAL severity, high before.");
    expect(second.body).toContain("Previous notice: 2026-04-01 02:00 UTC.");
  });

  it("is called the same whatever becomes of its verdict, its signs and its severity", () => {
    const stem = (subject: string): string => subject.replace(/^\[[A-Z ]+\] /, "");
    const verdicts = ["unknown-mapping", "never-used-mapping", "dormant-mapping", "ambiguous-mapping"];
    const mails = verdicts.map((detector) => only([finding({ detector, family: "mapping" })]).subject);
    expect(new Set(mails.map(stem)).size).toBe(1);
    expect(mails[0]).toBe("[HIGH] OldJob: Mapping without a proven use (orders-prod) inc-d55367a0");

    const sign = finding({ detector: "new-network", life: "episode", category: "anomalous" });
    const first = only([sign]);
    const more = afterTelling([sign], [first], T).map((one) => ({
      ...one,
      ...{ detector: "revoked-connection", severity: "critical" as const },
    }));
    expect(stem(only(more, T + HOUR).subject)).toBe(stem(first.subject));
    const over = more.map((one) => ({ ...one, status: "ended" as const }));
    expect(stem(only(over, T + HOUR).subject)).toBe(stem(first.subject));
  });

  it("is called the same where a subject line has to be cut", () => {
    const long = finding({ subject: { object: "x".repeat(200), facet: "" } });
    const first = only([long]);
    const told = afterTelling([long], [first], T);
    const critical = only(told.map((one) => ({ ...one, severity: "critical" as const })));
    const over = only(told.map((one) => ({ ...one, status: "resolved" as const, closedAt: T })));
    for (const { subject } of [first, critical, over]) {
      expect(subject.replace(/^\[[A-Z ]+\] /, "")).toBe(first.subject.slice("[HIGH] ".length));
      expect(subject.length).toBeLessThanOrEqual(99);
    }
  });

  it("keeps its shape whatever names and evidence hold", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.jsonValue(),
        (title, role, value) => {
          const hostile = finding({
            title,
            detector: "none",
            subject: { role, facet: "" },
            evidence: { [role]: value },
            fix: title,
          });
          const { subject, body, short } = only([hostile]);
          expect(subject).toMatch(/^[ -~]{1,99}$/);
          expect(subject).toMatch(/ \(orders-prod\) inc-[0-9a-f]{8}$/);
          expect(body.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(body.split("\n").filter((line) => line === "NEXT STEPS")).toHaveLength(1);
          expect(Array.from(short).length).toBeLessThanOrEqual(140);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keeps its lines within 79 columns where no word is longer", () => {
    const words = Array.from({ length: 80 }, (_, i) => `word${i}`).join(" ");
    const long = finding({
      title: words,
      evidence: { lastUseAt: words },
      fix: `REVOKE SELECT ON TABLE "a b c" FROM "${"x y ".repeat(10)}";\nREVOKE ${words};`,
    });
    const { body } = only([long]);
    for (const line of body.split("\n")) expect(line.length, line).toBeLessThanOrEqual(MAX_COLUMNS);
    expect(body).toContain(`"${"x y ".repeat(10)}"`);
  });
});

describe("what people are told", () => {
  it("is each thing once, and that it is over once", () => {
    let findings: readonly Finding[] = [finding()];
    const tell = (): string[] => {
      const notices = dueNow(findings, T);
      findings = afterTelling(findings, notices, T);
      return notices.map(({ kind }) => kind);
    };
    expect(tell()).toEqual(["opened"]);
    expect(tell()).toEqual([]);
    findings = findings.map((one) => ({ ...one, status: "resolved", closedAt: T + HOUR }));
    expect(tell()).toEqual(["over"]);
    expect(tell()).toEqual([]);
  });

  it("is nothing of what is low, exempt, acknowledged, or over before anybody was told", () => {
    const quiet = [
      finding({ severity: "low" }),
      finding({ status: "exempt" }),
      finding({ status: "acknowledged" }),
      finding({ status: "resolved", closedAt: T }),
      finding({ status: "ended", closedAt: T }),
    ];
    for (const one of quiet) expect(dueNow([one], T)).toEqual([]);
  });

  it("waits for the summary where it is medium", () => {
    expect(dueNow([finding({ severity: "medium" })], T)).toEqual([]);
  });

  it("is one mail of a new cluster, the worst first", () => {
    const many = Array.from({ length: 250 }, (_, i) =>
      finding({ id: `dormant-mapping-${i}`, title: `job ${i}`, severity: i === 77 ? "critical" : "medium" }),
    );
    const notice = only(many, T, { state: {} });
    expect(notice.kind).toBe("first");
    expect(notice.subject).toBe("[CRITICAL] What we found first: 1 critical, 249 medium (orders-prod)");
    expect(notice.body).toContain("LOOK AT THESE FIRST\n- CRITICAL job 77 [77]");
    expect(notice.body).toContain("... and 189 more.");
    expect(notice.told).toHaveLength(250);
    expect(dueNow(afterTelling(many, [notice], T), T)).toEqual([]);
  });

  it("is one mail of a new cluster also where nothing is wrong", () => {
    const notice = only([], T, { state: {}, cluster });
    expect(notice.subject).toBe("[OK] Access is audited from now on (orders-prod)");
  });

  it("is one list where there are more than ten at once, no more often than every ten minutes", () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      finding({ id: `dormant-mapping-${i}`, title: `job ${i}` }),
    );
    const notice = only(many);
    expect(notice.subject).toBe("[HIGH] Many incidents at once: 30 findings: 30 high (orders-prod)");
    const state = { firstAt: 0, stormAt: T - 5 * 60_000 };
    expect(dueNow(many, T, { state })).toEqual([]);
    expect(dueNow(many, T + 5 * 60_000, { state })).toHaveLength(1);
  });
});
