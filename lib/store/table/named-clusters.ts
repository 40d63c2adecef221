// Which clusters the items of a partition name by their keys, for who removes what is over of them: an item that cannot be read
// keeps nobody from the others.
import { Cluster } from "../../core/base/ids.ts";
import type { Item, Table } from "./table.ts";

export type NamedClusters = {
  /** By the keys, also of items that cannot be read otherwise. */
  readonly clusters: readonly Cluster[];
  /** For each item that cannot be read, the error that names it. */
  readonly unreadable: readonly unknown[];
};

/** `read`: throws for an item that cannot be read. */
export const namedClusters = async (
  table: Pick<Table, "query">,
  pk: string,
  read: (item: Item) => unknown,
): Promise<NamedClusters> => {
  const clusters: Cluster[] = [];
  const unreadable: unknown[] = [];
  for await (const item of table.query({ pk })) {
    const { data } = Cluster.safeParse(item.sk);
    if (data !== undefined) clusters.push(data);
    try {
      read(item);
    } catch (error) {
      unreadable.push(error);
    }
  }
  return { clusters, unreadable };
};
