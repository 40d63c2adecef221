// `dsql-audit clusters`: which clusters the store knows, and how fresh what it knows of each is.
import { type ClusterRow, listClusters } from "../../lib/queries/clusters.ts";
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
import { type Column, printRows } from "../output.ts";

type Options = StoreOptions & OutputFlags;

const shown = (text: string | null | undefined): string =>
  text ? text.slice(0, 16).replace("T", " ") : "never";

const columns: readonly Column<ClusterRow>[] = [
  { head: "cluster", cell: ({ cluster }) => cluster },
  { head: "newest snapshot (UTC)", cell: ({ newestSnapshot }) => shown(newestSnapshot?.takenAt) },
  { head: "evaluated (UTC)", cell: ({ judgedAt }) => shown(judgedAt) },
];

export const addClusters: AddCommand = (program, io) => {
  const command = program
    .command("clusters")
    .summary("the clusters that are known, and when each was last read and evaluated")
    .addHelpText("after", "\nExample:\n  $ dsql-audit clusters --table dsql-audit");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const rows = await withStore(io, options, { mustExist: true }, async (store) => {
      const all = await listClusters(store);
      if (options.cluster === undefined) return all;
      const wanted = await pickCluster(store, options.cluster);
      return all.filter(({ cluster }) => cluster === wanted);
    });
    printRows(
      io,
      options,
      rows,
      columns,
      `No cluster is known yet: its first snapshot makes it known.\n${NO_CLUSTER}`,
    );
  });
};
