// One standard SQS queue: visibility, receive counts, a dead-letter queue, copies that come twice, no order.
import { AuditError } from "../../lib/errors.ts";
import type { Delivery } from "./lambda-events.ts";
import { type Copy, copiesIn } from "./queue-copies.ts";

export type QueueOptions = {
  readonly name: string;
  /** How long a message that was received stays hidden; 30 s. */
  readonly visibilityTimeoutMs?: number;
  /** After so many receives without a delete a message goes to the dead-letter queue. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly deadLetterQueue: string };
};

type QueueCounters = {
  /** Messages that came in, moves into a dead-letter queue included. */
  readonly sent: number;
  /** Copies made by at-least-once delivery, on top of `sent`. */
  readonly duplicated: number;
  /** Times that a copy was handed out. */
  readonly received: number;
  /** Deliveries that were given back by a failure. */
  readonly returned: number;
  readonly deleted: number;
  /** Given up to the dead-letter queue. */
  readonly deadLettered: number;
  /** Copies that are there now, hidden ones included. */
  readonly waiting: number;
};

type ReceiveOptions = {
  readonly max: number;
  readonly visibilityTimeoutMs?: number;
  /** Asked for each message in turn; the first no ends the batch. */
  readonly fits?: (delivery: Delivery) => boolean;
};

export type Queue = {
  readonly name: string;
  readonly arn: string;
  readonly redrive: QueueOptions["redrive"];
  /** Answers the message id. AuditError("usage") when SQS would refuse the body. */
  readonly send: (body: string, options?: { delayMs?: number }) => string;
  readonly receive: (options: ReceiveOptions) => readonly Delivery[];
  /** A handle that a later receive has replaced deletes nothing, as with SQS. */
  readonly remove: (receiptHandle: string) => void;
  /** Counts a failure; the message comes again when its visibility timeout is over. */
  readonly giveBack: (receiptHandle: string) => void;
  readonly visible: () => number;
  /** Bytes of their bodies, as the text in a JSON document that a call's event is. */
  readonly visibleBytes: () => number;
  /** When the next hidden message shows itself; undefined when none is hidden. */
  readonly nextVisibleAt: () => number | undefined;
  readonly bury: (dead: DeadLetter) => void;
  readonly counters: () => QueueCounters;
  readonly bodies: () => readonly string[];
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const MAX_BODY_BYTES = 1_048_576;

// Not the time of sending: a drain's skipped time ends with it, and what it sent must not hide until the clock is there.
const AT_ONCE = Number.NEGATIVE_INFINITY;

/** A message on its way into a dead-letter queue: id, body and time stay, `from` is the ARN of where it was. */
type DeadLetter = {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  readonly from: string;
};

export type QueueWorld = {
  readonly arn: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  /** The probability that a message comes twice. */
  readonly duplicates: number;
  /** Takes what this queue gives up. */
  readonly deadLetters: (dead: DeadLetter) => void;
};

const messageOf = (copy: Copy): Omit<DeadLetter, "from"> => ({
  messageId: copy.messageId,
  body: copy.body,
  sentAt: copy.sentAt,
});

const checkSize = (body: string): void => {
  const bytes = Buffer.byteLength(body);
  if (bytes === 0 || bytes > MAX_BODY_BYTES) {
    throw new AuditError("usage", `SQS takes 1 to ${MAX_BODY_BYTES} bytes, not ${bytes}`);
  }
};

const textBytes = (body: string): number => Buffer.byteLength(JSON.stringify(body));

/** The next delivery of a copy, by a receipt handle of its own. */
const deliveryOf = (copy: Copy, { now, newId }: Pick<QueueWorld, "now" | "newId">): Delivery => ({
  ...messageOf(copy),
  receiptHandle: `AQEB${newId()}`,
  firstReceivedAt: copy.firstReceivedAt ?? now(),
  receiveCount: copy.receiveCount + 1,
  ...(copy.deadLetterSource && { deadLetterSource: copy.deadLetterSource }),
});

export const createQueue = (
  { name, visibilityTimeoutMs = 30_000, redrive }: QueueOptions,
  world: QueueWorld,
): Queue => {
  const { arn, now, random, newId } = world;
  const copies = copiesIn(now);
  const count = { sent: 0, duplicated: 0, received: 0, returned: 0, deleted: 0, deadLettered: 0 };
  return {
    name,
    arn,
    redrive,
    send: (body, { delayMs = 0 } = {}) => {
      checkSize(body);
      const visibleAt = delayMs ? now() + delayMs : AT_ONCE;
      const copy = {
        messageId: newId(),
        body,
        bytes: textBytes(body),
        sentAt: now(),
        receiveCount: 0,
        visibleAt,
      };
      copies.hide(copy);
      count.sent += 1;
      if (random() < world.duplicates) {
        copies.hide({ ...copy });
        count.duplicated += 1;
      }
      return copy.messageId;
    },
    bury: ({ messageId, body, sentAt, from }) => {
      const bytes = textBytes(body);
      copies.hide({
        ...{ messageId, body, bytes, sentAt, deadLetterSource: from },
        ...{ receiveCount: 0, visibleAt: AT_ONCE },
      });
      count.sent += 1;
    },
    receive: ({ max, visibilityTimeoutMs: hideMs = visibilityTimeoutMs, fits = () => true }) => {
      const batch: Delivery[] = [];
      const shown = copies.shown();
      while (batch.length < max) {
        const at = Math.floor(random() * shown.length);
        const copy = shown[at];
        if (!copy) break;
        if (redrive && copy.receiveCount >= redrive.maxReceiveCount) {
          copies.unshow(at);
          copies.letGo(copy);
          count.deadLettered += 1;
          world.deadLetters({ ...messageOf(copy), from: arn });
          continue;
        }
        const delivery = deliveryOf(copy, world);
        if (!fits(delivery)) break;
        copies.unshow(at);
        copies.handOut(copy, delivery, now() + hideMs);
        count.received += 1;
        batch.push(delivery);
      }
      return batch;
    },
    remove: (receiptHandle) => {
      if (copies.remove(receiptHandle)) count.deleted += 1;
    },
    giveBack: (receiptHandle) => {
      if (copies.isHeld(receiptHandle)) count.returned += 1;
    },
    visible: () => copies.shown().length,
    visibleBytes: () => copies.shown().reduce((sum, { bytes }) => sum + bytes, 0),
    nextVisibleAt: copies.nextVisibleAt,
    counters: () => ({ ...count, waiting: copies.all().length }),
    bodies: () => copies.all().map(({ body }) => body),
  };
};
