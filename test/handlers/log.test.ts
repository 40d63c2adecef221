// What a deployed function writes when it fails: captured from the real logger in a process of its own.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { AuditError } from "../../lib/errors.ts";
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

  it("are told of whatever was thrown, also where it cannot be read", () => {
    const unreadable = [
      Object.create(null),
      new Proxy({}, { get: () => expect.fail("read") }),
      { toString: () => expect.fail("printed") },
      Object.defineProperty(new Error("x"), "message", { get: () => expect.fail("asked") }),
    ];
    for (const one of unreadable)
      expect(errorFields(one)).toEqual({ error: "unknown", reason: "what was thrown cannot be read" });
    expect(errorFields(Object.assign(new Error("x"), { stack: 5 }))).toMatchObject({
      reason: "x",
      stack: [],
    });
  });

  it.each<[string, unknown, RegExp]>([
    ["a denial", Object.assign(new Error("no"), { name: "AccessDeniedException" }), /lacks the permission/],
    ["a key", Object.assign(new Error("no"), { name: "KMSAccessDeniedException" }), /policy of the key/],
    [
      "throttling",
      Object.assign(new Error("no"), { name: "ThrottlingException" }),
      /run again by itself: a message within minutes/,
    ],
    [
      "a lost table",
      Object.assign(new Error("no"), { name: "ResourceNotFoundException" }),
      /docs\/operations/,
    ],
    ["the network", Object.assign(new Error("no"), { code: "ECONNRESET" }), /network path/],
    ["a cause", new AuditError("query", "x", { cause: { name: "TimeoutError" } }), /network path/],
    ["a message of another form", z.object({ cluster: z.string() }).safeParse({}).error, /names the field/],
    ["an AuditError with a hint", new AuditError("config", "x", { hint: "Set it." }), /^Set it\.$/],
    ["anything else", new TypeError("x is undefined"), /dead-letter queue/],
  ])("say what to do next: %s", (_, error, hint) => {
    expect(errorFields(error).hint).toMatch(hint);
  });
});
