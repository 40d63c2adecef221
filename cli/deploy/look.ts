// What is there before anything is deployed: who asks, clusters, trails, and what the trail's bucket tells of new files.

import type { TrailRead } from "../../lib/cloudtrail/trail-config.ts";
import type { Notification } from "../../lib/doctor/bucket-notification.ts";
import type { Answer, NoAnswer } from "../../lib/doctor/link.ts";
import type { AwsCluster } from "../../lib/doctor/ports.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";

export type Looked = {
  readonly identity: Answer<string>;
  readonly clusters: Answer<readonly AwsCluster[]>;
  /** By further Regions of the deployment. */
  readonly elsewhere: ReadonlyMap<string, Answer<readonly AwsCluster[]>>;
  readonly trails: Answer<readonly TrailRead[]>;
};

/** What is known where nobody may be asked, or nobody signs. */
export const unseen = (answer: NoAnswer): Looked => ({
  identity: answer,
  clusters: answer,
  elsewhere: new Map(),
  trails: answer,
});

/** The further Regions that the file of parameters names; each once, and never its own: nothing is handed over from there. */
export const regionsOf = ({
  regions = "",
  region: home,
}: {
  readonly regions?: string;
  readonly region?: string;
}): readonly string[] =>
  [...new Set(regions.split(","))].filter((region) => region !== "" && region !== home);

/** Asks as the caller. Where AWS does not say who that is for want of credentials, nothing else is tried. */
export const look = async (
  { identity, clusters, trails }: SetupPorts,
  regions: readonly string[] = [],
): Promise<Looked> => {
  const who = await identity();
  if ("next" in who) return unseen(who);
  const [found, elsewhere, read] = await Promise.all([
    clusters(),
    Promise.all(regions.map(async (region) => [region, await clusters(region)] as const)),
    trails(),
  ]);
  return { identity: who, clusters: found, elsewhere: new Map(elsewhere), trails: read };
};

/** The answer to every question where nobody signs; undefined: they can be asked. */
export const notSignedIn = ({ identity }: Looked): NoAnswer | undefined =>
  "next" in identity ? identity : undefined;

/** Of a bucket's whole notification, whether it tells EventBridge. */
export const tells = (answer: Answer<Notification>): Answer<boolean> =>
  "value" in answer ? { value: answer.value.EventBridgeConfiguration !== undefined } : answer;

/** The account of whoever asks; undefined: not known. */
export const accountOf = ({ identity }: Looked): string | undefined =>
  "value" in identity ? identity.value.split(":")[4] || undefined : undefined;
