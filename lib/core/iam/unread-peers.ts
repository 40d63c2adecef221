// Why it is not known whether a cluster has peers in other Regions, which are one database with it.
import { type IamFacts, iamRows } from "./facts.ts";

/** One entry, in the words of parts that could not be read; empty: the peers are known, or there are none. */
export const unreadPeers = (
  facts: IamFacts,
  cluster: string,
): readonly { readonly part: string; readonly reason: string }[] => {
  const reason = iamRows(facts, "clusters").rows?.find(({ arn }) => arn === cluster)?.peersUnread;
  return reason === undefined ? [] : [{ part: "peers in other Regions", reason }];
};
