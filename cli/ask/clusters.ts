// `dsql-audit clusters`: which clusters the store knows, how fresh what it knows of each is, and which are gone.
import { counted } from "../../lib/core/base/counted.ts";
import type { Instant } from "../../lib/core/base/time.ts";
import { visible } from "../../lib/core/base/visible-text.ts";
import { AuditError } from "../../lib/errors.ts";
import { restoreCluster, retireCluster } from "../../lib/jobs/cluster-life.ts";
import { type ClusterList, type ClusterRow, clusterRow, listClusters } from "../../lib/queries/clusters.ts";
import type { Store } from "../../lib/store/open-store.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  NO_CLUSTER,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import { addByOption, osUser } from "../findings/who.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph, printRows } from "../output.ts";

type Options = StoreOptions &
  OutputFlags & {
    readonly retire?: string;
    readonly restore?: string;
    readonly note?: string;
    readonly by?: string;
  };

const shown = (text: string | null | undefined): string =>
  text ? text.slice(0, 16).replace("T", " ") : "never";

const goneCell = ({ goneAt, goneReason, goneBy }: ClusterRow): string =>
  goneAt === null
    ? "-"
    : `${shown(goneAt)} ${goneReason}${goneBy === null ? "" : ` by ${visible(goneBy, 120)}`}`;

const always: readonly Column<ClusterRow>[] = [
  { head: "cluster", cell: ({ cluster }) => cluster },
  { head: "newest snapshot (UTC)", cell: ({ newestSnapshot }) => shown(newestSnapshot?.takenAt) },
  { head: "evaluated (UTC)", cell: ({ judgedAt }) => shown(judgedAt) },
  { head: "gone since (UTC)", cell: goneCell },
];

/** Only where one of them is so: most deployments ask for no tags. */
const unchosenColumn: Column<ClusterRow> = {
  head: "not chosen by its tags since (UTC)",
  cell: ({ notChosenSince }) => (notChosenSince === null ? "-" : shown(notChosenSince)),
};

const columnsOf = (rows: readonly ClusterRow[]): readonly Column<ClusterRow>[] =>
  rows.some(({ notChosenSince }) => notChosenSince !== null) ? [...always, unchosenColumn] : always;

/** What is said beside the table of clusters that nobody watches. */
const othersText = (io: Io, { rows, moreNotWatched, unread }: ClusterList): string[] => [
  ...rows.flatMap(({ notWatched }) =>
    // A command stays in one line, to be pasted.
    notWatched ? [paragraph(io, notWatched.says), notWatched.next] : [],
  ),
  ...(moreNotWatched
    ? [`Connections to ${counted(moreNotWatched, "more cluster")} came that may not be watched.`]
    : []),
  ...(unread === null ? [] : [paragraph(io, `unknown: which clusters are not watched: ${unread}`)]),
];

const justOne = (row: ClusterRow | undefined): ClusterList => ({
  rows: row ? [row] : [],
  ...{ moreNotWatched: null, unread: null },
});

/** Without options that act, all of them, or the one named. */
const list = async (store: Store, now: Instant, named: string | undefined): Promise<ClusterList> =>
  named === undefined
    ? listClusters(store, now)
    : justOne(await clusterRow(store, await pickCluster(store, named), now));

/** Retires or restores one, and gives what is known of it then. */
const act = async (io: Io, store: Store, named: string, options: Options): Promise<ClusterList> => {
  const { note, retire } = options;
  const acting = { by: options.by ?? osUser(), via: "command line", at: io.now() } as const;
  const cluster = await pickCluster(store, named);
  if (retire === undefined) await restoreCluster(store, cluster, acting, note);
  else await retireCluster(store, cluster, acting, note ?? "");
  return justOne(await clusterRow(store, cluster, io.now()));
};

/** What is asked for; AuditError("usage") for options that do not go together. */
const targetOf = ({ retire, restore, note, by, cluster }: Options): string | undefined => {
  const named = retire ?? restore;
  if (retire !== undefined && restore !== undefined)
    throw new AuditError("usage", "a cluster is either retired or restored: give --retire or --restore");
  if (named !== undefined && cluster !== undefined)
    throw new AuditError("usage", "the cluster is named twice: leave --cluster out");
  if (retire !== undefined && !note?.trim())
    throw new AuditError("usage", "--retire needs --note, which says why");
  if (named === undefined && (note !== undefined || by !== undefined))
    throw new AuditError("usage", "--note and --by go with --retire or --restore");
  return named;
};

export const addClusters: AddCommand = (program, io) => {
  const command = program
    .command("clusters")
    .summary("the clusters that are known, and when each was last read and evaluated")
    .description(
      "A cluster is gone when AWS says that it was deleted, or when somebody retires it. It is neither read nor evaluated\n" +
        "any more, and its findings are closed. Its history stays. It is evaluated again once it is restored, or seen again\n" +
        "after it counted as deleted. One that its tags no longer choose (clusterTags) is not read, and not gone.\n" +
        "Those to which connections came in the last 90 days although nobody watches them stand below the table, and in JSON\n" +
        "as rows with notWatched.",
    )
    .option("--retire <arn>", "do not watch this cluster any more")
    .option("--restore <arn>", "watch this cluster again")
    .option("--note <text>", "why")
    .addHelpText(
      "after",
      '\nExamples:\n  $ dsql-audit clusters --table dsql-audit\n  $ dsql-audit clusters --retire ARN --note "moved to another account"',
    );
  addOutputOptions(addStoreOptions(addByOption(command))).action(async (options: Options) => {
    const target = targetOf(options);
    const found = await withStore(io, options, { mustExist: true }, (store) =>
      target === undefined ? list(store, io.now(), options.cluster) : act(io, store, target, options),
    );
    const isJson = options.json || options.ndjson;
    const rows = isJson ? found.rows : found.rows.filter(({ notWatched }) => notWatched === null);
    printRows(
      io,
      options,
      rows,
      columnsOf(rows),
      `No cluster is known yet: its first snapshot makes it known.\n${NO_CLUSTER}`,
    );
    const lines = othersText(io, found);
    if (lines.length) (isJson ? io.stderr : io.stdout).write(`${isJson ? "" : "\n"}${lines.join("\n")}\n`);
  });
};
