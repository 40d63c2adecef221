// Sends the notices that are due for one cluster per message: mails, and what the other channels have not been told.
import type { SNSClient } from "@aws-sdk/client-sns";
import type { Settings } from "../lib/config.ts";
import type { ChannelName } from "../lib/core/incidents/feed.ts";
import { detectorOf } from "../lib/detectors/index.ts";
import { AuditError } from "../lib/errors.ts";
import { feedChannels } from "../lib/jobs/feed-channels.ts";
import { NotifyJob } from "../lib/jobs/messages.ts";
import { sendNotices } from "../lib/jobs/send-notices.ts";
import { type CountMetric, errorFields } from "../lib/log.ts";
import type { Channel } from "../lib/notices/channels/channel.ts";
import { chat } from "../lib/notices/channels/chat.ts";
import { eventBus } from "../lib/notices/channels/event-bus.ts";
import { securityHub } from "../lib/notices/channels/security-hub.ts";
import type { StoreArguments } from "../lib/notices/command-line.ts";
import { findingEvent } from "../lib/queries/finding-event.ts";
import type { Store } from "../lib/store/open-store.ts";
import { eachMessage, onLambda } from "./lambda.ts";
import {
  channelsOn,
  countMetric,
  eventBridgeClient,
  type Runtime,
  runtime,
  securityHubClient,
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
  /** Beside mail. */
  readonly channels?: readonly Channel[];
};

export const notifyHandler = (deps: NotifyDeps) =>
  eachMessage(deps, async (body) => {
    const { cluster } = NotifyJob.parse(body);
    const { keepDays, commandStore, channels = [] } = deps;
    // Each on its own: who cannot be reached holds up no other.
    const { taken, failures } = await feedChannels(deps.store, channels, cluster, deps.now());
    for (const [channel, events] of Object.entries(taken))
      deps.log.info("channel told", { cluster, channel, events });
    const sent = await sendNotices(deps, cluster, deps.now(), { keepDays, commandStore }).catch((error) => {
      // Nobody can be told by mail that there is nothing to mail to.
      if (error instanceof AuditError && error.code === "not-found") deps.count("TopicMissing");
      for (const failure of failures) deps.log.error("channel failed", { cluster, ...errorFields(failure) });
      throw error;
    });
    if (sent) deps.log.info("notices sent", { cluster, sent });
    const [first, ...others] = failures;
    for (const failure of others) deps.log.error("channel failed", { cluster, ...errorFields(failure) });
    if (first) throw first;
  });

const channelsOf = (
  given: Settings<"EVENT_BUS" | "SECURITY_HUB" | "CHAT_TOPIC">,
  commandStore: StoreArguments,
): readonly Channel[] => {
  const made = {
    "event-bus": () =>
      eventBus(eventBridgeClient(), given.EVENT_BUS, (event) => JSON.stringify(findingEvent(event))),
    "security-hub": () => securityHub(securityHubClient(), { wordsOf: detectorOf }),
    chat: () => chat(snsClient(), given.CHAT_TOPIC, commandStore),
  } satisfies Readonly<Record<ChannelName, () => Channel>>;
  return channelsOn(given).map((name) => made[name]());
};

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const given = settings("TABLE_NAME", "TOPIC_ARN", "KEEP_DAYS", "EVENT_BUS", "SECURITY_HUB", "CHAT_TOPIC");
  const { TABLE_NAME, TOPIC_ARN, KEEP_DAYS } = given;
  const commandStore = shared.commandStore ?? tableArguments(TABLE_NAME);
  return notifyHandler({
    ...shared,
    store: storeOf(TABLE_NAME, shared),
    sns: snsClient(),
    count: countMetric(shared),
    topicArn: TOPIC_ARN,
    keepDays: KEEP_DAYS,
    channels: channelsOf(given, commandStore),
    commandStore,
  });
};

export const handler = onLambda(() => wire(runtime()));
