// The links of one cluster, by what the store holds of it and what AWS says of its trails.
import { isMember } from "../core/base/auditor-in.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import type { KeptSettings } from "../core/findings/settings.ts";
import type { ReadStore } from "../store/open-store.ts";
import { digestsLink, trailLink } from "./account-links.ts";
import { setUpOf } from "./ask-places.ts";
import {
  CONNECTIONS_MS,
  canaryLink,
  connectionLink,
  evaluationLink,
  LOGINS_MS,
  loginLink,
  mappingsLink,
  readingLink,
  snapshotLink,
} from "./cluster-links.ts";
import { type Link, unknown } from "./link.ts";
import { opinionLink } from "./opinion-link.ts";
import type { DoctorPorts } from "./ports.ts";

/** The hour in which the newest connection was counted. */
const lastConnection = async (
  { activity }: ReadStore,
  cluster: Cluster,
  now: Instant,
): Promise<Instant | undefined> => {
  const day = (await activity.days(cluster, { from: now - CONNECTIONS_MS, to: now })).at(-1)?.from;
  if (day === undefined) return undefined;
  return (await activity.hours(cluster, { from: day, to: now })).at(-1)?.from ?? day;
};

/** The auditor's logins in a cluster, as far back as they are looked for. */
export const recentLogins = ({ canaries }: Pick<ReadStore, "canaries">, cluster: Cluster, now: Instant) =>
  canaries.look(cluster, { from: now - LOGINS_MS, to: now }, now);

/** The account's trails; `own`: the one that the stack made, if it has to take the connects of this cluster. */
export type Recorded = {
  readonly trails: Awaited<ReturnType<DoctorPorts["trails"]>>;
  readonly own: (cluster: Cluster) => string;
};

/** Of what the deployment watches the stack's trail is the one that counts; the table may hold more. */
export const ownTrailOf =
  (trail: string, regions: readonly string[]): Recorded["own"] =>
  (cluster) => {
    const [made, other] = [parseArn(trail), parseArn(cluster)];
    const isWatched = [made?.region, ...regions].includes(other?.region);
    return isWatched && made?.account === other?.account ? trail : "";
  };

/** Every link of one cluster. `recorded` undefined: nothing of AWS is asked. */
export const clusterLinks = async (
  {
    store,
    ports,
    now,
  }: { readonly store: ReadStore; readonly ports: DoctorPorts | undefined; readonly now: Instant },
  cluster: Cluster,
  settings: KeptSettings | undefined,
  recorded: Recorded | undefined,
): Promise<Link[]> => {
  const [head, logins, findings, connection, look, { asleep, unchosen }] = await Promise.all([
    store.snapshots.head(cluster),
    recentLogins(store, cluster, now),
    store.findings.list(cluster),
    lastConnection(store, cluster, now),
    store.findings.lastLook(cluster),
    store.leftOut.last(cluster),
  ]);
  const auditor = settings?.values.auditor;
  const asked = auditor ? parseArn(auditor)?.account : undefined;
  const unreadIam = findings
    .filter(({ detector, status }) => detector === "section-unreadable" && status !== "resolved")
    .flatMap(({ subject: { object } }) => (object?.startsWith("iam.") ? [object] : []));
  return [
    loginLink(logins, setUpOf(settings?.values.auditor, cluster)),
    snapshotLink(head, now, asleep, unchosen),
    mappingsLink(head, cluster),
    readingLink(head, cluster, unreadIam),
    // AWS's simulator, and what IAM says now, are asked for as whoever runs this, in one account.
    ...(ports && (!auditor || !isMember(auditor, cluster))
      ? [await opinionLink(store, ports, cluster, now)]
      : []),
    ...(recorded
      ? [
          trailLink(recorded.trails, cluster, recorded.own(cluster), asked),
          digestsLink(recorded.trails, cluster, recorded.own(cluster), asked),
        ]
      : []),
    canaryLink(logins.canaries, now),
    connectionLink(connection),
    evaluationLink(look?.at, now),
  ];
};

/** What the store holds of one cluster, or of one link, cannot be read: the others are looked at all the same. */
export const unreadLinks = (error: unknown, link = "store"): Link[] => [
  unknown(
    link,
    `what is kept of it cannot be read: ${visible(error instanceof Error ? error.message : String(error), 300)}`,
    "Run this command again in a minute; if it stays so: npx dsql-audit history verify.",
  ),
];
