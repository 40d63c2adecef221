// Asks AWS about the deployment itself: its bucket, queues, topics and API, and what the store holds of its channels.
import type { Cluster } from "../core/base/ids.ts";
import type { Running } from "../store/findings/deployments.ts";
import type { ReadStore } from "../store/open-store.ts";
import { bucketLink } from "./account-links.ts";
import { type ChannelsOf, channelLinks } from "./channel-links.ts";
import { type Answer, type Link, unknown } from "./link.ts";
import type { DoctorPorts, QueueState } from "./ports.ts";
import { apiLink, deadLettersLink, listenersLink, queuesLink } from "./stack-links.ts";

const askQueues = async (
  { queue }: DoctorPorts,
  urls: Readonly<Record<string, string>>,
): Promise<Record<string, Answer<QueueState>>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(urls).map(async ([name, url]) => [name, await queue(url)] as const)),
  );

/** What the notify function left of the channels, of each cluster that is watched. */
export const channelsOf = (store: ReadStore, clusters: readonly Cluster[]): Promise<ChannelsOf[]> =>
  Promise.all(
    clusters.map((cluster) =>
      store.notices.read(cluster).then(
        ({ channels }) => ({ cluster, channels }),
        () => ({ cluster, channels: "unread" as const }),
      ),
    ),
  );

/** The links of the deployment itself; where it is not known, each is unknown. */
export const stackLinks = async (
  ports: DoctorPorts,
  channels: readonly ChannelsOf[],
  running: Running | undefined,
  reach: string,
): Promise<Link[]> => {
  const deployment = running?.deployment;
  if (!deployment) {
    const why =
      "the store does not say what is deployed: the schedule has not run yet, or an older release is deployed";
    return ["bucket events", "queues", "dead letters", "subscriptions", "API"].map((link) =>
      unknown(link, why),
    );
  }
  const { bucket, topic, queues, deadLetters, api } = deployment;
  const [tells, waiting, dead, listeners, chatListeners, status] = await Promise.all([
    bucket ? ports.bucketTells(bucket) : undefined,
    askQueues(ports, queues),
    askQueues(ports, deadLetters),
    ports.listeners(topic),
    deployment.channels?.chat ? ports.listeners(deployment.channels.chat) : undefined,
    api ? ports.get(`${api}/clusters`) : undefined,
  ]);
  const given = Object.entries(dead).map(
    ([name, answer]) => [name, { url: deadLetters[name] ?? "", answer }] as const,
  );
  return [
    bucketLink(bucket, tells),
    queuesLink(waiting),
    deadLettersLink(Object.fromEntries(given), reach),
    listenersLink(topic, listeners),
    ...channelLinks(deployment, channels, chatListeners),
    apiLink(api, status),
  ];
};
