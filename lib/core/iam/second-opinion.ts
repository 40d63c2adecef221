// What AWS's own policy simulator says of an identity, held against the verdict here over the same policies.
// It is asked of identities alone: a resource-based policy it takes for IAM users only.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import { withoutPath } from "../base/ids.ts";
import { type IamFacts, iamRows, type Simulated } from "./facts.ts";
import { type ConnectAction, connectActions, type MayConnect, weigh } from "./may-connect.ts";
import { compared, type Opinion } from "./opinion.ts";
import { plainEvaluator } from "./plain-evaluator.ts";
import { uniqueIdOf } from "./subject.ts";

export type SecondOpinion = {
  /** The verdict over the identity's own policies and boundary; undefined: the account has no such user or role. */
  readonly ownVerdict: (principal: string, action: ConnectAction) => MayConnect | undefined;
  /** The ARN that the simulator is asked about: a session is judged as its role. */
  readonly sourceOf: (principal: string) => string | undefined;
  /** What the facts tell of condition keys, by the names that were given; those that the request decides are left out. */
  readonly told: (principal: string, keys: readonly string[]) => ReadonlyMap<string, readonly string[]>;
  /** Those of the keys that every request of the principal has. */
  readonly always: (principal: string, keys: readonly string[]) => readonly string[];
  /** Names the policies that the verdict rests on, and all else that it does. */
  readonly digestOf: (principal: string) => string;
  /** Whom to ask about first: who may be admin, in turns with who is mapped, `most` in all; and how many are left out. */
  readonly sample: (
    mapped: readonly string[],
    most: number,
  ) => { readonly principals: readonly string[]; readonly more: number };
};

/** Pure; of the facts of one cluster, whatever was said of them before. AuditError("usage") where `cluster` is no ARN of a cluster. */
export const secondOpinion = (facts: IamFacts, cluster: string): SecondOpinion => {
  const { subjectOf, weightOf, keyOf, digestOf } = plainEvaluator(facts, cluster);
  const verdictOf = (principal: string, action: ConnectAction): MayConnect | undefined => {
    const subject = subjectOf(principal);
    if (uniqueIdOf(subject) === null) return undefined;
    return weigh({ ...weightOf(subject, action, new Map()), cluster: [] }).verdict;
  };
  const own = (["users", "roles"] as const)
    .flatMap((part) => (iamRows(facts, part).rows ?? []).map(({ arn }) => arn))
    .sort();
  const sourceOf = (principal: string): string | undefined => {
    const subject = subjectOf(principal);
    return subject.kind === "user" ? subject.user.arn : "role" in subject ? subject.role.arn : undefined;
  };
  return {
    ownVerdict: verdictOf,
    sourceOf,
    told: (principal, keys) => {
      const subject = subjectOf(principal);
      return new Map(
        keys.flatMap((key) => {
          const found = keyOf(subject, key);
          return found.state === "known" ? [[key, found.values] as const] : [];
        }),
      );
    },
    always: (principal, keys) => {
      const subject = subjectOf(principal);
      return keys.filter((key) => {
        const found = keyOf(subject, key);
        return (
          found.state === "known" || found.state === "prefix" || (found.state === "open" && found.present)
        );
      });
    },
    digestOf: (principal) => digestOf(subjectOf(principal)),
    sample: (mapped, most) => {
      const admins = own.filter((arn) => {
        const verdict = verdictOf(arn, "DbConnectAdmin");
        return verdict !== undefined && verdict !== "denied";
      });
      const known = [...new Set(mapped)].sort().filter((arn) => sourceOf(arn) !== undefined);
      const turns = Array.from({ length: Math.max(admins.length, known.length) }, (_, n) => [
        admins[n],
        known[n],
      ]).flat();
      const all = new Map(
        turns.flatMap((arn) => (arn === undefined ? [] : [[withoutPath(arn), arn] as const])),
      );
      const principals = [...all.values()].slice(0, most);
      return { principals, more: all.size - principals.length };
    },
  };
};

/** The opinions on one principal, by the simulator's answers. */
export const opinionsOn = (
  { ownVerdict, always }: Pick<SecondOpinion, "ownVerdict" | "always">,
  principal: string,
  answers: ReadonlyMap<ConnectAction, Simulated>,
): Opinion[] =>
  connectActions.flatMap((action): Opinion[] => {
    const own = ownVerdict(principal, action);
    if (own === undefined) return [];
    const aws = answers.get(action);
    return [
      aws
        ? { principal, action, own, aws, ...compared(own, aws, always(principal, aws.missing)) }
        : {
            principal,
            action,
            own,
            aws: null,
            state: "not-compared",
            says: "AWS's simulator did not answer it",
          },
    ];
  });
