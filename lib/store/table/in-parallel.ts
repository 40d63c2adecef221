// Does a bounded number of things at a time.
import { oneError } from "../../errors.ts";

/** Results in the order of the items. Waits for all that has begun before it passes on the first error. */
export const inParallel = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const at = next++;
      try {
        results[at] = await work(items[at] as T);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane));
  for (const settled of lanes) if (settled.status === "rejected") throw settled.reason;
  return results;
};

/** Each to its end, for what fails keeps nothing else from it; then the errors that there were, as one. */
export const eachToItsEnd = async <T extends readonly unknown[]>(
  works: {
    readonly [K in keyof T]: Promise<T[K]>;
  },
): Promise<T> => {
  const settled: readonly PromiseSettledResult<unknown>[] = await Promise.allSettled(works);
  const failed = settled.filter((one) => one.status === "rejected");
  if (failed.length) throw oneError(failed.map(({ reason }) => reason));
  return Promise.all(works) as unknown as Promise<T>;
};
