// The last mails of a cluster that is gone: one that closes its incidents, and one summary of the week.
import { counted } from "../core/base/counted.ts";
import type { Cluster } from "../core/base/ids.ts";
import { dayOf, type Instant, minute } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import { howText } from "../wording/gone-text.ts";
import { commandsFor, type StoreArguments } from "./command-line.ts";
import { type Changes, changeLines, findingLines, listNotice, toldOfChanges } from "./list-text.ts";
import { type Notice, toldOf } from "./notice.ts";
import { paragraph, wrapped } from "./page.ts";

const AFTER =
  "It is no longer read or evaluated. What is on record of it stays, and answers questions about the past.";
/** How a person takes it back, or why nothing has to be done. */
const backOf = ({ reason }: Gone): string =>
  reason === "retired"
    ? "It is evaluated again once somebody restores it."
    : "Should it be seen again, it is evaluated again.";

const restoreLines = ({ reason }: Gone, cluster: Cluster, store: StoreArguments): string[] =>
  reason === "retired"
    ? ["To watch it again:", ...commandsFor(cluster, store)("clusters", "--restore", cluster)]
    : [];

/** Notes and names may hold any words: no line of theirs begins where headings and commands do. */
const whyLines = (gone: Gone): string[] => paragraph("WHY", wrapped(`It was ${howText(gone)}.`, "  "));

/**
 * One mail that closes all incidents of a cluster that is gone: none of it was mended. `unheardSince`: mails about them
 * reached nobody from then on.
 */
export const goneNotice = (
  cluster: Cluster,
  gone: Gone,
  findings: readonly Finding[],
  store: StoreArguments,
  unheardSince?: Instant,
): Notice => {
  const untold = findings.filter(({ noticedAt }) => noticedAt === undefined);
  const known = findings.filter(({ noticedAt }) => noticedAt !== undefined);
  const closed = known.filter(({ clusterGoneAt }) => clusterGoneAt !== undefined);
  const before = known.filter(({ clusterGoneAt }) => clusterGoneAt === undefined);
  const again =
    unheardSince === undefined
      ? ""
      : ` From ${minute(unheardSince)} on, mails about this went out while the topic had no confirmed subscription: nobody got them.`;
  return listNotice({
    cluster,
    kind: unheardSince === undefined ? "gone" : "missed",
    tag: "GONE",
    stem: `The cluster is gone: ${counted(untold.length + closed.length, "finding")} closed with it`,
    first: `The cluster is gone since ${minute(gone.at)}. ${AFTER} ${backOf(gone)} Its findings are closed; none of them was mended.${again}`,
    lines: [
      ...whyLines(gone),
      ...paragraph("NEVER TOLD BEFORE", findingLines(untold)),
      ...paragraph("CLOSED WITH THE CLUSTER", findingLines(closed)),
      ...paragraph("OVER BEFORE THAT", findingLines(before)),
    ],
    next: restoreLines(gone, cluster, store),
    findings,
    told: findings.map((finding) => toldOf(finding, "notice")),
    store,
  });
};

/** The last summary of a week: it says once that the cluster is gone. */
export const goneWeekNotice = (
  cluster: Cluster,
  gone: Gone,
  findings: readonly Finding[],
  changes: Changes,
  store: StoreArguments,
): Notice => {
  // An earlier deletion may have become known after they were closed.
  const closed = findings.filter(({ clusterGoneAt = Number.NEGATIVE_INFINITY }) => clusterGoneAt >= gone.at);
  return listNotice({
    cluster,
    kind: "weekly",
    tag: "WEEKLY",
    stem: `The cluster is gone since ${dayOf(gone.at)}`,
    first: `The cluster is gone since ${minute(gone.at)}. ${AFTER} ${backOf(gone)} This is its last summary.`,
    lines: [
      ...whyLines(gone),
      ...changeLines(changes),
      ...paragraph("CLOSED WITH THE CLUSTER", findingLines(closed)),
    ],
    next: restoreLines(gone, cluster, store),
    findings: closed,
    told: toldOfChanges(changes),
    store,
  });
};
