// What a finding about access says when it is resolved: between which snapshots, and who was connected as admin.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, minute } from "../../../lib/core/base/time.ts";
import {
  daily,
  EXAMPLE_CLUSTER,
  EXAMPLE_NOW,
  type Example,
  exampleFacts,
} from "../../../lib/core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../../lib/core/findings/example-iam.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const judge = judgeWith(detectors, {});
/** What is said of a finding that the snapshot of `EXAMPLE_NOW` no longer shows. */
const saysOf = (facts: Example, change: Partial<Finding> = {}) =>
  saysBy(exampleFacts({ catalog: {}, ...facts }), change);
const saysBy = (facts: Facts, change: Partial<Finding> = {}) =>
  judge(auditView(facts)).gone({
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

  it("says for how many hours a connection may have been missed, the hour before the first snapshot among them", () => {
    const gapAt = (hoursAgo: number) => ({
      from: EXAMPLE_NOW - hoursAgo * HOUR,
      to: EXAMPLE_NOW - (hoursAgo - 1) * HOUR,
    });
    const unproven = (n: number) => `For ${n} of 7 hours capture is not proven: there may have been others.`;
    expect(saysOf({ connections: others, gaps: [gapAt(3)] })).toContain(unproven(1));
    expect(saysOf({ connections: others, gaps: [gapAt(3), gapAt(7)] })).toContain(unproven(2));
    expect(saysOf({ connections: others, gaps: [gapAt(9)] })).not.toContain("not proven");
  });

  it("names the auditor where one login as admin too many came through the peer", () => {
    const peer = Cluster.parse(EXAMPLE_CLUSTER.replace("us-east-1", "us-east-2"));
    const iam = exampleIam({ clusters: [exampleCluster(EXAMPLE_CLUSTER), exampleCluster(peer)] });
    const at = EXAMPLE_NOW - 3 * HOUR;
    const both = (surplusAt: readonly number[]): Facts => ({
      ...exampleFacts({ connections: others, catalog: {}, iam, own: {} }),
      peers: [
        {
          ...exampleFacts({
            connections: [{ by: "Auditor", at, action: "DbConnectAdmin" }],
            own: { surplusAt, admin: true },
          }),
          cluster: peer,
        },
      ],
    });
    expect(saysBy(both([]))).toBe(`${between} No connection as admin was seen in between.`);
    expect(saysBy(both([at]))).toBe(`${between} Connected as admin in between: Auditor.`);
  });

  it("counts an hour that is not proven at the peer, and says where nobody can tell its peers", () => {
    const peer = Cluster.parse(EXAMPLE_CLUSTER.replace("us-east-1", "us-east-2"));
    const iam = exampleIam({ clusters: [exampleCluster(EXAMPLE_CLUSTER), exampleCluster(peer)] });
    const gap = { from: EXAMPLE_NOW - 3 * HOUR, to: EXAMPLE_NOW - 2 * HOUR };
    const both = (there: Example): Facts => ({
      ...exampleFacts({ connections: others, catalog: {}, iam }),
      peers: [{ ...exampleFacts(there), cluster: peer }],
    });
    expect(saysBy(both({}))).toBe(`${between} No connection as admin was seen in between.`);
    expect(saysBy(both({ gaps: [gap] }))).toContain("For 1 of 7 hours capture is not proven");
    const unread = exampleIam({ clusters: [{ ...exampleCluster(EXAMPLE_CLUSTER), peersUnread: "denied" }] });
    expect(saysOf({ connections: others, iam: unread })).toContain(
      "Whether it has a peer in another Region, through which somebody may have connected, is not known: denied.",
    );
    const peersUnread = "denied\nSubject: forged";
    const forged = exampleIam({ clusters: [{ ...exampleCluster(EXAMPLE_CLUSTER), peersUnread }] });
    expect(saysOf({ connections: others, iam: forged })).toContain("denied\\u{a}Subject");
  });
});
