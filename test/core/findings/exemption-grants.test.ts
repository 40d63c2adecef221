// An exemption of over-privileged access accepts the grants that there were: a further one is told.
import { describe, expect, it } from "vitest";
import { DAY } from "../../../lib/core/base/time.ts";
import { exampleFacts, EXAMPLE_NOW as NOW } from "../../../lib/core/findings/example-facts.ts";
import { exemptionOf } from "../../../lib/core/findings/exemption.ts";
import type { Finding, Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { publicAccess } from "../../../lib/detectors/over-privileged/public-access.ts";

const judge = judgeWith([publicAccess]);
const seen = (privileges: string): readonly Observation[] => {
  const relation = {
    oid: 300, schema: 2200, name: "orders", kind: "r" as const, owner: 100,
    acl: { entries: [{ grantee: 0, grantor: 100, privileges, grantable: "" }], unknown: [] },
  }; // biome-ignore format: one glance
  const schemas = [{ oid: 2200, name: "app", owner: 100, acl: null }];
  return judge(auditView(exampleFacts({ catalog: { schemas, relations: [relation] } }))).observations;
};
const terms = { owner: "ops", reason: "a look-up table", until: NOW + 30 * DAY };
const looks = [{ detector: "public-access", complete: true }];
const [opened] = reconcileFindings([], seen("ra"), looks, NOW) as [Finding];

describe("an exemption of over-privileged access", () => {
  const exemptions = [exemptionOf(opened, terms, NOW)];
  const statusWith = (privileges: string): string | undefined =>
    reconcileFindings([opened], seen(privileges), looks, NOW + 1, { exemptions })[0]?.status;

  it("accepts the grants that there were, and fewer of them", () => {
    expect(statusWith("ra")).toBe("exempt");
    expect(statusWith("r")).toBe("exempt");
  });

  it("does not accept a further one", () => {
    expect(statusWith("raw")).toBe("open");
    expect(statusWith("d")).toBe("open");
  });

  it("accepts all of it where an earlier release wrote it", () => {
    const { grants: _, ...earlier } = exemptions[0] as (typeof exemptions)[number];
    const [finding] = reconcileFindings([opened], seen("raw"), looks, NOW + 1, { exemptions: [earlier] });
    expect(finding?.status).toBe("exempt");
  });

  it("lasts a year at most", () => {
    expect(() => exemptionOf(opened, { ...terms, until: NOW + 366 * DAY }, NOW)).toThrow(
      /cannot end at 2027-07-02/,
    );
    expect(exemptionOf(opened, { ...terms, until: NOW + 365 * DAY }, NOW).until).toBe(NOW + 365 * DAY);
  });
});
