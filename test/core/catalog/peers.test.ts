// The peers of a database as its snapshots tell them, one after the other: those of earlier are remembered with their end.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Cluster } from "../../../lib/core/base/ids.ts";
import { canonicalText, parseCanonical } from "../../../lib/core/catalog/canonical.ts";
import type { KnownCatalog } from "../../../lib/core/catalog/known-catalog.ts";
import { formerPeersOf, peersIn } from "../../../lib/core/catalog/peers.ts";
import { exampleCluster, exampleIam } from "../../../lib/core/findings/example-iam.ts";
import { estate, cluster as HERE } from "../../support/catalogs.ts";

const PEERS = ["us-east-2", "us-west-2"].map((region) =>
  Cluster.parse(HERE.replace("us-east-1", region)),
) as [Cluster, Cluster];

/** A snapshot that names these, or that could not be told; "off": IAM was not asked. */
type Seen = readonly Cluster[] | "refused" | "off";
const catalogOf = (seen: Seen): KnownCatalog => {
  const plain = { ...estate(), cluster: HERE };
  if (seen === "off") return plain;
  const own = exampleCluster(HERE);
  if (seen === "refused")
    return { ...plain, iam: exampleIam({ clusters: [{ ...own, peersUnread: "access denied" }] }) };
  return { ...plain, iam: exampleIam({ clusters: [own, ...seen.map((one) => exampleCluster(one))] }) };
};

it("remembers each peer that ever was, until the first snapshot that could tell and named it no more", () => {
  const seen: fc.Arbitrary<Seen> = fc.oneof(
    fc.subarray(PEERS),
    fc.constant("refused" as const),
    fc.constant("off" as const),
  );
  fc.assert(
    fc.property(fc.array(seen, { minLength: 1, maxLength: 8 }), (life) => {
      let known = catalogOf(life[0] as Seen);
      for (const [n, next] of life.slice(1).entries()) {
        const formerPeers = formerPeersOf(known, catalogOf(next), n + 1);
        known = parseCanonical(
          canonicalText({ ...catalogOf(next), ...(formerPeers.length && { formerPeers }) }),
        );
      }
      const { former, unread } = peersIn(known);
      const last = life.at(-1);
      const truth = PEERS.flatMap((cluster) => {
        const lastSeen = life.findLastIndex(
          (one) => one !== "refused" && one !== "off" && one.includes(cluster),
        );
        if (lastSeen < 0 || lastSeen === life.length - 1) return [];
        const until = life.findIndex((one, n) => n > lastSeen && one !== "refused" && one !== "off");
        return [{ cluster, until: until < 0 ? null : until }];
      });
      expect(former).toEqual(truth);
      const isOpen = last === "refused" || (last === "off" && truth.some(({ until }) => until === null));
      expect(unread !== undefined).toBe(isOpen);
    }),
    { numRuns: 80 },
  );
});
