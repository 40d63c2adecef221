// Why a role that nobody used is no finding any more: a use mends it, and what is no longer known mends nothing.
import { expect, it } from "vitest";
import { HOUR, minute } from "../../lib/core/base/time.ts";
import { databaseRole } from "../../lib/core/findings/example-catalog.ts";
import {
  daily,
  daysAgo,
  EXAMPLE_NOW,
  type Example,
  exampleFacts,
} from "../../lib/core/findings/example-facts.ts";
import { exampleIam, exampleRole } from "../../lib/core/findings/example-iam.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { reconcileFindings } from "../../lib/core/findings/reconcile-findings.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import { detectors } from "../../lib/detectors/index.ts";

const judge = judgeWith(detectors);
const NEXT = EXAMPLE_NOW + 2 * HOUR;
const base: Example = {
  catalog: {
    roles: [databaseRole(10, "admin"), databaseRole(20_000, "app_ro"), databaseRole(20_001, "app")],
  },
  mappings: [
    { to: "OldJob", role: "app_ro" },
    { to: "App", role: "app" },
  ],
  connections: daily("App", 20, daysAgo(0)),
  iam: exampleIam({ roles: [exampleRole("Ops", "dsql:DbConnectAdmin")] }),
};

/** The findings after a look at the facts. */
const looked = (before: readonly Finding[], more: Example = {}) => {
  const { now = EXAMPLE_NOW } = more;
  const { observations, looks, gone } = judge(auditView(exampleFacts({ ...base, ...more })));
  return reconcileFindings(before, observations, looks, now, { gone });
};
const ofRole = (all: readonly Finding[], role: string) =>
  all.find(({ detector, subject }) => detector === "dormant-role" && subject.role === role);

/** How the finding about this role ends two hours later. */
const endOf = (role: string, later: Example) => {
  const found = ofRole(looked(looked([]), { now: NEXT, ...later }), role);
  return found && [found.status, found.closedBecause];
};
const gaps = [{ from: EXAMPLE_NOW - 30 * HOUR, to: EXAMPLE_NOW - 20 * HOUR }];
const at = EXAMPLE_NOW + HOUR / 2;

it("names who used it, and when", () => {
  const used = { by: "OldJob", at };
  const asAdmin = { by: "Ops", at, action: "DbConnectAdmin" as const };
  const connections = [...(base.connections ?? []), used, asAdmin];
  expect(endOf("app_ro", { connections })).toEqual(["resolved", `OldJob used it at ${minute(at)}.`]);
  expect(endOf("admin", { connections })).toEqual(["resolved", `Ops connected as admin at ${minute(at)}.`]);
});

it("ends, and is not resolved, where capture is no longer proven", () => {
  for (const role of ["app_ro", "admin"])
    expect(endOf(role, { gaps })).toEqual([
      "ended",
      expect.stringMatching(
        /^Nothing was mended: whether anybody .* no longer known, as capture is not proven for 10 hours of the last 90 days\.$/,
      ),
    ]);
});

it("is open again once capture is proven, whatever ended it", () => {
  const ended = looked(looked([]), { now: NEXT, gaps });
  const now = NEXT + HOUR;
  for (const role of ["app_ro", "admin"]) {
    const again = ofRole(looked(ended, { now }), role);
    expect(again).toMatchObject({ status: "open", detectedAt: now, reopened: 1 });
    expect(again).not.toHaveProperty("closedAt");
    expect(again).not.toHaveProperty("closedBecause");
  }
});

it("ends, and is not resolved, where somebody was mapped to it too lately to tell", () => {
  const mappings = [...(base.mappings ?? []), { to: "NewJob", role: "app_ro", madeAt: EXAMPLE_NOW + HOUR }];
  expect(endOf("app_ro", { mappings })).toEqual([
    "ended",
    "Nothing was mended: whether anybody uses it is no longer known, as NewJob was mapped to it lately.",
  ]);
});

it("says that no mapping leads to it any more", () => {
  const mappings = [
    { to: "OldJob", role: "app_ro", goneAt: EXAMPLE_NOW + HOUR },
    { to: "App", role: "app" },
  ];
  expect(endOf("app_ro", { mappings })).toEqual(["resolved", "No mapping leads to it any more."]);
});
