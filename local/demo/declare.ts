// Declares the access that there is: what `baseline init` and `baseline publish` do, on the demonstration's own cluster.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { type Instant, minute } from "../../lib/core/base/time.ts";
import { baselineOf } from "../../lib/core/baseline/baseline-of.ts";
import { baselineComments, baselineText } from "../../lib/core/baseline/baseline-text.ts";
import { parseBaseline } from "../../lib/core/baseline/parse-baseline.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Store } from "../../lib/store/open-store.ts";

export const BASELINE_FILE = "access.yml";

/** Writes `access.yml` into the folder and publishes it. */
export const declareAccess = async (
  store: Store,
  cluster: Cluster,
  folder: string,
  now: Instant,
): Promise<void> => {
  const newest = await store.snapshots.asOf(cluster, now);
  if (!newest) throw new AuditError("not-found", "the demonstration has no snapshot to make a baseline of");
  const { seq, takenAt } = newest.manifest;
  const text = baselineText(
    baselineOf(newest.catalog),
    baselineComments(`Snapshot ${seq} of ${minute(takenAt)}`, []),
  );
  writeFileSync(join(folder, BASELINE_FILE), text);
  await store.baselines.publish(cluster, parseBaseline(text, BASELINE_FILE), "demonstration", now);
};
