// A change of IAM that CloudTrail recorded: who did it, for findings that it ended.
import type { Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";

export type IamEvent = {
  readonly eventId: string;
  readonly at: Instant;
  /** The call: "PutRolePolicy". */
  readonly name: string;
  /** The account in which IAM changed. */
  readonly account: string;
  readonly principal: Principal;
  /** The role's, user's or group's name, or the policy's ARN; null: the event names none. */
  readonly target: string | null;
};
