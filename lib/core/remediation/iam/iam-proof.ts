// Whether the changes in IAM do what is meant and nothing else: who may connect is decided again, for everybody.
import { foldArn } from "../../activity/principal.ts";
import { withoutPath } from "../../base/ids.ts";
import { type IamFacts, iamRows } from "../../iam/facts.ts";
import { type ConnectAction, connectActions, type MayConnect } from "../../iam/may-connect.ts";
import { type WhoMayRow, whoMay } from "../../iam/who-may.ts";
import type { MeantMay } from "./iam-plan.ts";

/** A verdict that is another one afterwards; `cluster` is the one of the Region. */
export type ChangedMay = {
  readonly principal: string;
  readonly action: ConnectAction;
  readonly cluster: string;
  readonly from: MayConnect;
  readonly to: MayConnect;
};

type Told = {
  readonly changed: readonly ChangedMay[];
  readonly because: readonly string[];
  /** How many could connect, or could perhaps, and can as before. */
  readonly kept: number;
};

/** A mapping or a baseline may name an identity without its path. */
const keyOf = (principal: string, action: string): string => `${action} ${withoutPath(foldArn(principal))}`;

/** What opens, of a verdict's conditions; the others close. */
const opening = ({ conditions }: WhoMayRow): string =>
  conditions.filter((text) => text.startsWith("only if")).join();

/** Whether the second lets in no more than the first, as far as verdicts tell. */
const isNarrower = (a: WhoMayRow, b: WhoMayRow): boolean =>
  b.verdict === "denied" ||
  (b.verdict === "conditional" &&
    (a.verdict === "allowed" || a.verdict === "conditional") &&
    opening(a) === opening(b));

/**
 * The verdicts on every identity of the account, before and after, in each Region of the cluster. `narrowed`: the clusters
 * whose new policies may let in less, whoever it is, and nobody anew.
 */
export const changedMay = (
  before: IamFacts,
  after: IamFacts,
  meant: readonly MeantMay[],
  narrowed: readonly string[] = [],
): Told => {
  const wanted = new Map(meant.map((one) => [keyOf(one.principal, one.action), one.may]));
  const changed: ChangedMay[] = [];
  const because: string[] = [];
  let kept = 0;
  const also = meant.map(({ principal }) => principal);
  for (const { arn: cluster } of iamRows(before, "clusters").rows ?? []) {
    const was = whoMay({ facts: before, cluster, also });
    const is = whoMay({ facts: after, cluster, also });
    for (const principal of new Set([...was.principals, ...is.principals]))
      for (const action of connectActions) {
        const [a, b] = [was.verdictOf(principal, action), is.verdictOf(principal, action)];
        const may = wanted.get(keyOf(principal, action));
        const isSame = a.verdict === b.verdict && a.conditions.join() === b.conditions.join();
        if (!isSame) changed.push({ principal, action, cluster, from: a.verdict, to: b.verdict });
        if (isSame && a.verdict !== "denied") kept += 1;
        const isMeant = narrowed.includes(cluster) && isNarrower(a, b);
        if (may === undefined && !isSame && !isMeant)
          because.push(`it changes who else may connect: ${principal}, dsql:${action}`);
        if (may === false && b.verdict !== "denied")
          because.push(`IAM still lets it connect, or may: ${principal}, dsql:${action}`);
        if (may === true && b.verdict !== "allowed" && b.verdict !== "conditional")
          because.push(`IAM still does not let it connect: ${principal}, dsql:${action}`);
      }
  }
  return { changed, because, kept };
};
