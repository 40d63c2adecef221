// The clusters that a deployment watches: those that its file of parameters names, or all that AWS lists.
import type { Params } from "../../deploy/params.ts";
import { readSettings } from "../../lib/config.ts";
import { parseArn } from "../../lib/core/base/ids.ts";
import type { Tags } from "../../lib/core/coverage/chosen.ts";
import type { Answer } from "../../lib/doctor/link.ts";
import { mayBeChosen } from "../../lib/doctor/tag-links.ts";
import type { Looked } from "./look.ts";

/** undefined: all of the account, in the Regions of the deployment. The value passed the file's rules. */
export const watchedBy = ({ clusters }: Pick<Params, "clusters">): readonly string[] | undefined => {
  const { CLUSTERS } = readSettings({ CLUSTERS: clusters }, "CLUSTERS");
  return CLUSTERS === "auto" ? undefined : CLUSTERS.map(({ cluster }) => cluster);
};

/** The tags by which the file chooses among all clusters; empty: all are watched. */
export const tagsWanted = ({ clusterTags }: Pick<Params, "clusterTags">): Tags =>
  readSettings({ CLUSTER_TAGS: clusterTags }, "CLUSTER_TAGS").CLUSTER_TAGS;

/**
 * No answer: with `auto` they are those that AWS lists, and it did not. Of further Regions those that it does list; an item of
 * its own says where it does not. One whose tags are not known may be watched, and is among them.
 */
export const watchedOf = (
  params: Pick<Params, "clusters" | "clusterTags">,
  { clusters, elsewhere }: Pick<Looked, "clusters" | "elsewhere">,
): Answer<readonly string[]> => {
  const named = watchedBy(params);
  if (named) return { value: named };
  if (!("value" in clusters)) return clusters;
  const others = [...elsewhere.values()].flatMap((answer) => ("value" in answer ? answer.value : []));
  return { value: mayBeChosen([...clusters.value, ...others], tagsWanted(params)).map(({ arn }) => arn) };
};

/**
 * Those that the file names in this Region, as far as they are of the account that is asked: no other account's are listed.
 * undefined: it names none, and all count. `account` undefined: it is not known who is asked.
 */
export const watchedIn = (
  params: Pick<Params, "clusters">,
  region: string,
  account: string | undefined,
): readonly string[] | undefined =>
  watchedBy(params)?.filter((arn) => {
    const parts = parseArn(arn);
    return parts?.region === region && (account === undefined || parts.account === account);
  });
