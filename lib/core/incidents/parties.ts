// Whose access an incident is about: who was let in, and who only tried.
import { Principal, parseArn } from "../base/ids.ts";
import type { Finding } from "../findings/finding.ts";

export type Parties = {
  /** Whoever connected; where that is not told apart, whoever a finding of unusual connections is about. */
  readonly first: readonly Principal[];
  /** Refused, and not seen to be let in. */
  readonly refused: readonly Principal[];
  /** So many more were let in than the findings name. */
  readonly notNamed: number;
};

/** Earlier releases kept names there, which lead to nobody. */
const arnsIn = (value: unknown): readonly Principal[] =>
  Array.isArray(value)
    ? value.flatMap((one) => {
        const { success, data } = Principal.safeParse(one);
        return success && parseArn(data) ? [data] : [];
      })
    : [];

const countIn = (value: unknown): number => (typeof value === "number" && value > 0 ? value : 0);

/** In the order of the findings, each once. */
export const partiesOf = (findings: readonly Finding[]): Parties => {
  const attacks = findings.filter(({ category }) => category === "anomalous");
  const first = new Set(
    attacks.flatMap(({ evidence, life, subject }) => [
      ...arnsIn(evidence.letIn),
      ...(life === "episode" && subject.principal !== undefined ? [subject.principal] : []),
    ]),
  );
  const refused = new Set(attacks.flatMap(({ evidence }) => arnsIn(evidence.principals)));
  return {
    first: [...first],
    refused: [...refused.difference(first)],
    notNamed: attacks.reduce((sum, { evidence }) => sum + countIn(evidence.letInNotShown), 0),
  };
};
