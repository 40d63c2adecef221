// The sample report with names that an attacker chose.
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { principal } from "./sample-estate.ts";
import { sampleReport } from "./sample-report.ts";

/** What somebody who may create a role, a table or a session could have called it. */
export const hostileNames = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\"onmouseover='alert(1)'`",
  "</style></svg></title><b>",
  "admin\u202Enimda\u0000\u001b[31m\u200b",
  "a&lt;b&amp;\r\nSet-Cookie: x",
  "url(#x) javascript:alert(1) {{7*7}}",
] as const;

/** The same estate with every name in it replaced: nothing of it may become markup. */
export const hostileReport = (): ReportData => {
  const clean = sampleReport();
  let n = 0;
  const evil = (): string => `${hostileNames[n++ % hostileNames.length]}`;
  const names = new Map(
    clean.mappings?.map((m) => [m.principal, Principal.parse(`arn:aws:iam::1:role/${evil()}`)]),
  );
  const who = (p: Principal): Principal => names.get(p) ?? p;
  return {
    ...clean,
    cluster: Cluster.parse(`arn:aws:dsql:x:1:cluster/${evil()}`),
    storeOption: `--store '${evil()}'`,
    unreadable: [{ section: "functions", reason: evil(), code: evil() }],
    incompleteLooks: [{ detector: evil(), complete: false, reason: evil() }],
    findings: clean.findings.map((one) => ({
      ...one,
      id: evil(),
      detector: evil(),
      title: evil(),
      fix: evil(),
      eventIds: [evil()],
      subject: { ...one.subject, role: evil(), object: evil(), principal: who(principal("orders-api")) },
      evidence: { [evil()]: evil(), deep: { [evil()]: [evil(), { [evil()]: evil() }] } },
    })),
    roles: clean.roles?.map((role) => ({ ...role, name: evil() })) ?? null,
    schemas: [{ name: evil(), objects: 3 }],
    mappings: clean.mappings?.map((m) => ({ ...m, principal: who(m.principal), role: evil() })) ?? null,
    reach: clean.reach?.map((r) => ({ ...r, object: evil(), path: [evil(), evil()] })) ?? null,
    activity: clean.activity && {
      ...clean.activity,
      principals: clean.activity.principals.map((row) => ({
        ...row,
        principal: who(Principal.parse(row.principal)),
      })),
      hours: clean.activity.hours.map((hour) => ({
        ...hour,
        tallies: hour.tallies.map((t, i) => ({
          ...t,
          principal: who(t.principal),
          network: hostileNames[i % hostileNames.length] ?? "",
        })),
      })),
    },
    coverage: {
      ...clean.coverage,
      doubts: clean.coverage.doubts.map((doubt) => ({ ...doubt, reason: evil() })),
      peers: [evil()],
      peersUnread: evil(),
    },
    changes: clean.changes.map((change) => ({ ...change, text: evil() })),
  };
};
