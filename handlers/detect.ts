// Judges one cluster per message, then asks for notices where there is something to tell.

import { type DetectOptions, detectCluster } from "../lib/jobs/judge-cluster.ts";
import { DetectJob, type NotifyJob } from "../lib/jobs/messages.ts";
import { planNotices } from "../lib/notices/plan-notices.ts";
import type { Store } from "../lib/store/open-store.ts";
import { eachMessage, onLambda } from "./lambda.ts";
import { capturePorts, queueOf, type Runtime, runtime, type Send, settings, storeOf } from "./wiring.ts";

export type DetectDeps = Runtime & {
  readonly store: Store;
  readonly options: DetectOptions;
  readonly notify: Send;
};

export const detectHandler = (deps: DetectDeps) =>
  eachMessage(deps, async (body) => {
    const { cluster, reason, unlessSince } = DetectJob.parse(body);
    if (unlessSince !== undefined) {
      const last = await deps.store.findings.lastLook(cluster);
      if (last && last.at >= unlessSince) return deps.log.info("judged already", { cluster, reason });
    }
    const { findings, looks } = await detectCluster(deps.store, cluster, deps.now(), deps.options);
    const open = findings.filter(({ status }) => status === "open").length;
    const incomplete = looks.filter(({ complete }) => !complete).length;
    deps.log.info("judged", { cluster, reason, open, incomplete });
    // The notify function looks again before it sends: a message lost or doubled does no harm.
    if (planNotices(findings, () => undefined).length) await deps.notify([{ cluster } satisfies NotifyJob]);
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME, NOTIFY_QUEUE_URL, AUDITOR_PRINCIPAL, ARCHETYPES, DORMANT_DAYS, DETECTOR_OPTIONS } =
    settings(
      "TABLE_NAME",
      "NOTIFY_QUEUE_URL",
      "AUDITOR_PRINCIPAL",
      "ARCHETYPES",
      "DORMANT_DAYS",
      "DETECTOR_OPTIONS",
    );
  return detectHandler({
    ...shared,
    store: storeOf(TABLE_NAME, shared),
    options: {
      capture: capturePorts(shared),
      auditor: AUDITOR_PRINCIPAL,
      archetypes: ARCHETYPES,
      dormantDays: DORMANT_DAYS,
      detectorOptions: DETECTOR_OPTIONS,
    },
    notify: queueOf(NOTIFY_QUEUE_URL),
  });
};

export const handler = onLambda(() => wire(runtime()));
