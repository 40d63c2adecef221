// Who stands behind a role, in the report: admin is opened by IAM alone, and unread mappings are not "nobody".
import { describe, expect, it } from "vitest";
import { iso } from "../../lib/core/base/time.ts";
import { activityFigures } from "../../lib/report/activity-figures.ts";
import { activitySection } from "../../lib/report/activity-section.ts";
import { reachSection } from "../../lib/report/reach-section.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { END } from "./sample-estate.ts";
import { sampleReport } from "./sample-report.ts";

const withAdmin = (more: Partial<ReportData> = {}): ReportData => {
  const sample = sampleReport();
  const reach = (sample.reach ?? []).slice(0, 1).map((one) => ({ ...one, roleOid: 10, path: ["admin"] }));
  return {
    ...sample,
    roles: [{ oid: 10, name: "admin", canLogin: true, superuser: false }, ...(sample.roles ?? [])],
    reach: [...(sample.reach ?? []), ...reach],
    ...more,
  };
};
const arn = "arn:aws:iam::111122223333:role/release";

describe("reachSection", () => {
  it("names whom IAM lets in as admin, who was seen there, and that there may be more where IAM was not read", () => {
    const lastUseAt = iso(END - 5);
    const principals = [
      { arn, wall: "allowed" as const, lastUseAt },
      { arn: `${arn}-old`, wall: "denied" as const, lastUseAt },
    ];
    const whole = reachSection(withAdmin({ admins: { principals, morePrincipals: null } })).markup;
    expect(whole).toContain("<b>release</b>");
    expect(whole).toContain("IAM denies it now");
    expect(whole).not.toContain("dsql:DbConnectAdmin");
    const part = reachSection(withAdmin({ admins: { principals, morePrincipals: "iam-unreadable" } })).markup;
    expect(part).toContain("anyone else whom IAM allows dsql:DbConnectAdmin: it was not read");
    const unseen = reachSection(withAdmin()).markup;
    expect(unseen).toContain("anyone whom IAM allows dsql:DbConnectAdmin: it was not read");
    expect(unseen.split("<tr>").filter((row) => row.includes(">admin<") && row.includes("nobody"))).toEqual(
      [],
    );
  });

  it("says not known where the mappings could not be read, never nobody", () => {
    const page = reachSection(withAdmin({ mappings: null })).markup;
    expect(page).toContain("not known");
    expect(page).not.toContain("nobody is mapped");
  });
});

describe("activitySection", () => {
  it("takes refused attempts for no connection", () => {
    const { activity } = sampleReport();
    if (!activity) throw new Error("the sample has activity");
    const refused = activity.hours.map((hour) => ({
      ...hour,
      tallies: hour.tallies.map((tally) => ({ ...tally, outcome: "refused" as const })),
    }));
    const figures = activityFigures(activity.window, refused, () => true);
    expect(figures).toMatchObject({ allowed: 0, networks: [] });
    expect(figures.week.every(({ allowed }) => allowed === 0)).toBe(true);
    const rows = activity.principals.map((row) => ({
      ...row,
      allowed: 0,
      lastUseAt: null,
      lastUse: "never" as const,
    }));
    const page = activitySection(figures, null, rows).markup;
    expect(page).toContain("No connection that was allowed is on record");
    expect(page).toContain("<b>never</b>");
  });
});
