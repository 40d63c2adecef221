// Subject lines of incidents: whom it is about is never cut for the sake of what happened.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectors } from "../../lib/detectors/index.ts";
import { titleOf } from "../../lib/detectors/words.ts";
import { incidentSubject } from "../../lib/notices/subject.ts";

const CLUSTER = "k7abcdefghij1234567890orders";
const REFERENCE = "inc-77e80385";
const subjectOf = (about: string, short: string, tag = "CRITICAL"): string =>
  incidentSubject(tag, { about, title: short, short }, CLUSTER, REFERENCE);

describe("the subject of an incident", () => {
  it("has a short title of every detector, and no two alike", () => {
    const titles = detectors.map(({ title, short = title, thread, family }) => ({ short, thread, family }));
    const own = titles.filter(({ thread, family }) => !thread && !family).map(({ short }) => short);
    for (const short of own) expect(short.length, short).toBeLessThanOrEqual(28);
    expect(new Set(own).size).toBe(own.length);
    // Of a usual name, all detectors are told apart, whole.
    for (const short of own)
      expect(subjectOf("ContractorNils", short)).toContain(`ContractorNils: ${short} (`);
  });

  it("has room for the titles of what names a network, or a permission set of Identity Center", () => {
    for (const [about, id] of [
      ["network 198.51.100.0/24", "spread-refusals"],
      ["Support (Identity Center)", "concurrent-networks"],
      ["Support (Identity Center)", "off-hours"],
    ] as const) {
      const short = titleOf(id)?.short ?? "";
      expect(subjectOf(about, short)).toContain(`${about}: ${short} (`);
    }
  });

  it("holds the name whole, and cuts the title", () => {
    const name = fc.stringMatching(/^[A-Za-z][\w.-]{0,40}[A-Za-z]$/);
    const short = fc.constantFrom(...detectors.map((one) => one.short ?? one.title));
    fc.assert(
      fc.property(name, short, fc.constantFrom("HIGH", "RESOLVED"), (about, title, tag) => {
        const subject = subjectOf(about, title, tag);
        expect(subject).toMatch(/^[!-~][ -~]{0,98}$/);
        expect(subject).toContain(` ${about}`);
        expect(subject.endsWith(` (${CLUSTER}) ${REFERENCE}`)).toBe(true);
      }),
    );
  });

  it("tells names apart that are too long for it, by their ends", () => {
    const long = `arn:aws:iam::999900001111:role/${"partner/".repeat(8)}`;
    const [a, b] = [
      subjectOf(`${long}DashboardA`, "From a new network"),
      subjectOf(`${long}DashboardB`, "From a new network"),
    ];
    expect(a).toContain("DashboardA (");
    expect(a).not.toBe(b);
    for (const one of [a, b]) expect(one.length).toBeLessThan(100);
  });

  it("of a network or a cluster is its title", () => {
    const title = "CloudTrail capture outage";
    expect(incidentSubject("HIGH", { title, short: title }, CLUSTER, REFERENCE)).toBe(
      `[HIGH] ${title} (${CLUSTER}) ${REFERENCE}`,
    );
  });
});
