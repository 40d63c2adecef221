// The file of a baseline as commands name it: read, checked, and held against the cluster that it is for.
import { resolve } from "node:path";
import { visible } from "../../lib/core/base/visible-text.ts";
import type { Baseline } from "../../lib/core/baseline/baseline.ts";
import { parseBaseline } from "../../lib/core/baseline/parse-baseline.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Io } from "../io.ts";
import { readText } from "../read-text.ts";

export const DEFAULT_FILE = "access.yml";

/** AuditError("bad-file") names each fault by line and column. */
export const readBaseline = (io: Pick<Io, "cwd">, file: string): Baseline =>
  parseBaseline(readText(resolve(io.cwd, file)), file);

/** AuditError("usage") where the file names another cluster: all of one would be drift from the other. */
export const requireSameCluster = (file: string, baseline: Baseline, cluster: string): void => {
  if (baseline.cluster === undefined || baseline.cluster === cluster) return;
  throw new AuditError(
    "usage",
    `${file} is for the cluster ${visible(baseline.cluster, 200)}, not for ${visible(cluster, 200)}`,
    {
      hint: "Name the other cluster with --cluster, or change cluster in the file.",
    },
  );
};
