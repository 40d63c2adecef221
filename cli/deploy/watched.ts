// The clusters that a deployment watches: those that its file of parameters names, or all that AWS lists.
import type { Params } from "../../deploy/params.ts";
import { readSettings } from "../../lib/config.ts";
import { parseArn } from "../../lib/core/base/ids.ts";
import type { Answer } from "../../lib/doctor/link.ts";
import { type Looked, regionsOf } from "./look.ts";

/** undefined: all of the account, in the Regions of the deployment. The value passed the file's rules. */
export const watchedBy = ({ clusters }: Pick<Params, "clusters">): readonly string[] | undefined => {
  const { CLUSTERS } = readSettings({ CLUSTERS: clusters }, "CLUSTERS");
  return CLUSTERS === "auto" ? undefined : CLUSTERS.map(({ cluster }) => cluster);
};

/**
 * No answer: with `auto` they are those that AWS lists, and it did not. Of further Regions those that it does list; an item of
 * its own says where it does not.
 */
export const watchedOf = (
  params: Pick<Params, "clusters">,
  { clusters, elsewhere }: Pick<Looked, "clusters" | "elsewhere">,
): Answer<readonly string[]> => {
  const named = watchedBy(params);
  if (named) return { value: named };
  if (!("value" in clusters)) return clusters;
  const others = [...elsewhere.values()].flatMap((answer) => ("value" in answer ? answer.value : []));
  return { value: [...clusters.value, ...others].map(({ arn }) => arn) };
};

/** Those that the file names and no further Region has; undefined: it names none. */
export const watchedAtHome = (
  params: Pick<Params, "clusters" | "regions" | "region">,
): readonly string[] | undefined =>
  watchedBy(params)?.filter((arn) => !regionsOf(params).includes(parseArn(arn)?.region ?? ""));
