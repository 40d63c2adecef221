// The tags of a cluster: those that GetCluster told, else those that are asked for on their own.
import { type DSQLClient, ListTagsForResourceCommand } from "@aws-sdk/client-dsql";
import type { Tags } from "../core/coverage/chosen.ts";

/**
 * `told`: what GetCluster said of them; undefined: nothing, and whether it then has none is not documented, so it costs one call
 * more. What the service throws is passed on.
 */
export const tagsOf = async (
  client: DSQLClient,
  resourceArn: string,
  told: Tags | undefined,
  abortSignal?: AbortSignal,
): Promise<Tags> => {
  if (told) return told;
  const asked = new ListTagsForResourceCommand({ resourceArn });
  return (await client.send(asked, abortSignal && { abortSignal })).tags ?? {};
};
