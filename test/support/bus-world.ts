// The bus with one queue, its dead-letter queue and one function, and an envelope to put on it.
import type { Context, SQSEvent } from "aws-lambda";
import { type BusOptions, createBus } from "../../local/aws/bus.ts";
import type { Envelope } from "../../local/aws/lambda-events.ts";

export const START = Date.UTC(2026, 2, 4, 3);
const ordered = () => 0;
export const advance = (clock: { now: number }, ms: number): void => {
  clock.now += ms;
};

export const envelope = (id: string, more: Partial<Envelope> = {}): Envelope => ({
  version: "0",
  id,
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.dsql",
  account: "111122223333",
  time: "2026-03-04T03:00:00Z",
  region: "us-east-1",
  resources: [],
  detail: { eventName: "DbConnect" },
  ...more,
});

type Settings = {
  bus?: Partial<BusOptions>;
  batchSize?: number;
  windowMs?: number;
  report?: boolean;
  maxReceiveCount?: number;
};

/** One queue with its dead-letter queue and one function that sees every batch. */
export const world = (work: (event: SQSEvent, context: Context) => unknown, settings: Settings = {}) => {
  const clock = { now: START };
  const bus = createBus({ random: ordered, now: () => clock.now, ...settings.bus });
  const events: SQSEvent[] = [];
  bus.addQueue({ name: "dead" });
  bus.addQueue({
    name: "work",
    redrive: { maxReceiveCount: settings.maxReceiveCount ?? 3, deadLetterQueue: "dead" },
  });
  bus.addFunction({
    name: "worker",
    handler: (event: SQSEvent, context) => {
      events.push(event);
      return work(event, context);
    },
  });
  bus.addPoller({
    queue: "work",
    function: "worker",
    reportBatchItemFailures: settings.report ?? true,
    batchSize: settings.batchSize ?? 10,
    windowMs: settings.windowMs ?? 0,
  });
  const batches = () => events.map(({ Records }) => Records.map(({ body }) => body));
  return { bus, clock, events, batches };
};
