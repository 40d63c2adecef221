import { describe, expect, it } from "vitest";
import { findingsAt } from "../../lib/report/findings-at.ts";
import { END, sampleFindings } from "./sample-report.ts";

const [finding] = sampleFindings;

describe("findingsAt", () => {
  it("leaves out what was judged later and opens what was closed later", () => {
    if (!finding) throw new Error("the sample has findings");
    const closed = { ...finding, detectedAt: END, status: "resolved" as const, closedAt: END + 10 };
    expect(findingsAt([closed], END - 1)).toEqual([]);
    expect(findingsAt([closed], END + 9)).toMatchObject([{ status: "open" }]);
    expect(findingsAt([closed], END + 9)[0]).not.toHaveProperty("closedAt");
    expect(findingsAt([closed], END + 10)).toEqual([closed]);
  });
});
