// The links of other accounts whose clusters are watched too: by what the deployed functions heard there.
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { leftOutOf, type Running } from "../store/findings/deployments.ts";
import { broken, type Link, ok, unknown } from "./link.ts";

/** What mends a member account, each as something to run or to read. */
type MemberSteps = {
  /** What gives the auditor its role there. */
  readonly deploy: string;
  /** What prints the login that this cluster needs. */
  readonly setUp: (cluster: string) => string;
};

/** So many clusters have a step of their own. */
const SHOWN = 5;

/** What each of these needs before the auditor can read it, a line each. */
const setUpLines = (unread: readonly string[], setUp: MemberSteps["setUp"]): string[] => {
  const more = unread.length - SHOWN;
  return [...unread.slice(0, SHOWN).map(setUp), ...(more > 0 ? [`The same for ${more} more of them.`] : [])];
};

/** Where it is not known whether the account gives the auditor a role, or known that it does not: that comes before any login. */
const roleFirst = (deploy: string, isKnown: boolean, then: readonly string[]): string =>
  [isKnown ? deploy : `If it does not give the auditor a role yet: ${deploy}`, ...then].join("\n");

const LOGIN_NEXT =
  "Wait for the next full hour: each cluster that is found there needs a login of the auditor, which is told here.";

/** A member account whose clusters the deployment names: the plan function asks nothing there. */
const namedMemberLink = (
  link: string,
  named: readonly string[],
  known: readonly Cluster[],
  { deploy, setUp }: MemberSteps,
): Link => {
  if (!named.length) return ok(link, "the deployment names none of its clusters");
  const unread = named.filter((arn) => !known.some((cluster) => cluster === arn));
  return unread.length
    ? broken(
        link,
        `the deployment names clusters of it that were never read: ${unread.join(", ")}`,
        roleFirst(deploy, false, setUpLines(unread, setUp)),
      )
    : ok(link, `each of its clusters that the deployment names has been read: ${named.length}`);
};

/** `count` undefined: some may have been left out, and nobody counted. */
const cutText = (count: number | undefined): string =>
  count === undefined
    ? "; whether there are more is not known, for the list of found clusters is full"
    : `; ${count} more of the member accounts were found that the list does not keep, and whether these were read is not known`;

/**
 * A member account, by what the plan function last heard there. `known`: clusters that were read. `heard` undefined: nobody has
 * asked there yet. `named`: the clusters that the deployment names; undefined: it watches all that it hears of.
 */
export const memberLink = (
  account: string,
  heard: Pick<Running, "unlisted" | "found" | "leftOut"> | undefined,
  known: readonly Cluster[],
  steps: MemberSteps,
  named?: readonly string[],
): Link => {
  const link = `account ${account}`;
  const { deploy, setUp } = steps;
  const isOwn = (cluster: string): boolean => parseArn(cluster)?.account === account;
  if (named) return namedMemberLink(link, named.filter(isOwn), known, steps);
  if (!heard?.unlisted)
    return unknown(link, "its clusters were not asked for yet", roleFirst(deploy, false, [LOGIN_NEXT]));
  const own = heard.unlisted.filter((one) => one.account === account);
  const reasons = own.map(({ region, reason }) => `${region}: ${reason}`).join("; ");
  if (own.some(({ role }) => role === "refused"))
    return broken(
      link,
      `it does not give the auditor its role: ${reasons}`,
      roleFirst(deploy, true, [LOGIN_NEXT]),
    );
  if (own.length)
    return unknown(
      link,
      `its clusters are not known in ${reasons}`,
      "See that the Region is enabled for the account and that no organisation policy (SCP) denies dsql:ListClusters there.",
    );
  const left = leftOutOf(heard);
  if (left?.unlisted)
    return unknown(
      link,
      `so many accounts and Regions did not list their clusters that ${left.unlisted} are not kept: this one may be among them`,
      "The log of the function plan names each: see why the others that are listed here do not answer.",
    );
  const unread = (heard.found ?? []).filter((arn) => isOwn(arn) && !known.some((cluster) => cluster === arn));
  const more = left?.found === 0 ? "" : cutText(left?.found);
  if (unread.length)
    return broken(
      link,
      `it lets the auditor in, never read: ${unread.join(", ")}${more}`,
      setUpLines(unread, setUp).join("\n"),
    );
  const read = known.filter(isOwn).length;
  if (more)
    return unknown(
      link,
      `it lets the auditor in, ${read} of its clusters ${read === 1 ? "has" : "have"} been read${more}`,
      `As account ${account}, in each Region: aws dsql list-clusters. Compare with npx dsql-audit clusters.`,
    );
  return read || !heard.found
    ? ok(link, `it lets the auditor in; ${read} of its clusters ${read === 1 ? "has" : "have"} been read`)
    : ok(link, "it lets the auditor in, and has no cluster that is to be watched");
};
