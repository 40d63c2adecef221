// Lets a bus come to rest: calls in any order, one after the other or several at once, and waits that are skipped.
import { AuditError } from "../../lib/errors.ts";
import { takeOne } from "../seeded-random.ts";
import type { LocalFunction } from "./lambda-function.ts";
import type { Poller } from "./queue-poller.ts";

/** What can have work: read anew at every step, because it may be added to meanwhile. */
type Workers = { readonly pollers: readonly Poller[]; readonly functions: () => readonly LocalFunction[] };

type Time = {
  readonly now: () => number;
  readonly pass: (ms: number) => void;
  /** Called when all is quiet: skipped time is no longer counted. */
  readonly settle: () => void;
};

/** The calls that could be made now, of each kind no more than can run at once. */
const ready = ({ pollers, functions }: Workers, concurrency: number): (() => Promise<void>)[] => [
  ...pollers.flatMap(({ readyBatches, pollOne }) =>
    Array(Math.min(concurrency, readyBatches())).fill(pollOne),
  ),
  ...functions().flatMap(({ due, callOne }) => Array(Math.min(concurrency, due())).fill(callOne)),
];

const nextAt = ({ pollers, functions }: Workers): number | undefined => {
  const times = [
    ...pollers.map((poller) => poller.nextReadyAt()),
    ...functions().map((fn) => fn.nextDueAt()),
  ].filter((at) => at !== undefined);
  return times.length ? Math.min(...times) : undefined;
};

/** The `drain` of a bus; `random` picks which of the ready calls comes next. */
export const createDrain = (
  workers: Workers,
  time: Time,
  { random, concurrency }: { readonly random: () => number; readonly concurrency: number },
) => {
  const run = async (maxCalls: number): Promise<void> => {
    for (let calls = 0; ; ) {
      const work = ready(workers, concurrency);
      if (!work.length) {
        const next = nextAt(workers);
        if (next === undefined) return;
        time.pass(Math.max(0, next - time.now()));
        continue;
      }
      const chosen = Array.from({ length: Math.min(concurrency, work.length) }, () => takeOne(work, random));
      calls += chosen.length;
      if (calls > maxCalls) {
        throw new AuditError("conflict", `the bus is not quiet after ${maxCalls} calls`, {
          hint: "A function sends to itself, or two to each other, without end.",
        });
      }
      await Promise.all(chosen.map((call) => call?.()));
    }
  };
  let draining: Promise<void> = Promise.resolve();
  return ({ maxCalls = 100_000 }: { readonly maxCalls?: number } = {}): Promise<void> => {
    // One after the other: what was put while one came to its end is taken by the next.
    const mine = draining.then(() => run(maxCalls)).finally(time.settle);
    draining = mine.catch(() => undefined);
    return mine;
  };
};
