// The plan function over a store: what AWS tells it is said by the test, and what it sends is kept.
import type { Context } from "aws-lambda";
import { type PlanDeps, planHandler } from "../../handlers/plan.ts";
import type { WatchedCluster } from "../../lib/config.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import type { Discovery, Presence } from "../../lib/dsql/discover-clusters.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { CLUSTER, connectRecord } from "./records.ts";

export const cluster = CLUSTER as Cluster;
export const watched: WatchedCluster = { cluster, endpoint: "c.dsql.us-east-1.on.aws", user: "auditor" };
export const START = Date.parse("2026-11-02T09:20:00Z");

/** The event of the schedule. */
export const HOURLY = { "detail-type": "Scheduled Event", source: "aws.events", detail: {} };
/** The event of a call, as EventBridge brings it. */
export const happened = (service: string, action: string, at: number, extra: object = {}) => ({
  source: `aws.${service}`,
  "detail-type": "AWS API Call via CloudTrail",
  detail: connectRecord({
    id: `${action}-${at}`,
    at,
    action,
    extra: { eventSource: `${service}.amazonaws.com`, requestParameters: { name: "main" }, ...extra },
  }),
});

/** `idle`: how long an idle cluster is left asleep; undefined: not at all. */
export const plannerOver = (
  store: Store,
  { idle, deployment }: Pick<PlanDeps, "idle" | "deployment"> = {},
) => {
  const sent: { snapshot: unknown[]; detect: unknown[] } = { snapshot: [], detect: [] };
  let at = START;
  let failing = false;
  let presence: Presence | undefined;
  const asked: Cluster[] = [];
  let answer: () => Discovery = () => ({ clusters: [watched], failures: [] });
  const keep =
    (queue: "snapshot" | "detect") =>
    async (jobs: readonly unknown[], { delaySeconds = 0 } = {}): Promise<void> => {
      if (failing) throw new Error("SQS is away");
      sent[queue].push(...jobs.map((job) => ({ ...(job as object), delaySeconds })));
    };
  const handler = planHandler({
    now: () => at,
    random: Math.random,
    sleep: async () => {},
    log: { info: () => {}, warn: () => {}, error: () => {} },
    store,
    discover: async () => answer(),
    presence: async (one) => {
      asked.push(one);
      return presence ?? "unknown";
    },
    ...{ idle, deployment },
    snapshot: keep("snapshot"),
    detect: keep("detect"),
  });
  return {
    ...{ sent, asked },
    discovers: (next: () => Discovery) => {
      answer = next;
    },
    says: (next: Presence) => {
      presence = next;
    },
    fail: (yes: boolean) => {
      failing = yes;
    },
    plan: (event: unknown, now: number) => {
      at = now;
      return handler(event, {} as Context);
    },
  };
};
