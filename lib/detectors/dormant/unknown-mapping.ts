// A mapping on whose use nothing can be said: unknown is an answer, and people should see it.
import { Cluster } from "../../core/base/ids.ts";
import { HOUR } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { defineDetector } from "../../core/findings/detector.ts";
import {
  type Case,
  daily,
  daysAgo,
  EXAMPLE_CLUSTER,
  type Example,
  exampleFacts,
} from "../../core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../core/findings/example-iam.ts";
import type { Facts } from "../../core/findings/facts.ts";
import { MAPPING_FAMILY } from "../../core/findings/family.ts";
import { mappingsWith } from "../../core/findings/mapping-judgement.ts";
import { mappingGone, mappingWords } from "../../core/findings/mapping-words.ts";

export const unknownMapping = /* @__PURE__ */ defineDetector({
  id: "unknown-mapping",
  family: MAPPING_FAMILY,
  category: "dormant",
  title: "Mapping whose use is unknown",
  severity: "low",
  life: "state",
  docs: {
    why: "No connection was seen, but capture is not proven for the whole window, or the mapping is not known for that long. It may be unused or in use. A multi-Region cluster and its peer are one database, so capture has to be proven in both Regions.",
    fix: "Close the capture gap: the capture-gap finding names it, and trail files that are ingested later can prove its hours. Or wait until the window lies after it. Where the peer is not covered, add its Region to the parameter regions and deploy deploy/forward-region.yml there. Where nobody can tell whether there is a peer, let the auditor's role call dsql:GetCluster.",
    falsePositives:
      "In the first weeks every mapping without a connection is unknown. The finding is low, and stands in the weekly summary alone.",
    blindSpots: "None of its own: it lists what other detectors cannot see.",
  },
  evidence: mappingWords,
  options: z.object({ days: z._default(z.int().check(z.positive()), 90) }),
  needs: ["mappings"],
  detect: (view, { days }) => mappingsWith(view, "unknown", days),
  gone: mappingGone,
});

export const cases = (): Case[] => {
  const mappings = [{ to: "OldJob", role: "app_ro" }];
  const connections = daily("OldJob", 10, daysAgo(100));
  const here = exampleCluster(EXAMPLE_CLUSTER);
  const peer = exampleCluster(EXAMPLE_CLUSTER.replace("us-east-1", "us-east-2"));
  const hour = { from: daysAgo(30), to: daysAgo(30) + HOUR };
  const withPeer = (there: Example): Facts => ({
    ...exampleFacts({ mappings, connections, iam: exampleIam({ clusters: [here, peer] }) }),
    peers: [{ ...exampleFacts(there), cluster: Cluster.parse(peer.arn) }],
  });
  return [
    {
      name: "fires while one hour of the window is not covered",
      facts: exampleFacts({ mappings, connections, gaps: [hour] }),
      expect: ["app_ro"],
    },
    {
      name: "fires while the first snapshot is younger than the window",
      facts: exampleFacts({ mappings, firstSnapshotAt: daysAgo(89) }),
      expect: ["app_ro"],
    },
    {
      name: "fires for a wildcard, which names nobody we could count",
      facts: exampleFacts({ mappings: [{ to: "x", arn: "arn:aws:iam::*:role/x", role: "wide" }] }),
      expect: ["wide"],
    },
    {
      name: "fires where the cluster has a peer of which nothing is known, through which it may be used",
      facts: exampleFacts({ mappings, connections, iam: exampleIam({ clusters: [here, peer] }) }),
      expect: ["app_ro"],
    },
    {
      name: "fires while one hour of the window is not covered at the peer",
      facts: withPeer({ gaps: [hour] }),
      expect: ["app_ro"],
    },
    {
      name: "fires while nobody can tell whether the cluster has a peer",
      facts: exampleFacts({
        mappings,
        connections,
        iam: exampleIam({ clusters: [{ ...here, peersUnread: "access denied" }] }),
      }),
      expect: ["app_ro"],
    },
    { name: "is quiet where the peer is covered too", facts: withPeer({}), expect: [] },
    {
      name: "is quiet for a mapping that is used through the peer, whatever the gaps there",
      facts: withPeer({ connections: daily("OldJob", 1, daysAgo(5)), gaps: [hour] }),
      expect: [],
    },
    {
      name: "is quiet for a mapping that is used here, whatever its peer does",
      facts: exampleFacts({
        mappings,
        connections: daily("OldJob", 1, daysAgo(5)),
        iam: exampleIam({ clusters: [here, peer] }),
      }),
      expect: [],
    },
    {
      name: "is quiet for a gap that lies before the window",
      facts: exampleFacts({ mappings, connections, gaps: [{ from: daysAgo(91), to: daysAgo(90) }] }),
      expect: [],
    },
    {
      name: "is quiet for a mapping in use, whatever the gaps",
      facts: exampleFacts({ mappings, connections: daily("OldJob", 1, daysAgo(5)), gaps: [hour] }),
      expect: [],
    },
    {
      name: "is quiet while the mapping is younger than the window",
      facts: exampleFacts({ mappings: [{ to: "New", role: "new", madeAt: daysAgo(20) }], gaps: [hour] }),
      expect: [],
    },
    {
      name: "clears when the gap is proven later",
      facts: exampleFacts({ mappings, connections, gaps: [] }),
      expect: [],
    },
  ];
};
