// The links beside mail: whether each channel that is switched on takes what it is told.
import type { Deployment } from "../config.ts";
import type { Cluster } from "../core/base/ids.ts";
import { type Instant, minute } from "../core/base/time.ts";
import { clusterName } from "../core/base/visible-text.ts";
import { type ChannelName, channelNames } from "../core/incidents/feed.ts";
import type { ChannelsOn } from "../core/incidents/notice-state.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { Listeners } from "./ports.ts";

const called: Readonly<Record<ChannelName, string>> = {
  "event-bus": "event bus",
  "security-hub": "Security Hub",
  chat: "chat",
};

/** What the notify function left of one cluster's channels; "unread": that cannot be read. */
export type ChannelsOf = {
  readonly cluster: Cluster;
  readonly channels: ChannelsOn | "unread" | undefined;
};

/** As the function that tells it has seen it, over all clusters: one that does not get through is enough. */
const toldLink = (name: ChannelName, known: readonly ChannelsOf[]): Link => {
  const link = called[name];
  const seen = known.flatMap(({ cluster, channels }) => {
    const channel = channels === "unread" ? undefined : channels?.[name];
    return channel ? [{ cluster, ...channel }] : [];
  });
  const [stuck] = seen
    .flatMap(({ cluster, refused }) => (refused ? [{ cluster, ...refused }] : []))
    .sort((a, b) => a.since - b.since);
  if (stuck)
    return broken(
      link,
      `since ${minute(stuck.since)} it does not take what is due of ${clusterName(stuck.cluster)}: ${stuck.says}`,
      stuck.next,
    );
  const unread = known.find(({ channels }) => channels === "unread");
  if (unread) return unknown(link, `what is kept of ${clusterName(unread.cluster)} cannot be read`);
  const took = seen.reduce<Instant>((last, { tookAt = 0 }) => Math.max(last, tookAt), 0);
  if (took) return ok(link, `took what was due at ${minute(took)}`);
  return seen.length
    ? unknown(link, "nothing was due there yet", "It shows with the next finding that opens or changes.")
    : unknown(link, "nothing was evaluated since it was switched on", "Wait for the next full hour.");
};

const ADD_TOPIC =
  "Add the topic to the channel in Amazon Q Developer in chat applications: it then subscribes by itself.";

/** A topic that nobody reads takes everything, so it says nothing of whether the chat does. */
const chatLink = (answer: Answer<Listeners> | undefined, told: Link): Link => {
  if (told.state === "broken" || !answer) return told;
  if (!("value" in answer))
    return answer.missing
      ? broken(told.link, "its topic is gone", "Make the topic, or correct the parameter chatTopic.")
      : unanswered(told.link, answer);
  if (answer.value.confirmed) return told;
  return broken(told.link, "its topic has no confirmed subscription: no chat reads it", ADD_TOPIC);
};

/** A link for each channel that the deployment has switched on. `listeners`: of the chat's topic. */
export const channelLinks = (
  { channels }: Pick<Deployment, "channels">,
  known: readonly ChannelsOf[],
  listeners: Answer<Listeners> | undefined,
): Link[] =>
  channelNames
    .filter((name) => channels?.[name] && channels[name] !== "off")
    .map((name) => {
      const told = toldLink(name, known);
      return name === "chat" ? chatLink(listeners, told) : told;
    });
