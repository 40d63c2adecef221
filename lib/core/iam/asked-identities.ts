// What AWS's policy simulator was asked and answered of each identity, as a snapshot keeps it: bounded, one row an identity.
import { withoutPath } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { AskedIdentity, IamFacts, IamOpinions, Simulated } from "./facts.ts";
import type { Opinion } from "./opinion.ts";
import { type SecondOpinion, secondOpinion } from "./second-opinion.ts";

/** Keys that policies ask for are chosen by whoever writes them. */
const MOST_KEYS = 8;
const MOST_KEY_CHARS = 256;

/** Keys that every request has decide whether the answer can be compared: they are kept before others. */
const keptAnswer = ({ always }: Pick<SecondOpinion, "always">, arn: string, aws: Simulated): Simulated => ({
  ...aws,
  missing: [...new Set([...always(arn, aws.missing), ...aws.missing])]
    .slice(0, MOST_KEYS)
    .map((key) => key.slice(0, MOST_KEY_CHARS)),
});

/** The row of one identity, whose answers may be few or none. `askedAt`: when all of it was asked. */
export const askedIdentity = (
  second: SecondOpinion,
  arn: string,
  said: readonly Opinion[],
  askedAt: Instant,
): AskedIdentity => ({
  arn: second.sourceOf(arn) ?? arn,
  policies: second.digestOf(arn),
  askedAt,
  answers: Object.fromEntries(
    said.flatMap(({ action, aws }) => (aws ? [[action, keptAnswer(second, arn, aws)]] : [])),
  ),
});

/** One row for each identity that there are opinions of. */
export const askedIdentities = (
  second: SecondOpinion,
  opinions: readonly Opinion[],
  askedAt: Instant,
): AskedIdentity[] =>
  [...Map.groupBy(opinions, ({ principal }) => principal)].map(([arn, said]) =>
    askedIdentity(second, arn, said, askedAt),
  );

/** With what was answered about the same policies before: no answer takes back none. */
export const answeredBefore = (one: AskedIdentity, earlier: IamOpinions | undefined): AskedIdentity => {
  const before = earlier?.identities.find(({ arn }) => withoutPath(arn) === withoutPath(one.arn));
  return before?.policies === one.policies ? { ...one, answers: { ...before.answers, ...one.answers } } : one;
};

/** The facts with opinions that somebody has just asked for, as a snapshot would hold them. */
export const withOpinions = (
  facts: IamFacts,
  cluster: string,
  opinions: readonly Opinion[],
  now: Instant,
): IamFacts => ({
  ...facts,
  opinions: {
    cluster,
    identities: askedIdentities(secondOpinion(facts, cluster), opinions, now),
    refused: null,
    waiting: 0,
  },
});
