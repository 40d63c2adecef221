// What a finding about access says when it is resolved: between which snapshots, and who was connected as admin.
import { describe, expect, it } from "vitest";
import { DAY, HOUR, minute } from "../../../lib/core/base/time.ts";
import { daily, EXAMPLE_NOW, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const judge = judgeWith(detectors, {});
/** What is said of a finding that the snapshot of `EXAMPLE_NOW` no longer shows. */
const saysOf = (facts: Parameters<typeof exampleFacts>[0], change: Partial<Finding> = {}) =>
  judge(auditView(exampleFacts({ catalog: {}, ...facts }))).gone({
    ...{ detector: "privilege-exceeds-archetype", subject: { role: "app", roleOid: 100, facet: "" } },
    ...{ firstSeenAt: EXAMPLE_NOW - DAY, lastSeenAt: EXAMPLE_NOW - 6 * HOUR },
    ...change,
  } as Finding);
const others = daily("Other", 60, EXAMPLE_NOW - HOUR);
const admin = (hoursAgo: number) => ({
  by: "Migrations",
  at: EXAMPLE_NOW - hoursAgo * HOUR,
  action: "DbConnectAdmin" as const,
});
const between = `It was found in the snapshot of ${minute(EXAMPLE_NOW - 6 * HOUR)}, and no longer in the one of ${minute(EXAMPLE_NOW)}.`;

describe("access that is no longer found", () => {
  it("tells the snapshots, and who was connected as admin in between or shortly before", () => {
    expect(saysOf({ connections: [...others, admin(3), admin(30)] })).toContain(
      `${between} Connected as admin in between: Migrations.`,
    );
    expect(saysOf({ connections: [...others, admin(6.5)] })).toContain("in between: Migrations.");
    expect(saysOf({ connections: [...others, admin(9)] })).toContain(
      `${between} No connection as admin was seen in between.`,
    );
  });

  it("tells of a cluster's policy the snapshots alone, and nothing where no newer one was taken", () => {
    expect(saysOf({ connections: others }, { detector: "public-cluster", subject: { facet: "" } })).toBe(
      between,
    );
    expect(saysOf({ connections: others }, { lastSeenAt: EXAMPLE_NOW })).toBeUndefined();
    expect(
      saysOf(
        { connections: others },
        { detector: "shared-role", category: "dormant", lastSeenAt: EXAMPLE_NOW + 1 },
      ),
    ).toBeUndefined();
  });
});
