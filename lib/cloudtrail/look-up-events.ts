// Management events of the last 90 days, by CloudTrail's LookupEvents.
import { type CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import type { Interval } from "../core/base/time.ts";
import { type ManagementEvent, managementKinds } from "../core/coverage/management-event.ts";
import { parseManagementEvent } from "./parse-management-event.ts";

const LOOKUP_MS = 600;

const eventIn = (text: string | undefined): ManagementEvent | undefined => {
  try {
    return text === undefined ? undefined : parseManagementEvent(JSON.parse(text));
  } catch {
    return undefined;
  }
};

/**
 * Management events that matter, of at most the last 90 days, oldest first. LookupEvents allows two calls a second and
 * never returns connects: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const lookupManagementEvents = async (
  client: CloudTrailClient,
  { from, to }: Interval,
  sleep: (ms: number) => Promise<void>,
): Promise<ManagementEvent[]> => {
  const found = new Map<string, ManagementEvent>();
  // By name: those that matter are rare, while every look at a trail is an event of CloudTrail's too.
  for (const AttributeValue of Object.values(managementKinds).flatMap((kinds) => Object.keys(kinds))) {
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: "EventName", AttributeValue }],
          StartTime: new Date(from),
          EndTime: new Date(to),
          ...(NextToken && { NextToken }),
        }),
      );
      for (const { CloudTrailEvent } of page.Events ?? []) {
        const event = eventIn(CloudTrailEvent);
        if (event) found.set(event.eventId, event);
      }
      NextToken = page.NextToken;
      await sleep(LOOKUP_MS);
    } while (NextToken);
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
};
