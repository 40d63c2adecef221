// One standard SQS queue: visibility, receive counts, a dead-letter queue, copies that come twice, no order.
import { AuditError } from "../../lib/errors.ts";
import type { Delivery } from "./lambda-events.ts";

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

type Copy = {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  readonly deadLetterSource?: string;
  firstReceivedAt?: number;
  receiveCount: number;
  visibleAt: number;
  receiptHandle?: string;
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

export const createQueue = (
  { name, visibilityTimeoutMs = 30_000, redrive }: QueueOptions,
  { arn, now, random, newId, duplicates, deadLetters }: QueueWorld,
): Queue => {
  const shown: Copy[] = []; // could be received now
  const hidden = new Set<Copy>(); // delayed, or received and not yet deleted
  const held = new Map<string, Copy>(); // by the newest receipt handle
  const count = { sent: 0, duplicated: 0, received: 0, returned: 0, deleted: 0, deadLettered: 0 };

  /** Shows what is due. Each message moves once per delivery, so that a long queue is not searched again and again. */
  const reveal = (): readonly Copy[] => {
    for (const copy of hidden) {
      if (copy.visibleAt > now()) continue;
      hidden.delete(copy);
      shown.push(copy);
    }
    return shown;
  };

  const giveUp = (copy: Copy): void => {
    held.delete(copy.receiptHandle ?? "");
    count.deadLettered += 1;
    deadLetters({ messageId: copy.messageId, body: copy.body, sentAt: copy.sentAt, from: arn });
  };

  const deliveryOf = (copy: Copy): Delivery => ({
    messageId: copy.messageId,
    receiptHandle: `AQEB${newId()}`,
    body: copy.body,
    sentAt: copy.sentAt,
    firstReceivedAt: copy.firstReceivedAt ?? now(),
    receiveCount: copy.receiveCount + 1,
    ...(copy.deadLetterSource && { deadLetterSource: copy.deadLetterSource }),
  });

  const handOut = (copy: Copy, delivery: Delivery, visibleAt: number): void => {
    held.delete(copy.receiptHandle ?? "");
    held.set(delivery.receiptHandle, copy);
    copy.receiptHandle = delivery.receiptHandle;
    copy.receiveCount = delivery.receiveCount;
    copy.firstReceivedAt = delivery.firstReceivedAt;
    copy.visibleAt = visibleAt;
    hidden.add(copy);
    count.received += 1;
  };

  return {
    name,
    arn,
    redrive,
    send: (body, { delayMs = 0 } = {}) => {
      const bytes = Buffer.byteLength(body);
      if (bytes === 0 || bytes > MAX_BODY_BYTES) {
        throw new AuditError("usage", `SQS takes 1 to ${MAX_BODY_BYTES} bytes, not ${bytes}`);
      }
      const messageId = newId();
      const copy = {
        messageId,
        body,
        sentAt: now(),
        receiveCount: 0,
        visibleAt: delayMs ? now() + delayMs : AT_ONCE,
      };
      hidden.add(copy);
      count.sent += 1;
      if (random() < duplicates) {
        hidden.add({ ...copy });
        count.duplicated += 1;
      }
      return messageId;
    },
    bury: ({ messageId, body, sentAt, from }) => {
      hidden.add({ messageId, body, sentAt, deadLetterSource: from, receiveCount: 0, visibleAt: AT_ONCE });
      count.sent += 1;
    },
    receive: ({ max, visibilityTimeoutMs: hideMs = visibilityTimeoutMs, fits = () => true }) => {
      const batch: Delivery[] = [];
      reveal();
      while (batch.length < max) {
        const at = Math.floor(random() * shown.length);
        const copy = shown[at];
        if (!copy) break;
        if (redrive && copy.receiveCount >= redrive.maxReceiveCount) {
          shown.splice(at, 1);
          giveUp(copy);
          continue;
        }
        const delivery = deliveryOf(copy);
        if (!fits(delivery)) break;
        shown.splice(at, 1);
        handOut(copy, delivery, now() + hideMs);
        batch.push(delivery);
      }
      return batch;
    },
    remove: (receiptHandle) => {
      const copy = held.get(receiptHandle);
      if (!copy) return;
      held.delete(receiptHandle);
      // Its time may have run out meanwhile: then it was shown again, and is deleted all the same.
      if (!hidden.delete(copy)) shown.splice(shown.indexOf(copy), 1);
      count.deleted += 1;
    },
    giveBack: (receiptHandle) => {
      if (held.has(receiptHandle)) count.returned += 1;
    },
    visible: () => reveal().length,
    nextVisibleAt: () => {
      let next: number | undefined;
      reveal();
      for (const { visibleAt } of hidden) if (next === undefined || visibleAt < next) next = visibleAt;
      return next;
    },
    counters: () => ({ ...count, waiting: shown.length + hidden.size }),
    bodies: () => [...shown, ...hidden].map(({ body }) => body),
  };
};
