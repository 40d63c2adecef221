// Sends the notices that are due for one cluster per message: mails, and what the other channels have not been told.
import type { SNSClient } from "@aws-sdk/client-sns";
import type { Settings } from "../lib/config.ts";
import type { Cluster } from "../lib/core/base/ids.ts";
import { type FeedName, feedNames } from "../lib/core/incidents/feed.ts";
import { AuditError } from "../lib/errors.ts";
import { noteHealth } from "../lib/jobs/channel-health.ts";
import { feedChannels } from "../lib/jobs/feed-channels.ts";
import { NotifyJob } from "../lib/jobs/messages.ts";
import { sendNotices, tellChat } from "../lib/jobs/send-notices.ts";
import { type CountMetric, errorFields } from "../lib/log.ts";
import type { Channel } from "../lib/notices/channels/channel.ts";
import { type Chat, chat } from "../lib/notices/channels/chat.ts";
import { eventBus } from "../lib/notices/channels/event-bus.ts";
import type { StoreArguments } from "../lib/notices/command-line.ts";
import { findingEvent } from "../lib/queries/finding-event.ts";
import type { Store } from "../lib/store/open-store.ts";
import { eachMessage, onLambda } from "./lambda.ts";
import {
  channelsOn,
  clientOf,
  countMetric,
  eventBridgeClient,
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
  /** Beside mail: those that follow each finding by itself. */
  readonly channels?: readonly Channel[];
  readonly chat?: Chat;
};

/** Each channel on its own: who cannot be reached holds up no other. */
const tellChannels = async (
  { store, channels = [], chat, commandStore, count, log, now }: NotifyDeps,
  cluster: Cluster,
): Promise<readonly unknown[]> => {
  const fed = [...(await feedChannels(store, channels, cluster, now()))];
  if (chat)
    fed.push(
      await tellChat({ store, chat }, cluster, now(), { commandStore }).then(
        (taken) => ({ name: "chat" as const, taken, failure: undefined }),
        (failure: unknown) => ({ name: "chat" as const, taken: 0, failure }),
      ),
    );
  for (const one of fed) {
    if (one.taken) log.info("channel told", { cluster, channel: one.name, events: one.taken });
    const metric = await noteHealth(store, cluster, one, now());
    if (metric) count(metric);
  }
  return fed.flatMap(({ failure }) => failure ?? []);
};

export const notifyHandler = (deps: NotifyDeps) =>
  eachMessage(deps, async (body) => {
    const { cluster } = NotifyJob.parse(body);
    const { keepDays, commandStore, log } = deps;
    const failures = await tellChannels(deps, cluster);
    const sent = await sendNotices(deps, cluster, deps.now(), { keepDays, commandStore }).catch((error) => {
      // Nobody can be told by mail that there is nothing to mail to.
      if (error instanceof AuditError && error.code === "not-found") deps.count("TopicMissing");
      for (const failure of failures) log.error("channel failed", { cluster, ...errorFields(failure) });
      throw error;
    });
    if (sent) log.info("notices sent", { cluster, sent });
    const [first, ...others] = failures;
    for (const failure of others) log.error("channel failed", { cluster, ...errorFields(failure) });
    if (first) throw first;
  });

/** A channel whose code and client are read when it first has something to tell. */
const whenUsed = (name: FeedName, open: () => Promise<Channel>): Channel => {
  let opened: Promise<Channel> | undefined;
  return {
    name,
    send: async (events) => {
      opened ??= open();
      return (await opened).send(events);
    },
  };
};

const openSecurityHub = async (): Promise<Channel> => {
  const [{ SecurityHubClient, securityHub }, { wordsOf }] = await Promise.all([
    import("../lib/notices/channels/security-hub.ts"),
    import("../lib/detectors/words.ts"),
  ]);
  return securityHub(clientOf(SecurityHubClient), { wordsOf });
};

type Given = Settings<"EVENT_BUS" | "SECURITY_HUB" | "CHAT_TOPIC">;

const channelsOf = (given: Given): readonly Channel[] => {
  const made = {
    "event-bus": () =>
      eventBus(eventBridgeClient(), given.EVENT_BUS, (event) => JSON.stringify(findingEvent(event))),
    "security-hub": () => whenUsed("security-hub", openSecurityHub),
  } satisfies Readonly<Record<FeedName, () => Channel>>;
  const on = channelsOn(given);
  return feedNames.filter((name) => on.includes(name)).map((name) => made[name]());
};

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const given = settings("TABLE_NAME", "TOPIC_ARN", "KEEP_DAYS", "EVENT_BUS", "SECURITY_HUB", "CHAT_TOPIC");
  const { TABLE_NAME, TOPIC_ARN, KEEP_DAYS, CHAT_TOPIC } = given;
  const commandStore = shared.commandStore ?? tableArguments(TABLE_NAME);
  const sns = snsClient();
  return notifyHandler({
    ...{ ...shared, sns, commandStore, topicArn: TOPIC_ARN, keepDays: KEEP_DAYS },
    store: storeOf(TABLE_NAME, shared),
    count: countMetric(shared),
    channels: channelsOf(given),
    ...(CHAT_TOPIC && { chat: chat(sns, CHAT_TOPIC, commandStore) }),
  });
};

export const handler = onLambda(() => wire(runtime()));
