// What CONTRIBUTING and docs/how-it-works.md claim, held against the code.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LEAST_BITS, LEAST_THRESHOLD, MOST_BITS, MOST_WEIGHT } from "../lib/core/anomaly/constants.ts";
import { joined, severityOf, thresholdOf } from "../lib/core/anomaly/weigh.ts";
import { PROFILE_LIMITS } from "../lib/store/activity/read-profiles.ts";

const read = (file: string): string => readFileSync(join(import.meta.dirname, "..", file), "utf8");

describe("CONTRIBUTING", () => {
  it("lists the rooms of the core in the order that the architecture test holds", () => {
    const [, list = ""] = /CORE_ROOMS = \[([\s\S]*?)\]/.exec(read("test/architecture.test.ts")) ?? [];
    const rooms = [...list.matchAll(/"(\w+)"/g)].map(([, name]) => `\`${name}\``);
    expect(rooms.length).toBeGreaterThan(5);
    expect(read("CONTRIBUTING.md").replaceAll("\n", " ")).toContain(`${rooms.join(", ")}.`);
  });
});

describe("docs/how-it-works.md", () => {
  const text = read("docs/how-it-works.md").replaceAll(/\s+/g, " ");

  it("states the limits as they are", () => {
    const { hour, day } = PROFILE_LIMITS;
    const figure = (n: number): string => n.toLocaleString("en-US");
    expect(text).toContain(
      `at most ${figure(hour.kinds)} kinds of connections apart, a day ${figure(day.kinds)}.`,
    );
    expect(text).toContain(`at least ${LEAST_BITS} bits and counts for at most ${MOST_BITS}.`);
    expect(text).toContain(`never less than ${LEAST_THRESHOLD} bits`);
    expect(text).toContain(`to ${MOST_WEIGHT}, where they are alike`);
  });

  it("calculates its example as the code does", () => {
    // The first time of one principal against the first times of its peers.
    const chance = 3.5 / 1201;
    expect(text).toContain(
      `1 in ${Math.round(1 / chance).toLocaleString("en-US")}. That is ${(-Math.log2(chance)).toFixed(1)} bits.`,
    );
    const threshold = thresholdOf(20 * 28, 28, 1);
    expect(text).toContain(`log₂(140), or ${threshold.toFixed(1)} bits`);
    const severity = severityOf(-Math.log2(chance), threshold);
    expect(text).toContain(`connection above, ${(-Math.log2(chance)).toFixed(1)} bits, is _${severity}_.`);
    expect(text).toContain(`two signs of 6 bits make ${joined(12, 2).toFixed(1)}.`);
  });
});
