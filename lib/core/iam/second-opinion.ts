// What AWS's own policy simulator says of an identity, held against the verdict here over the same policies.
// It is asked of identities alone: a resource-based policy it takes for IAM users only.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import { counted } from "../base/counted.ts";
import { withoutPath } from "../base/ids.ts";
import { visible } from "../base/visible-text.ts";
import { evaluator } from "./evaluator.ts";
import type { IamFacts } from "./facts.ts";
import { type ConnectAction, connectActions, type MayConnect, weigh } from "./may-connect.ts";
import { uniqueIdOf } from "./subject.ts";
import { whoMay } from "./who-may.ts";

/** The answer of the simulator for one action on one cluster. */
export type Simulated = {
  readonly decision: "allowed" | "denied";
  /** Condition keys that the policies name and nobody told it; those of statements about something else are among them. */
  readonly missing: readonly string[];
  /** Whether the organisation's policies (SCP) allow it; null: it does not say. */
  readonly inOrganization: boolean | null;
};

export type Opinion = {
  readonly principal: string;
  readonly action: ConnectAction;
  /** By the policies of the identity and its boundary alone, without the cluster's. */
  readonly own: MayConnect;
  /** null: it was not answered. */
  readonly aws: Simulated | null;
  readonly state: "agrees" | "differs" | "not-compared";
  /** Why it is not compared, or what else is to be said; null: nothing. */
  readonly says: string | null;
};

const SHOWN_KEYS = 5;

/** The simulator's answer in a word: with keys missing it is one of several that it could give. */
export const simulatedText = ({ decision, missing }: Simulated): string => {
  const shown = missing.slice(0, SHOWN_KEYS).map((key) => visible(key, 128));
  const more = missing.length - shown.length;
  const keys = more > 0 ? [...shown, counted(more, "more key")] : shown;
  return keys.length
    ? `${decision} while ${keys.join(", ")} ${keys.length > 1 ? "are" : "is"} missing`
    : decision;
};

const NOT_TOLD = "AWS's simulator names no key that is missing, where here the request decides";
/** What the identity's own policies say is not to be seen behind it. */
const REFUSED_BY_SCP = "an organisation policy (SCP) refuses it, which the auditor does not read";

/** Whether the organisation's policies (SCP) refuse what the identity's own policies open, or may open. */
export const isRefusedByScp = ({ own, aws }: Pick<Opinion, "own" | "aws">): boolean =>
  (own === "allowed" || own === "conditional") && aws?.decision === "denied" && aws.inOrganization === false;

/**
 * Holds one answer against the verdict here. Allowed and denied must be the same whatever keys are missing, for such a
 * verdict hangs on none. A conditional verdict goes with keys that are missing. What the organisation refuses is
 * not compared: its policies are not looked at here. `always`: keys that every request has, and that it left out all the
 * same, so that its answer is about a request that there cannot be.
 */
export const compared = (
  own: MayConnect,
  aws: Simulated,
  always: readonly string[] = [],
): Pick<Opinion, "state" | "says"> => {
  if (own === "unknown") return { state: "not-compared", says: "here it is unknown already" };
  if (isRefusedByScp({ own, aws })) return { state: "not-compared", says: REFUSED_BY_SCP };
  if (own === aws.decision) return { state: "agrees", says: null };
  if (own === "conditional")
    return aws.missing.length ? { state: "agrees", says: null } : { state: "not-compared", says: NOT_TOLD };
  return always.length
    ? {
        state: "not-compared",
        says: `AWS's simulator left out ${always.join(", ")}, which every request has`,
      }
    : { state: "differs", says: null };
};

export type SecondOpinion = {
  /** The verdict over the identity's own policies and boundary; undefined: the account has no such user or role. */
  readonly ownVerdict: (principal: string, action: ConnectAction) => MayConnect | undefined;
  /** The ARN that the simulator is asked about: a session is judged as its role. */
  readonly sourceOf: (principal: string) => string | undefined;
  /** What the facts tell of condition keys, by the names that were given; those that the request decides are left out. */
  readonly told: (principal: string, keys: readonly string[]) => ReadonlyMap<string, readonly string[]>;
  /** Those of the keys that every request of the principal has. */
  readonly always: (principal: string, keys: readonly string[]) => readonly string[];
  /** Whom to ask about first: who may be admin, in turns with who is mapped, `most` in all; and how many are left out. */
  readonly sample: (
    mapped: readonly string[],
    most: number,
  ) => { readonly principals: readonly string[]; readonly more: number };
};

/** Pure; of the facts of one cluster. AuditError("usage") where `cluster` is no ARN of a cluster. */
export const secondOpinion = (facts: IamFacts, cluster: string): SecondOpinion => {
  const { subjectOf, weightOf, keyOf } = evaluator(facts, cluster);
  const verdictOf = (principal: string, action: ConnectAction): MayConnect | undefined => {
    const subject = subjectOf(principal);
    if (uniqueIdOf(subject) === null) return undefined;
    return weigh({ ...weightOf(subject, action, new Map()), cluster: [] }).verdict;
  };
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
    sample: (mapped, most) => {
      const admins = whoMay({ facts, cluster }).principals.filter((arn) => {
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
