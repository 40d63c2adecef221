// Which hours are proven: command line, API, report and judge say the same of any proofs and doubts, to the hour.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { floorTo, HOUR, iso, MINUTE } from "../../lib/core/base/time.ts";
import { uncoveredOf } from "../../lib/core/coverage/uncovered.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { loadReportData } from "../../lib/queries/load-report-data.ts";
import { coverageFigures } from "../../lib/report/coverage-figures.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { openSqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";
import { asker } from "../support/ask.ts";
import { cliIn } from "../support/cli.ts";
import { connection } from "../support/connections.ts";
import { CLUSTER } from "../support/records.ts";

const cluster = CLUSTER as Cluster;
const scope = "111122223333/us-east-1";
const T = Date.UTC(2026, 9, 24);
const NOW = T + 60 * HOUR + 17 * MINUTE;
const folder = mkdtempSync(join(tmpdir(), "same-hours-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const moment = fc.integer({ min: -3 * 60, max: 58 * 60 }).map((minutes) => T + minutes * MINUTE);
const stretch = fc
  .tuple(moment, fc.integer({ min: 1, max: 20 * 60 }))
  .map(([from, minutes]) => ({ from, to: Math.min(NOW, from + minutes * MINUTE) }));
const proof = fc.constantFrom("digest", "canary", "folder");
const trail = fc.record({
  kind: fc.constantFrom("stopped", "started", "changed", "deleted", "selectors-changed"),
  at: moment,
});

it("of random proofs, doubts and stopped trails", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(stretch, proof, fc.boolean()), { minLength: 1, maxLength: 5 }),
      fc.array(stretch, { maxLength: 3 }),
      fc.array(trail, { maxLength: 2 }),
      stretch,
      async (proofs, doubts, trails, asked) => {
        const file = join(folder, `${run++}.db`);
        const { table, close } = await openSqliteTable({
          file,
          mayCreate: true,
          sleep: async () => {},
          random: () => 0,
        });
        const store = openStore(table, { now: () => NOW });
        await store.clusters.register(cluster);
        await store.activity.count([connection("e", T - 2 * HOUR), connection("f", T + 30 * HOUR)], NOW);
        await store.activity.fold(cluster, NOW);
        for (const [{ from, to }, kind, own] of proofs) {
          const hours = [];
          for (let hour = floorTo(HOUR, from); hour < to; hour += HOUR) hours.push(hour);
          await store.activity.markHours(own ? cluster : scope, hours, kind);
        }
        for (const [n, doubt] of doubts.entries())
          await store.doubts.replace(n % 2 ? scope : cluster, `d${n}`, [{ ...doubt, reason: `d${n}` }]);
        for (const [n, { kind, at }] of trails.entries()) {
          const event = { eventId: `t${n}`, at, kind, name: kind, scope, principal: "arn:x", target: "t" };
          await store.trailEvents.record(event as never);
        }
        const from = floorTo(HOUR, asked.from);
        const params = { cluster, from: iso(asked.from), to: iso(asked.to) };
        const { ask } = asker(table, () => NOW);
        const facts = await loadFacts(store, cluster, NOW);
        const judged = uncoveredOf(facts.coverage, facts.doubts);
        const api = (await ask("/coverage", params)).body;
        const principals = (await ask("/activity/principals", params)).body;
        const report = await loadReportData(store, cluster, NOW);
        const figures = coverageFigures(asked, report.coverage.covered, report.coverage.doubts);
        await close();
        const cli = cliIn(
          () => folder,
          () => NOW,
        );
        const words = ["--store", file, "--from", params.from, "--to", params.to, "--json"];
        const answer = (await cli(["coverage", ...words])).json() as Record<string, unknown>;

        const unproven = judged.hoursIn({ from, to: asked.to });
        expect({
          api: api.unprovenHours,
          principals: principals.unprovenHours,
          cli: answer.unprovenHours,
          report: figures.hours - figures.coveredHours,
        }).toEqual({
          api: unproven,
          principals: unproven,
          cli: unproven,
          report: unproven,
        });
        expect(api.gaps).toEqual(answer.gaps);
        expect(api.covered).toEqual(answer.covered);
        // Hour by hour, counted by hand.
        let byHand = 0;
        for (let hour = from; hour < asked.to; hour += HOUR) {
          const touches = (one: { from: number; to: number }) => one.from < hour + HOUR && one.to > hour;
          const isProven =
            proofs.some(([one]) => floorTo(HOUR, one.from) <= hour && hour < one.to) &&
            !facts.doubts.some(touches) &&
            !doubts.some(touches);
          if (!isProven) byHand++;
        }
        expect(unproven).toBe(byHand);
        const listed = (api.gaps as { from: string; to: string }[]).reduce(
          (sum, gap) => sum + Math.ceil((Date.parse(gap.to) - Date.parse(gap.from)) / HOUR),
          0,
        );
        expect(listed).toBe(unproven);
      },
    ),
    {
      numRuns: 25,
      // What casts doubt begins where the stretch ends, in the middle of its last hour.
      examples: [
        [
          [[{ from: T, to: T + 10 * HOUR }, "digest", false]],
          [{ from: T + 5 * HOUR + MINUTE, to: T + 5 * HOUR + 2 * MINUTE }],
          [],
          { from: T, to: T + 5 * HOUR + MINUTE },
        ],
      ],
    },
  );
}, 60_000);
