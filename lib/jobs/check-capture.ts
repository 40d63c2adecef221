// Asks AWS whether a cluster's connections are captured and whether anybody gets the notices, at most once an hour, and
// keeps what puts proof in doubt.
import type { CallCountPort } from "../cloudtrail/call-counts.ts";
import { captureState } from "../cloudtrail/capture-state.ts";
import type { TrailPort, TrailRead } from "../cloudtrail/trail-config.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant, type Interval } from "../core/base/time.ts";
import { countedByHour, surplusCalls } from "../core/coverage/call-count.ts";
import type { CaptureCheck, Listeners, Unanswered } from "../core/coverage/capture-check.ts";
import type { ManagementEvent } from "../core/coverage/management-event.ts";
import { LIVE_SETTLE_MS } from "../core/findings/facts.ts";
import type { Store } from "../store/open-store.ts";
import { noteManagement } from "./note-management.ts";

export type CapturePorts = TrailPort & {
  readonly calls: CallCountPort;
  /** Management events that matter, of the function's own account and the cluster's Region. */
  readonly events: (interval: Interval, cluster: Cluster) => Promise<readonly ManagementEvent[]>;
  /** The account whose trails these are; undefined: not known. */
  readonly account?: string | undefined;
  /** For how long each answer is waited for; else a minute. */
  readonly limitMs?: number;
  /** Who has subscribed to the topic of the notices; undefined: there is no topic. */
  readonly listeners?: () => Promise<Listeners>;
};

const TRAILS = "trail-configuration";
const CALLS = "call-count";

/** Hours that are compared each time: late files may still fill them. */
const COMPARED_MS = 3 * DAY;
/** A surplus is compared again for so long: a backfill may explain it. */
const RECOMPARED_MS = 30 * DAY;
/** Events are looked up again for so long before the last look: CloudTrail lists them minutes after they happen. */
const EVENT_LAG_MS = HOUR;
const LOOKED_UP_MS = 7 * DAY;
const SHOWN_REASONS = 10;

/** Who gets the notices, as AWS says; undefined: nobody may ask. */
const listenersOf = async (ports: CapturePorts): Promise<CaptureCheck["listeners"]> => {
  const answer = ports.listeners && (await ask(ports.listeners, ports));
  return answer && ("why" in answer ? answer : answer.value);
};

const isSameHour = (last: CaptureCheck | undefined, now: Instant): boolean =>
  last !== undefined && floorTo(HOUR, last.at) >= floorTo(HOUR, now);

/** Of a cluster that is gone only this matters: whether somebody hears that it is. Asked as often as `checkCapture` asks. */
export const checkListeners = async (
  { captureChecks: checks }: Pick<Store, "captureChecks">,
  cluster: Cluster,
  now: Instant,
  ports: CapturePorts,
): Promise<void> => {
  const last = await checks.last(cluster);
  if (isSameHour(last, now)) return;
  const listeners = await listenersOf(ports);
  if (!listeners) return;
  const trails = { captured: "unknown", reasons: [], doubtSince: last?.doubtSince ?? null } as const;
  await checks.put(cluster, { at: now, ...trails, unanswered: [], listeners });
};

type Answer<T> = { readonly value: T } | { readonly why: string };

/** For each question, with all tries: a Region that is silent must not take the time that the judgement has. */
const ANSWER_MS = 60_000;

/** No answer is an answer: a call that fails must not end the judgement. */
const answered = async <T>(question: () => Promise<T>): Promise<Answer<T>> => {
  try {
    return { value: await question() };
  } catch (error) {
    return { why: error instanceof Error ? error.name : "unknown" };
  }
};

/** The same of a call that does not end. */
const ask = <T>(
  question: () => Promise<T>,
  { limitMs = ANSWER_MS }: Pick<CapturePorts, "limitMs">,
): Promise<Answer<T>> =>
  Promise.race([
    answered(question),
    new Promise<Answer<T>>((done) => {
      const late = () => done({ why: "TimeoutError" });
      AbortSignal.timeout(limitMs).addEventListener("abort", late);
    }),
  ]);

/** What the trails say, with the beginning of the stretch that they leave in doubt. */
const judgeTrails = (
  answer: Answer<readonly TrailRead[]>,
  cluster: Cluster,
  last: CaptureCheck | undefined,
  now: Instant,
  account: string | undefined,
): Pick<CaptureCheck, "captured" | "reasons" | "doubtSince"> => {
  const doubted = last?.doubtSince ?? null;
  // Silence neither makes a doubt nor ends one: whoever stops a trail may also forbid to look at it.
  if ("why" in answer) return { captured: "unknown", reasons: [], doubtSince: doubted };
  const { captured, reasons } = captureState(answer.value, cluster, account);
  const shown = reasons.slice(0, SHOWN_REASONS);
  if (captured === "yes") return { captured, reasons: shown, doubtSince: null };
  const isElsewhere = account !== undefined && parseArn(cluster)?.account !== account;
  const hidden =
    captured === "unknown" && (isElsewhere || answer.value.some((trail) => "unreadable" in trail));
  if (hidden) return { captured, reasons: shown, doubtSince: doubted };
  const since = last?.captured === "yes" ? last.at : floorTo(HOUR, now);
  return { captured, reasons: shown, doubtSince: doubted ?? since };
};

/**
 * Once in each hour of the clock. Trails that take not all connects put the time since the last good answer in doubt, and
 * so does each hour for which CloudWatch counted more calls than events came; good answers prove nothing. Calls that fail
 * are noted, never thrown. Dying half-way means that it is asked again.
 */
export const checkCapture = async (
  store: Store,
  cluster: Cluster,
  now: Instant,
  ports: CapturePorts,
): Promise<void> => {
  const { captureChecks: checks, doubts } = store;
  const last = await checks.last(cluster);
  if (isSameHour(last, now)) return;
  const unanswered: Unanswered[] = [];

  // Nobody knows since when it was not answered: what happened meanwhile must not be passed over.
  const isLost = last?.unanswered.some(({ call }) => call === "management-events");
  const eventsFrom = isLost
    ? now - LOOKED_UP_MS
    : Math.max(now - LOOKED_UP_MS, (last?.at ?? now - DAY) - EVENT_LAG_MS);
  const [trails, events] = await Promise.all([
    ask(ports.trails, ports),
    ask(() => ports.events({ from: eventsFrom, to: now }, cluster), ports),
  ]);
  if ("why" in events) unanswered.push({ call: "management-events", why: events.why });
  else for (const event of events.value) await noteManagement(store, event);

  if ("why" in trails) unanswered.push({ call: "trails", why: trails.why });
  const judged = judgeTrails(trails, cluster, last, now, ports.account);
  const from = judged.doubtSince ?? last?.doubtSince ?? null;
  if (from !== null) {
    const known = (await doubts.ofSource(cluster, TRAILS)).find((doubt) => doubt.from === from);
    const reason = judged.reasons[0] ?? known?.reason ?? "no trail surely takes the connects";
    await doubts.replace(cluster, TRAILS, [{ from, to: now, reason }], { from, to: from + 1 });
  }

  const listeners = await listenersOf(ports);
  const compared = await ask(() => compareCalls(store, cluster, now, ports.calls), ports);
  if ("why" in compared) unanswered.push({ call: "call-count", why: compared.why });
  await checks.put(cluster, { at: now, ...judged, unanswered, ...(listeners && { listeners }) });
};

/** Compares settled hours, and those again that had a surplus; a neighbour on each side explains calls at an hour's end. */
const compareCalls = async (
  { doubts, activity }: Store,
  cluster: Cluster,
  now: Instant,
  calls: CallCountPort,
): Promise<void> => {
  const known = (await doubts.ofSource(cluster, CALLS)).filter(({ from }) => from >= now - RECOMPARED_MS);
  const from = Math.min(floorTo(HOUR, now - COMPARED_MS), ...known.map((doubt) => doubt.from));
  const to = floorTo(HOUR, now - LIVE_SETTLE_MS);
  const around = { from: from - HOUR, to: to + HOUR };
  const [called, profiles] = await Promise.all([calls(cluster, around), activity.hours(cluster, around)]);
  const surplus = surplusCalls(called, countedByHour(profiles)).filter((d) => d.from >= from && d.from < to);
  await doubts.replace(cluster, CALLS, surplus, { from, to });
};
