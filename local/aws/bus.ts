// EventBridge, SQS and Lambda's pollers in one process: at least once, in any order, with redelivery, as on AWS.
import { AuditError } from "../../lib/errors.ts";
import { seededRandom, takeOne, uuidFrom } from "../seeded-random.ts";
import { compilePattern, type EventPattern } from "./event-pattern.ts";
import { type Envelope, type Region, scheduledEvent } from "./lambda-events.ts";
import { createFunction, type Failure, type FunctionOptions, type LocalFunction } from "./lambda-function.ts";
import { createQueue, MAX_BODY_BYTES, type Queue, type QueueOptions } from "./queue.ts";
import { createPoller, type Poller, type PollerOptions } from "./queue-poller.ts";

type Target = { readonly queue: string } | { readonly function: string };

type RuleOptions = {
  readonly name: string;
  readonly pattern: EventPattern;
  readonly targets: readonly Target[];
};

type ScheduleOptions = {
  readonly name: string;
  /** `rule` of the event bus (serverless' default) or EventBridge `scheduler`: their events differ. */
  readonly kind: "rule" | "scheduler";
  readonly target: Target;
  /** Sent as it is instead of the event, as AWS does. */
  readonly input?: unknown;
};

export type BusOptions = {
  /** In [0, 1). The order, the copies and the ids come from it; `() => 0` keeps everything in order. */
  readonly random: () => number;
  /** Epoch ms. */
  readonly now: () => number;
  /** Lets simulated time pass while `drain` has nothing else to do; without it the bus counts the time itself. */
  readonly advance?: (ms: number) => void;
  /** Probability that a message, an event or an asynchronous call comes twice; 0. */
  readonly duplicates?: number;
  /** Probability that an event "via CloudTrail" never comes, which EventBridge calls best effort; 0. */
  readonly losses?: number;
  /** How many calls run at once; 1, which alone is the same in every run. */
  readonly concurrency?: number;
  readonly account?: string;
  readonly region?: string;
};

export type Bus = Region & {
  /** The time of the bus: `now` and what `drain` has skipped. */
  readonly now: () => number;
  /** A UUID, the same in every run of a seed. */
  readonly newId: () => string;
  readonly addQueue: (options: QueueOptions) => void;
  readonly addFunction: (options: FunctionOptions) => void;
  readonly addPoller: (options: PollerOptions) => void;
  readonly addRule: (options: RuleOptions) => void;
  /** AuditError("not-found") when there is none of that name. */
  readonly queue: (name: string) => Queue;
  /** Whole envelopes, as AWS's own services send them; nothing runs before `drain`. */
  readonly putEvents: (envelopes: readonly Envelope[]) => void;
  /** Answers the message id. */
  readonly sendMessage: (queue: string, body: string, options?: { delayMs?: number }) => string;
  /** What a schedule does at its time. */
  readonly fire: (schedule: ScheduleOptions) => void;
  /**
   * Delivers until everything is quiet: queues with a poller are empty and no call waits. Delays, windows, visibility
   * timeouts and retries are not slept through but skipped, in their order. AuditError("conflict") after `maxCalls`
   * (100,000), which means that functions feed each other without end.
   */
  readonly drain: (options?: { maxCalls?: number }) => Promise<void>;
  /** Calls that threw, oldest first. */
  readonly failures: readonly Failure[];
  /** Asynchronous events given up by functions without a dead-letter queue. */
  readonly dropped: readonly string[];
  /** Events that `losses` swallowed. */
  readonly lost: readonly Envelope[];
};

const byName = <T>(kind: string) => {
  const items = new Map<string, T>();
  return {
    all: () => [...items.values()],
    add: (name: string, item: T): void => {
      if (items.has(name)) throw new AuditError("config", `there are two ${kind}s named ${name}`);
      items.set(name, item);
    },
    get: (name: string): T => {
      const item = items.get(name);
      if (!item) throw new AuditError("not-found", `there is no ${kind} named ${name}`);
      return item;
    },
  };
};

export const createBus = (options: BusOptions): Bus => {
  const { random, duplicates = 0, losses = 0, concurrency = 1 } = options;
  const where: Region = { account: options.account ?? "111122223333", region: options.region ?? "us-east-1" };
  // Ids have chance of their own, so that they differ even where `random` is constant.
  const idChance = seededRandom(Math.floor(random() * 4_294_967_296));
  const newId = (): string => uuidFrom(idChance);
  let skippedMs = 0;
  const now = (): number => options.now() + skippedMs;
  const pass = (ms: number): void => {
    if (options.advance) options.advance(ms);
    else skippedMs += ms;
  };

  const queues = byName<Queue>("queue");
  const functions = byName<LocalFunction>("function");
  const rules = byName<{ matches: (event: unknown) => boolean; targets: readonly Target[] }>("rule");
  const pollers: Poller[] = [];
  const failures: Failure[] = [];
  const dropped: string[] = [];
  const lost: Envelope[] = [];

  const deliver = (target: Target, event: unknown): void => {
    // EventBridge itself may deliver twice: to a queue as two messages, which no message id gives away.
    for (let copies = random() < duplicates ? 2 : 1; copies > 0; copies -= 1) {
      if ("queue" in target) queues.get(target.queue).send(JSON.stringify(event));
      else functions.get(target.function).enqueue(event);
    }
  };

  /** The calls that could be made now, of each kind no more than can run at once. */
  const ready = (): (() => Promise<void>)[] => [
    ...pollers.flatMap(({ readyBatches, pollOne }) =>
      Array(Math.min(concurrency, readyBatches())).fill(pollOne),
    ),
    ...functions.all().flatMap(({ due, callOne }) => Array(Math.min(concurrency, due())).fill(callOne)),
  ];
  const nextAt = (): number | undefined => {
    const times = [
      ...pollers.map((poller) => poller.nextReadyAt()),
      ...functions.all().map((fn) => fn.nextDueAt()),
    ];
    return times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
  };

  const run = async (maxCalls: number): Promise<void> => {
    for (let calls = 0; ; ) {
      const work = ready();
      if (!work.length) {
        const next = nextAt();
        if (next === undefined) return;
        pass(Math.max(0, next - now()));
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

  return {
    ...where,
    now,
    newId,
    failures,
    dropped,
    lost,
    queue: queues.get,
    addQueue: (queue) => {
      if (queue.redrive) queues.get(queue.redrive.deadLetterQueue); // it must be there first
      queues.add(
        queue.name,
        createQueue(queue, {
          arn: `arn:aws:sqs:${where.region}:${where.account}:${queue.name}`,
          now,
          random,
          newId,
          duplicates,
          deadLetters: (dead) => queues.get(queue.redrive?.deadLetterQueue ?? "").bury(dead),
        }),
      );
    },
    addFunction: (fn) => {
      if (fn.deadLetterQueue) queues.get(fn.deadLetterQueue);
      functions.add(
        fn.name,
        createFunction(fn, {
          now,
          random,
          newId,
          duplicates,
          where,
          failed: (failure) => failures.push(failure),
          giveUp: (event) => {
            if (fn.deadLetterQueue) queues.get(fn.deadLetterQueue).send(event);
            else dropped.push(event);
          },
        }),
      );
    },
    addPoller: (poller) => {
      pollers.push(
        createPoller(poller, queues.get(poller.queue), functions.get(poller.function), {
          now,
          region: where.region,
        }),
      );
    },
    addRule: ({ name, pattern, targets }) => {
      for (const target of targets) {
        if ("queue" in target) queues.get(target.queue);
        else functions.get(target.function);
      }
      rules.add(name, { matches: compilePattern(pattern), targets });
    },
    putEvents: (envelopes) => {
      for (const envelope of envelopes) {
        if (Buffer.byteLength(JSON.stringify(envelope)) > MAX_BODY_BYTES) {
          throw new AuditError("usage", `event ${envelope.id} is above EventBridge's 1 MB`);
        }
        if (envelope["detail-type"].endsWith(" via CloudTrail") && random() < losses) {
          lost.push(envelope);
          continue;
        }
        for (const { matches, targets } of rules.all()) {
          if (matches(envelope)) for (const target of targets) deliver(target, envelope);
        }
      }
    },
    sendMessage: (queue, body, sending) => queues.get(queue).send(body, sending),
    fire: ({ name, kind, target, input }) => {
      const event = scheduledEvent(kind, { ...where, name, id: newId(), at: now() });
      deliver(target, input ?? event);
    },
    drain: ({ maxCalls = 100_000 } = {}) => {
      // One after the other: what was put while one came to its end is taken by the next.
      const mine = draining
        .then(() => run(maxCalls))
        .finally(() => {
          skippedMs = 0;
        });
      draining = mine.catch(() => undefined);
      return mine;
    },
  };
};
