// How far second opinions go at one snapshot: about how many identities AWS was asked, and why about no more.
import { counted } from "../base/counted.ts";
import { type Instant, minute } from "../base/time.ts";
import { visible } from "../base/visible-text.ts";
import type { IamFacts } from "./facts.ts";
import { keptOpinions } from "./kept-opinions.ts";

export type OpinionsTold = {
  /** Identities with an opinion on the policies that they have. */
  readonly asked: number;
  /** Those whose turn has not come. */
  readonly waiting: number;
  /** Why AWS answers no more; null: it does. `permission`: what the snapshot function lacks. */
  readonly refused: {
    readonly why: string;
    readonly permission: string | null;
    readonly since: Instant;
  } | null;
};

/** null: the snapshot was taken by somebody who does not ask, or by an earlier release. */
export const opinionsTold = (facts: IamFacts | undefined): OpinionsTold | null => {
  if (!facts?.opinions) return null;
  const { waiting, refused } = facts.opinions;
  return { asked: new Set(keptOpinions(facts).map(({ principal }) => principal)).size, waiting, refused };
};

/** Sentences without the last full stop; `snapshot`: how the first of them begins. */
export const opinionsToldText = (
  { asked, waiting, refused }: OpinionsTold,
  snapshot: "The snapshot" | "Snapshots ask for themselves: the newest" = "The snapshot",
): string =>
  [
    [
      asked
        ? `${snapshot} holds AWS's second opinion on ${counted(asked, "identity", "identities")}`
        : `${snapshot} holds no second opinion of AWS`,
      ...(waiting ? [`${counted(waiting, "identity is", "identities are")} still to be asked about`] : []),
    ].join(", and "),
    ...(refused
      ? [
          `AWS has not answered since ${minute(refused.since)}: ${refused.permission === null ? visible(refused.why, 300) : `the snapshot function lacks ${refused.permission}`}`,
        ]
      : []),
  ].join(". ");
