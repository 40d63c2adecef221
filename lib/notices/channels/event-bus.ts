// Puts what happens to findings on an EventBridge bus, where rules pick what programs are told of.
import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { FeedEvent } from "../../core/incidents/feed.ts";
import { byteLength } from "../message-size.ts";
import { type Channel, packed } from "./channel.ts";
import { type Place, refusedCall, refusedPart } from "./refusal.ts";

/** Of every event; rules match it. */
export const EVENT_SOURCE = "dsql-access-auditor";

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html: entries of a call, and their size together;
// how it is counted: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
const LIMITS = { most: 10, bytes: 250_000 } as const;

const place = (bus: string): Place => ({
  what: `the event bus ${bus}`,
  missing: "Make the bus, or correct the parameter eventBus of the deployment.",
  denied:
    "Allow events:PutEvents on the bus: in the role of notify, and in the policy of a bus of another account.",
});

/** `detailOf`: the JSON of an event, which has to fit into a call by itself. */
export const eventBus = (
  client: EventBridgeClient,
  bus: string,
  detailOf: (event: FeedEvent) => string,
): Channel => ({
  name: "event-bus",
  send: async (events) => {
    const taken: FeedEvent[] = [];
    const entries = events.map((event) => ({
      event,
      entry: {
        EventBusName: bus,
        Source: EVENT_SOURCE,
        DetailType: `finding ${event.kind}`,
        Detail: detailOf(event),
        Resources: [event.finding.cluster as string],
        Time: new Date(event.mark.at),
      },
    }));
    const sizeOf = ({ entry }: (typeof entries)[number]): number =>
      14 + byteLength([entry.Source, entry.DetailType, entry.Detail, ...entry.Resources].join(""));
    let failure: ReturnType<typeof refusedPart> | undefined;
    for (const group of packed(entries, sizeOf, LIMITS)) {
      try {
        const { Entries = [] } = await client.send(
          new PutEventsCommand({ Entries: group.map(({ entry }) => entry) }),
        );
        for (const [i, { event }] of group.entries()) {
          const answer = Entries[i];
          if (answer?.EventId) taken.push(event);
          else failure ??= refusedPart(place(bus), answer?.ErrorCode);
        }
      } catch (error) {
        return { taken, failure: refusedCall(place(bus), error) };
      }
    }
    return { taken, failure };
  },
});
