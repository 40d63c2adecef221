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
/** `alone`: Aurora DSQL's API was asked for them, and IAM for nothing. */
const catalogOf = (seen: Seen, alone = false): KnownCatalog => {
  const plain = { ...estate(), cluster: HERE };
  if (seen === "off") return plain;
  if (alone)
    return seen === "refused"
      ? { ...plain, peers: { status: "unreadable", reason: "access denied" } }
      : { ...plain, peers: { status: "read", arns: [...seen, HERE] } };
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
    fc.property(fc.array(fc.tuple(seen, fc.boolean()), { minLength: 1, maxLength: 8 }), (snapshots) => {
      const life = snapshots.map(([one]) => one);
      let known: KnownCatalog | undefined;
      for (const [n, [next, alone]] of snapshots.entries()) {
        const read = catalogOf(next, alone);
        const formerPeers = known ? formerPeersOf(known, read, n) : [];
        known = parseCanonical(canonicalText({ ...read, ...(formerPeers.length && { formerPeers }) }));
      }
      const { clusters, former, unread } = peersIn(known as KnownCatalog);
      expect(clusters).toEqual(Array.isArray(life.at(-1)) ? [...(life.at(-1) as Cluster[])].sort() : []);
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

it("is not known where what is named as a peer is no cluster's ARN: nothing of that is taken for one", () => {
  const part = fc.constantFrom("'", "\n", ":", "/", "*", "us-east-2", "\u202e", "DROP TABLE x;", '"', "p");
  const bent = fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.array(part, { minLength: 1, maxLength: 4 }))
    .map(([at, parts]) => PEERS[0].split(":").toSpliced(at, 1, parts.join("")).join(":"));
  const WELL = /^arn:[a-z-]+:dsql:[a-z0-9-]+:\d{12}:cluster\/[a-z0-9]+$/;
  fc.assert(
    fc.property(fc.oneof(bent, fc.constantFrom("", "x".repeat(600))), (arn) => {
      const named = [exampleCluster(HERE), { ...exampleCluster(PEERS[1]), arn: PEERS[1] as string }];
      const iam = exampleIam({ clusters: [...named, { ...exampleCluster(PEERS[1]), arn }] });
      const peers = { status: "read" as const, arns: [PEERS[1], arn] };
      for (const told of [{ iam }, { peers }]) {
        const { clusters, unread } = peersIn({ ...estate(), cluster: HERE, ...told });
        for (const one of clusters) expect(one).toMatch(WELL);
        expect(clusters).toContain(PEERS[1]);
        expect(unread !== undefined).toBe(!WELL.test(arn));
      }
    }),
    { numRuns: 200 },
  );
});
