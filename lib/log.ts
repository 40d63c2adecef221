// What the code says while it works: a static message, the varying part as fields. Never tokens, SQL values or whole
// events. Beside it the figures that alarms watch.

import { nextStepOf } from "./core/base/next-step.ts";
import { visible } from "./core/base/visible-text.ts";
import { withoutSecrets } from "./core/base/without-secrets.ts";

type Value = string | number | boolean | null | undefined | readonly string[];

/**
 * `message`, `level`, `timestamp`, `service` and `sampling_rate` belong to the logger, which drops them where a caller
 * uses them: the types keep them out.
 */
export type Fields = Readonly<Record<string, Value>> & {
  readonly [reserved in "message" | "level" | "timestamp" | "service" | "sampling_rate"]?: never;
};

export type Log = {
  readonly info: (message: string, fields?: Fields) => void;
  readonly warn: (message: string, fields?: Fields) => void;
  readonly error: (message: string, fields?: Fields) => void;
};

const MAX_TEXT = 1000;
const MAX_CAUSES = 6;
const MAX_FRAMES = 12;
const MAX_FRAME = 200;

/** One line, bounded, and without what opens anything. */
const safe = (text: string, max = MAX_TEXT): string => visible(withoutSecrets(text.slice(0, 10 * max)), max);

const textOf = (value: unknown): string => (typeof value === "string" ? value : String(value));

/** A property of whatever was thrown, as text; undefined where it has none. */
const property = (error: unknown, name: string): string | undefined => {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === "string" || typeof value === "number" ? safe(String(value)) : undefined;
};

/** Causes and the parts of aggregated errors, each once, the nearest first. */
const causesOf = (error: unknown): unknown[] => {
  const found: unknown[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length && found.length <= MAX_CAUSES) {
    const next = waiting.shift();
    if (next === undefined || next === null || found.includes(next)) continue;
    found.push(next);
    if (next instanceof Error) waiting.push(next.cause);
    if (next instanceof AggregateError) waiting.push(...next.errors);
  }
  return found.slice(1, MAX_CAUSES + 1);
};

/** "TimeoutError (ETIMEDOUT): connect timed out" */
const oneLine = (error: unknown): string => {
  const code = property(error, "code");
  return error instanceof Error
    ? `${safe(error.name)}${code === undefined ? "" : ` (${code})`}: ${safe(error.message)}`
    : `${typeof error}: ${safe(textOf(error))}`;
};

/** Where it was thrown: the frames alone, for the text above them is told already. */
const framesOf = (error: Error): string[] =>
  textOf(error.stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
    .slice(0, MAX_FRAMES)
    .map((line) => safe(line, MAX_FRAME));

/**
 * The fields of whatever was caught: `error` (its name), `reason` (its text), `code`, `hint`, `causes` from the nearest to
 * the first, `stack`. Bounded, and without what opens anything.
 */
export const errorFields = (error: unknown): Fields => {
  try {
    return fieldsOf(error);
  } catch {
    // Whatever it is: that something failed must not be lost because it cannot be read.
    return { error: "unknown", reason: "what was thrown cannot be read" };
  }
};

const fieldsOf = (error: unknown): Fields => {
  if (!(error instanceof Error)) return { error: typeof error, reason: safe(textOf(error)) };
  const code = property(error, "code");
  const causedBy = causesOf(error);
  const hint = property(error, "hint") ?? nextStepOf([error, ...causedBy]);
  const causes = causedBy.map(oneLine);
  return {
    error: safe(error.name),
    reason: safe(error.message),
    ...(code !== undefined && { code }),
    hint,
    ...(causes.length && { causes }),
    stack: framesOf(error),
  };
};

/** The namespace of the metrics that deploy/alarms.ts watches. */
export const METRICS = "DsqlAccessAuditor";

/**
 * `TopicMissing`: notices are due, and SNS says that there is no such topic. `…Refused`: a channel beside mail does not take
 * what is due, and that will not pass by itself. The others: a cluster was evaluated, and the finding of that name is open.
 */
export type MetricName =
  | "TopicMissing"
  | "EventBusRefused"
  | "SecurityHubRefused"
  | "ChatRefused"
  | "SnapshotOverdue"
  | "CanaryMissed";

/** Counts one of what a metric is about. */
export type CountMetric = (name: MetricName) => void;

/**
 * The line of the log that counts one, in CloudWatch's embedded metric format. Its source:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * `at` in epoch ms; by the function's name alone, as the alarm asks.
 */
export const metricLine = (name: MetricName, functionName: string, at: number): string =>
  JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        { Namespace: METRICS, Dimensions: [["FunctionName"]], Metrics: [{ Name: name, Unit: "Count" }] },
      ],
    },
    FunctionName: functionName,
    [name]: 1,
  });
