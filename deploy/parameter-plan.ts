// What is said of a parameter of the deployment.
import { type RetentionName, retentionPlans } from "../lib/core/findings/retention-days.ts";

/** A parameter of the file `deploy/params.STAGE.yml`. */
export type ParameterPlan = {
  /** For the person who fills in the file; a line of it each. */
  readonly says: readonly string[];
  readonly default: string;
  /** Has to stand in the file, if only as "": whoever forgets it would lose what they had. */
  readonly stated?: true;
  /** JSON: the file may hold it as YAML. */
  readonly json?: true;
  readonly type?: "Number";
  /** Days that something is kept: too few are refused, with the reason. */
  readonly days?: RetentionName;
  readonly pattern?: string;
  /** "is …", for whoever wrote something else. */
  readonly constraint?: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  /** Neither is of use without this other one. */
  readonly with?: string;
};

/** The plan of a parameter that says how many days something is kept. */
export const daysOf = (name: RetentionName) => {
  const { default: usual, min, max, ...plan } = retentionPlans[name];
  return {
    ...{ default: String(usual), type: "Number" as const, max, min: "forever" in plan ? 0 : min },
    days: name,
  };
};
