// What is said of each check, one line each, and how long a thing may take.
import { setTimeout as delay } from "node:timers/promises";

export type Report = {
  /** Runs it and says how it went, with the text that it gives; whether it went well. */
  readonly check: (what: string, work: () => Promise<unknown>) => Promise<boolean>;
  /** The same, for what all that follows rests on: throws `Ended` where it failed. */
  readonly must: (what: string, work: () => Promise<unknown>) => Promise<void>;
  readonly failures: () => number;
  readonly checks: () => number;
};

/** Something failed that all the rest rests on; it has been said. */
export class Ended extends Error {}

const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`;

export const openReport = (say: (line: string) => void): Report => {
  let failures = 0;
  let checks = 0;
  const check: Report["check"] = async (what, work) => {
    const from = performance.now();
    checks++;
    try {
      const more = await work();
      say(`ok: ${what} (${typeof more === "string" ? `${more}, ` : ""}${seconds(from)})`);
      return true;
    } catch (error) {
      failures++;
      const why = error instanceof Error ? error.message : String(error);
      say(`failed: ${what} (${seconds(from)})\n  ${why.split("\n").slice(0, 30).join("\n  ")}`);
      return false;
    }
  };
  return {
    check,
    must: async (what, work) => {
      if (!(await check(what, work))) throw new Ended();
    },
    failures: () => failures,
    checks: () => checks,
  };
};

/** Asks until there is an answer; throws with the last complaint after `limit` seconds. */
export const until = async <T>(
  what: string,
  limit: number,
  ask: () => Promise<T | undefined>,
): Promise<T> => {
  const deadline = Date.now() + limit * 1000;
  let last = "";
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > deadline) throw new Error(`${what} not seen within ${limit} s${last}`);
    await delay(500);
  }
};
