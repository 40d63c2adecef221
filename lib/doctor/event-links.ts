// Whether events are handed over from other accounts and Regions. The stacks there cannot be seen from here: so it goes by what
// EventBridge brought from there, and without that it is unknown.
import { type Deployment, listOf } from "../config.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { iamRegionOf } from "../core/base/partition.ts";
import { DAY, HOUR, type Instant, minute } from "../core/base/time.ts";
import { type Arrival, waysBack } from "../core/coverage/arrivals.ts";
import type { ReadStore } from "../store/open-store.ts";
import { inParallel } from "../store/table/in-parallel.ts";
import { nobodyKnowsIamRegion } from "./deployed-links.ts";
import { deployAs, FORWARD_IAM, FORWARD_REGION, type Home } from "./forward-stacks.ts";
import { broken, type Link, ok, unknown } from "./link.ts";

/** How far back logins are looked for, and calls of IAM. */
const LOOK_MS = 7 * DAY;
/** A cluster that sleeps is read once a day. */
const LATELY_MS = 26 * HOUR;
/** So many in a row are no rare loss: EventBridge is best effort. */
const NO_ACCIDENT = 3;
const LANES = 8;

type Place = { readonly account: string; readonly region: string };

/** `clusters`: how many that were ever read are there. */
export type PlaceHeard = { readonly clusters: number; readonly arrivals: readonly Arrival[] };

const placeHeard = async (
  { canaries }: Pick<ReadStore, "canaries">,
  known: readonly Cluster[],
  { account, region }: Place,
  now: Instant,
): Promise<PlaceHeard> => {
  const there = known.filter((cluster) => {
    const parts = parseArn(cluster);
    return parts?.account === account && parts.region === region;
  });
  const found = await inParallel(there, LANES, (cluster) =>
    canaries.arrivals(cluster, { from: now - LOOK_MS, to: now }),
  );
  return { clusters: there.length, arrivals: found.flat() };
};

/** Some, for the newest may be one that cannot be read. */
const SOME = 5;

/** When IAM's last change there came, which EventBridge alone brings. */
const iamHeard = async (
  { trailEvents }: Pick<ReadStore, "trailEvents">,
  account: string,
  now: Instant,
): Promise<Instant | undefined> =>
  (await trailEvents.iamWithin(account, { from: now - LOOK_MS, to: now + HOUR }, SOME)).events[0]?.at;

/** Connects and changes of one account and Region. `deploy`: the command. */
export const eventsLink = (
  link: string,
  { clusters, arrivals }: PlaceHeard,
  now: Instant,
  deploy: string,
): Link => {
  const next = `If it is not there yet: ${deploy}`;
  if (!clusters) return unknown(link, "no cluster of it was read there: nothing can have come", next);
  const { lastByEvent, byTrailAlone } = waysBack(arrivals, now);
  const since = minute(lastByEvent ?? now - LOOK_MS);
  if (byTrailAlone >= NO_ACCIDENT)
    return broken(
      link,
      `${byTrailAlone} canary logins since ${since} came in the trail's files, and not by EventBridge`,
      deploy,
    );
  return lastByEvent !== undefined && byTrailAlone === 0 && now - lastByEvent <= LATELY_MS
    ? ok(link, `the canary login of ${since} came by EventBridge`)
    : unknown(link, `no canary login came by EventBridge since ${since}`, next);
};

/** IAM's changes of one account: there may be none to come. */
export const iamEventsLink = (link: string, last: Instant | undefined, now: Instant, deploy: string): Link =>
  last !== undefined && now - last <= LATELY_MS
    ? ok(link, `a change of ${minute(last)} came by EventBridge`)
    : unknown(
        link,
        `no change came by EventBridge since ${minute(last ?? now - LOOK_MS)}, and there may have been none`,
        `If it is not there yet: ${deploy}`,
      );

/** `known`: the clusters that are watched and not gone. */
type Heard = {
  readonly store: Pick<ReadStore, "canaries" | "trailEvents">;
  readonly known: readonly Cluster[];
};

/** One account, and what came from there; `heard` undefined: that could not be read. */
type From = {
  readonly heard: Heard | undefined;
  readonly account: string;
  readonly home: Home;
  readonly now: Instant;
};

const unread = (link: string, deploy: string): Link =>
  unknown(link, "what came from there is not known", `If it is not there yet: ${deploy}`);

const regionLinks = ({ heard, account, home, now }: From, regions: readonly string[]): Promise<Link[]> =>
  Promise.all(
    regions.map(async (region) => {
      const link = `events of ${account} in ${region}`;
      const deploy = deployAs({ account, from: region }, FORWARD_REGION, home);
      if (!heard) return unread(link, deploy);
      const there = await placeHeard(heard.store, heard.known, { account, region }, now);
      return eventsLink(link, there, now, deploy);
    }),
  );

const iamLink = async ({ heard, account, home, now }: From): Promise<Link> => {
  const link = `IAM events of ${account}`;
  const from = iamRegionOf(home.region);
  if (from === undefined)
    return unknown(
      link,
      nobodyKnowsIamRegion(home.region),
      `Deploy deploy/${FORWARD_IAM.template} there, as account ${account}.`,
    );
  const deploy = deployAs({ account, from }, FORWARD_IAM, home);
  return heard
    ? iamEventsLink(link, await iamHeard(heard.store, account, now), now, deploy)
    : unread(link, deploy);
};

/** The links of one account in these Regions, and of its IAM. `heard` undefined: what came from there could not be read. */
export const forwardedLinks = async (
  heard: Heard | undefined,
  account: string,
  regions: readonly string[],
  home: Home,
  now: Instant,
): Promise<Link[]> => {
  const from = { heard, account, home, now };
  const [links, iam] = await Promise.all([regionLinks(from, regions), iamLink(from)]);
  return [...links, iam];
};

/**
 * The links of all other accounts and Regions of a deployment: its members in each of its Regions, and its own account in the further
 * ones. None where nobody knows where it runs.
 */
export const handedOverLinks = async (
  heard: Heard,
  deployment: Pick<Deployment, "topic" | "regions" | "members"> | null | undefined,
  now: Instant,
): Promise<Link[]> => {
  const { account, region } = parseArn(deployment?.topic ?? "") ?? {};
  if (!deployment || !account || !region) return [];
  const home = { account, region };
  const [further, members] = [listOf(deployment.regions), listOf(deployment.members)];
  const own = { heard, account, home, now };
  // Its own IAM tells where it runs, unless that is another Region.
  const ofOwnIam = iamRegionOf(region) === region ? [] : [await iamLink(own)];
  const others = await Promise.all(
    members.map((member) => forwardedLinks(heard, member, [region, ...further], home, now)),
  );
  return [...(await regionLinks(own, further)), ...ofOwnIam, ...others.flat()];
};
