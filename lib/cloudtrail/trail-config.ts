// Reads the trails of an account as AWS has them now.
import {
  type CloudTrailClient,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTrailsCommand,
} from "@aws-sdk/client-cloudtrail";
import type { Instant } from "../core/base/time.ts";
import type { BasicSelector } from "../core/coverage/merge-selectors.ts";
import type { AdvancedSelector } from "../core/coverage/trail-selectors.ts";

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
