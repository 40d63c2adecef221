// EventBridge, SQS and Lambda's pollers in one process: at least once, in any order, with redelivery, as on AWS.
import { AuditError } from "../../lib/errors.ts";
import { seededRandom, uuidFrom } from "../seeded-random.ts";
import { createDrain } from "./bus-drain.ts";
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
  /** Calls that threw and messages that a call gave back, oldest first. */
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

/** The time of the bus: the caller's, and what was skipped where the caller lets none pass. */
const timeOf = ({ now, advance }: BusOptions) => {
  let skippedMs = 0;
  return {
    now: (): number => now() + skippedMs,
    pass: (ms: number): void => {
      if (advance) advance(ms);
      else skippedMs += ms;
    },
    settle: (): void => {
      skippedMs = 0;
    },
  };
};

/** What is on the bus, by name. */
const registers = () => ({
  queues: byName<Queue>("queue"),
  functions: byName<LocalFunction>("function"),
  rules: byName<{ matches: (event: unknown) => boolean; targets: readonly Target[] }>("rule"),
  pollers: [] as Poller[],
});
type Registers = ReturnType<typeof registers>;

/** What became of events and calls that did not get where they should. */
const losses = () => ({ failures: [] as Failure[], dropped: [] as string[], lost: [] as Envelope[] });
type Losses = ReturnType<typeof losses>;

/** What queues and functions are made with. */
type World = {
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly duplicates: number;
  readonly where: Region;
};

/** The parts of the bus that add to it. */
const adders = (
  { queues, functions, rules, pollers }: Registers,
  { failures, dropped }: Losses,
  world: World,
): Pick<Bus, "addQueue" | "addFunction" | "addPoller" | "addRule"> => {
  const { account, region } = world.where;
  const failed = (failure: Failure): void => void failures.push(failure);
  return {
    addQueue: (queue) => {
      if (queue.redrive) queues.get(queue.redrive.deadLetterQueue); // it must be there first
      const made = createQueue(queue, {
        ...world,
        arn: `arn:aws:sqs:${region}:${account}:${queue.name}`,
        deadLetters: (dead) => queues.get(queue.redrive?.deadLetterQueue ?? "").bury(dead),
      });
      queues.add(queue.name, made);
    },
    addFunction: (fn) => {
      if (fn.deadLetterQueue) queues.get(fn.deadLetterQueue);
      const giveUp = (event: string): void => {
        if (fn.deadLetterQueue) queues.get(fn.deadLetterQueue).send(event);
        else dropped.push(event);
      };
      functions.add(fn.name, createFunction(fn, { ...world, failed, giveUp }));
    },
    addPoller: (poller) => {
      const [queue, target] = [queues.get(poller.queue), functions.get(poller.function)];
      pollers.push(createPoller(poller, queue, target, { now: world.now, region, failed }));
    },
    addRule: ({ name, pattern, targets }) => {
      for (const target of targets) {
        if ("queue" in target) queues.get(target.queue);
        else functions.get(target.function);
      }
      rules.add(name, { matches: compilePattern(pattern), targets });
    },
  };
};

/** Hands an event to a target. */
const deliverer =
  ({ queues, functions }: Registers, { random, duplicates }: World) =>
  (target: Target, event: unknown): void => {
    // EventBridge itself may deliver twice: to a queue as two messages, which no message id gives away.
    for (let copies = random() < duplicates ? 2 : 1; copies > 0; copies -= 1) {
      if ("queue" in target) queues.get(target.queue).send(JSON.stringify(event));
      else functions.get(target.function).enqueue(event);
    }
  };

/** The parts of the bus that take events and messages in. */
const senders = (
  on: Registers,
  { lost }: Losses,
  world: World,
  lossRate: number,
): Pick<Bus, "putEvents" | "sendMessage" | "fire"> => {
  const { random, newId, now, where } = world;
  const deliver = deliverer(on, world);
  return {
    putEvents: (envelopes) => {
      for (const envelope of envelopes) {
        if (Buffer.byteLength(JSON.stringify(envelope)) > MAX_BODY_BYTES) {
          throw new AuditError("usage", `event ${envelope.id} is above EventBridge's 1 MB`);
        }
        if (envelope["detail-type"].endsWith(" via CloudTrail") && random() < lossRate) {
          lost.push(envelope);
          continue;
        }
        for (const { matches, targets } of on.rules.all()) {
          if (matches(envelope)) for (const target of targets) deliver(target, envelope);
        }
      }
    },
    sendMessage: (queue, body, sending) => on.queues.get(queue).send(body, sending),
    fire: ({ name, kind, target, input }) => {
      const event = scheduledEvent(kind, { ...where, name, id: newId(), at: now() });
      deliver(target, input ?? event);
    },
  };
};

export const createBus = (options: BusOptions): Bus => {
  const { random, duplicates = 0, concurrency = 1 } = options;
  const where: Region = { account: options.account ?? "111122223333", region: options.region ?? "us-east-1" };
  // Ids have chance of their own, so that they differ even where `random` is constant.
  const idChance = seededRandom(Math.floor(random() * 4_294_967_296));
  const newId = (): string => uuidFrom(idChance);
  const time = timeOf(options);
  const world: World = { now: time.now, random, newId, duplicates, where };
  const on = registers();
  const gone = losses();
  return {
    ...where,
    ...gone,
    now: time.now,
    newId,
    queue: on.queues.get,
    ...adders(on, gone, world),
    ...senders(on, gone, world, options.losses ?? 0),
    drain: createDrain({ pollers: on.pollers, functions: on.functions.all }, time, { random, concurrency }),
  };
};
