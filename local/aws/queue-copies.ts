// The copies of messages that lie in a queue: shown, hidden, and held by whoever received them last.
import type { Delivery } from "./lambda-events.ts";

export type Copy = {
  readonly messageId: string;
  readonly body: string;
  /** Of the body as the text in a JSON document. */
  readonly bytes: number;
  readonly sentAt: number;
  readonly deadLetterSource?: string;
  firstReceivedAt?: number;
  receiveCount: number;
  visibleAt: number;
  receiptHandle?: string;
};

export type Copies = {
  /** Hidden until its `visibleAt`. */
  readonly hide: (copy: Copy) => void;
  /** The copies that could be received now; one is taken out with `unshow`. */
  readonly shown: () => readonly Copy[];
  readonly unshow: (index: number) => void;
  /** Hides it until `visibleAt`, held by the delivery's receipt handle; an earlier handle holds nothing any more. */
  readonly handOut: (copy: Copy, delivery: Delivery, visibleAt: number) => void;
  readonly letGo: (copy: Copy) => void;
  readonly isHeld: (receiptHandle: string) => boolean;
  /** Takes away what a handle holds; false: it holds nothing. */
  readonly remove: (receiptHandle: string) => boolean;
  /** When the next hidden copy shows itself; undefined when none is hidden. */
  readonly nextVisibleAt: () => number | undefined;
  readonly all: () => readonly Copy[];
};

export const copiesIn = (now: () => number): Copies => {
  const shown: Copy[] = []; // could be received now
  const hidden = new Set<Copy>(); // delayed, or received and not yet deleted
  const held = new Map<string, Copy>(); // by the newest receipt handle

  /** Shows what is due. Each message moves once per delivery, so that a long queue is not searched again and again. */
  const reveal = (): readonly Copy[] => {
    for (const copy of hidden) {
      if (copy.visibleAt > now()) continue;
      hidden.delete(copy);
      shown.push(copy);
    }
    return shown;
  };
  const letGo = (copy: Copy): void => void held.delete(copy.receiptHandle ?? "");

  return {
    hide: (copy) => void hidden.add(copy),
    shown: reveal,
    unshow: (index) => void shown.splice(index, 1),
    handOut: (copy, delivery, visibleAt) => {
      letGo(copy);
      held.set(delivery.receiptHandle, copy);
      copy.receiptHandle = delivery.receiptHandle;
      copy.receiveCount = delivery.receiveCount;
      copy.firstReceivedAt = delivery.firstReceivedAt;
      copy.visibleAt = visibleAt;
      hidden.add(copy);
    },
    letGo,
    isHeld: (receiptHandle) => held.has(receiptHandle),
    remove: (receiptHandle) => {
      const copy = held.get(receiptHandle);
      if (!copy) return false;
      held.delete(receiptHandle);
      // Its time may have run out meanwhile: then it was shown again, and is deleted all the same.
      if (!hidden.delete(copy)) shown.splice(shown.indexOf(copy), 1);
      return true;
    },
    nextVisibleAt: () => {
      let next: number | undefined;
      reveal();
      for (const { visibleAt } of hidden) if (next === undefined || visibleAt < next) next = visibleAt;
      return next;
    },
    all: () => [...shown, ...hidden],
  };
};
