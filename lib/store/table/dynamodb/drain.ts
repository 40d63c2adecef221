// Batches that DynamoDB processes in part: sent again until nothing is left, within a bound, with jitter.
import { AuditError } from "../../../errors.ts";

export type Waiting = {
  readonly sleep: (ms: number) => Promise<void>;
  /** 0 <= x < 1, for jitter. */
  readonly random: () => number;
};

const MAX_ROUNDS = 8;
const BASE_MS = 25;
const MAX_MS = 2_000;

/**
 * Sends parts of `size`; `send` returns what was left unprocessed. What is left after the last round is an
 * AuditError("throttled"), never dropped.
 */
export const drain = async <T>(
  all: readonly T[],
  size: number,
  send: (part: T[]) => Promise<readonly T[]>,
  { sleep, random }: Waiting,
): Promise<void> => {
  let left = [...all];
  for (let round = 0; left.length; round++) {
    if (round >= MAX_ROUNDS) {
      throw new AuditError(
        "throttled",
        `DynamoDB left ${left.length} items unprocessed after ${MAX_ROUNDS} tries`,
        {
          hint: "Nothing is lost: the work is retried. If this persists, look at the table's throttle metrics.",
        },
      );
    }
    if (round > 0) await sleep(random() * Math.min(MAX_MS, BASE_MS * 2 ** round));
    const again: T[] = [];
    for (let at = 0; at < left.length; at += size) again.push(...(await send(left.slice(at, at + size))));
    left = again;
  }
};
