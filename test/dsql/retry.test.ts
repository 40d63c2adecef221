// What is tried again, how often, and after which waits.
import { describe, expect, it } from "vitest";
import { isTransient, withRetry } from "../../lib/dsql/retry.ts";
import { AuditError } from "../../lib/errors.ts";

const server = (code: string, more: object = {}) =>
  Object.assign(new Error("refused"), { code, severity: "FATAL", ...more });
const network = (code: string) => Object.assign(new Error("lost"), { code });

describe("isTransient", () => {
  it.each([
    ["a conflict", server("40001"), true],
    ["a cluster that wakes", server("08006"), true],
    ["a refusal that gives its reason", server("08006", { hint: "Signature expired" }), false],
    ["a missing privilege", server("42501"), false],
    ["a lost connection", network("ECONNRESET"), true],
    ["nothing that listens", network("ECONNREFUSED"), false],
    ["a conflict below our own error", new AuditError("query", "x", { cause: server("40001") }), true],
    ["our own error", new AuditError("usage", "x"), false],
    ["what is no error", "40001", false],
  ])("judges %s", (_, error, expected) => {
    expect(isTransient(error)).toBe(expected);
  });
});

describe("withRetry", () => {
  const run = async (failures: number, attempts: number) => {
    const waits: number[] = [];
    const tried: number[] = [];
    const result = withRetry(
      async (attempt) => {
        tried.push(attempt);
        if (attempt <= failures) throw server("40001");
        return "done";
      },
      { random: () => 0.5, sleep: async (ms) => void waits.push(ms) },
      { attempts, firstWaitMs: 100, longestWaitMs: 250 },
    );
    return { outcome: await result.catch((error: unknown) => error), waits, tried };
  };

  it("starts over after waits that double up to a bound", async () => {
    expect(await run(3, 5)).toEqual({ outcome: "done", waits: [50, 100, 125], tried: [1, 2, 3, 4] });
  });

  it("gives up after the last attempt with what that threw", async () => {
    const { outcome, tried } = await run(9, 3);
    expect(outcome).toMatchObject({ code: "40001" });
    expect(tried).toEqual([1, 2, 3]);
  });

  it("does not try again what is final", async () => {
    let tried = 0;
    const work = async () => {
      tried += 1;
      throw server("42501");
    };
    await expect(withRetry(work, { random: () => 0, sleep: async () => {} })).rejects.toMatchObject({
      code: "42501",
    });
    expect(tried).toBe(1);
  });

  it("refuses a bound that is none", async () => {
    const limits = { attempts: 0, firstWaitMs: 1, longestWaitMs: 1 };
    await expect(
      withRetry(async () => 1, { random: () => 0, sleep: async () => {} }, limits),
    ).rejects.toMatchObject({ code: "usage" });
  });
});
