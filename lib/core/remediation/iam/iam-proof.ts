// Whether the changes in IAM do what is meant and nothing else: who may connect is decided again, for everybody.
import { foldArn } from "../../activity/principal.ts";
import { withoutPath } from "../../base/ids.ts";
import { type IamFacts, iamRows } from "../../iam/facts.ts";
import { type ConnectAction, connectActions, type MayConnect } from "../../iam/may-connect.ts";
import type { Open, Wall } from "../../iam/wall.ts";
import { whoMay } from "../../iam/who-may.ts";
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

/** Whether whatever the first closes the second closes too: by a Deny with the same tests, or with fewer of them. */
const closesAll = (a: Open, b: Open): boolean =>
  a.closes.every((was) => b.closes.some((is) => is.every((test) => was.includes(test))));

type Side = { readonly verdict: MayConnect; readonly open: Open };
const isSameSide = (a: Side, b: Side): boolean =>
  a.verdict === b.verdict && JSON.stringify(a.open) === JSON.stringify(b.open);

/** The same of what the cluster's policy refuses; what is not known there is compared with nothing but a refusal. */
const refusesAll = (a: Wall["refuses"], b: Wall["refuses"]): boolean => {
  if (!a || a.verdict === "allowed" || b?.verdict === "denied") return true;
  return a.verdict === "conditional" && b?.verdict === "conditional" && closesAll(a.open, b.open);
};

/** Whether the second lets in no more than the first, as far as verdicts tell. */
const isNarrower = (a: Wall, b: Wall): boolean => {
  const [from, to] = [a.row.verdict, b.row.verdict];
  if (to === "denied" || (from === "allowed" && to !== "unknown")) return true;
  if (from === "conditional" && to === "conditional")
    return a.open.opens === b.open.opens && closesAll(a.open, b.open);
  // What the identity's own policies say is not known, and stays as it is: the cluster's policy must be no wider.
  return (
    from === "unknown" &&
    to === "unknown" &&
    isSameSide(a.granted, b.granted) &&
    refusesAll(a.refuses, b.refuses)
  );
};

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
        const [old, next] = [was.wallOf(principal, action), is.wallOf(principal, action)];
        const [a, b] = [old.row, next.row];
        const may = wanted.get(keyOf(principal, action));
        const isSame = isSameSide({ ...a, open: old.open }, { ...b, open: next.open });
        const isNarrowed = narrowed.includes(cluster);
        if (!isSame) changed.push({ principal, action, cluster, from: a.verdict, to: b.verdict });
        // Of whom it is not known whether he may, a policy that narrows may still shut out.
        if (isSame && a.verdict !== "denied" && !(isNarrowed && a.verdict === "unknown")) kept += 1;
        const isMeant = isNarrowed ? isNarrower(old, next) : isSame;
        if (may === undefined && !isMeant)
          because.push(`it changes who else may connect: ${principal}, dsql:${action}`);
        if (may === false && b.verdict !== "denied")
          because.push(`IAM still lets it connect, or may: ${principal}, dsql:${action}`);
        if (may === true && b.verdict !== "allowed" && b.verdict !== "conditional")
          because.push(`IAM still does not let it connect: ${principal}, dsql:${action}`);
      }
  }
  return { changed, because, kept };
};
