// Judges one cluster per message, then asks for notices where there is something to tell.

import type { Cluster } from "../lib/core/base/ids.ts";
import type { Finding } from "../lib/core/findings/finding.ts";
import { defaultSettings, VerdictSettings } from "../lib/core/findings/settings.ts";
import type { ChannelName } from "../lib/core/incidents/feed.ts";
import { detectorOf } from "../lib/detectors/index.ts";
import { settleChannels } from "../lib/jobs/feed-channels.ts";
import { type DetectOptions, detectCluster } from "../lib/jobs/judge-cluster.ts";
import { DetectJob, type NotifyJob } from "../lib/jobs/messages.ts";
import { noteUnwatched, watchAndNote } from "../lib/jobs/not-watched.ts";
import { isAnythingDue } from "../lib/jobs/standing.ts";
import type { CountMetric } from "../lib/log.ts";
import type { Store } from "../lib/store/open-store.ts";
import { eachMessage, onLambda } from "./lambda.ts";
import {
  capturePorts,
  channelsOn,
  countMetric,
  functionName,
  queueOf,
  type Runtime,
  runtime,
  type Send,
  settings,
  storeOf,
} from "./wiring.ts";

export type DetectDeps = Runtime & {
  readonly store: Store;
  readonly options: DetectOptions;
  readonly notify: Send;
  readonly count: CountMetric;
  /** What the settings in the store are signed with. */
  readonly functionName: string;
  /** The channels beside mail that are on. */
  readonly channels?: readonly ChannelName[];
};

/**
 * Puts this deployment's settings where everybody who judges finds them. Before each evaluation: what a function of the
 * release before wrote meanwhile would stand for this one's life.
 */
const publishSettings = async ({ store, options, functionName, now, log }: DetectDeps): Promise<void> => {
  const { dormantDays, archetypes, detectorOptions, falseFindingsPerWeek, auditor } = options;
  const values = VerdictSettings.parse({
    dormantDays: dormantDays ?? defaultSettings.dormantDays,
    archetypes: archetypes ?? {},
    detectorOptions: detectorOptions ?? {},
    falseFindingsPerWeek,
    auditor: auditor ?? null,
  });
  const wrote = await store.settings.write({ values, source: "deployment", at: now(), by: functionName });
  if (wrote) log.info("settings written", { dormantDays: values.dormantDays });
};

/** The notify function looks again before it sends: a message lost or doubled does no harm. */
const askToTell = async (
  { store, notify, ...deps }: DetectDeps,
  cluster: Cluster,
  findings: readonly Finding[],
): Promise<void> => {
  const now = deps.now();
  if (await isAnythingDue(store, cluster, findings, now)) await notify([{ cluster } satisfies NotifyJob]);
};

export const detectHandler = (deps: DetectDeps) =>
  eachMessage(deps, async (body) => {
    await publishSettings(deps);
    const { cluster, reason, unlessSince, ifWatched } = DetectJob.parse(body);
    const unwatched = ifWatched && (await watchAndNote(deps.store, cluster, deps.now()));
    if (unwatched) {
      deps.log.info("not watched", { cluster, because: unwatched.is });
      return askToTell(deps, cluster, await noteUnwatched(deps.store, cluster, deps.now()));
    }
    if (unlessSince !== undefined) {
      const last = await deps.store.findings.lastLook(cluster);
      if (last && last.at >= unlessSince) {
        deps.log.info("judged already", { cluster, reason });
        // Whoever judged it may have died before anybody was asked to tell.
        return askToTell(deps, cluster, await deps.store.findings.list(cluster));
      }
    }
    await settleChannels(deps.store, cluster, deps.channels ?? [], deps.now());
    const { findings, looks } = await detectCluster(deps.store, cluster, deps.now(), deps.options);
    const open = findings.filter(({ status }) => status === "open").length;
    for (const { detector, status } of findings) {
      const metric = status === "open" ? detectorOf(detector)?.metric : undefined;
      if (metric) deps.count(metric);
    }
    const incomplete = looks.filter(({ complete }) => !complete).length;
    deps.log.info("judged", { cluster, reason, open, incomplete });
    await askToTell(deps, cluster, findings);
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME, NOTIFY_QUEUE_URL, TOPIC_ARN, ...verdicts } = settings(
    "TABLE_NAME",
    "NOTIFY_QUEUE_URL",
    "TOPIC_ARN",
    "AUDITOR_PRINCIPAL",
    "ARCHETYPES",
    "DORMANT_DAYS",
    "DETECTOR_OPTIONS",
    "FALSE_FINDINGS_PER_WEEK",
    "EVENT_BUS",
    "SECURITY_HUB",
    "CHAT_TOPIC",
  );
  return detectHandler({
    ...shared,
    store: storeOf(TABLE_NAME, shared),
    options: {
      capture: capturePorts(shared, TOPIC_ARN, verdicts.AUDITOR_PRINCIPAL),
      auditor: verdicts.AUDITOR_PRINCIPAL,
      archetypes: verdicts.ARCHETYPES,
      dormantDays: verdicts.DORMANT_DAYS,
      detectorOptions: verdicts.DETECTOR_OPTIONS,
      falseFindingsPerWeek: verdicts.FALSE_FINDINGS_PER_WEEK,
    },
    notify: queueOf(NOTIFY_QUEUE_URL),
    count: countMetric(shared),
    functionName: functionName(),
    channels: channelsOn(verdicts),
  });
};

export const handler = onLambda(() => wire(runtime()));
