// Why IAM decides as it does, as evidence of a finding.
import type { EvidenceField } from "../base/evidence.ts";
import { visible } from "../base/visible-text.ts";
import type { WhoMayRow } from "../iam/who-may.ts";

export type BecauseEvidence = readonly {
  readonly policy: string;
  readonly statement: string | null;
  readonly effect: string;
}[];

/** Names of policies are chosen by others: bounded. */
const MAX_POLICY = 160;
const SHOWN = 10;

/** The statements that decide; none: no policy says anything of it. */
export const becauseEvidence = ({ because }: Pick<WhoMayRow, "because">): BecauseEvidence =>
  because.slice(0, SHOWN).map(({ policy, sid, effect }) => ({
    policy: visible(policy, MAX_POLICY),
    statement: sid === null ? null : visible(sid, 80),
    effect,
  }));

export const becauseWords: EvidenceField = {
  label: "Decided by",
  whenEmpty: "no policy allows it",
  lines: true,
  fields: { policy: "", statement: { label: "statement", whenEmpty: "" }, effect: "" },
};
