// What a deployed function writes when it fails: captured from the real logger in a process of its own.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { errorFields } from "../../lib/log.ts";

describe("a function that fails", () => {
  let lines: Record<string, unknown>[];
  let output: string;
  beforeAll(() => {
    const script = `${join(import.meta.dirname, "failing-function.ts")}`;
    // One stream, as CloudWatch gets it.
    output = execFileSync("sh", ["-c", 'exec "$0" "$1" 2>&1', process.execPath, script], {
      env: { AWS_REGION: "us-east-1", NODE_NO_WARNINGS: "1" },
      encoding: "utf8",
    });
    lines = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  });

  it("says in its log what went wrong, why, and what to do", () => {
    const told = {
      level: "ERROR",
      error: "AuditError",
      reason: "the cluster could not be reached",
      code: "connect",
      hint: "Look at the network.",
      causes: [
        expect.stringMatching(/^AggregateError: no address answered\\u\{a\}level/),
        "Error (ETIMEDOUT): connect ETIMEDOUT 10.0.0.1:5432",
      ],
      stack: expect.arrayContaining([expect.stringMatching(/^at .*failing-function\.ts/)]),
    };
    expect(lines).toEqual([
      expect.objectContaining({
        ...told,
        message: "message failed",
        messageId: "m1",
        cluster: expect.stringMatching(/:cluster\/k7/),
      }),
      expect.objectContaining({ ...told, message: "invocation failed", requestId: "request-1" }),
    ]);
  });

  it("logs no token, no event and no line that is not its own", () => {
    expect(output).not.toMatch(/IQoJsecret|0badc0de|body-secret|event-secret|\u202e/);
    expect(lines).toHaveLength(2);
  });
});

describe("the fields of an error", () => {
  it("are bounded, whatever is thrown", () => {
    const endless = new Error("x".repeat(1e6));
    endless.cause = new AggregateError(
      Array.from({ length: 1000 }, () => new Error("y".repeat(1e5), { cause: endless })),
    );
    expect(JSON.stringify(errorFields(endless)).length).toBeLessThan(12_000);
    expect(errorFields(undefined)).toEqual({ error: "undefined", reason: "undefined" });
    expect(errorFields({ code: 1 })).toMatchObject({ error: "object" });
    expect(errorFields(new Error("e", { cause: "text" })).causes).toEqual(["string: text"]);
  });
});
