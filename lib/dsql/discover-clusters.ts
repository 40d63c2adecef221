// Which clusters AWS lists in each account and Region, and what it says of one that is known.
import {
  type DSQLClient,
  GetClusterCommand,
  paginateListClusters,
  ResourceNotFoundException,
} from "@aws-sdk/client-dsql";
import type { WatchedCluster } from "../config.ts";
import { Cluster } from "../core/base/ids.ts";
import { isChosen, type Tags } from "../core/coverage/chosen.ts";
import type { Place, Reach } from "../core/coverage/reach.ts";
import { AuditError } from "../errors.ts";
import { tagsOf } from "./cluster-tags.ts";

/** Clusters to look at, and what AWS would not tell: neither a cluster nor a Region nor an account hides the others. */
export type Discovery = {
  readonly clusters: readonly WatchedCluster[];
  readonly failures: readonly unknown[];
  /** AWS said just now that each of them is there; missing: the deployment names them. */
  readonly asked?: boolean;
  /** Those that AWS calls idle or inactive: whoever connects wakes them. */
  readonly asleep?: ReadonlySet<Cluster>;
  /** They are there, and their tags do not choose them; missing: no tags are asked for. */
  readonly unchosen?: readonly Cluster[];
  /** They are there, and AWS did not say with which tags: each is a failure. */
  readonly undecided?: readonly WatchedCluster[];
  /** There is no list at all, of any Region. */
  readonly blind?: boolean;
  /** The accounts and Regions that were not listed, and why. */
  readonly unlisted?: readonly Unlisted[];
};

/** An account and Region without a list of its clusters. `role`: the account refuses to give the auditor its role. */
export type Unlisted = Place & { readonly reason: string; readonly role?: "refused" };

/**
 * `unknown`: refused, throttled, or neither here nor gone yet. It changes nothing, and `silent` neither: no answer came from
 * its account and Region, so that none is to be waited for about its other clusters.
 */
export type Presence = "there" | "gone" | "unknown" | "silent";

/** Clusters that can be connected to; connecting wakes one that is idle. */
const REACHABLE: ReadonlySet<string> = new Set(["ACTIVE", "IDLE", "INACTIVE", "UPDATING"]);
const ASLEEP: ReadonlySet<string> = new Set(["IDLE", "INACTIVE"]);

/** Half of what the plan function has: a place that is silent must not take the others' hour. */
const PLACE_MS = 30_000;
/** About one cluster: after that its account and Region is taken for silent. */
const PRESENCE_MS = 5_000;

const isMissing = (error: unknown): boolean => error instanceof ResourceNotFoundException;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The answer, or `late` once the time is over: also who gives the credentials may be silent, and hears no signal. */
const withinTime = <T>(answer: Promise<T>, signal: AbortSignal, late: T): Promise<T> =>
  Promise.race([
    answer.then((found) => (signal.aborted ? late : found)),
    new Promise<T>((done) => {
      signal.addEventListener("abort", () => done(late));
    }),
  ]);

type Found = {
  readonly watched: WatchedCluster;
  readonly sleeps: boolean;
  /** Whether its tags choose it; an error: they are not known. */
  readonly chosen: boolean | Error;
};

/** How the clusters are to be watched, and which: see `isChosen`. */
type Choosing = { readonly user: string; readonly wanted: Tags };

const isWanted = async (
  client: DSQLClient,
  { arn, tags }: { readonly arn: string; readonly tags: Tags | undefined },
  wanted: Tags,
  abortSignal: AbortSignal,
): Promise<boolean | Error> => {
  if (!Object.keys(wanted).length) return true;
  try {
    return isChosen(await tagsOf(client, arn, tags, abortSignal), wanted);
  } catch (cause) {
    return new AuditError("denied", `AWS does not say which tags ${arn} has: ${messageOf(cause)}`, { cause });
  }
};

/** undefined: it cannot be connected to, or was deleted meanwhile. */
const describe = async (
  client: DSQLClient,
  identifier: string | undefined,
  { user, wanted }: Choosing,
  abortSignal: AbortSignal,
): Promise<Found | undefined> => {
  const asked = client.send(new GetClusterCommand({ identifier }), { abortSignal });
  const found = await asked.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (!found?.status || !REACHABLE.has(found.status)) return undefined;
  const { arn, endpoint, status, multiRegionProperties, tags } = found;
  if (!arn || !endpoint) throw new AuditError("config", `AWS names no ARN or endpoint for ${identifier}`);
  // Whoever connects to its peer in another Region may change what both hold.
  const sleeps = ASLEEP.has(status) && !multiRegionProperties;
  const chosen = await isWanted(client, { arn, tags }, wanted, abortSignal);
  return { watched: { cluster: Cluster.parse(arn), endpoint, user }, sleeps, chosen };
};

/** Whoever asks for credentials has words of their own around what STS refused; what DSQL refuses comes as it is. */
const isRoleRefused = (error: unknown): boolean =>
  error instanceof AuditError && error.cause instanceof Error && error.cause.name.startsWith("AccessDenied");

type Listed = {
  readonly found: readonly Found[];
  readonly failures: readonly unknown[];
  readonly blind: boolean;
};

/**
 * All clusters of one account and Region that can be connected to. What was found before the list broke off, or the time was
 * over, is kept: also who gives the credentials may be silent.
 */
const discoverPlace = async (client: DSQLClient, choosing: Choosing, limitMs: number): Promise<Listed> => {
  const found: Found[] = [];
  const failures: unknown[] = [];
  let blind = true;
  const abortSignal = AbortSignal.timeout(limitMs);
  const list = async (): Promise<void> => {
    for await (const page of paginateListClusters({ client }, {}, { abortSignal })) {
      blind = false;
      for (const { identifier } of page.clusters ?? []) {
        const one = await describe(client, identifier, choosing, abortSignal).catch(
          (error: unknown) => void failures.push(error),
        );
        if (one) found.push(one);
        if (one?.chosen instanceof Error) failures.push(one.chosen);
      }
    }
  };
  const over = new Promise<never>((_, reject) => {
    abortSignal.addEventListener("abort", () =>
      reject(new AuditError("denied", `no answer within ${limitMs / 1_000} s`)),
    );
  });
  await Promise.race([list(), over]).catch((error: unknown) => failures.push(error));
  return { found: [...found], failures: [...failures], blind };
};

/**
 * All clusters within `reach`, its accounts and Regions side by side: one that refuses or is silent takes nothing from the
 * others, and its failures name it. `wanted`: only those with these tags. Never throws.
 */
export const discoverClusters = async (
  clientOf: (place: Place) => DSQLClient,
  reach: Reach,
  user: string,
  { limitMs = PLACE_MS, wanted = {} }: { readonly limitMs?: number; readonly wanted?: Tags } = {},
): Promise<Discovery> => {
  const lists = await Promise.all(
    reach.map(async (place) => ({
      place,
      ...(await discoverPlace(clientOf(place), { user, wanted }, limitMs)),
    })),
  );
  const found = lists.flatMap((list) => list.found);
  const by = (is: (chosen: Found["chosen"]) => boolean): WatchedCluster[] =>
    found.flatMap(({ watched, chosen }) => (is(chosen) ? [watched] : []));
  return {
    asked: true,
    clusters: by((chosen) => chosen === true),
    unchosen: by((chosen) => chosen === false).map(({ cluster }) => cluster),
    undecided: by((chosen) => chosen instanceof Error),
    failures: lists.flatMap(({ place, failures }) =>
      failures.map(
        (cause) =>
          new AuditError("denied", `${place.region} of account ${place.account}: ${messageOf(cause)}`, {
            cause,
          }),
      ),
    ),
    asleep: new Set(found.flatMap(({ watched, sleeps }) => (sleeps ? [watched.cluster] : []))),
    blind: lists.every(({ blind }) => blind),
    unlisted: lists.flatMap(({ place, blind, failures }) =>
      blind
        ? [
            {
              ...{ ...place, reason: messageOf(failures[0]) },
              ...(isRoleRefused(failures[0]) && { role: "refused" as const }),
            },
          ]
        : [],
    ),
  };
};

/**
 * What GetCluster says of a cluster within `reach`; of any other nothing is asked. Only "there is none" and DELETED say that it
 * is gone.
 */
export const presenceOf =
  (clientOf: (place: Place) => DSQLClient, reach: Reach, limitMs: number = PRESENCE_MS) =>
  async (cluster: Cluster): Promise<Presence> => {
    const place = reach.find(({ prefix }) => cluster.startsWith(prefix));
    if (!place) return "unknown";
    const abortSignal = AbortSignal.timeout(limitMs);
    const asked = clientOf(place)
      .send(new GetClusterCommand({ identifier: cluster.slice(place.prefix.length) }), { abortSignal })
      .then(({ arn, status = "" }): Presence => {
        if (arn !== cluster) return "unknown";
        return status === "DELETED" ? "gone" : REACHABLE.has(status) ? "there" : "unknown";
      })
      .catch((error: unknown): Presence => (isMissing(error) ? "gone" : "unknown"));
    return withinTime(asked, abortSignal, "silent");
  };
