import { describe, expect, it } from "vitest";
import type { Finding, Observation } from "../../lib/core/findings/finding.ts";
import { findingsAt } from "../../lib/report/findings-at.ts";
import { END } from "./sample-estate.ts";
import { sampleFindings } from "./sample-findings.ts";

const [sample] = sampleFindings;
if (!sample) throw new Error("the sample has findings");
const finding: Finding = { ...sample, status: "open", detectedAt: END, confirmedAt: END, reopened: 0 };
const { status: _, detectedAt: _1, confirmedAt: _2, reopened: _3, ...observation } = finding;
const then: Observation = { ...observation, title: "as it was then", severity: "low" };

describe("findingsAt", () => {
  it("leaves out what was judged later", () => {
    expect(findingsAt([finding], END - 1, [then])).toEqual({ findings: [], judgedAnew: 0, leftOut: 0 });
  });

  it("keeps what nobody looked at since as it is", () => {
    const closed = { ...finding, status: "resolved" as const, closedAt: END + 10, confirmedAt: END + 9 };
    expect(findingsAt([finding], END, []).findings).toEqual([finding]);
    expect(findingsAt([closed], END + 10, []).findings).toEqual([closed]);
  });

  it("says of what was looked at since what a judgement of that instant says", () => {
    const later = { ...finding, title: "as it is now", severity: "high" as const, confirmedAt: END + 100 };
    expect(findingsAt([later], END + 9, [then])).toMatchObject({
      findings: [
        { title: "as it was then", severity: "low", status: "open", detectedAt: END, confirmedAt: END + 9 },
      ],
      judgedAnew: 1,
    });
    expect(findingsAt([later], END + 9, [])).toEqual({ findings: [], judgedAnew: 0, leftOut: 1 });
  });

  it("opens again what was closed later, and has an earlier life of what came back", () => {
    const closed = { ...finding, status: "resolved" as const, closedAt: END + 10, confirmedAt: END + 5 };
    const [open] = findingsAt([closed], END + 9, [then]).findings;
    expect(open).toMatchObject({ status: "open", title: "as it was then" });
    expect(open).not.toHaveProperty("closedAt");
    const back = { ...finding, detectedAt: END + 50, confirmedAt: END + 60, reopened: 1 };
    expect(findingsAt([back], END + 9, [then]).findings).toMatchObject([{ status: "open", reopened: 0 }]);
  });

  it("shows nothing of a later time", () => {
    const later = { ...finding, lastSeenAt: END + 90, confirmedAt: END + 100, evidence: { at: END + 90 } };
    const told = JSON.stringify(findingsAt([later], END + 9, [then]).findings);
    for (const at of [END + 90, END + 100]) expect(told).not.toContain(String(at));
  });
});
