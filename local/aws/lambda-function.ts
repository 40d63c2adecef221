// One function as Lambda would call it: its own copy of the event, a context, and asynchronous calls that are tried again.
import type { Context } from "aws-lambda";
import { AuditError } from "../../lib/errors.ts";
import { takeOne } from "../seeded-random.ts";
import { lambdaContext, type Region } from "./lambda-events.ts";

export type FunctionOptions = {
  readonly name: string;
  /** A real handler. `never`, because each one has an event type of its own. */
  readonly handler: (event: never, context: Context) => unknown;
  /** What the context says is left of the function's timeout; 60 s. */
  readonly timeoutMs?: number;
  /** Queue for the events of asynchronous calls that failed three times. */
  readonly deadLetterQueue?: string;
};

/**
 * A call that failed; `event` calls are asynchronous ones, `batch` calls come from a queue. `messages`: the call itself
 * went well and answered that some of its batch did not.
 */
export type Failure = {
  readonly function: string;
  readonly kind: "event" | "batch" | "messages";
  readonly at: number;
  readonly error: unknown;
};

type CallKind = Exclude<Failure["kind"], "messages">;

export type Outcome = { readonly ok: true; readonly result: unknown } | { readonly ok: false };

export type LocalFunction = {
  readonly name: string;
  readonly invoke: (event: unknown, kind: CallKind) => Promise<Outcome>;
  /** Puts an asynchronous call into the function's own queue. */
  readonly enqueue: (event: unknown) => void;
  readonly due: () => number;
  readonly nextDueAt: () => number | undefined;
  /** Makes one of the asynchronous calls that are due. */
  readonly callOne: () => Promise<void>;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: after one minute, then after two
const RETRY_AFTER_MS = [60_000, 120_000];

type Call = { readonly event: string; readonly attempt: number; readonly dueAt: number };

export const createFunction = (
  { name, handler, timeoutMs = 60_000 }: FunctionOptions,
  world: {
    readonly now: () => number;
    readonly random: () => number;
    readonly newId: () => string;
    readonly duplicates: number;
    readonly where: Region;
    readonly failed: (failure: Failure) => void;
    /** Takes the JSON of an event that is given up. */
    readonly giveUp: (event: string) => void;
  },
): LocalFunction => {
  const { now, random } = world;
  const calls: Call[] = [];

  const invokeJson = async (event: string, kind: CallKind): Promise<Outcome> => {
    try {
      if (Buffer.byteLength(event) > MAX_PAYLOAD_BYTES)
        throw new AuditError("usage", "the event is above 6 MB");
      const context = lambdaContext(name, world.newId(), timeoutMs, world.where);
      const result: unknown = await handler(JSON.parse(event) as never, context);
      // What a function answers travels as JSON too.
      return { ok: true, result: result === undefined ? undefined : JSON.parse(JSON.stringify(result)) };
    } catch (error) {
      world.failed({ function: name, kind, at: now(), error });
      return { ok: false };
    }
  };

  return {
    name,
    invoke: (event, kind) => invokeJson(JSON.stringify(event), kind),
    enqueue: (event) => {
      const call = { event: JSON.stringify(event), attempt: 0, dueAt: Number.NEGATIVE_INFINITY };
      calls.push(call);
      if (random() < world.duplicates) calls.push({ ...call });
    },
    due: () => calls.filter(({ dueAt }) => dueAt <= now()).length,
    nextDueAt: () => {
      const later = calls.map(({ dueAt }) => dueAt).filter((at) => at > now());
      return later.length ? Math.min(...later) : undefined;
    },
    callOne: async () => {
      const call = takeOne(
        calls.filter(({ dueAt }) => dueAt <= now()),
        random,
      );
      if (!call) return;
      calls.splice(calls.indexOf(call), 1);
      const outcome = await invokeJson(call.event, "event");
      if (outcome.ok) return;
      const waitMs = RETRY_AFTER_MS[call.attempt];
      if (waitMs === undefined) world.giveUp(call.event);
      else calls.push({ event: call.event, attempt: call.attempt + 1, dueAt: now() + waitMs });
    },
  };
};
