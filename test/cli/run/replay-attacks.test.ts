// Planted attacks in a folder of trail files: `replay` finds the strong ones, each told once and with its figures.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../../../bench/detection/simulate.ts";
import { writeTrailFiles } from "../../../bench/detection/trail-files.ts";
import { DAY } from "../../../lib/core/base/time.ts";
import { cliIn } from "../../support/cli.ts";

type Found = {
  readonly detector: string;
  readonly category: string;
  readonly principal?: string;
  readonly title: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly detectedAt: string;
  readonly evidence: { readonly why?: string };
};

const SECOND = 1_000;
const run = simulate({ seed: 11, principals: 30, days: 45, attacks: 10 });
const folder = mkdtempSync(join(tmpdir(), "attacks-"));
let found: readonly Found[] = [];
beforeAll(async () => {
  writeTrailFiles(run, folder);
  const cli = cliIn(
    () => folder,
    () => run.start + 100 * DAY,
  );
  const done = await cli("replay --mappings mappings.json --events AWSLogs --json");
  expect(done.err).not.toMatch(/^error/m);
  found = (JSON.parse(done.out) as Found[]).filter(({ category }) => category === "anomalous");
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("replay over trail files with planted attacks", () => {
  it("finds nine of ten strong attacks at least", () => {
    const hit = run.attacks.filter((attack) =>
      found.some(
        ({ principal, firstSeenAt, lastSeenAt }) =>
          attack.principals.some((one) => one === principal) &&
          // Records carry whole seconds.
          Date.parse(lastSeenAt) >= attack.from - SECOND &&
          Date.parse(firstSeenAt) <= attack.to + SECOND,
      ),
    );
    expect(hit.length).toBeGreaterThanOrEqual(9);
  });

  it("tells few other things", () => {
    const others = found.filter(
      ({ principal }) => !run.attacks.some(({ principals }) => principals.some((one) => one === principal)),
    );
    expect(others.length).toBeLessThanOrEqual((4 * run.days) / 7);
  });

  it("judges nothing by what came later", () => {
    for (const { firstSeenAt, detectedAt } of found)
      expect(Date.parse(detectedAt)).toBeGreaterThanOrEqual(Date.parse(firstSeenAt));
  });

  it("says why in figures", () => {
    for (const { evidence, title } of found) {
      expect(title.length).toBeLessThan(220);
      // A fact needs no figures: its title says it.
      expect(evidence.why ?? title).toMatch(/\d|mapping/);
    }
  });
});
