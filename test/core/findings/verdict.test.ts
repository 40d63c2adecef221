// Whose use a connection is, and the verdict's order.
import { describe, expect, it } from "vitest";
import { withoutPath } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import {
  daysAgo,
  type Example,
  exampleArn,
  exampleFacts,
  EXAMPLE_NOW as NOW,
} from "../../../lib/core/findings/example-facts.ts";
import { auditView } from "../../../lib/core/findings/view.ts";

const verdicts = (example: Example, days = 90): Record<string, string> => {
  const view = auditView(exampleFacts(example));
  return Object.fromEntries(
    view.mappings.standing.map((mapping) => [mapping.role, view.mappings.useOf(mapping, days).verdict]),
  );
};
const gap = { from: daysAgo(30), to: daysAgo(30) + HOUR };

describe("the verdict", () => {
  it("is active before anything else is asked", () => {
    const mappings = [{ to: "Job", role: "r", madeAt: daysAgo(3) }];
    expect(verdicts({ mappings, connections: [{ by: "Job", at: daysAgo(1) }], gaps: [gap] })).toEqual({
      r: "active",
    });
  });

  it("is ambiguous before grace, and grace before unknown", () => {
    const mappings = [
      { to: "Job", role: "a" },
      { to: "Job", role: "b", madeAt: daysAgo(3) },
    ];
    const connections = [{ by: "Job", at: daysAgo(1) }];
    expect(verdicts({ mappings, connections, gaps: [gap] })).toEqual({ a: "ambiguous", b: "ambiguous" });
    expect(verdicts({ mappings: [{ to: "New", role: "n", madeAt: daysAgo(3) }], gaps: [gap] })).toEqual({
      n: "grace",
    });
  });

  it("counts a use in the window's first millisecond, and none before it", () => {
    const mappings = [{ to: "Job", role: "r" }];
    expect(verdicts({ mappings, connections: [{ by: "Job", at: NOW - 90 * DAY }] })).toEqual({ r: "active" });
    expect(verdicts({ mappings, connections: [{ by: "Job", at: NOW - 90 * DAY - 1 }] })).toEqual({
      r: "dormant",
    });
  });

  it("is grace for a mapping one hour younger than the window, and not for one as old", () => {
    const made = (madeAt: number) => verdicts({ mappings: [{ to: "Job", role: "r", madeAt }] });
    expect(made(daysAgo(90) + HOUR)).toEqual({ r: "grace" });
    expect(made(daysAgo(90))).toEqual({ r: "never-used" });
  });

  it("takes a connection between two snapshots for a possible use of what came between them", () => {
    const mappings = [{ to: "Job", role: "r", madeAt: daysAgo(100) }];
    const within = [{ by: "Job", at: daysAgo(100) - HOUR / 2 }];
    expect(verdicts({ mappings, connections: within })).toEqual({ r: "dormant" });
    expect(verdicts({ mappings, connections: [{ by: "Job", at: daysAgo(100) - 2 * HOUR }] })).toEqual({
      r: "never-used",
    });
  });

  it("does not count what another mapping was used for", () => {
    const mappings = [
      { to: "Job", role: "old", goneAt: daysAgo(20) },
      { to: "Job", role: "new", madeAt: daysAgo(19) },
    ];
    expect(verdicts({ mappings, connections: [{ by: "Job", at: daysAgo(30) }] }, 10)).toEqual({
      new: "never-used",
    });
  });

  it("says unknown of an ARN that names nobody we could count", () => {
    for (const arn of [
      "arn:aws:iam::*:role/x",
      "arn:aws:sts::1:assumed-role/x/y",
      "nonsense",
      "arn:aws:iam::1:role/a*",
    ]) {
      expect(verdicts({ mappings: [{ to: "x", role: "r", arn }] })).toEqual({ r: "unknown" });
    }
  });

  it("knows a role again by a record that has lost its path", () => {
    const mappings = [{ to: "x", role: "r", arn: "arn:aws:iam::111122223333:role/service/Job" }];
    expect(verdicts({ mappings, connections: [{ by: "Job", at: daysAgo(1) }] })).toEqual({ r: "active" });
    expect(verdicts({ mappings, connections: [{ by: "other/Job", at: daysAgo(1) }] })).toEqual({
      r: "never-used",
    });
    expect(withoutPath("arn:aws:iam::1:role/a/b/c")).toBe("arn:aws:iam::1:role/c");
    expect(withoutPath("arn:aws:iam::1:root")).toBe("arn:aws:iam::1:root");
  });

  it("shows the new name of a role that was renamed, and keeps its figures", () => {
    const role = { oid: 20_000, name: "renamed" };
    const facts = exampleFacts({
      mappings: [{ to: "Job", role: "before" }],
      catalog: { roles: [role as never] },
    });
    expect(auditView(facts).mappings.standing.map((mapping) => mapping.role)).toEqual(["renamed"]);
  });

  it("takes no notice of anything later than its moment", () => {
    const view = auditView(
      exampleFacts({
        now: NOW - 10 * DAY,
        mappings: [{ to: "Job", role: "r" }],
        connections: [{ by: "Job", at: NOW - 10 * DAY }],
      }),
    );
    expect(view.mappings.standing.map((mapping) => view.mappings.useOf(mapping, 90).verdict)).toEqual([
      "never-used",
    ]);
    expect(view.activity.principals).toEqual([exampleArn("Job")]);
  });
});
