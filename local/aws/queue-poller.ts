// Lambda's poller between a queue and a function: batch size, batching window, 6 MB, partial batch failures.
import { AuditError } from "../../lib/errors.ts";
import { type Delivery, sqsRecord } from "./lambda-events.ts";
import { type Failure, type LocalFunction, MAX_PAYLOAD_BYTES, type Outcome } from "./lambda-function.ts";
import type { Queue } from "./queue.ts";

export type PollerOptions = {
  readonly queue: string;
  readonly function: string;
  /** 10; above that AWS wants a window of at least one second. */
  readonly batchSize?: number;
  /** How long to gather before the call; 0. */
  readonly windowMs?: number;
  /** FunctionResponseTypes: without it what the function answers is not looked at. */
  readonly reportBatchItemFailures: boolean;
};

export type Poller = {
  /** How many batches could be handed over now. */
  readonly readyBatches: () => number;
  /** When it will be ready by time alone; undefined when nothing waits. */
  readonly nextReadyAt: () => number | undefined;
  /** Takes one batch and calls the function. */
  readonly pollOne: () => Promise<void>;
};

/**
 * Which deliveries failed, by https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html: an answer
 * without failures is a success, one that is malformed or names an unknown message fails the whole batch.
 */
const failedOf = (batch: readonly Delivery[], outcome: Outcome, reported: boolean): readonly Delivery[] => {
  if (!outcome.ok) return batch;
  if (!reported || outcome.result === undefined || outcome.result === null) return [];
  if (typeof outcome.result !== "object") return batch;
  const failures = (outcome.result as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === undefined || failures === null) return [];
  if (!Array.isArray(failures)) return batch;
  const ids = failures.map((item: unknown) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const known = ids.every((id) => batch.some(({ messageId }) => messageId === id));
  return known ? batch.filter(({ messageId }) => ids.includes(messageId)) : batch;
};

const UUID = "00000000-0000-4000-8000-000000000000";

/** Throws AuditError("config") on settings that AWS would refuse. */
export const createPoller = (
  { batchSize = 10, windowMs = 0, reportBatchItemFailures }: PollerOptions,
  queue: Queue,
  target: LocalFunction,
  world: {
    readonly now: () => number;
    readonly region: string;
    /** Takes the failure of messages that a call which went well gave back; a call that threw has been told of already. */
    readonly failed: (failure: Failure) => void;
  },
): Poller => {
  if (!queue.redrive) {
    throw new AuditError("config", `the queue ${queue.name} has no dead-letter queue`, {
      hint: "Set redrive: a message that always fails would be tried for ever.",
    });
  }
  const fine = batchSize >= 1 && batchSize <= (windowMs >= 1_000 ? 10_000 : 10) && windowMs <= 300_000;
  if (!fine) {
    throw new AuditError(
      "config",
      `a batch size of ${batchSize} with a window of ${windowMs} ms is refused`,
      {
        hint: "1 to 10; with a window of 1 to 300 seconds up to 10,000.",
      },
    );
  }
  const empty = { messageId: UUID, receiptHandle: `AQEB${UUID}`, body: "", receiveCount: 1 };
  const bare = sqsRecord({ ...empty, sentAt: 0, firstReceivedAt: 0 }, queue.arn, world.region);
  const around = Buffer.byteLength(JSON.stringify(bare)); // what a record has beside its body
  let openedAt: number | undefined; // since when the window gathers
  const open = (): number | undefined => {
    const visible = queue.visible();
    openedAt = visible ? (openedAt ?? world.now()) : undefined;
    return openedAt;
  };

  return {
    readyBatches: () => {
      const since = open();
      if (since === undefined) return 0;
      // A batch is full by its messages or by the 6 MB of a call, and goes at once then; the rest when the window is over.
      const bytes = queue.visibleBytes() + queue.visible() * around;
      const batches = Math.max(queue.visible() / batchSize, bytes / MAX_PAYLOAD_BYTES);
      return world.now() >= since + windowMs ? Math.ceil(batches) : Math.floor(batches);
    },
    nextReadyAt: () => {
      const since = open();
      return since === undefined ? queue.nextVisibleAt() : since + windowMs;
    },
    pollOne: async () => {
      openedAt = undefined;
      let bytes = Buffer.byteLength('{"Records":[]}');
      const batch = queue.receive({
        max: batchSize,
        fits: (delivery) => {
          bytes += Buffer.byteLength(JSON.stringify(sqsRecord(delivery, queue.arn, world.region))) + 1;
          return bytes <= MAX_PAYLOAD_BYTES;
        },
      });
      if (!batch.length) return; // all of them went to the dead-letter queue
      const Records = batch.map((delivery) => sqsRecord(delivery, queue.arn, world.region));
      const outcome = await target.invoke({ Records }, "batch");
      const failed = new Set(failedOf(batch, outcome, reportBatchItemFailures));
      if (outcome.ok && failed.size) {
        const error = new AuditError("bad-record", `${failed.size} of ${batch.length} messages failed`);
        world.failed({ function: target.name, kind: "messages", at: world.now(), error });
      }
      for (const delivery of batch) {
        if (failed.has(delivery)) queue.giveBack(delivery.receiptHandle);
        else queue.remove(delivery.receiptHandle);
      }
    },
  };
};
