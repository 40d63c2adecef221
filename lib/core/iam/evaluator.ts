// What IAM has to say on one cluster, ready to be asked; where AWS's simulator says something else of policies, nothing is known.
import type { IamFacts } from "./facts.ts";
import { type AskedOpinion, opinionFinder } from "./kept-opinions.ts";
import { type ConnectAction, connectActions, type Weighed } from "./may-connect.ts";
import { differenceText } from "./opinion.ts";
import { type PlainEvaluator, plainEvaluator } from "./plain-evaluator.ts";
import type { Subject } from "./subject.ts";

export type Evaluator = PlainEvaluator & {
  /** What AWS's simulator said of the policies that the subject has now; undefined: it was not asked about these. */
  readonly opinionOn: (subject: Subject, action: ConnectAction) => AskedOpinion | undefined;
};

/** The policies of an identity of which the two say different things: they may allow and may deny. */
const doubted = (opinion: AskedOpinion): Weighed => ({
  policy: "its own policies",
  source: "second opinion",
  statement: null,
  applies: { truth: "unknown", conditions: [], reasons: [differenceText(opinion)] },
  grade: null,
  says: [],
});

/** "DbConnect" or "DbConnectAdmin". */
export const isConnectAction = (action: string): action is ConnectAction =>
  connectActions.some((one) => one === action);

/**
 * As plainEvaluator. Every verdict on who may connect is weighed by this one, so that a difference of opinion is in all of
 * them.
 */
export const evaluator = (facts: IamFacts, cluster: string, isCut = false): Evaluator => {
  const plain = plainEvaluator(facts, cluster, isCut);
  const opinionOn = opinionFinder(facts);
  return {
    ...plain,
    opinionOn,
    weightOf: (subject, action, context) => {
      const weight = plain.weightOf(subject, action, context);
      const opinion = isConnectAction(action) ? opinionOn(subject, action) : undefined;
      return opinion?.state === "differs"
        ? { ...weight, identity: [doubted(opinion)], boundary: null }
        : weight;
    },
  };
};
