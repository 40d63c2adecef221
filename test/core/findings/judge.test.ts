// What runs detectors: each with a memory of its own.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { DAY } from "../../../lib/core/base/time.ts";
import { defineDetector } from "../../../lib/core/findings/detector.ts";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditViews } from "../../../lib/core/findings/view.ts";

const key = {};
let made = 0;
const remembering = (id: string) =>
  defineDetector({
    id,
    category: "coverage",
    life: "state",
    evidence: {},
    title: id,
    severity: "low",
    docs: { why: "", fix: "", falsePositives: "", blindSpots: "" },
    options: z.object({ says: z.string().default("nothing") }),
    detect: ({ once, now }, { says }) => {
      const title = once(key, () => `${id} says ${says}, made ${++made}`);
      return [{ subject: {}, title, evidence: {}, firstSeenAt: now, lastSeenAt: now }];
    },
  });

describe("a detector's memory", () => {
  it("is shared neither with other detectors nor with other options, but by all moments of the same facts", () => {
    made = 0;
    const both = [remembering("one"), remembering("two")];
    const facts = exampleFacts({});
    const viewAt = auditViews(facts);
    const judge = judgeWith(both);
    const titles = (now: number, by = judge, at = viewAt) =>
      by(at(now)).observations.map(({ title }) => title);
    const first = ["one says nothing, made 1", "two says nothing, made 2"];
    expect(titles(facts.now)).toEqual(first);
    expect(titles(facts.now - DAY)).toEqual(first);
    const other = judgeWith(both, { two: { says: "no" } });
    expect(titles(facts.now, other)).toEqual(["one says nothing, made 3", "two says no, made 4"]);
    expect(titles(facts.now)).toEqual(first);
    expect(titles(facts.now, judge, auditViews({ ...facts }))).toEqual([
      "one says nothing, made 5",
      "two says nothing, made 6",
    ]);
  });
});
