// Asks SNS who has subscribed to the topic that notices go to.
import { ListSubscriptionsByTopicCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Listeners } from "../../core/coverage/capture-check.ts";

/** 100 subscriptions a page: enough to know whether there is anybody. */
const MAX_PAGES = 10;
/** The service's code, and the client's name for it. */
const MISSING: ReadonlySet<string> = new Set(["NotFound", "NotFoundException"]);

/**
 * How many subscriptions are confirmed, and how many wait for it. Whoever has not confirmed has no ARN of a subscription:
 * https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html. Throws what
 * SNS answers, but that there is no such topic: that is an answer.
 */
export const topicListeners = async (client: SNSClient, topicArn: string): Promise<Listeners> => {
  try {
    return await countListeners(client, topicArn);
  } catch (error) {
    if (error instanceof Error && MISSING.has(error.name)) return { confirmed: 0, pending: 0, missing: true };
    throw error;
  }
};

/** So many subscriptions, none of them confirmed, and there are more: what the others are is not known. */
const tooMany = (): Error =>
  Object.assign(
    new Error(`none of the first ${MAX_PAGES * 100} subscriptions is confirmed, and there are more`),
    {
      name: "TooManySubscriptions",
    },
  );

/** The same; throws also where there is no such topic, and where nobody is confirmed among those that were counted. */
export const countListeners = async (client: SNSClient, topicArn: string): Promise<Listeners> => {
  let confirmed = 0;
  let pending = 0;
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { Subscriptions = [], NextToken } = await client.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, ...(next && { NextToken: next }) }),
    );
    for (const { SubscriptionArn = "" } of Subscriptions) {
      if (SubscriptionArn.startsWith("arn:")) confirmed++;
      else if (SubscriptionArn !== "Deleted") pending++;
    }
    next = NextToken;
    if (!next) return { confirmed, pending };
  }
  if (!confirmed) throw tooMany();
  return { confirmed, pending, atLeast: true };
};
