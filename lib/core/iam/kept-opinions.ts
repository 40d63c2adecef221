// The second opinions that a snapshot holds, as far as they are about the policies that it holds too.
import { withoutPath } from "../base/ids.ts";
import { lazily } from "../base/lazily.ts";
import type { Instant } from "../base/time.ts";
import { type IamFacts, iamRows, type Simulated } from "./facts.ts";
import { type ConnectAction, connectActions } from "./may-connect.ts";
import type { Opinion } from "./opinion.ts";
import { opinionsOn, secondOpinion } from "./second-opinion.ts";
import { isRole, type Subject } from "./subject.ts";

export type AskedOpinion = Opinion & { readonly askedAt: Instant };

/** A session has the policies of its role. */
const identityOf = (subject: Subject): string | undefined =>
  subject.kind === "user" ? subject.user.arn : isRole(subject) ? subject.role.arn : undefined;

/** What was said of one identity, by action; none where nobody asked about the policies that it has in these facts. */
const opinionsBy = (facts: IamFacts): ((arn: string) => readonly AskedOpinion[]) => {
  const { opinions } = facts;
  if (!opinions?.identities.length) return () => [];
  const second = secondOpinion(facts, opinions.cluster);
  const asked = new Map(opinions.identities.map((one) => [withoutPath(one.arn), one]));
  return lazily((arn: string): readonly AskedOpinion[] => {
    const found = asked.get(withoutPath(arn));
    if (!found || found.policies !== second.digestOf(arn)) return [];
    const answers = connectActions.flatMap((action): (readonly [ConnectAction, Simulated])[] => {
      const answer = found.answers[action];
      return answer ? [[action, answer]] : [];
    });
    return opinionsOn(second, arn, new Map(answers)).map((one) => ({ ...one, askedAt: found.askedAt }));
  });
};

/**
 * Finds the opinion on a subject's own policies. It is about the cluster that was asked about, and counts for its peers in
 * other Regions too: there the same policies are read by the same rules. Pure; it is compared anew with the verdict here.
 */
export const opinionFinder = (
  facts: IamFacts,
): ((subject: Subject, action: ConnectAction) => AskedOpinion | undefined) => {
  const by = opinionsBy(facts);
  return (subject, action) => {
    const arn = identityOf(subject);
    return arn === undefined ? undefined : by(arn).find((one) => one.action === action);
  };
};

/** Identities of the account that were asked about, by ARN. */
const askedIn = (facts: IamFacts): string[] => {
  const asked = new Set((facts.opinions?.identities ?? []).map(({ arn }) => withoutPath(arn)));
  if (!asked.size) return [];
  return (["users", "roles"] as const)
    .flatMap((part) => (iamRows(facts, part).rows ?? []).map(({ arn }) => arn))
    .filter((arn) => asked.has(withoutPath(arn)))
    .sort();
};

/** All opinions that count, by ARN. */
export const keptOpinions = (facts: IamFacts): AskedOpinion[] => askedIn(facts).flatMap(opinionsBy(facts));

/** Whose policies are others than AWS was asked about, while it is still asked: soon there is an opinion on these. */
export const outdatedOpinions = (facts: IamFacts): string[] => {
  if (facts.opinions?.refused !== null) return [];
  const by = opinionsBy(facts);
  return askedIn(facts).filter((arn) => by(arn).length === 0);
};
