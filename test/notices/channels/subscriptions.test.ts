// How many listen to a topic: whole, where there are many, and unknown where counting stopped before anybody was confirmed.
import type { SNSClient } from "@aws-sdk/client-sns";
import { expect, it } from "vitest";
import { countListeners, topicListeners } from "../../../lib/notices/channels/subscriptions.ts";

const topic = "arn:aws:sns:us-east-1:111122223333:access-findings";
const CONFIRMED = `${topic}:11111111-2222-3333-4444-555555555555`;
/** A topic with these pages of subscriptions. */
const clientOf = (pages: readonly (readonly string[])[]): SNSClient =>
  ({
    send: async ({ input }: { input: { NextToken?: string } }) => {
      const page = Number(input.NextToken ?? 0);
      return {
        Subscriptions: pages[page]?.map((SubscriptionArn) => ({ SubscriptionArn })),
        ...(page + 1 < pages.length && { NextToken: String(page + 1) }),
      };
    },
  }) as unknown as SNSClient;
const pending = Array.from({ length: 100 }, () => "PendingConfirmation");

it("counts all of a topic's subscriptions", async () => {
  const pages = [[CONFIRMED, "Deleted", "PendingConfirmation"], [CONFIRMED]];
  expect(await countListeners(clientOf(pages), topic)).toEqual({ confirmed: 2, pending: 1 });
});

it("says that there are more, where some are confirmed", async () => {
  const pages = Array.from({ length: 12 }, () => [...pending, CONFIRMED]);
  expect(await countListeners(clientOf(pages), topic)).toEqual({
    ...{ confirmed: 10, pending: 1000 },
    atLeast: true,
  });
});

it("does not know, where none of those that it counted is confirmed", async () => {
  const pages = Array.from({ length: 12 }, () => pending);
  await expect(topicListeners(clientOf(pages), topic)).rejects.toMatchObject({
    name: "TooManySubscriptions",
  });
  expect(await countListeners(clientOf(pages.slice(0, 10)), topic)).toEqual({ confirmed: 0, pending: 1000 });
});
