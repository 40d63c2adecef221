// Whether the functions would start with what a deployment is told: a list of clusters without an endpoint, a detector that
// there is not, would end every invocation, and nobody but an alarm would say so.
import { readSettings, type Setting } from "../lib/config.ts";
import type { DetectorOptions } from "../lib/core/findings/judge.ts";
import { judgeWith } from "../lib/core/findings/judge.ts";
import { detectors } from "../lib/detectors/index.ts";
import { AuditError } from "../lib/errors.ts";
import { pascal } from "./cloudformation.ts";
import { type ParameterName, parameters } from "./parameters.ts";
import { settingSources } from "./topology.ts";

const told = Object.entries(settingSources).flatMap(([setting, source]) =>
  parameters
    .filter(([name]) => source.is === "parameter" && source.of === pascal(name))
    .map(([name]) => [setting as Setting, name] as const),
);

/** What `work` throws of a setting, under the parameter's name. */
const refused = (name: ParameterName, work: () => void): string[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof AuditError) || error.code !== "config") throw error;
    return [`${name}: ${error.message.replace(/^environment: [A-Z_]+: /, "")}`];
  }
};

/** One sentence for each parameter that a function would not start with. */
export const refusedByFunctions = (read: Readonly<Record<ParameterName, string>>): string[] => {
  const problems = told.flatMap(([setting, name]) =>
    refused(name, () => readSettings({ [setting]: read[name] }, setting)),
  );
  if (problems.length) return problems;
  return refused("detectorOptions", () => {
    judgeWith(detectors, JSON.parse(read.detectorOptions) as DetectorOptions);
  });
};
