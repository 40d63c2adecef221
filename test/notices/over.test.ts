// How long it went on and how it ended: the whole incident, the worst of it first, nothing twice, and who never got in.
import { describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { joinIncidents } from "../../lib/core/incidents/threads.ts";
import { afterTelling, dueNow } from "../support/notices.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/orders-prod");
const T = Date.UTC(2026, 9, 6, 20, 44);
const episode = (change: Partial<Finding> = {}): Finding => ({
  ...{ id: "unmapped-connection-0123456789abcdef", detector: "unmapped-connection", category: "anomalous" },
  ...{ life: "episode", severity: "high", cluster, status: "open", reopened: 0 },
  subject: {
    principal: Principal.parse("arn:aws:iam::111122223333:role/BillingWorker"),
    facet: "2026-10-06T20:00:00Z",
  },
  title: "BillingWorker tried to connect though no mapping names it",
  evidence: { connections: 2, refused: true },
  ...{
    firstSeenAt: T,
    lastSeenAt: T + 2 * MINUTE,
    detectedAt: T + 20 * MINUTE,
    confirmedAt: T + 20 * MINUTE,
  },
  threads: ["network:198.18.7.0/24"],
  ...change,
});
const spread = episode({
  ...{ id: "spread-refusals-0123456789abcdef", detector: "spread-refusals", life: "stretch" },
  subject: { object: "network 198.18.7.0/24", facet: "2026-10-06T20:00:00Z" },
  title: "3 principals refused from 198.18.7.0/24 within one hour",
  evidence: { letIn: [], letInNotShown: null, principals: [] },
});
const newNetwork = episode({
  ...{ id: "new-network-0123456789abcdef", detector: "new-network", severity: "medium" },
  title: "BillingWorker connected from 198.18.7.0/24 for the first time",
  evidence: { network: "198.18.7.0/24", connections: 1 },
  ...{ firstSeenAt: T + 5 * MINUTE, lastSeenAt: T + 5 * MINUTE },
});

const opened = (findings: readonly Finding[]): string =>
  dueNow(joinIncidents(findings), T + 20 * MINUTE)[0]?.body.replaceAll(/\n */g, " ") ?? "";
/** The mail about the end, once all of it is told and over. */
const ended = (parts: readonly Finding[]): string => {
  const findings = joinIncidents(parts);
  const told = afterTelling(findings, dueNow(findings, T + 20 * MINUTE), T + 20 * MINUTE);
  const over = told.map(
    (one): Finding =>
      one.life === "stretch"
        ? {
            ...one,
            status: "ended",
            endedAt: T + DAY,
            closedAt: T + DAY,
            closedBecause: "No more were seen.",
          }
        : { ...one, status: "ended" },
  );
  return dueNow(over, T + 2 * DAY)[0]?.body.replaceAll(/\n */g, " ") ?? "";
};

describe("the notice of the end", () => {
  it("says that nobody got in where all was refused, and what may stay where somebody did", () => {
    expect(ended([episode()])).toMatch(/The last attempt was seen .* all were refused\./);
    expect(ended([episode()])).not.toContain("whoever got in");
    expect(ended([spread, episode()])).not.toContain("whoever got in");
    for (const findings of [
      [{ ...newNetwork, severity: "high" as const }],
      [spread, newNetwork],
      [episode({ evidence: { refused: false } })],
    ])
      expect(ended(findings)).toContain("whoever got in may still have the access");
  });

  it("says once when it was last seen, and of several parts when each was", () => {
    expect(ended([episode()]).match(/20:46 UTC/g)).toHaveLength(1);
    expect(ended([episode(), { ...newNetwork }])).toMatch(
      /names it \(ended\) \[01234567\] Last seen at 2026-10-06 20:46 UTC\. .*Last seen at 2026-10-06 20:49 UTC\./,
    );
  });

  it("is about the worst of it, also where that was closed first", () => {
    expect(ended([newNetwork, spread])).toContain("dsql-audit finding spread-refusals-0123456789abcdef");
  });
});

describe("since when", () => {
  it("holds for all of an incident, where its parts reach beyond the one that is told", () => {
    expect(opened([spread, newNetwork])).toContain(
      "SINCE WHEN 2026-10-06 20:44 UTC to 2026-10-06 20:46 UTC All of this incident: 2026-10-06 20:44 UTC to 2026-10-06 20:49 UTC",
    );
    expect(opened([episode()])).not.toContain("All of this incident");
  });

  it("tells no end of what goes on", () => {
    const gap = episode({
      ...{
        id: "capture-gap-0123456789abcdef",
        detector: "capture-gap",
        category: "coverage",
        life: "stretch",
      },
      ...{ subject: { facet: "" }, firstSeenAt: T - 24 * HOUR, lastSeenAt: T, threads: undefined },
    });
    const still = "2026-10-05 20:44 UTC, and still at 2026-10-06 20:44 UTC";
    expect(opened([{ ...gap, evidence: { goesOn: true } }])).toContain(still);
    expect(opened([{ ...gap, evidence: { goesOn: false } }])).toContain(
      still.replace(", and still at", " to"),
    );
    const state = { ...gap, ...{ id: "grant-option-0123456789abcdef", detector: "grant-option" } };
    expect(opened([{ ...state, life: "state", evidence: {} }])).toContain(still);
  });
});
