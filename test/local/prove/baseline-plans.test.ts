// Access that strays from a baseline is brought back by a plan: random estates, strayed as the plan of a finding strays.
import { expect, it } from "vitest";
import { baselineOf } from "../../../lib/core/baseline/baseline-of.ts";
import { driftOf, isDrift } from "../../../lib/core/baseline/drift.ts";
import { driftText } from "../../../lib/core/baseline/drift-text.ts";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { toDeclared } from "../../../lib/core/remediation/declared.ts";
import { planFor, planTo } from "../../../lib/core/remediation/plan.ts";
import { stateOf } from "../../../lib/core/remediation/state.ts";
import { onBench } from "../../../local/prove/prove-plan.ts";
import { sharedPostgres } from "../../support/postgres.ts";
import { connected, findingsOf, randomCatalog, sampleWorld } from "./random-plans.ts";

const postgres = sharedPostgres();
const AT = Date.UTC(2026, 10, 28);
const STRAYS = Number(process.env.STRAYS ?? 4);

it.each(["postgres", "dsql"] as const)(
  "a plan brings what strayed back to the baseline (%s)",
  { timeout: 600_000 },
  async (kind) => {
    const wrong: string[] = [];
    let proven = 0;
    await connected(postgres.server().url, async (client) => {
      const declared = await randomCatalog(client, sampleWorld(23), kind);
      const baseline = baselineOf(declared);
      const drift = (of: Catalog) => driftOf(baseline, of, AT).filter(isDrift).map(driftText);
      expect(drift(declared)).toEqual([]);
      for (const { id, title, fix = "" } of findingsOf(declared).slice(0, STRAYS)) {
        const strayed = planFor(declared, [{ id, title, fix }]).expected;
        const state = strayed && stateOf(strayed);
        if (!strayed || !state || drift(strayed).length === 0) continue;
        const { wanted, left } = toDeclared(state, baseline, AT);
        const plan = planTo(strayed, wanted);
        const proof = await onBench(client, strayed, ({ prove }) =>
          prove(plan, drift(strayed), (of) => new Set(drift(of))),
        );
        if (proof.status === "proven") proven += 1;
        else wrong.push([title, ...drift(strayed), "left:", ...left, ...proof.because].join("\n"));
      }
    });
    expect(wrong).toEqual([]);
    expect(proven).toBeGreaterThan(0);
  },
);
