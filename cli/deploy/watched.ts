// The clusters that a deployment watches: those that its file of parameters names, or all that AWS lists.
import type { Params } from "../../deploy/params.ts";
import { readSettings } from "../../lib/config.ts";
import type { Answer } from "../../lib/doctor/link.ts";
import type { Looked } from "./look.ts";

/** undefined: all of the account and Region. The value passed the file's rules. */
export const watchedBy = ({ clusters }: Pick<Params, "clusters">): readonly string[] | undefined => {
  const { CLUSTERS } = readSettings({ CLUSTERS: clusters }, "CLUSTERS");
  return CLUSTERS === "auto" ? undefined : CLUSTERS.map(({ cluster }) => cluster);
};

/** No answer: with `auto` they are those that AWS lists, and it did not. */
export const watchedOf = (
  params: Pick<Params, "clusters">,
  { clusters }: Pick<Looked, "clusters">,
): Answer<readonly string[]> => {
  const named = watchedBy(params);
  if (named) return { value: named };
  return "value" in clusters ? { value: clusters.value.map(({ arn }) => arn) } : clusters;
};
