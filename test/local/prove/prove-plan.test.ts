// Plans for every finding of random estates, proven on a throw-away server; more of them in test/long.
import { describe, expect, it } from "vitest";
import { sharedPostgres } from "../../support/postgres.ts";
import { connected, noCounts, provePlansOf, sampleWorld } from "./random-plans.ts";

const postgres = sharedPostgres();

describe("the plan for every finding of a random estate", () => {
  it.each(["postgres", "dsql"] as const)(
    "ends its finding, changes nothing else, and its way back restores the snapshot (%s)",
    async (kind) => {
      const counts = noCounts();
      await connected(postgres.server().url, (client) => provePlansOf(client, sampleWorld(7), kind, counts));
      expect(counts.faults.slice(0, 2)).toEqual([]);
      expect(counts.proven).toBeGreaterThan(5);
    },
  );
});
