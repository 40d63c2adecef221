// How AWS is asked: a few calls at once, each for so long at most, all together until a deadline.
import { inParallel } from "../store/table/in-parallel.ts";

/** Thrown in the place of a call for which no time is left. */
const late = (): Error => Object.assign(new Error("no time is left"), { name: "TimeoutError" });

/** With all its tries: longer than throttling lasts, shorter than a function lives. */
const CALL_MS = 60_000;
const AT_ONCE = 4;

export type Calls = {
  /** `send` with what ends it; what it throws is the SDK's own error. */
  readonly call: <T>(send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>) => Promise<T>;
  /** Each in turn, a few at once; the answers in the order of `items`. */
  readonly each: <T, R>(items: readonly T[], ask: (item: T) => Promise<R>) => Promise<R[]>;
};

/** Calls that all end `budgetMs` after the first; counted by `now`, in epoch milliseconds. */
export const callsUntil = (now: () => number, budgetMs: number): Calls => {
  const deadline = now() + budgetMs;
  const call: Calls["call"] = async (send) => {
    const left = deadline - now();
    if (left <= 0) throw late();
    return send({ abortSignal: AbortSignal.timeout(Math.min(left, CALL_MS)) });
  };
  return { call, each: (items, ask) => inParallel(items, AT_ONCE, ask) };
};
