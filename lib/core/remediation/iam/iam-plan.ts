// The part of a plan that lies in IAM: commands with what takes each back, and the facts that they are meant to leave.
import type { Catalog } from "../../catalog/catalog.ts";
import type { IamFacts } from "../../iam/facts.ts";
import type { ConnectAction } from "../../iam/may-connect.ts";
import type { LetIn } from "../../iam/network-fence.ts";
import type { Plan, PlanStep } from "../plan.ts";
import { applyIamChange, type IamChange, sameIam, undoOfIamChange } from "./iam-change.ts";
import { iamCommand } from "./iam-command.ts";
import { mendPolicy } from "./mend-cluster-policy.ts";
import { cutGone, letIn, shutOut, type Way } from "./shut-out.ts";

/** What is meant to become of one identity. */
export type IamWish =
  | { readonly wants: "shut-out" | "let-in"; readonly principal: string; readonly action: ConnectAction }
  /** A key of a user, by the user's name. */
  | { readonly wants: "key-off"; readonly user: string; readonly id: string }
  /** An identity that is no more is not named by the cluster's policy any longer. */
  | { readonly wants: "forget"; readonly principal: string }
  /** The policy of a cluster without its flaws; `letIn`: and for these networks alone, null: from wherever. */
  | { readonly wants: "mend-policy"; readonly cluster: string; readonly letIn: LetIn | null }
  /** What no command can do, and why. */
  | { readonly wants: "by-hand"; readonly left: string }
  /** A person has to look at so many identities first. */
  | { readonly wants: "look"; readonly about: number };

/** Who may connect as it is meant to be afterwards. */
export type MeantMay = { readonly principal: string; readonly action: ConnectAction; readonly may: boolean };

const wayOf = (facts: IamFacts, wish: IamWish): Way => {
  switch (wish.wants) {
    case "shut-out":
      return shutOut(facts, wish.principal, wish.action);
    case "let-in":
      return letIn(facts, wish.principal, wish.action);
    case "mend-policy":
      return mendPolicy(facts, wish.cluster, wish.letIn);
    case "by-hand":
      return { left: wish.left };
    case "key-off":
      return {
        changes: [{ does: "key", user: wish.user, id: wish.id, active: false }],
        says: ["Whoever still uses this key is cut off at once. Delete it when nobody has missed it."],
      };
    case "look":
      return {
        left: `whether ${wish.about === 1 ? "one more identity" : `${wish.about} more identities`} may connect as admin is not known: see \`dsql-audit who-may --action admin\``,
      };
    case "forget":
      return { changes: cutGone(facts, wish.principal), says: [] };
    default:
      return wish satisfies never;
  }
};

type Made = {
  readonly facts: IamFacts;
  readonly steps: readonly PlanStep[];
  readonly undone: readonly IamChange[];
  readonly doubts: readonly string[];
};

const isSame = (a: IamChange, b: IamChange): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A command with its undo; a policy that was put once is not put again with another version in mind. */
const addChange = (made: Made, change: IamChange, says: readonly string[]): Made => {
  const back = undoOfIamChange(made.facts, change);
  if (isSame(back, change)) return made;
  const [text, undo] = [iamCommand(change), iamCommand(back)];
  if (text === undefined || undo === undefined)
    return {
      ...made,
      doubts: [...made.doubts, "a name or a policy there cannot stand in a command"],
      steps: [
        ...made.steps,
        {
          wall: "iam",
          text: "A name or a policy there cannot stand in a command.",
          undo: "",
          says,
          byHand: true,
        },
      ],
    };
  return {
    ...made,
    facts: applyIamChange(made.facts, change),
    undone: [back, ...made.undone],
    steps: [...made.steps, { wall: "iam", text, undo, says, byHand: false }],
  };
};

export type IamPlan = {
  readonly plan: Plan;
  /** What no command does, in sentences. */
  readonly left: readonly string[];
};

/**
 * The commands that do what is wished, each thing once, on the facts of the catalog. What cannot be done by a command is
 * `left`; without facts nothing is.
 */
export const iamPlan = (catalog: Catalog, wishes: readonly IamWish[]): IamPlan => {
  const empty: Plan = {
    steps: [],
    inverse: [],
    before: catalog,
    expected: catalog,
    doubts: [],
    meantMay: [],
    narrowed: [],
  };
  const { iam } = catalog;
  if (!iam || !wishes.length) return { plan: empty, left: [] };
  let made: Made = { facts: iam, steps: [], undone: [], doubts: [] };
  const left: string[] = [];
  const meantMay: MeantMay[] = [];
  const narrowed = new Set<string>();
  for (const wish of wishes) {
    const way = wayOf(made.facts, wish);
    if (way && "left" in way) left.push(way.left);
    else if (way) {
      for (const [i, change] of way.changes.entries()) made = addChange(made, change, i ? [] : way.says);
      if (wish.wants === "mend-policy") narrowed.add(wish.cluster);
      if ("action" in wish) meantMay.push({ ...wish, may: wish.wants === "let-in" });
    }
  }
  const back = made.undone.reduce(applyIamChange, made.facts);
  const doubts = sameIam(back, iam)
    ? made.doubts
    : [...made.doubts, "no commands were found that take the changes in IAM back"];
  const inverse = made.steps.map(({ undo }) => undo).filter((undo) => undo !== "");
  return {
    plan: {
      steps: made.steps,
      inverse: inverse.toReversed(),
      before: catalog,
      expected: { ...catalog, iam: made.facts },
      doubts,
      meantMay: meantMay.map(({ principal, action, may }) => ({ principal, action, may })),
      narrowed: [...narrowed],
    },
    left,
  };
};
