// Puts the deployment's table of functions, queues, rules and schedules on the local bus.
import type { Context } from "aws-lambda";
import type { RulePlan, TrailPlace } from "../../deploy/rule-plans.ts";
import {
  allFunctions,
  eventPlans,
  type FunctionName,
  MAX_RECEIVES,
  queuePlans,
  visibilityOf,
} from "../../deploy/topology.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Bus } from "./bus.ts";
import type { EventPattern } from "./event-pattern.ts";

/** The dead-letter queue of a function. */
export const deadLetterQueueOf = (fn: string): string => `${fn}-dead`;

/** Every queue, with its visibility and what it gives up to. */
export const addQueues = (bus: Bus): void => {
  for (const { name } of [...queuePlans, ...eventPlans]) bus.addQueue({ name: deadLetterQueueOf(name) });
  for (const plan of queuePlans) {
    bus.addQueue({
      name: plan.name,
      visibilityTimeoutMs: visibilityOf(plan) * 1000,
      redrive: { deadLetterQueue: deadLetterQueueOf(plan.name), maxReceiveCount: MAX_RECEIVES },
    });
  }
};

/** Every function that is called by a queue or by events, its poller or its rules; the one behind HTTP is asked directly. */
export const addFunctions = (
  bus: Bus,
  handlerOf: (name: FunctionName, code: string) => (event: never, context: Context) => unknown,
  trail: TrailPlace,
): void => {
  const addRule = (
    fn: string,
    { name, pattern }: RulePlan,
    target: Parameters<Bus["addRule"]>[0]["targets"][0],
  ) => bus.addRule({ name: `${fn}-${name}`, pattern: pattern(trail) as EventPattern, targets: [target] });
  for (const { name, code, timeout, called } of allFunctions) {
    if (called.by === "http") continue;
    const handler = handlerOf(name, code);
    const timeoutMs = timeout * 1000;
    if (called.by === "events") {
      bus.addFunction({ name, handler, timeoutMs, deadLetterQueue: deadLetterQueueOf(name) });
      for (const rule of called.rules) addRule(name, rule, { function: name });
      continue;
    }
    bus.addFunction({ name, handler, timeoutMs });
    bus.addPoller({
      queue: name,
      function: name,
      batchSize: called.batch,
      windowMs: called.window * 1000,
      reportBatchItemFailures: true,
    });
    for (const rule of called.rules) addRule(name, rule, { queue: name });
  }
};

/** What a schedule does at its time; nothing runs before the bus is drained. AuditError("not-found") where none is so called. */
export const fireSchedule = (bus: Bus, fn: FunctionName, schedule: string): void => {
  const called = allFunctions.find(({ name }) => name === fn)?.called;
  const found = called?.by === "events" && called.schedules.some(({ name }) => name === schedule);
  if (!found) throw new AuditError("not-found", `no schedule ${schedule} calls the function ${fn}`);
  bus.fire({ name: `${fn}-${schedule}`, kind: "rule", target: { function: fn } });
};
