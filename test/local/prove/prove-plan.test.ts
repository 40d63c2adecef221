// Plans for every finding of random estates, proven on a throw-away server; more of them in test/long.
import { describe, expect, it } from "vitest";
import { planFor } from "../../../lib/core/remediation/plan.ts";
import { prover } from "../../../local/prove/prover.ts";
import { estate } from "../../support/catalogs.ts";
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

describe("a server that somebody names", () => {
  const wish = {
    id: "a",
    title: "app_ro reads payments",
    fix: "REVOKE SELECT ON public.payments FROM app_ro;",
  };
  const plan = planFor(estate(), [wish]);
  const judge = () => new Set<string>();

  it("proves where it is empty, and is left as it was", async () => {
    const { url } = postgres.server();
    expect(await prover(url)(plan, [], judge)).toMatchObject({ status: "proven", because: [] });
    await connected(url, async (client) => {
      const { rows } = await client.query("select rolname from pg_roles where rolname like 'app%'");
      expect(rows).toEqual([]);
    });
  });

  it("is refused where it holds anything, and where nobody answers nothing is proven", async () => {
    const { url } = postgres.server();
    await connected(url, async (client) => {
      await client.query("create role somebody");
      try {
        await expect(prover(url)(plan, [], judge)).rejects.toMatchObject({
          code: "usage",
          message: "--prove-with: the server is not empty",
        });
      } finally {
        await client.query("drop role somebody");
      }
    });
    const nobody = await prover("postgres://nobody@127.0.0.1:1/none")(plan, [], judge);
    expect(nobody.status).toBe("not-proven");
    expect(nobody.because.join()).toContain("ECONNREFUSED");
  });
});

describe("a plan", () => {
  it("leaves to people what is a sentence, and says which wall it is about", () => {
    const fix = "Take dsql:DbConnectAdmin away in IAM.";
    const { steps, doubts } = planFor(estate(), [{ id: "b", title: "nobody uses admin", fix }]);
    expect(steps).toMatchObject([{ wall: "iam", text: fix, byHand: true, undo: "" }]);
    expect(doubts).toEqual(["there is no statement for: nobody uses admin"]);
  });

  it("leaves a crafted fix to people as a whole", () => {
    const fix = "REVOKE SELECT ON public.payments FROM app_ro; DROP TABLE x;";
    expect(planFor(estate(), [{ id: "c", title: "crafted", fix }]).steps).toMatchObject([{ byHand: true }]);
  });
});
