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

/** In a sentence without its full stop. */
export const opinionsToldText = ({ asked, waiting, refused }: OpinionsTold): string =>
  [
    asked
      ? `AWS's policy simulator was asked about ${counted(asked, "identity", "identities")} for a second opinion`
      : "AWS's policy simulator was asked about nobody for a second opinion",
    ...(waiting
      ? [`${waiting.toLocaleString("en-US")} more ${waiting === 1 ? "is" : "are"} to be asked about`]
      : []),
    ...(refused
      ? [
          `since ${minute(refused.since)} there is no answer: ${refused.permission === null ? visible(refused.why, 300) : `the snapshot function lacks ${refused.permission}`}`,
        ]
      : []),
  ].join("; ");
