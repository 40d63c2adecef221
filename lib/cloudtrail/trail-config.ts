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
import type { BasicSelector } from "../core/coverage/merge-selectors.ts";
import { type AdvancedSelector, connectsTaken } from "../core/coverage/trail-selectors.ts";
import { parseManagementEvent } from "./parse-management-event.ts";

export type TrailState = {
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
  /** Where the trail has selectors of the old kind, which cannot take connects. */
  readonly basic?: readonly BasicSelector[];
  /** It is the organization's: only its management account, or a delegated administrator, may change it. */
  readonly organization?: boolean;
  /** The KMS key of its files; null: none. */
  readonly keyArn?: string | null;
};

/** `unreadable`: a call was refused; what it would have said is unknown. */
export type TrailRead = TrailState | { readonly arn: string; readonly unreadable: string };

export type TrailPort = {
  /** Every trail of the account, each read or unreadable. Throws what listing them throws. */
  readonly trails: () => Promise<TrailRead[]>;
};

/** What stands in the place of a trail where the list of replicated trails was refused. */
export const REPLICATED = "trails of the organization and of other Regions";

const instant = (date: Date | undefined): Instant | null => date?.getTime() ?? null;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

export type ListedTrail = { readonly arn: string; readonly home: string | undefined };

/** ListTrails, all pages. */
const listTrails = async (client: CloudTrailClient): Promise<ListedTrail[]> => {
  const found: ListedTrail[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListTrailsCommand({ ...(NextToken && { NextToken }) }));
    for (const { TrailARN, HomeRegion } of page.Trails ?? [])
      if (TrailARN !== undefined) found.push({ arn: TrailARN, home: HomeRegion });
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
};

/**
 * The real thing. A trail is asked about in its home Region: elsewhere its selectors cannot be read. `replicated` lists
 * more trails; where that is refused, one unreadable row says so. The deployed functions do without it, and carry none.
 */
export const trailPort = (
  clientOf: (region: string | undefined) => CloudTrailClient,
  replicated?: (client: CloudTrailClient) => Promise<readonly ListedTrail[]>,
): TrailPort => {
  const read = async (arn: string, homeRegion: string | undefined): Promise<TrailRead> => {
    const client = clientOf(homeRegion);
    try {
      const [{ Trail }, status, { AdvancedEventSelectors, EventSelectors }] = await Promise.all([
        client.send(new GetTrailCommand({ Name: arn })),
        client.send(new GetTrailStatusCommand({ Name: arn })),
        client.send(new GetEventSelectorsCommand({ TrailName: arn })),
      ]);
      // Every trail has these: without them it would read as one that is stopped, or that takes nothing.
      if (!Trail || status.IsLogging === undefined || !(AdvancedEventSelectors ?? EventSelectors))
        return { arn, unreadable: "the answer is not whole" };
      return {
        arn,
        homeRegion: homeRegion ?? null,
        multiRegion: Trail.IsMultiRegionTrail ?? false,
        bucket: Trail.S3BucketName ?? null,
        prefix: Trail.S3KeyPrefix ?? null,
        validation: Trail.LogFileValidationEnabled ?? false,
        logging: status.IsLogging,
        deliveryError: status.LatestDeliveryError || null,
        deliveredAt: instant(status.LatestDeliveryTime),
        stoppedAt: instant(status.StopLoggingTime),
        selectors: AdvancedEventSelectors ?? [],
        ...(EventSelectors?.length && { basic: EventSelectors }),
        organization: Trail.IsOrganizationTrail ?? false,
        keyArn: Trail.KmsKeyId ?? null,
      };
    } catch (error) {
      return { arn, unreadable: nameOf(error) };
    }
  };
  return {
    trails: async () => {
      const here = clientOf(undefined);
      const listed = await listTrails(here);
      let more: readonly ListedTrail[] = [];
      let refused: TrailRead | undefined;
      if (replicated)
        try {
          more = await replicated(here);
        } catch (error) {
          refused = { arn: REPLICATED, unreadable: nameOf(error) };
        }
      const unlisted = more.filter(({ arn }) => !listed.some((one) => one.arn === arn));
      const found: TrailRead[] = [];
      for (const { arn, home } of [...listed, ...unlisted]) found.push(await read(arn, home));
      return refused ? [...found, refused] : found;
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

/** Whether the trail records what happens in this Region at all. */
export const coversRegion = (
  { multiRegion, homeRegion }: Pick<TrailState, "multiRegion" | "homeRegion">,
  region: string | undefined,
): boolean => multiRegion || homeRegion === region;

/**
 * Judges what the trails say about one cluster. `asked`: the account whose trails these are, where that is known. Of another
 * account's cluster only a trail of the organization can tell; what trails that account has itself is unknown.
 */
export const captureState = (
  trails: readonly TrailRead[],
  cluster: Cluster,
  asked?: string | undefined,
): CaptureState => {
  const { region, account } = parseArn(cluster) ?? {};
  const reasons: string[] = [];
  const taking: TrailState[] = [];
  let maybe = false;
  for (const trail of trails) {
    if ("unreadable" in trail) {
      reasons.push(`${trail.arn} could not be read (${trail.unreadable})`);
      maybe = true;
      continue;
    }
    if (!coversRegion(trail, region)) continue;
    if (asked !== undefined && account !== asked && !trail.organization) continue;
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
  if (asked !== undefined && account !== undefined && account !== asked) {
    maybe = true;
    reasons.push(
      `the trails of account ${account} are not asked about: only one of the organization would tell`,
    );
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
