// A person in two places at once, through the two clusters of a multi-Region database: found at each, told of one.
import { afterAll, expect, it } from "vitest";
import type { Connection } from "../../lib/core/activity/connection.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { isHeldBack } from "../../lib/core/findings/observe.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { connection } from "../support/connections.ts";
import { sqliteTables } from "../support/table.ts";
import { HERE, NOW, options, THERE, twoRegions } from "../support/two-regions.ts";

const files = sqliteTables();
afterAll(() => files.stop());

const people = ["reader", "writer"] as const;
type Name = (typeof people)[number];
const homes: Readonly<Record<Name, string>> = { reader: "198.1.100.7", writer: "198.2.100.7" };
const through = (id: string, at: number, name: Name, cluster: Cluster, sourceIp: string): Connection =>
  connection(id, at, {
    ...{ cluster, sourceIp, userAgent: "DBeaver/24.1", sessionName: `${name}.doe@example.com` },
    principal: `arn:aws:iam::111122223333:role/${name}`,
  });
const usual = people.flatMap((name) =>
  Array.from({ length: 85 }, (_, n) =>
    [HERE, THERE].map((cluster, i) =>
      through(`${name}-${n}-${i}`, NOW - (n + 1) * DAY, name, cluster, homes[name]),
    ),
  ).flat(),
);

it("is found at both endpoints, told of one, with the addresses of both", async () => {
  const at = NOW - 3 * HOUR;
  const home = through("home", at, "reader", HERE, homes.reader);
  const strange = through("strange", at + 10 * MINUTE, "reader", THERE, "203.0.113.77");
  const store = await twoRegions(await files.fresh(), { connections: [...usual, home, strange] });
  const found = async (cluster: Cluster) => {
    const { findings } = await detectCluster(store, cluster, NOW, options);
    return findings.filter(({ detector }) => detector === "concurrent-networks");
  };
  const all = [await found(HERE), await found(THERE), await found(HERE)];
  for (const [finding, ...more] of all) {
    expect(more).toEqual([]);
    expect(finding?.evidence).toMatchObject({
      networks: expect.arrayContaining(["198.1.0.0/16", "203.0.0.0/16"]),
      addresses: ["198.1.100.7", "203.0.113.77"],
      notAllKnown: false,
    });
  }
  expect(
    all
      .slice(1)
      .flat()
      .filter((finding) => !isHeldBack(finding)),
  ).toHaveLength(1);
  // The day after it is still found: nothing is withdrawn that nobody explained. Then it ends by itself.
  for (const [later, status] of [
    [NOW + 19 * HOUR, "open"],
    [NOW + 24 * HOUR, "ended"],
  ] as const) {
    const { findings } = await detectCluster(store, HERE, later, options);
    const [finding] = findings.filter(({ detector }) => detector === "concurrent-networks");
    expect([finding?.status, finding?.closedBecause]).toEqual([status, undefined]);
  }
});

it("is in one place where both connections came from home", async () => {
  const at = NOW - 3 * HOUR;
  const made = [HERE, THERE].map((cluster, i) => through(`home-${i}`, at, "reader", cluster, homes.reader));
  const store = await twoRegions(await files.fresh(), { connections: [...usual, ...made] });
  for (const cluster of [HERE, THERE]) {
    const { findings } = await detectCluster(store, cluster, NOW, options);
    expect(findings.filter(({ detector }) => detector === "concurrent-networks")).toEqual([]);
  }
});
