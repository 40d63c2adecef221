// `who-may --live`: IAM as it is now, with a second opinion of AWS's policy simulator on whom it matters most.
import { checkedPrincipal } from "../../lib/core/activity/principal-named.ts";
import { counted } from "../../lib/core/base/counted.ts";
import { withOpinions } from "../../lib/core/iam/asked-identities.ts";
import { clusterParts } from "../../lib/core/iam/iam-file.ts";
import { secondOpinion } from "../../lib/core/iam/second-opinion.ts";
import { askSecondOpinion, MOST_ASKED, type SecondOpinions } from "../../lib/iam/simulate.ts";
import { groundsAt } from "../../lib/queries/grounds.ts";
import { type WhoMayAnswer, type WhoMayAsked, whoMayOf } from "../../lib/queries/who-may.ts";
import { pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { withLiveIam } from "../live-iam.ts";

/** The cluster and its mapped principals, out of the store; null: not known, as the cluster's ARN is all that there is. */
const liveSubject = async (
  io: Io,
  options: StoreOptions,
): Promise<{ readonly cluster: string; readonly mapped: readonly string[] | null }> => {
  const { cluster, store, table } = options;
  const isArn = cluster !== undefined && /^arn:[^:]+:dsql:/.test(cluster);
  if (isArn && store === undefined && table === undefined) return { cluster, mapped: null };
  return withStore(io, options, { mustExist: true }, async (opened) => {
    const { engine } = await groundsAt(opened, await pickCluster(opened, cluster), io.now());
    const { sections } = engine.catalog;
    const mapped = sections.mappings.status === "read" ? sections.mappings.rows.map(({ arn }) => arn) : null;
    return { cluster: engine.catalog.cluster, mapped };
  });
};

/** What was asked of AWS's simulator, and what was not. */
const askedText = ({ opinions, refused }: SecondOpinions, more: number): string => {
  const principals = new Set(opinions.map(({ principal }) => principal)).size;
  const people = counted(principals, "identity", "identities");
  const about = `AWS's policy simulator was asked about ${more ? `${principals} of ${principals + more} identities that are mapped or may be admin` : people}`;
  if (refused) {
    const lacks =
      refused.permission === undefined ? refused.why : `whoever runs this lacks ${refused.permission}`;
    return principals ? `${about}, then no more: ${lacks}` : `There is no second opinion: ${lacks}`;
  }
  const open = opinions.filter(({ state }) => state === "not-compared").length;
  return `${about}${open ? `; of ${counted(open, "verdict")} its answer cannot be compared` : ""}`;
};

/**
 * The verdicts as IAM is now, asked as whoever runs this. Where AWS's policy simulator differs on an identity's own policies
 * the verdict is unknown.
 */
export const fromAws = async (
  io: Io,
  options: StoreOptions,
  asked: WhoMayAsked,
): Promise<{ readonly answer: WhoMayAnswer; readonly basis: string; readonly notes: readonly string[] }> => {
  const { cluster, mapped } = await liveSubject(io, options);
  return withLiveIam(io, clusterParts(cluster).region, async ({ read, simulate }) => {
    const facts = await read(cluster, mapped);
    const second = secondOpinion(facts, cluster);
    const { principals, more } =
      asked.principal === undefined
        ? second.sample(mapped ?? [], MOST_ASKED)
        : { principals: [checkedPrincipal(asked.principal, mapped ?? [])], more: 0 };
    const found = await askSecondOpinion(simulate, second, cluster, principals);
    return {
      answer: whoMayOf(
        { facts: withOpinions(facts, cluster, found.opinions, io.now()), cluster, mapped: mapped ?? [] },
        asked,
      ),
      basis: `IAM as it is now, read as you. ${askedText(found, more)}`,
      notes: [],
    };
  });
};
