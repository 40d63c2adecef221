// Writes that come at the same moment share one transaction: each is still a conditional write to one item, and whoever
// waits for one hears of it after the commit.

export type Transactions = {
  /** Begins, runs `work` without a pause, and commits; by an error of `work` nothing of it stays. */
  readonly transaction: (work: () => void) => Promise<void>;
};

type Waiting = {
  readonly work: () => void;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
};

export type WriteQueue = {
  readonly write: <T>(work: () => T) => Promise<T>;
  /** Resolves when nothing waits any more. */
  readonly settled: () => Promise<void>;
};

export const createWriteQueue = ({ transaction }: Transactions): WriteQueue => {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    // Everything that is under way in this turn of the event loop gets its chance to join.
    await new Promise<void>((resume) => setImmediate(resume));
    while (waiting.length) {
      let group: Waiting[] = [];
      try {
        await transaction(() => {
          group = waiting;
          waiting = [];
          for (const { work } of group) work();
        });
        for (const { done } of group) done();
      } catch (error) {
        // Nobody got in: those who wait are told as well.
        for (const { fail } of group.length ? group : waiting.splice(0)) fail(error);
      }
    }
    running = undefined;
  };
  return {
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, fail) => {
        let result: T;
        waiting.push({
          work: () => {
            result = work();
          },
          done: () => resolve(result),
          fail,
        });
        running ??= drain();
      }),
    settled: async () => {
      while (running) await running;
    },
  };
};
