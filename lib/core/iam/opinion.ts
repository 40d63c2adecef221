// One opinion of AWS's policy simulator beside the verdict here: whether the two say the same, and what is said of it.
import { counted } from "../base/counted.ts";
import { visible } from "../base/visible-text.ts";
import type { Simulated } from "./facts.ts";
import type { ConnectAction, MayConnect } from "./may-connect.ts";

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

/** Both answers, for who reads why a verdict is unknown. */
export const differenceText = ({ own, aws }: Pick<Opinion, "own" | "aws">): string =>
  `${own} here, and ${aws ? simulatedText(aws) : "not answered"} by AWS's policy simulator, so one of the two is wrong`;
