// What the demonstration tells of IAM: what was planted, chains over both walls, administrators.
import { expect, it } from "vitest";
import { DAY, floorTo, MINUTE } from "../../../lib/core/base/time.ts";
import type { OpinionsTold } from "../../../lib/core/iam/opinions-told.ts";
import type { WhoMayRow } from "../../../lib/queries/who-may.ts";
import { createFindingStore } from "../../../lib/store/findings/findings.ts";
import { createSnapshotStore, requireAsOf } from "../../../lib/store/history/snapshots.ts";
import { principals, ROOT } from "../../../local/demo/estate.ts";
import { iamEventOf } from "../../../local/demo/story.ts";
import { changed, type Demo, NOW, REVOKE_CONTRACTOR, story } from "./demo-run.ts";

/** Registers the tests. */
export const iamTests = (demo: Demo): void => {
  it("finds what is planted in IAM and nothing else of it, and has looked at all of it", async () => {
    const findings = await createFindingStore(demo.table).list(demo.result.cluster);
    const ofIam =
      /^(?:orphan-mapping|rebound-role|\w+-without-\w+|long-lived-key|public-cluster|policy-misses-admin|undeclared-admin)$/;
    const found = findings
      .filter(({ detector }) => ofIam.test(detector))
      .map(({ detector, subject, status, detectedAt }) => ({
        what: `${detector} ${subject.principal?.split("/").at(-1) ?? "cluster"} ${status}`,
        detectedAt,
      }));
    const planted = [
      ["orphan-mapping WarehouseSync open", iamEventOf(story, "warehouse", "deleted")],
      ["permission-without-mapping ContractorNils open", changed(REVOKE_CONTRACTOR)],
      ["rebound-role InventoryLoader open", iamEventOf(story, "inventory", "remade")],
      ["policy-misses-admin cluster open", iamEventOf(story, "staging", "cluster-policy")],
      ["public-cluster cluster open", -1],
      ["undeclared-admin BillingWorker open", iamEventOf(story, "staging", "all-actions")],
      // The access that was declared names nobody who is admin.
      ["undeclared-admin DatabaseAdmin open", floorTo(DAY, story.baselineAt ?? 0) - 1],
    ] as const;
    const key = ["long-lived-key NightCron open", story.keyMadeAt + 90 * DAY] as const;
    expect(found.map(({ what }) => what).sort()).toEqual([key[0], ...planted.map(([what]) => what)].sort());
    for (const [what, began = Number.NaN] of planted) {
      const detectedAt = found.find((one) => one.what === what)?.detectedAt;
      expect(detectedAt, what).toBeGreaterThan(demo.at(began));
      expect(detectedAt, what).toBeLessThan(demo.at(began) + 70 * MINUTE);
    }
    // Nothing happens on the day on which the key is too old: it is found by the scan of that day, or of the next.
    const aged = found.find(({ what }) => what === key[0])?.detectedAt;
    expect(aged).toBeGreaterThan(demo.at(key[1]));
    expect(aged).toBeLessThan(demo.at(key[1]) + 2 * DAY);
    const snapshots = createSnapshotStore(demo.table, { now: () => NOW });
    const { iam } = (await requireAsOf(snapshots, demo.result.cluster, NOW)).catalog;
    const unread = Object.entries(iam?.parts ?? {}).filter(([, { status }]) => status !== "read");
    expect(iam).toBeDefined();
    expect(unread).toEqual([]);
  });

  it("has asked the simulator about administrators and mapped identities, and kept what it said", async () => {
    const { body } = await demo.stack.query("/who-may", { limit: "200" });
    const { items, secondOpinions } = body as {
      readonly items: readonly WhoMayRow[];
      readonly secondOpinions: OpinionsTold;
    };
    expect(secondOpinions).toMatchObject({ waiting: 0, refused: null });
    const asked = items.filter(({ secondOpinion }) => secondOpinion);
    expect(new Set(asked.map(({ principal }) => principal)).size).toBe(secondOpinions.asked);
    for (const arn of [principals.admin.arn, principals.staging.arn, principals.ordersApi.arn])
      expect(asked.map(({ principal }) => principal)).toContain(arn);
    // The local simulator is the auditor's own evaluator: it never differs.
    expect(asked.filter(({ secondOpinion }) => secondOpinion?.state === "differs")).toEqual([]);
  });

  it("draws the contractor's chain over both walls, and says what is missing", async () => {
    const { body } = await demo.stack.query("/explain", {
      who: principals.contractor.arn,
      privilege: "SELECT",
      object: "users_schema.users",
    });
    const answer = body as { links: { step: string; state: string }[] };
    expect(answer).toMatchObject({
      verdict: "no",
      role: null,
      firstBroken: "mapping",
      away: "one AWS IAM GRANT away",
      completes: [expect.stringMatching(/^AWS IAM GRANT \w+ TO '/)],
      next: null,
    });
    expect(answer.links.map(({ step, state }) => `${step} ${state}`)).toEqual([
      "identity ok",
      "iam ok",
      "cluster-policy ok",
      "mapping broken",
      "role ok",
      "schema ok",
      "privilege ok",
    ]);
  });

  it("names the administrators that IAM lets in, the one of staging among them", async () => {
    const { body } = await demo.stack.query("/who-can", { privilege: "DELETE", object: "public.orders" });
    const { items } = body as { items: { role: string; principals: { arn: string; wall: string }[] }[] };
    const admins = items.find(({ role }) => role === "admin");
    expect(admins).toMatchObject({ morePrincipals: null });
    // The cluster policy that is to keep staging out denies DbConnect alone.
    const letIn = admins?.principals.filter(({ wall }) => wall === "allowed").map(({ arn }) => arn);
    expect(letIn).toEqual([principals.admin.arn, principals.staging.arn, ROOT]);
    expect(items.find(({ role }) => role === "api_readwrite")?.principals).toMatchObject([
      { arn: principals.ordersApi.arn, wall: "allowed", identity: "exists" },
    ]);
  });
};
