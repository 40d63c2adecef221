// Looks at the trails that AWS has for a cluster: is one of them logging, delivering, and taking its connects?
import {
  type CloudTrailClient,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTrailsCommand,
  LookupEventsCommand,
} from "@aws-sdk/client-cloudtrail";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import type { Instant, Interval } from "../core/base/time.ts";
import { type ManagementEvent, managementKinds } from "../core/coverage/management-event.ts";
import { type AdvancedSelector, connectsTaken } from "../core/coverage/trail-selectors.ts";
import { parseManagementEvent } from "./parse-management-event.ts";

type TrailState = {
  readonly arn: string;
  readonly homeRegion: string | null;
  readonly multiRegion: boolean;
  readonly bucket: string | null;
  readonly prefix: string | null;
  readonly validation: boolean;
  readonly logging: boolean;
  readonly deliveryError: string | null;
  readonly deliveredAt: Instant | null;
  readonly stoppedAt: Instant | null;
  readonly selectors: readonly AdvancedSelector[];
};

/** `unreadable`: a call was refused; what it would have said is unknown. */
export type TrailRead = TrailState | { readonly arn: string; readonly unreadable: string };

export type TrailPort = {
  /** Every trail of the account, each read or unreadable. Throws what listing them throws. */
  readonly trails: () => Promise<TrailRead[]>;
};

const instant = (date: Date | undefined): Instant | null => date?.getTime() ?? null;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

/** The real thing. A trail is asked about in its home Region: elsewhere its selectors cannot be read. */
export const trailPort = (clientOf: (region: string | undefined) => CloudTrailClient): TrailPort => {
  const read = async (arn: string, homeRegion: string | undefined): Promise<TrailRead> => {
    const client = clientOf(homeRegion);
    try {
      const [{ Trail }, status, { AdvancedEventSelectors }] = await Promise.all([
        client.send(new GetTrailCommand({ Name: arn })),
        client.send(new GetTrailStatusCommand({ Name: arn })),
        client.send(new GetEventSelectorsCommand({ TrailName: arn })),
      ]);
      return {
        arn,
        homeRegion: homeRegion ?? null,
        multiRegion: Trail?.IsMultiRegionTrail ?? false,
        bucket: Trail?.S3BucketName ?? null,
        prefix: Trail?.S3KeyPrefix ?? null,
        validation: Trail?.LogFileValidationEnabled ?? false,
        logging: status.IsLogging ?? false,
        deliveryError: status.LatestDeliveryError || null,
        deliveredAt: instant(status.LatestDeliveryTime),
        stoppedAt: instant(status.StopLoggingTime),
        selectors: AdvancedEventSelectors ?? [],
      };
    } catch (error) {
      return { arn, unreadable: nameOf(error) };
    }
  };
  return {
    trails: async () => {
      const found: TrailRead[] = [];
      let NextToken: string | undefined;
      do {
        const page = await clientOf(undefined).send(
          new ListTrailsCommand({ ...(NextToken && { NextToken }) }),
        );
        for (const { TrailARN, HomeRegion } of page.Trails ?? []) {
          if (TrailARN !== undefined) found.push(await read(TrailARN, HomeRegion));
        }
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    },
  };
};

export type CaptureState = {
  /** yes: a trail logs, delivers and takes every connect of the cluster. unknown: none surely does, one may. */
  readonly captured: "yes" | "no" | "unknown";
  readonly reasons: readonly string[];
  /** The trails that take its connects, or may. */
  readonly trails: readonly string[];
  /** Whether one of them writes digest files. */
  readonly validation: boolean;
};

/** Judges what the trails say about one cluster. */
export const captureState = (trails: readonly TrailRead[], cluster: Cluster): CaptureState => {
  const region = parseArn(cluster)?.region;
  const reasons: string[] = [];
  const taking: TrailState[] = [];
  let maybe = false;
  for (const trail of trails) {
    if ("unreadable" in trail) {
      reasons.push(`${trail.arn} could not be read (${trail.unreadable})`);
      maybe = true;
      continue;
    }
    if (!trail.multiRegion && trail.homeRegion !== region) continue;
    const { taken, reasons: why } = connectsTaken(trail.selectors, cluster);
    if (taken === "no") continue;
    if (!trail.logging) reasons.push(`${trail.arn} is not logging`);
    else if (trail.deliveryError !== null)
      reasons.push(`${trail.arn} cannot deliver (${trail.deliveryError})`);
    else if (taken === "yes") taking.push(trail);
    else {
      maybe = true;
      reasons.push(...why.map((reason) => `${trail.arn}: ${reason}`));
    }
  }
  if (taking.length) {
    const validation = taking.some((trail) => trail.validation);
    return { captured: "yes", reasons: [], trails: taking.map(({ arn }) => arn), validation };
  }
  if (!reasons.length) reasons.push("no trail in this Region takes the cluster's connects");
  return { captured: maybe ? "unknown" : "no", reasons, trails: [], validation: false };
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

const LOOKUP_MS = 600;

const eventIn = (text: string | undefined): ManagementEvent | undefined => {
  try {
    return text === undefined ? undefined : parseManagementEvent(JSON.parse(text));
  } catch {
    return undefined;
  }
};
