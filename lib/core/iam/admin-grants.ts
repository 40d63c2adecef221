// Which policies of an identity hand out dsql:DbConnectAdmin, and how plainly they say so.
import { relevantStatements } from "./applies.ts";
import { attachedPolicies } from "./attached.ts";
import type { IamFacts } from "./facts.ts";
import { subjectFinder } from "./find-subject.ts";
import type { Statement } from "./policy.ts";
import { isRole } from "./subject.ts";
import { policyReader } from "./weigh-policies.ts";
import { isLiteral } from "./wildcard.ts";

const ADMIN = "dsql:dbconnectadmin";

/** `named`: by the action's name; `wildcard`: by one such as dsql:*; `everything`: as whoever may do all there is. */
export type HandedOut = "named" | "wildcard" | "everything";

export type AdminGrant = {
  /** The name of an inline policy, the ARN of a managed one. */
  readonly policy: string;
  readonly isInline: boolean;
  readonly document: string;
  readonly how: HandedOut;
  /** The action as the statement writes it. */
  readonly action: string;
};

export type AdminGrants = {
  readonly of: (principal: string) => readonly AdminGrant[];
  /** Whether it is the role of an AWS Lambda function, by its trust policy. */
  readonly isFunction: (principal: string) => boolean;
};

const plainness: readonly HandedOut[] = ["named", "wildcard", "everything"];

const howOf = (pattern: string): HandedOut =>
  isLiteral(pattern) ? "named" : /^[*?]/.test(pattern) ? "everything" : "wildcard";

/** How a statement that is about the action names it; what is not excluded is everything else. */
const handedBy = ({ actions }: Statement): Pick<AdminGrant, "how" | "action"> => {
  if (actions.not) return { how: "everything", action: `NotAction ${actions.values.join(", ")}` };
  const about = actions.values.filter((value) => {
    const one = { actions: { not: false, values: [value] }, resources: { not: false, values: ["*"] } };
    const statement = { ...one, sid: null, effect: null, principals: null, conditions: [], problem: null };
    return relevantStatements({ statements: [statement], hasVariables: false, problem: null }, ADMIN, "*")
      .length;
  });
  const [action = ""] = about.toSorted((a, b) => plainness.indexOf(howOf(a)) - plainness.indexOf(howOf(b)));
  return { how: howOf(action), action };
};

/** Allows alone: whether something denies it all the same is for the verdict to say. The plainest comes first. */
export const adminGrants = (facts: IamFacts, cluster: string): AdminGrants => {
  const reader = policyReader(cluster);
  const policiesOf = attachedPolicies(facts);
  const subjectOf = subjectFinder(facts);
  return {
    of: (principal) =>
      policiesOf(subjectOf(principal))
        .identity.flatMap(({ name, source, document }): AdminGrant[] => {
          if (document === null) return [];
          const isInline = source === "inline" || (source === "group" && !name.startsWith("arn:"));
          return reader
            .relevant(reader.read(document, "identity"), ADMIN)
            .filter(({ effect, problem }) => effect === "Allow" && problem === null)
            .map((statement) => ({ policy: name, isInline, document, ...handedBy(statement) }));
        })
        .sort((a, b) => plainness.indexOf(a.how) - plainness.indexOf(b.how)),
    isFunction: (principal) => {
      const subject = subjectOf(principal);
      return isRole(subject) && subject.role.trust.includes("lambda.amazonaws.com");
    },
  };
};
