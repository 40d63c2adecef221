// Sends the notices that are due for one cluster per message.
import type { SNSClient } from "@aws-sdk/client-sns";
import { AuditError } from "../lib/errors.ts";
import { NotifyJob } from "../lib/jobs/messages.ts";
import { sendNotices } from "../lib/jobs/send-notices.ts";
import type { CountMetric } from "../lib/log.ts";
import type { StoreArguments } from "../lib/notices/command-line.ts";
import type { Store } from "../lib/store/open-store.ts";
import { eachMessage, onLambda } from "./lambda.ts";
import {
  countMetric,
  type Runtime,
  runtime,
  settings,
  snsClient,
  storeOf,
  tableArguments,
} from "./wiring.ts";

export type NotifyDeps = Runtime & {
  readonly store: Store;
  readonly sns: SNSClient;
  readonly topicArn: string;
  readonly count: CountMetric;
  /** What retention keeps in full. */
  readonly keepDays: number;
  /** How the readers of the mails reach the table with the command line. */
  readonly commandStore: StoreArguments;
};

export const notifyHandler = (deps: NotifyDeps) =>
  eachMessage(deps, async (body) => {
    const { cluster } = NotifyJob.parse(body);
    const { keepDays, commandStore } = deps;
    const sent = await sendNotices(deps, cluster, deps.now(), { keepDays, commandStore }).catch((error) => {
      // Nobody can be told by mail that there is nothing to mail to.
      if (error instanceof AuditError && error.code === "not-found") deps.count("TopicMissing");
      throw error;
    });
    if (sent) deps.log.info("notices sent", { cluster, sent });
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME, TOPIC_ARN, KEEP_DAYS } = settings("TABLE_NAME", "TOPIC_ARN", "KEEP_DAYS");
  return notifyHandler({
    ...shared,
    store: storeOf(TABLE_NAME, shared),
    sns: snsClient(),
    count: countMetric(shared),
    topicArn: TOPIC_ARN,
    keepDays: KEEP_DAYS,
    commandStore: shared.commandStore ?? tableArguments(TABLE_NAME),
  });
};

export const handler = onLambda(() => wire(runtime()));
