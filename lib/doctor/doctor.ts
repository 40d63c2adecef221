// Looks at every link between a connection and a mail: which holds, which is broken, which is unknown.

import { auditorIn, isMember } from "../core/base/auditor-in.ts";
import { Cluster, type Principal, parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import type { Instant } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import type { KeptSettings } from "../core/findings/settings.ts";
import { AuditError } from "../errors.ts";
import type { Running } from "../store/findings/deployments.ts";
import type { ReadStore } from "../store/open-store.ts";
import {
  clustersLink,
  digestsLink,
  heardLink,
  identityLink,
  memberLink,
  trailLink,
} from "./account-links.ts";
import { channelsOf, stackLinks } from "./ask-stack.ts";
import {
  CONNECTIONS_MS,
  canaryLink,
  connectionLink,
  evaluationLink,
  goneLink,
  LOGINS_MS,
  loginLink,
  mappingsLink,
  readingLink,
  snapshotLink,
} from "./cluster-links.ts";
import { type Answer, type Link, type LinkRow, unknown } from "./link.ts";
import { opinionLink } from "./opinion-link.ts";
import type { AskTable, DoctorPorts } from "./ports.ts";
import { scheduleLink, settingsLink, tableLink, testLink } from "./stack-links.ts";

export type Examined = {
  readonly store: ReadStore;
  /** The table's name; undefined: the store is a file. */
  readonly table?: string | undefined;
  /** undefined: the store is a file, and nothing of AWS is asked. */
  readonly ports: DoctorPorts | undefined;
  /** How commands reach the store, as a shell takes it. */
  readonly reach: string;
  /** undefined: all that are known. */
  readonly cluster?: Cluster | undefined;
  readonly now: Instant;
  /** Sends a test mail beside looking; `token` tells it from others. undefined: it does not. */
  readonly test?: { readonly token: string } | undefined;
};

const DEPLOY_MEMBER =
  "In that account: deploy/member-account.yml. docs/operations.md says with which parameters.";

/** What the auditor's login in a cluster needs, as a command that prints it. */
const setUpOf = (auditor: Principal | null | undefined, cluster: Cluster): string =>
  `npx dsql-audit setup-sql${auditor ? ` --principal ${shellWord(auditorIn(auditor, cluster))}` : ""} --cluster ${shellWord(cluster)}`;

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
type Recorded = {
  readonly trails: Awaited<ReturnType<DoctorPorts["trails"]>>;
  readonly own: (cluster: Cluster) => string;
};

/** Of what the deployment watches the stack's trail is the one that counts; the table may hold more. */
const ownTrailOf =
  (trail: string, regions: readonly string[]): Recorded["own"] =>
  (cluster) => {
    const [made, other] = [parseArn(trail), parseArn(cluster)];
    const isWatched = [made?.region, ...regions].includes(other?.region);
    return isWatched && made?.account === other?.account ? trail : "";
  };

const clusterLinks = async (
  { store, ports, now }: Examined,
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
    mappingsLink(head),
    readingLink(head, unreadIam),
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

/** What the store holds of one cluster cannot be read: the others are looked at all the same. */
const unreadLinks = (error: unknown): Link[] => [
  unknown(
    "store",
    `what is kept of it cannot be read: ${visible(error instanceof Error ? error.message : String(error), 300)}`,
    "Run this command again in a minute; if it stays so: npx dsql-audit history verify.",
  ),
];

/** The link that a test mail shows; it needs the topic's name, which the schedule leaves in the store. */
const testedLink = async (
  { ports, test, now }: Examined,
  running: Running | undefined,
  by: string,
): Promise<Link[]> => {
  if (!test) return [];
  const topic = running?.deployment?.topic;
  if (!ports || topic === undefined)
    return [
      unknown(
        "test mail",
        ports
          ? "not sent: the store does not say yet which topic the notices go to"
          : "not sent: a store in a file has no topic",
      ),
    ];
  return [testLink(await ports.sendTest(topic, { now, by, ...test }))];
};

/** What the other links begin with. */
const firstReads = ({ clusters, deployments, settings }: ReadStore) =>
  Promise.all([clusters.entries(), deployments.read(), settings.read()]);

/** The same, or why AWS did not give it; what stands in a table and is not understood is thrown, as by every command. */
const readFirst = async (
  store: ReadStore,
  ask: AskTable | undefined,
): Promise<Answer<Awaited<ReturnType<typeof firstReads>>>> => {
  if (!ask) return { value: await firstReads(store) };
  let own: AuditError | undefined;
  const answer = await ask(() =>
    firstReads(store).catch((error: unknown) => {
      if (error instanceof AuditError) own = error;
      throw error;
    }),
  );
  if (own) throw own;
  return answer;
};

/** Every link, those that all clusters share first. What cannot be read is unknown, and ends nothing. */
export const examine = async (examined: Examined): Promise<LinkRow[]> => {
  const { store, ports, table = "the table", now, reach } = examined;
  const read = await readFirst(store, ports?.askTable);
  if (!("value" in read)) {
    const links = [
      ...(ports ? [identityLink(await ports.identity())] : []),
      tableLink(table, read),
      unknown("all other links", "not looked at: they begin with what stands in the table"),
    ];
    return links.map((link) => ({ ...link, cluster: null }));
  }
  const [entries, running, settings] = read.value;
  const known = entries.map(({ cluster }) => cluster);
  const watched = entries.flatMap(({ cluster, gone }) => (gone ? [] : [cluster]));
  const goneBy = new Map(entries.map(({ cluster, gone }) => [cluster, gone]));
  const shared: Link[] = [];
  let recorded: Recorded | undefined;
  if (ports) {
    const listOf = (text = ""): readonly string[] => text.split(",").filter((one) => one !== "");
    const regions = listOf(running?.deployment?.regions);
    const members = listOf(running?.deployment?.members);
    const wanted = running?.deployment?.clusterTags ?? {};
    const unheard = (running?.unlisted ?? []).filter(({ account }) => !members.includes(account));
    const setUp = (cluster: string) => setUpOf(settings?.values.auditor, Cluster.parse(cluster));
    const [identity, listed, elsewhere, found, stack] = await Promise.all([
      ports.identity(),
      ports.clusters(),
      Promise.all(
        regions.map(async (region) =>
          heardLink(
            clustersLink(await ports.clusters(region), known, setUp, { region, wanted }),
            unheard.find((one) => one.region === region),
          ),
        ),
      ),
      ports.trails(),
      channelsOf(store, watched).then((channels) => stackLinks(ports, channels, running, reach)),
    ]);
    recorded = { trails: found, own: ownTrailOf(running?.deployment?.trail ?? "", regions) };
    shared.push(
      identityLink(identity),
      tableLink(table, read),
      heardLink(
        clustersLink(listed, known, setUp, { wanted }),
        unheard.find(({ region }) => !regions.includes(region)),
      ),
      ...elsewhere,
      ...members.map((account) => memberLink(account, running, known, { deploy: DEPLOY_MEMBER, setUp })),
      scheduleLink(running, now),
      ...stack,
      ...(await testedLink(examined, running, "value" in identity ? identity.value : "Somebody")),
    );
  } else shared.push(...(await testedLink(examined, running, "")));
  if (!ports)
    shared.push(
      unknown("AWS", "not asked: the store is a file", "With --table, doctor looks at every link in AWS."),
    );
  shared.push(settingsLink(settings));
  const wanted = examined.cluster === undefined ? known : known.filter((one) => one === examined.cluster);
  const rows: LinkRow[] = shared.map((link) => ({ ...link, cluster: null }));
  for (const cluster of wanted) {
    const gone = goneBy.get(cluster);
    const links = gone
      ? [goneLink(gone)]
      : await clusterLinks(examined, cluster, settings, recorded).catch(unreadLinks);
    rows.push(...links.map((link) => ({ ...link, cluster })));
  }
  return rows;
};
