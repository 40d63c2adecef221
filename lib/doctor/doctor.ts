// Looks at every link between a connection and a mail: which holds, which is broken, which is unknown.

import { listOf } from "../config.ts";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { AuditError } from "../errors.ts";
import { unwatchedClusters } from "../queries/unwatched.ts";
import type { Running } from "../store/findings/deployments.ts";
import type { ReadStore } from "../store/open-store.ts";
import { identityLink } from "./account-links.ts";
import { clusterLinks, ownTrailOf, type Recorded, unreadLinks } from "./ask-cluster.ts";
import { placeLinks } from "./ask-places.ts";
import { channelsOf, stackLinks } from "./ask-stack.ts";
import { goneLink } from "./cluster-links.ts";
import { handedOverLinks } from "./event-links.ts";
import { type Answer, type Link, type LinkRow, unknown } from "./link.ts";
import type { AskTable, DoctorPorts } from "./ports.ts";
import { scheduleLink, settingsLink, tableLink, testLink } from "./stack-links.ts";
import { UNWATCHED_LINK, unwatchedLinks } from "./unwatched-links.ts";

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

type FirstRead = Awaited<ReturnType<typeof firstReads>>;

/** The same, or why AWS did not give it; what stands in a table and is not understood is thrown, as by every command. */
const readFirst = async (store: ReadStore, ask: AskTable | undefined): Promise<Answer<FirstRead>> => {
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

/** The links that all clusters share, and the trails that each of them is held against. */
const sharedLinks = async (
  examined: Examined,
  ports: DoctorPorts,
  read: { readonly value: FirstRead },
): Promise<{ readonly links: readonly Link[]; readonly recorded: Recorded }> => {
  const { store, table = "the table", now, reach } = examined;
  const [entries, running, settings] = read.value;
  const known = entries.map(({ cluster }) => cluster);
  const watched = entries.flatMap(({ cluster, gone }) => (gone ? [] : [cluster]));
  const [identity, places, trails, stack, unwatched, handedOver] = await Promise.all([
    ports.identity(),
    placeLinks(ports, known, running, settings?.values.auditor),
    ports.trails(),
    channelsOf(store, watched).then((channels) => stackLinks(ports, channels, running, reach)),
    unwatchedClusters(store, now).then(unwatchedLinks, (error) => unreadLinks(error, UNWATCHED_LINK)),
    handedOverLinks({ store, known: watched }, running?.deployment, now).catch((error) =>
      unreadLinks(error, "events handed over"),
    ),
  ]);
  const { trail = "", regions } = running?.deployment ?? {};
  const by = "value" in identity ? identity.value : "Somebody";
  return {
    links: [
      identityLink(identity),
      tableLink(table, read),
      ...places,
      ...handedOver,
      ...unwatched,
      scheduleLink(running, now),
      ...stack,
      ...(await testedLink(examined, running, by)),
    ],
    recorded: { trails, own: ownTrailOf(trail, listOf(regions)) },
  };
};

/** Every link, those that all clusters share first. What cannot be read is unknown, and ends nothing. */
export const examine = async (examined: Examined): Promise<LinkRow[]> => {
  const { store, ports, table = "the table" } = examined;
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
  const asked = ports && (await sharedLinks(examined, ports, read));
  const shared = [
    ...(asked?.links ?? [
      ...(await testedLink(examined, running, "")),
      unknown("AWS", "not asked: the store is a file", "With --table, doctor looks at every link in AWS."),
    ]),
    settingsLink(settings),
  ];
  const rows: LinkRow[] = shared.map((link) => ({ ...link, cluster: null }));
  for (const { cluster, gone } of entries) {
    if (examined.cluster !== undefined && cluster !== examined.cluster) continue;
    const links = gone
      ? [goneLink(gone)]
      : await clusterLinks(examined, cluster, settings, asked?.recorded).catch(unreadLinks);
    rows.push(...links.map((link) => ({ ...link, cluster })));
  }
  return rows;
};
