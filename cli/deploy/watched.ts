// The clusters that a file of parameters names.
import type { Params } from "../../deploy/params.ts";
import { readSettings } from "../../lib/config.ts";

/** undefined: all of the account and Region. The value passed the file's rules. */
export const watchedBy = ({ clusters }: Pick<Params, "clusters">): readonly string[] | undefined => {
  const { CLUSTERS } = readSettings({ CLUSTERS: clusters }, "CLUSTERS");
  return CLUSTERS === "auto" ? undefined : CLUSTERS.map(({ cluster }) => cluster);
};
