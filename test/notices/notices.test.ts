// Notices: what they say, that they say it once, and that no name can break them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { detectorOf } from "../../lib/detectors/index.ts";
import { noticeFor } from "../../lib/notices/notice-text.ts";
import { markNoticed, planNotices } from "../../lib/notices/plan-notices.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/orders-prod");
const T = Date.UTC(2026, 3, 1, 2);
const docsOf = detectorOf;
const finding = (change: Partial<Finding> = {}): Finding => ({
  id: "dormant-mapping-0123456789abcdef",
  detector: "dormant-mapping",
  category: "dormant",
  life: "state",
  severity: "medium",
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

describe("a notice", () => {
  it("says what, why, evidence, since when, the fix and where to look further", () => {
    const { subject, body } = noticeFor(finding(), "opened", docsOf("dormant-mapping"));
    expect(subject).toBe("[MEDIUM] Unused mapping: OldJob as app_ro, last used 91 days ago (orders-prod)");
    expect(body).toMatchInlineSnapshot(`
      "Unused mapping: OldJob as app_ro, last used 91 days ago
      MEDIUM severity. Found by dormant-mapping at 2026-04-01 02:00 UTC.

      Cluster: arn:aws:dsql:us-east-1:111122223333:cluster/orders-prod
      Principal: arn:aws:iam::111122223333:role/OldJob
      Database role: app_ro

      WHY IT MATTERS
      Nobody would miss this access, and nobody watches it. Whoever gets hold of the principal gets the role too.

      WHAT WAS SEEN
      Last use: 2025-12-31 10:00 UTC
      Without capture: 0 hours

      SINCE WHEN
      from 2025-12-31 02:00 UTC
      to   2026-04-01 02:00 UTC

      TO FIX IT
      AWS IAM REVOKE app_ro FROM 'arn:aws:iam::111122223333:role/OldJob';

      IF IT IS EXPECTED
      Break-glass access and yearly jobs: exempt the finding with an owner, a reason and an end.

      NEXT STEPS
      dsql-audit finding dormant-mapping-0123456789abcdef
      dsql-audit ack dormant-mapping-0123456789abcdef
      "
    `);
  });

  it("states between which snapshots something began", () => {
    const since = { after: "2026-04-01T01:00:00.000Z", by: "2026-04-01T02:00:00.000Z" };
    const { body } = noticeFor(finding({ evidence: { since } }), "opened", undefined);
    expect(body).toContain("It began between 2026-04-01 01:00 UTC and 2026-04-01 02:00 UTC");
  });

  it("takes back what is resolved, and tells no more to do", () => {
    const { subject, body } = noticeFor(
      finding({ status: "resolved", closedAt: T + HOUR }),
      "resolved",
      docsOf("dormant-mapping"),
    );
    expect(subject).toMatch(/^\[RESOLVED\] /);
    expect(body).toContain("A complete evaluation no longer found it.\nResolved at 2026-04-01 03:00 UTC");
    expect(body).not.toContain("TO FIX IT");
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
            subject: { role, facet: "" },
            evidence: { [role]: value },
            fix: title,
          });
          const { subject, body } = noticeFor(hostile, "opened", undefined);
          expect(subject).toMatch(/^[ -~]{1,99}$/);
          expect(subject.endsWith("(orders-prod)")).toBe(true);
          expect(body.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(body.split("\n").filter((line) => line === "NEXT STEPS")).toHaveLength(1);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("what people are told", () => {
  it("is each thing once, and that it is over once", () => {
    let findings: readonly Finding[] = [finding()];
    const tell = (): string[] => {
      const notices = planNotices(findings, docsOf);
      for (const notice of notices) findings = markNoticed(findings, notice, T);
      return notices.map(({ kind }) => kind);
    };
    expect(tell()).toEqual(["opened"]);
    expect(tell()).toEqual([]);
    findings = findings.map((one) => ({ ...one, status: "resolved", closedAt: T + HOUR }));
    expect(tell()).toEqual(["resolved"]);
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
    expect(planNotices(quiet, docsOf)).toEqual([]);
    expect(planNotices([finding({ severity: "low" })], docsOf, { minSeverity: "low" })).toHaveLength(1);
  });

  it("is one mail where there is much, the worst first", () => {
    const many = Array.from({ length: 250 }, (_, i) =>
      finding({ id: `dormant-mapping-${i}`, title: `job ${i}`, severity: i === 77 ? "critical" : "medium" }),
    );
    const [notice, ...rest] = planNotices(many, docsOf);
    expect(rest).toEqual([]);
    expect(notice?.subject).toBe("[CRITICAL] 250 new findings: 1 critical, 249 medium (orders-prod)");
    expect(notice?.body.split("\n")[3]).toBe("CRITICAL job 77");
    expect(notice?.body).toContain("... and 150 more.");
    expect(notice?.told).toHaveLength(250);
  });
});
