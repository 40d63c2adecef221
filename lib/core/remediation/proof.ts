// What was found when a plan was tried: its shape, and how a plan is judged; who runs the server is another matter.
import type { Catalog } from "../catalog/catalog.ts";
import type { ChangedPrivilege } from "./access-change.ts";
import { type ChangedMay, changedMay } from "./iam/iam-proof.ts";
import type { Plan } from "./plan.ts";

export type Proof = {
  /** `refused`: the server does not take a step. `not-proven`: it could not be tried, or did something else. */
  readonly status: "proven" | "refused" | "not-proven";
  /** Why it is not proven, in sentences; empty where it is. */
  readonly because: readonly string[];
  /** How it was tried, for each wall that the plan changes, in sentences; empty: nothing was tried. */
  readonly how: readonly string[];
  /** What is gone afterwards, of what was wanted; null, as all that follows: nothing was tried to its end. */
  readonly resolved: readonly string[] | null;
  /** What is there afterwards and was not before: access that is left without what it was for. */
  readonly opened: readonly string[] | null;
  /** Effective privileges that are lost and gained. */
  readonly changed: readonly ChangedPrivilege[] | null;
  /** Who may connect by IAM and could not before, or the other way round. */
  readonly mayConnect: readonly ChangedMay[] | null;
};

/** The keys of what there is to end in a catalog: ids of findings, or differences from a baseline. */
export type Judge = (catalog: Catalog) => ReadonlySet<string>;

/** A plan that was not tried, or not to its end: what it changes is not known. */
export const notProven = (
  because: readonly string[],
  status: Proof["status"] = "not-proven",
  how: readonly string[] = [],
): Proof => ({ status, because, how, resolved: null, opened: null, changed: null, mayConnect: null });

/** What was wanted and is gone, and what is new. */
export const judged = (
  judge: Judge,
  wanted: readonly string[],
  before: Catalog,
  after: Catalog,
): { readonly resolved: string[]; readonly opened: string[]; readonly left: string[] } => {
  const [had, has] = [judge(before), judge(after)];
  return {
    resolved: wanted.filter((id) => had.has(id) && !has.has(id)),
    opened: [...has].filter((id) => !had.has(id)),
    left: wanted.filter((id) => has.has(id)),
  };
};

export const stillThere = (left: readonly string[]): string[] =>
  left.map((id) => `the finding is still there afterwards: ${id}`);

export const IN_IAM =
  "IAM: who may connect was decided again for every identity of the account, from the snapshot's policies as the plan changes them. Nothing was run in AWS, and organization policies are not part of it.";

const keptText = (kept: number): string =>
  `${kept === 1 ? "One way in stays" : `${kept} ways in stay`} as before, counted by identity, action and Region.`;

/** The part of a plan that lies in IAM, as our own evaluator sees it; without steps there nothing changes. */
export const iamPart = (
  plan: Plan,
): {
  readonly how: string[];
  readonly because: readonly string[];
  readonly mayConnect: readonly ChangedMay[];
} => {
  const [before, after] = [plan.before.iam, plan.expected?.iam];
  if (!plan.steps.some(({ wall }) => wall === "iam") || !before || !after)
    return { how: [], because: [], mayConnect: [] };
  const { changed, because, kept } = changedMay(before, after, plan.meantMay, plan.narrowed);
  const beside = plan.narrowed.length ? [keptText(kept)] : [];
  return { how: [IN_IAM, ...beside], because, mayConnect: changed };
};

/** Proves a plan that changes nothing in the database: no server is needed for it. */
export const proveInIam = (plan: Plan, wanted: readonly string[], judge: Judge): Proof => {
  if (plan.doubts.length || !plan.expected) return notProven(plan.doubts);
  const { how, because, mayConnect } = iamPart(plan);
  const { resolved, opened, left } = judged(judge, wanted, plan.before, plan.expected);
  const reasons = [...stillThere(left), ...because];
  return {
    status: reasons.length ? "not-proven" : "proven",
    because: reasons,
    how,
    ...{ resolved, opened, changed: [], mayConnect },
  };
};
